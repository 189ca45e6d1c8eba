"""The explanations that are kept in a store, each as a named graph of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode, Triple

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.provenance import NAMESPACES, explanation_iri, explanation_triples, image_iri
from emograph.kg.stores import GraphStore

_REVISES = NamedNode(NAMESPACES["prov"] + "wasRevisionOf")
_CURRENT = """
SELECT ?explanation WHERE {{
  ?explanation prov:wasDerivedFrom {image} ; a emo:Explanation ;
    prov:wasGeneratedBy/onyx:usesEmotionModel {scheme} .
  FILTER NOT EXISTS {{ ?newer prov:wasRevisionOf ?explanation }}
}}
"""


class Observations:
    """The kept explanations of a store; what is kept is neither changed nor kept twice.

    An explanation of the same image in the same scheme by other versions stands beside the one
    before, and says that it is its revision (prov:wasRevisionOf).
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def __contains__(self, iri: object) -> bool:
        """Whether the explanation of that IRI is kept."""
        return isinstance(iri, str) and next(self._store.quads(iri), None) is not None

    def keep(self, document: Mapping[str, Any]) -> bool:
        """Keep an explanation document in one transaction; False where it is kept already.

        Raises `KnowledgeError` where it is a counterfactual or no explanation document, or where
        the store was opened for reading.
        """
        if document.get("without") or document.get("as_if"):
            raise KnowledgeError(
                "An explanation of what was not seen is no observation, so it is not kept.",
                "Keep the explanation as it was.",
            )
        triples = explanation_triples(document)
        iri = explanation_iri(document)
        if iri in self:
            return False
        before = (Triple(NamedNode(iri), _REVISES, old) for old in self._current(document))
        self._store.replace({iri: [*triples, *before]})
        return True

    def _current(self, document: Mapping[str, Any]) -> list[NamedNode]:
        """The latest explanation kept of the document's image in its scheme."""
        query = _CURRENT.format(
            image=NamedNode(image_iri(document["image"]["sha256"])),
            scheme=NamedNode(terms.scheme(document["scheme"])),
        )
        found = self._store.query(query, NAMESPACES)
        return [NamedNode(str(iri)) for (iri,) in found.rows]
