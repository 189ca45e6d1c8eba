"""The knowledge of the package, loaded once, and a WordNet of a few words."""

from __future__ import annotations

from collections import defaultdict

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg.authoring.wordnet import WordNet
from emograph.kg.graph import KnowledgeGraph

# name: supersense, words, gloss, pointers. The two verbs are each other's hypernym, as in 3.0.
_NOUNS = {
    "entity": (3, ["entity"], 'that which is; "the entity"', []),
    "artifact": (6, ["artifact"], "a made object", ["@ entity"]),
    "animal": (5, ["animal", "beast"], "a living organism", ["@ entity"]),
    "mouse": (5, ["mouse"], 'a small rodent; "a mouse ran"', ["@ animal"]),
    "device": (6, ["mouse", "computer_mouse"], "a pointing device", ["@ artifact"]),
    "game": (4, ["ice_hockey"], "a game on ice", ["@ entity"]),
    "guitar": (6, ["guitar"], "a stringed instrument", ["@ artifact"]),
    "path": (6, ["path"], "a way", ["@ artifact"]),
    "heat": (7, ["temperature"], "degree of heat", ["@ entity"]),
}
_VERBS = {
    "play": (33, ["play"], "take part in a game", []),
    "restrain": (41, ["restrain"], "hold back", ["@ inhibit"]),
    "inhibit": (41, ["inhibit"], "limit", ["@ restrain"]),
}
_ADJECTIVES = {"warm": (0, ["warm(a)"], "having heat", ["= heat"])}


@pytest.fixture(scope="session")
def wordnet(tmp_path_factory: pytest.TempPathFactory) -> WordNet:
    folder = tmp_path_factory.mktemp("wordnet")
    parts = (("noun", "n", _NOUNS), ("verb", "v", _VERBS), ("adj", "a", _ADJECTIVES))
    ids = {name: "00000000 n" for _, _, synsets in parts for name in synsets}
    for _ in range(2):  # once for the lengths, once with the offsets that follow from them
        files = {}
        for part, pos, synsets in parts:
            text = "  1 A head.\n"
            index: defaultdict[str, list[str]] = defaultdict(list)
            for name, (supersense, words, gloss, pointers) in synsets.items():
                offset = f"{len(text):08d}"
                ids[name] = f"{offset} {pos}"
                for word in words:
                    index[word.split("(")[0]].append(offset)
                links = [f"{p.split()[0]} {ids[p.split()[1]]} 0000" for p in pointers]
                lemmas = " ".join(f"{word} 0" for word in words)
                text += (
                    f"{offset} {supersense:02d} {pos} {len(words):02x} {lemmas} "
                    f"{len(links):03d} {' '.join([*links, '|'])} {gloss}  \n"
                )
            files[f"data.{part}"] = text
            files[f"index.{part}"] = "  1 A head.\n" + "".join(
                f"{word} {pos} {len(found)} 0 {len(found)} 0 {' '.join(found)}  \n"
                for word, found in sorted(index.items())
            )
    files |= {"data.adv": "", "index.adv": "", "noun.exc": "mice mouse\n"}
    for name, text in files.items():
        (folder / name).write_text(text)
    return WordNet(folder)


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.load(open_store())
