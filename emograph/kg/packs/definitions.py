"""Checks what a pack defines: names, labels, and that what it refers to is known."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from emograph.kg import terms
from emograph.kg.packs.faults import Fault, nearest
from emograph.kg.packs.pack import ASSOCIATIONS, TERMS, TYPE, Pack
from emograph.kg.packs.surroundings import Surroundings

_CONCEPT, _APPRAISAL = terms.EMO + "Concept", terms.EMO + "Appraisal"
_SOURCE = terms.DCTERMS + "source"
_VOCABULARY = terms.EMO + "vocabulary"
_NOTATION = terms.SKOS + "notation"
_LABEL = terms.SKOS + "prefLabel"
_ENDS = {
    terms.EMO + "emotion": ("emotion", ("Emotion",)),
    terms.EMO + "appraisal": ("appraisal", ("Appraisal",)),
    terms.EMO + "kind": ("kind", ("CueKind",)),
    _VOCABULARY: ("vocabulary", ("Vocabulary",)),
    terms.EMO + "subject": ("subject", ("Concept", "Appraisal")),
    terms.SKOS + "broader": ("concept", ("Concept",)),
}
"""What a predicate leads to: how it is called, and its classes."""

# Emotions belong together in schemes that every mapping has to know.
_CLOSED = frozenset(terms.EMO + name for name in ("Emotion", "EmotionScheme", "Mapping"))
_OPEN = (TERMS | ASSOCIATIONS) - _CLOSED
_TEXTS = {_LABEL: "skos:prefLabel", terms.SKOS + "definition": "skos:definition"}
_SOURCED = frozenset({_CONCEPT, _APPRAISAL}) | ASSOCIATIONS


def definition_faults(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    """What is wrong with the terms and with the names that are used."""
    for node in pack.nodes:
        if terms.OWL + "Ontology" in pack.types(node):
            continue
        if not pack.owns(node) and (pack.iri or node in known.types):
            yield _foreign(pack, known, node)
            continue
        if node in known.types:
            text = "This IRI is already defined elsewhere."
            yield pack.fault(node, "", text, "Choose another name.")
        yield from _class_faults(pack, known, node)
        if pack.types(node) & TERMS:
            yield from _text_faults(pack, node)
        if pack.types(node) & _SOURCED and not pack.values(node, _SOURCE):
            todo = "Say where the knowledge comes from, such as source:emograph or your own."
            yield pack.fault(node, _SOURCE, "It has no dcterms:source.", todo)
        if _CONCEPT in pack.types(node):
            yield from _concept_faults(pack, node)
        yield from _end_faults(pack, known, node)
    yield from _vocabulary_faults(pack, known)


def _foreign(pack: Pack, known: Surroundings, node: str) -> Fault:
    if terms.SKOS + "prefLabel" in pack.nodes[node] and node in known.types:
        text = "The pack gives another label to a term that is not its own."
        todo = f"Define a concept below {pack.base} and link it by skos:exactMatch or skos:broader."
    elif node in known.types:
        text = "The pack says something of a term that is not its own."
        todo = f"Define a concept below {pack.base}, with skos:broader to this one."
    else:
        text = f"This IRI lies outside the pack, {pack.base}."
        todo = f"Name it {pack.base}… ."
    return pack.fault(node, "", text, todo)


def _class_faults(pack: Pack, known: Surroundings, node: str) -> Iterator[Fault]:
    types = pack.types(node)
    for node_type in sorted(types & _CLOSED):
        text = f"A pack cannot add an {pack.short(node_type)}."
        todo = "Emotions and their mappings are those of the package; associate with one of them."
        yield pack.fault(node, TYPE, text, todo, node_type)
    if not types:
        text = "It is of no class."
        yield pack.fault(node, TYPE, text, "Say what it is, such as `a emo:Concept`.")
    elif terms.SKOS + "Concept" in types and not types & TERMS:
        text = "It is a skos:Concept, which nothing here reads."
        yield pack.fault(node, TYPE, text, "Make it an emo:Concept.")
    used = [(TYPE, node_type) for node_type in types]
    used += [(predicate, predicate) for predicate in pack.nodes[node]]
    for about, iri in used:
        if iri.startswith(terms.EMO) and iri not in known.types:
            names = [n for n in known.types if n.startswith(terms.EMO)]
            hint = _hint(pack, iri, names) or " See the ontology's documentation."
            text = f"The ontology has no {pack.short(iri)}."
            yield pack.fault(node, about, text, f"Correct the name.{hint}", iri)


def _text_faults(pack: Pack, node: str) -> Iterator[Fault]:
    for predicate, short in _TEXTS.items():
        values = pack.values(node, predicate)
        english = [v for v in values if isinstance(v, Literal) and v.language in (None, "en")]
        if not values:
            yield pack.fault(node, predicate, f"It has no {short}.", f'Add {short} "…"@en .')
        elif not english:
            text = f"It has no {short} in English, which images are compared with."
            yield pack.fault(node, predicate, text, f'Add {short} "…"@en .')
        elif any(not v.value.strip() for v in english):
            yield pack.fault(node, predicate, f"Its {short} is empty.", "Write it.")
        elif len(values) > 1:
            text = f"It has {len(values)} of {short}, and one is read, by the alphabet."
            todo = "Keep the English one; skos:altLabel takes further names."
            yield pack.fault(node, predicate, text, todo, warning=True)


def _concept_faults(pack: Pack, node: str) -> Iterator[Fault]:
    vocabularies = list(pack.of_type(terms.EMO + "Vocabulary"))
    values = pack.values(node, _VOCABULARY)
    if not values and len(vocabularies) != 1:
        count = "no vocabulary" if not vocabularies else "several vocabularies"
        text = f"It is of no emo:vocabulary, and the pack declares {count}."
        todo = "Declare one emo:Vocabulary, or say which it is of."
        yield pack.fault(node, _VOCABULARY, text, todo)
    for value in values:
        if not pack.owns(value.value):
            text = f"Its vocabulary {pack.short(value.value)} is not the pack's."
            todo = "Leave emo:vocabulary out: the pack's only one is meant then."
            yield pack.fault(node, _VOCABULARY, text, todo, value.value)
    for value in pack.values(node, _NOTATION):
        own = {v.value for name in vocabularies for v in pack.values(name, _NOTATION)}
        if value.value.partition(":")[0] not in own:
            text = f"The notation {value.value!r} does not begin with the pack's vocabulary."
            todo = "Write it as VOCABULARY:NAME, or leave it out."
            yield pack.fault(node, _NOTATION, text, todo, value.value)


def _end_faults(pack: Pack, known: Surroundings, node: str) -> Iterator[Fault]:
    """Names that lead to nothing, or to something of another class."""
    for predicate, (word, classes) in _ENDS.items():
        wanted = {terms.EMO + name for name in classes}
        for value in pack.values(node, predicate):
            found = pack.types(value.value) | known.types.get(value.value, frozenset())
            if isinstance(value, NamedNode) and found & wanted:
                continue
            names = _members(pack, known, *classes)
            hint = _hint(pack, value.value, names)
            what = "is unknown" if not found else f"is no {word}"
            written = pack.short(value.value) if isinstance(value, NamedNode) else repr(value.value)
            text = f"The {word} {written} {what}."
            todo = (
                hint.strip() or f"Use {' or '.join(f'an emo:{c}' for c in classes)} that is there."
            )
            yield pack.fault(node, predicate, text, todo, value.value)
    for value in pack.values(node, _SOURCE):
        ours = value.value.startswith(terms.BASE) or pack.owns(value.value)
        types = pack.types(value.value) | known.types.get(value.value, frozenset())
        if isinstance(value, NamedNode) and ours and terms.EMO + "Source" not in types:
            hint = _hint(pack, value.value, _members(pack, known, "Source"))
            text = f"The source {pack.short(value.value)} is unknown."
            todo = f"Describe it as an emo:Source.{hint}"
            yield pack.fault(node, _SOURCE, text, todo, value.value)


def _vocabulary_faults(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    for node in pack.of_type(terms.EMO + "Vocabulary", terms.EMO + "CueKind"):
        values = pack.values(node, _NOTATION)
        if not values:
            text = "It has no skos:notation, by which cues name it."
            yield pack.fault(node, _NOTATION, text, f'Add skos:notation "{pack.name}" .')
        for value in values:
            if terms.slug(value.value) != value.value or "." in value.value:
                text = f"The notation {value.value!r} is no plain name."
                todo = "Use lower-case letters, digits and _ ."
                yield pack.fault(node, _NOTATION, text, todo, value.value)
            elif known.notations.get(value.value, node) != node:
                text = f"The notation {value.value!r} is already taken."
                yield pack.fault(node, _NOTATION, text, "Choose another.", value.value)


def _members(pack: Pack, known: Surroundings, *classes: str) -> list[str]:
    names = [terms.EMO + name for name in classes]
    return [*pack.of_type(*names), *(iri for name in names for iri in known.members.get(name, ()))]


def _hint(pack: Pack, iri: str, names: list[str]) -> str:
    # Of two schemes that both have "fear", the one that was meant.
    parent = iri.rsplit("/", 1)[0]
    siblings = [name for name in names if name.rsplit("/", 1)[0] == parent]
    meant = nearest(iri, siblings) or nearest(iri, names)
    return f" Did you mean {pack.short(meant)}?" if meant else ""
