"""Killed at random moments, adding and removing packs leaves each pack whole or away.

EMOGRAPH_TEST_KILLS says how often the process is killed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.packs.installing import stored_triples
from emograph.kg.packs.locate import locate_pack
from emograph.kg.packs.pack import read_pack

KILLS = int(os.environ.get("EMOGRAPH_TEST_KILLS", "5"))
PACKS = ("art", "disaster")
KEPT = ox.Triple(ox.NamedNode("urn:photo"), ox.NamedNode("urn:shows"), ox.Literal("a flood"))
GRAPH = terms.BASE + "explanation/kept"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="This system has no SIGKILL."),
]


def test_a_killed_add_or_remove_is_done_wholly_or_not_at_all(tmp_path: Path) -> None:
    place = f"disk:{tmp_path / 'store'}"
    graph = KnowledgeGraph.load(open_store(place))
    graph.store.replace({GRAPH: [KEPT]})
    package = _package(graph)
    graph.close()
    whole = {name: frozenset(read_pack(locate_pack(name)).triples) for name in PACKS}
    there = dict.fromkeys(PACKS, False)
    chance = random.Random(3)
    for turn in range(KILLS):
        name = PACKS[turn % len(PACKS)]
        verb = "remove" if there[name] else "add"
        done = _run_and_kill([verb, name, "--store", place], chance.uniform(0.3, 2.5))
        graph = KnowledgeGraph.load(open_store(place))
        found = {pack: stored_triples(graph.store, pack) for pack in PACKS}
        assert all(found[pack] in (frozenset(), whole[pack]) for pack in PACKS)
        if done:
            assert bool(found[name]) is (verb == "add")
        other = PACKS[(turn + 1) % len(PACKS)]
        assert bool(found[other]) is there[other]
        assert [quad.triple for quad in graph.store.quads(GRAPH)] == [KEPT]
        assert _package(graph) == package
        there[name] = bool(found[name])
        graph.close()


def _run_and_kill(words: list[str], seconds: float) -> bool:
    """Whether the command had ended by itself before it was killed."""
    command = [sys.executable, "-m", "emograph.cli", "ontology", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        try:
            _, told = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return False
    assert child.returncode == 0, told.decode()
    return True


def _package(graph: KnowledgeGraph) -> dict[str, int]:
    return {
        iri: sum(1 for _ in graph.store.quads(iri))
        for iri in graph.store.graphs()
        if iri.startswith(terms.graph("")) and not iri.startswith(terms.pack_graph(""))
    }
