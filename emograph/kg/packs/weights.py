"""Checks the numbers of a pack: their type, their range, and what they add up to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from pyoxigraph import Literal

from emograph.kg import terms
from emograph.kg.appraisals import DIMENSIONS
from emograph.kg.packs.faults import Fault
from emograph.kg.packs.pack import ASSOCIATIONS, Pack
from emograph.kg.packs.surroundings import Surroundings

_RANGES = {
    "probability": (0, 1),
    "weight": (0, 1),
    "strength": (0, 1000),
    "count": (0, 10**9),
    "total": (1, 10**9),
    "valence": (-1, 1),
    "arousal": (-1, 1),
    "dominance": (-1, 1),
    **dict.fromkeys(DIMENSIONS, (-1, 1)),
}
_WHOLE = frozenset({"count", "total"})
_TYPES = frozenset({terms.XSD + "decimal", terms.XSD + "integer"})
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_NO_SCHEME = "appraisals"
_NEARLY = Decimal("0.001")
"""How far a sum may be from 1: thirds are written as 0.333."""


def weight_faults(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    """What is wrong with the numbers."""
    for node in pack.nodes:
        for name in _RANGES:
            yield from _number_faults(pack, node, name)
        if pack.types(node) & ASSOCIATIONS:
            yield from _association_faults(pack, node)
        if terms.EMO + "Appraisal" in pack.types(node):
            for name in DIMENSIONS:
                if not pack.values(node, terms.EMO + name):
                    todo = f"Add emo:{name} with a number in -1..1, 0 where it says nothing."
                    yield pack.fault(node, terms.EMO + name, f"It has no emo:{name}.", todo)
    yield from _sum_faults(pack, known)


def _number_faults(pack: Pack, node: str, name: str) -> Iterator[Fault]:
    about = terms.EMO + name
    low, high = _RANGES[name]
    values = pack.values(node, about)
    if len(values) > 1:
        yield pack.fault(node, about, f"It has emo:{name} {len(values)} times.", "Keep one.")
    for value in values:
        text = value.value
        number = _number(value)
        if number is None or (name in _WHOLE and number != int(number)):
            kind = "a whole number" if name in _WHOLE else "a decimal number"
            form = "3" if name in _WHOLE else "0.6"
            todo = f"Write it as {form}, without quotes and without an exponent."
            yield pack.fault(node, about, f"The {name} {text!r} is not {kind}.", todo, text)
        elif not low <= number <= high or (name in {"strength", "weight"} and not number):
            where = f"above {low}, up to {high}" if name in {"strength", "weight"} else ""
            where = where or f"in {low}..{high}"
            what = f"The {name} {text} is not {where}."
            yield pack.fault(node, about, what, f"Give a number {where}.", text)


def _association_faults(pack: Pack, node: str) -> Iterator[Fault]:
    end = "emotion" if terms.EMO + "Association" in pack.types(node) else "appraisal"
    for name in ("subject", end, "probability"):
        about = terms.EMO + name
        if not pack.values(node, about):
            yield pack.fault(node, about, f"It has no emo:{name}.", f"Add emo:{name} … .")
        elif len({value.value for value in pack.values(node, about)}) > 1:
            text = f"It has several emo:{name}."
            yield pack.fault(node, about, text, "Write an association for each.")
    if not any(pack.values(node, terms.EMO + name) for name in ("strength", "total")):
        text = "It says neither what was counted nor how strong it is."
        todo = "Add emo:strength 10 (as good as ten observations), or emo:count and emo:total."
        yield pack.fault(node, terms.EMO + "strength", text, todo)
    count, total, probability = (
        _value(pack, node, name) for name in ("count", "total", "probability")
    )
    if count is None or not total or probability is None:
        return
    if count > total:
        text = f"The count {count} is above the total {total}."
        yield pack.fault(node, terms.EMO + "count", text, "Correct one of them.")
    elif abs(count / total - probability) > _NEARLY:
        text = f"The probability {probability} is not count over total ({count}/{total})."
        yield pack.fault(node, terms.EMO + "probability", text, f"Write {count / total:.4f}.")


def _sum_faults(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    """Rows of one subject and source that do not belong together."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for node in pack.of_type(*ASSOCIATIONS):
        subject, source = (
            next((value.value for value in pack.values(node, predicate)), "")
            for predicate in (terms.EMO + "subject", terms.DCTERMS + "source")
        )
        emotions = pack.values(node, terms.EMO + "emotion")
        scheme = known.schemes.get(emotions[0].value, "") if emotions else _NO_SCHEME
        groups[subject, source, scheme].append(node)
    unknown = {(subject, source) for subject, source, scheme in groups if not scheme}
    for (subject, source, scheme), rows in groups.items():
        where = f"of {pack.short(subject)} by {pack.short(source) if source else 'no source'}"
        yield from _row_faults(pack, rows, where)
        parts = [_value(pack, node, "probability") for node in rows]
        if (subject, source) in unknown or not all(p is not None and 0 <= p <= 1 for p in parts):
            continue
        total = sum((part for part in parts if part is not None), Decimal())
        about = terms.EMO + "probability"
        if scheme != _NO_SCHEME and abs(total - 1) > _NEARLY:
            name = scheme.rsplit("/", 1)[-1]
            text = f"The probabilities {where} add up to {total} over the emotions of {name}."
            yield pack.fault(rows[0], about, text, "Make them add up to 1.")
        elif scheme == _NO_SCHEME and total > 1 + _NEARLY:
            text = f"The probabilities {where} add up to {total} over appraisals."
            yield pack.fault(rows[0], about, text, "Make them add up to 1 at most.")


def _row_faults(pack: Pack, rows: list[str], where: str) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for node in rows:
        ends = [
            value.value
            for name in ("emotion", "appraisal")
            for value in pack.values(node, terms.EMO + name)[:1]
        ]
        for end in ends:
            if end in first:
                text = f"The same is said twice, first on line {pack.line(first[end])}."
                yield pack.fault(node, "", text, "Keep one of them.")
            first.setdefault(end, node)
    for name in ("strength", "total"):
        values = {node: _value(pack, node, name) for node in rows}
        stated = [(node, value) for node, value in values.items() if value is not None]
        for node, value in stated[1:]:
            if value != stated[0][1]:
                text = f"The rows {where} have {name} {stated[0][1]} and {value}."
                todo = f"Give all of them one {name}: it is that of the rows together."
                yield pack.fault(node, terms.EMO + name, text, todo)
                break


def _value(pack: Pack, node: str, name: str) -> Decimal | None:
    values = pack.values(node, terms.EMO + name)
    return _number(values[0]) if values else None


def _number(value: object) -> Decimal | None:
    if not isinstance(value, Literal) or value.datatype.value not in _TYPES:
        return None
    return Decimal(value.value) if _DECIMAL.fullmatch(value.value) else None
