"""Checks what a pack says of itself: its ontology, version and imports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emograph.kg import terms
from emograph.kg.packs.faults import Fault, nearest
from emograph.kg.packs.pack import TURTLE, Pack
from emograph.kg.packs.surroundings import Surroundings

_NEEDED = {
    terms.DCTERMS + "title": 'dcterms:title "…"@en',
    terms.DCTERMS + "description": 'dcterms:description "…"@en',
    terms.DCTERMS + "license": "dcterms:license <https://…>",
    terms.OWL + "versionInfo": 'owl:versionInfo "0.1.0"',
    terms.OWL + "versionIRI": "owl:versionIRI <…/0.1.0>",
    terms.OWL + "imports": "owl:imports <https://w3id.org/emograph/ontology/…>",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VERSION = re.compile(r"\d+(\.\d+)*")
_IMPORTS = terms.OWL + "imports"


def metadata_faults(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    """What is missing or wrong in the ``owl:Ontology``."""
    ontologies = list(pack.of_type(terms.OWL + "Ontology"))
    if not ontologies:
        todo = f"Add <{pack.base.rstrip('/')}> a owl:Ontology with its metadata."
        yield Fault(TURTLE, 1, "", "The pack has no owl:Ontology.", todo)
        return
    for other in ontologies[1:]:
        yield pack.fault(other, "", "This is a second owl:Ontology.", "Keep one a pack.")
    iri = ontologies[0]
    for predicate, example in _NEEDED.items():
        if not pack.values(iri, predicate):
            short = pack.short(predicate)
            yield pack.fault(iri, predicate, f"The ontology has no {short}.", f"Add {example} .")
    if not _NAME.fullmatch(pack.iri.rsplit("/", 1)[-1]):
        text = "The ontology's IRI does not end in a name for the pack."
        todo = "End it in lower-case letters, digits and _, such as …/pack/archaeology."
        yield pack.fault(iri, "", text, todo)
    taken = iri in known.types
    reserved = iri.startswith(terms.BASE) and pack.iri != terms.BASE + "pack/" + pack.name
    if taken or reserved:
        whose = "another ontology" if taken else "emograph itself"
        text = f"The ontology's IRI is that of {whose}."
        todo = f"Use <{terms.BASE}pack/NAME>, or an address of your own."
        yield pack.fault(iri, "", text, todo)
    yield from _version_faults(pack, iri)
    for value in pack.values(iri, _IMPORTS):
        if value.value not in known.versions:
            of = {version.rsplit("/", 1)[0]: version for version in known.versions}
            meant = of.get(nearest(value.value.rsplit("/", 1)[0], of), "")
            listed = ", ".join(f"<{version}>" for version in sorted(known.versions))
            text = f"The import <{value.value}> is not there."
            todo = f"Did you mean <{meant}>?" if meant else f"Import one of {listed}."
            yield pack.fault(iri, _IMPORTS, text, todo, value.value)


def _version_faults(pack: Pack, iri: str) -> Iterator[Fault]:
    about = terms.OWL + "versionInfo"
    if pack.version and not _VERSION.fullmatch(pack.version):
        text = f"The version {pack.version!r} is not made of numbers."
        yield pack.fault(iri, about, text, 'Write it as "0.1.0".')
    for value in pack.values(iri, terms.OWL + "versionIRI"):
        if pack.version and value.value != f"{pack.base}{pack.version}":
            text = "The versionIRI is not that of the version."
            todo = f"Write <{pack.base}{pack.version}>."
            yield pack.fault(iri, terms.OWL + "versionIRI", text, todo, value.value)
