"""RDF as JSON-LD that people can read: IRIs with prefixes, one object for each resource."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from emograph.kg.terms import RDF, XSD

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

    Term = NamedNode | BlankNode | Literal | Triple

_TYPE = RDF + "type"
_STRING = XSD + "string"


def write_jsonld(
    graphs: Mapping[str, Iterable[Quad]], prefixes: Mapping[str, str], file: BinaryIO
) -> None:
    """Write named graphs as one JSON-LD 1.1 document.

    Terms are exact: numbers keep the digits and the datatype that they have.
    """
    short = _Prefixes(prefixes)
    document = {
        "@context": dict(prefixes),
        "@graph": [
            {"@id": short(iri), "@graph": _resources(quads, short)} for iri, quads in graphs.items()
        ],
    }
    file.write(json.dumps(document, ensure_ascii=False, indent=1).encode())


def _resources(quads: Iterable[Quad], short: _Prefixes) -> list[dict[str, Any]]:
    resources: dict[str, dict[str, Any]] = {}
    for quad in quads:
        name = _name(quad.subject, short)
        resource = resources.setdefault(name, {"@id": name})
        if quad.predicate.value == _TYPE:
            _add(resource, "@type", _name(quad.object, short))
        else:
            _add(resource, short(quad.predicate.value), _value(quad.object, short))
    return [resources[name] for name in sorted(resources)]


def _add(resource: dict[str, Any], key: str, value: Any) -> None:
    """One value stands alone, several in a list."""
    if key not in resource:
        resource[key] = value
    elif isinstance(resource[key], list):
        resource[key].append(value)
    else:
        resource[key] = [resource[key], value]


def _name(term: Term, short: _Prefixes) -> str:
    from pyoxigraph import NamedNode

    return short(term.value) if isinstance(term, NamedNode) else str(term)


def _value(term: Term, short: _Prefixes) -> Any:
    from pyoxigraph import Literal

    if not isinstance(term, Literal):
        return {"@id": _name(term, short)}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    if term.datatype.value == _STRING:
        return term.value
    return {"@type": short(term.datatype.value), "@value": term.value}


class _Prefixes:
    """Shortens IRIs by the longest prefix that fits."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._bases = sorted(
            ((base, name) for name, base in prefixes.items()), key=lambda pair: -len(pair[0])
        )
        self._known: dict[str, str] = {}

    def __call__(self, iri: str) -> str:
        if iri not in self._known:
            self._known[iri] = self._shortened(iri)
        return self._known[iri]

    def _shortened(self, iri: str) -> str:
        for base, name in self._bases:
            # What begins with // behind a colon is read as a whole IRI.
            if iri.startswith(base) and not iri.startswith("//", len(base)):
                return f"{name}:{iri[len(base) :]}"
        return iri
