"""RDF terms as values of properties, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyoxigraph as ox

from emograph.kg.projection.vocabulary import ENGLISH, IRI
from emograph.kg.terms import XSD

Scalar = str | bool | int | float
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Resource = ox.NamedNode | ox.BlankNode

_FLOATS = frozenset(XSD + name for name in ("decimal", "double", "float"))
_INTEGERS = frozenset(
    XSD + name
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
        "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_BOOLEAN = XSD + "boolean"
_FEW_DIGITS = 20  # with a sign; more do not fit in 64 bits


def resource_name(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    """A resource as text: its IRI, or ``_:`` and the label of a blank node."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def to_resource(name: str) -> Resource:
    """The resource of that text."""
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)


def to_value(term: Term) -> tuple[Scalar | None, str]:
    """What a property can say of a term, None where that is nothing, and the kind of the term.

    The kind is a datatype, ``@`` and a language, or ``@id`` for a resource.
    """
    if not isinstance(term, ox.Literal):
        return (None if isinstance(term, ox.Triple) else resource_name(term)), IRI
    text, language = term.value, term.language
    if language is not None:
        # What is written from right to left is more than text in a language.
        return text, f"@{language}" if term.direction is None else f"@{language}--"
    datatype = term.datatype.value
    try:
        if datatype in _FLOATS:
            number = float(text)
            return (number + 0.0 if math.isfinite(number) else None), datatype
        if datatype in _INTEGERS:
            whole = int(text) if len(text) <= _FEW_DIGITS else 2**63
            return (whole if -(2**63) <= whole < 2**63 else text), datatype
    except ValueError:
        return text, datatype
    if datatype == _BOOLEAN and text in ("true", "false"):
        return text == "true", datatype
    return text, datatype


def to_term(value: Scalar, kind: str) -> Term:
    """The term of a kind that a value says.

    >>> to_term(20.0, "http://www.w3.org/2001/XMLSchema#decimal").value
    '20'
    """
    if kind == IRI:
        return to_resource(str(value))
    if kind == ENGLISH:
        return ox.Literal(str(value), language="en")
    return ox.Literal(_spell(value), datatype=ox.NamedNode(kind))


def says(value: Scalar | None, term: Term) -> bool:
    """Whether `to_term` makes just this term of the value, being told its kind."""
    if isinstance(term, ox.Literal):
        return value is not None and _spell(value) == term.value
    return value is not None


def to_list(values: Sequence[Scalar]) -> list[str] | list[bool] | list[int] | list[float]:
    """Values as a list of one type, in order and each once; numbers or text where they differ.

    >>> to_list([2, 1.5, 2]), to_list(["a", 1])
    ([1.5, 2.0], ['1', 'a'])
    """
    kinds = set(map(type, values))
    if kinds == {int, float}:
        return sorted({float(value) for value in values})
    if len(kinds) > 1:
        return sorted({_spell(value) for value in values})
    return sorted(set(values))  # type: ignore[return-value]


def _spell(value: Scalar) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value).removesuffix(".0")
