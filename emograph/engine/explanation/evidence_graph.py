"""Lay out the paths from cues to emotions as a layered drawing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from emograph.engine.explanation.document import signed, way

Sign: TypeAlias = Literal["for", "against", "mixed"]
Key: TypeAlias = tuple[str, str]
"""A node's type and id: what makes it the same node on two paths."""

_LINE: Final = 17.0
_HEAD: Final = 40.0
_MARGIN: Final = 8.0
_ROOM: Final = 1072.0
"""How wide the page's column is on a desktop: the drawing should fit in it."""
_BETWEEN_COLUMNS: Final = (28.0, 120.0)
_BETWEEN_NODES: Final = 14.0
_LINE_WIDTHS: Final = (150.0, 130.0, 112.0, 96.0, 84.0)
"""How long a line in a box may be: the first with which the drawing fits, else the last."""
_LINES: Final = 3
_ROUNDS: Final = 12


@dataclass(frozen=True, slots=True)
class Node:
    """A labelled box: left top corner and size in pixels; `lines` is the label, wrapped."""

    type: str
    id: str
    label: str
    lines: tuple[str, ...]
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A drawn step: an SVG path, its width in pixels, whom it speaks for, and the words for it."""

    path: str
    width: float
    sign: Sign
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """The heading over a layer: its words and its left edge in pixels."""

    title: str
    x: float


@dataclass(frozen=True, slots=True)
class EvidenceGraph:
    """The drawing, in pixels; `shown` of the `total` paths are in it, the strongest ones."""

    width: float
    height: float
    columns: tuple[Column, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    shown: int
    total: int


@dataclass(slots=True)
class _Link:
    relation: str
    effects: list[float]

    @property
    def strength(self) -> float:
        return max(abs(effect) for effect in self.effects)

    @property
    def sign(self) -> Sign:
        if min(self.effects) < 0 < max(self.effects):
            return "mixed"
        return "against" if min(self.effects) < 0 else "for"


def layout(paths: Sequence[Mapping[str, Any]], limit: int = 14) -> EvidenceGraph:
    """Place the `limit` strongest paths of an explanation document from left to right.

    A node that several paths share is drawn once, to the right of all that leads to it; an edge
    that passes a column is led between that column's boxes. Boxes never overlap.

    >>> steps = [{"type": t, "id": t, "label": t} for t in ("cue", "concept", "emotion")]
    >>> path = {"steps": steps, "relations": ["stands for", "evokes"], "log_odds": 0.5}
    >>> graph = layout([path | {"probability": 0.4, "baseline": 0.2}])
    >>> [column.title for column in graph.columns]
    ['cue', 'concept', 'emotion']
    """
    chosen = sorted(paths, key=lambda path: -abs(path["log_odds"]))[:limit]
    labels: dict[Key, str] = {}
    links: dict[tuple[Key, Key], _Link] = {}
    for path in chosen:
        steps, relations = way(path)
        keys = [(step["type"], step["id"]) for step in steps]
        labels |= zip(keys, (step["label"] for step in steps), strict=True)
        for pair, relation in zip(pairwise(keys), relations, strict=True):
            links.setdefault(pair, _Link(relation, [])).effects.append(path["log_odds"])
    if not labels:
        return EvidenceGraph(0, 0, (), (), (), 0, len(paths))

    depth = _depths(labels, links)
    # Knowledge that says a concept is broader than itself must not break the drawing.
    links = {pair: link for pair, link in links.items() if depth[pair[0]] < depth[pair[1]]}
    titles = [
        _column_title({key[0] for key in labels if depth[key] == layer}, layer)
        for layer in range(max(depth.values()) + 1)
    ]
    wrapped, widths, lefts, right = _columns(labels, depth, titles)

    chains = {pair: _chain(*pair, depth) for pair in links}
    heights = {key: len(wrapped[key]) * _LINE + 14 for key in labels}
    centres = _arrange(depth, chains.values(), heights)
    strongest = max((link.strength for link in links.values()), default=0.0) or 1.0
    nodes = tuple(
        Node(
            *key,
            label=labels[key],
            lines=wrapped[key],
            x=lefts[depth[key]],
            y=centres[key] - heights[key] / 2,
            w=widths[depth[key]],
            h=heights[key],
        )
        for key in labels
    )
    edges = tuple(
        Edge(
            path=_curve(chains[pair], depth, centres, lefts, widths),
            width=round(1.25 + 5 * link.strength / strongest, 2),
            sign=link.sign,
            title=f"{labels[pair[0]]} {link.relation} {labels[pair[1]]} ({_amounts(link)})",
        )
        # Thick edges first, so that thin ones stay visible where they cross.
        for pair, link in sorted(links.items(), key=lambda item: -item[1].strength)
    )
    return EvidenceGraph(
        width=right + _MARGIN,
        height=max(node.y + node.h for node in nodes) + _MARGIN,
        columns=tuple(Column(*pair) for pair in zip(titles, lefts, strict=True)),
        nodes=nodes,
        edges=edges,
        shown=len(chosen),
        total=len(paths),
    )


def _columns(
    labels: Mapping[Key, str], depth: Mapping[Key, int], titles: Sequence[str]
) -> tuple[dict[Key, tuple[str, ...]], list[float], list[float], float]:
    """The wrapped labels, each column's box width and left edge, and the right edge of the last.

    Columns move together, and then lines grow shorter, until all of them fit a desktop.
    """
    least, most = _BETWEEN_COLUMNS
    for line_width in _LINE_WIDTHS:
        wrapped = {key: _wrap(label, line_width) for key, label in labels.items()}
        widths = [0.0] * len(titles)
        for key, lines in wrapped.items():
            widest = max(text_width(line) for line in lines) + 26
            widths[depth[key]] = max(widths[depth[key]], widest)
        # A heading may be wider than every box under it.
        room = [max(w, text_width(t) * 0.95) for w, t in zip(widths, titles, strict=True)]
        spare = (_ROOM - 2 * _MARGIN - sum(room)) / max(len(room) - 1, 1)
        if spare >= least:
            break
    between = min(max(spare, least), most)
    lefts = [_MARGIN + sum(room[:i]) + i * between for i in range(len(room))]
    return wrapped, widths, lefts, lefts[-1] + room[-1]


def _depths(nodes: Iterable[Key], links: Iterable[tuple[Key, Key]]) -> dict[Key, int]:
    """The layer of every node: right of all that leads to it, appraisals and emotions last."""
    sources: dict[Key, list[Key]] = {}
    for source, target in links:
        sources.setdefault(target, []).append(source)
    found: dict[Key, int] = {}

    def depth(key: Key, open_keys: frozenset[Key]) -> int:
        if key not in found:
            inner = open_keys | {key}
            before = [
                depth(source, inner) for source in sources.get(key, []) if source not in inner
            ]
            found[key] = 1 + max(before, default=-1)
        return found[key]

    order = list(nodes)
    for key in order:
        depth(key, frozenset())
    for kind in ("appraisal", "emotion"):
        last = 1 + max((found[key] for key in order if key[0] not in (kind, "emotion")), default=-1)
        found |= {key: last for key in order if key[0] == kind}
    return found


def _column_title(types: set[str], layer: int) -> str:
    (kind,) = types if len(types) == 1 else ("concept",)
    return "broader concept" if kind == "concept" and layer > 1 else kind


def _chain(source: Key, target: Key, depth: Mapping[Key, int]) -> list[Key]:
    """The edge as a run of keys, one a layer, with a waypoint in every column it passes."""
    name = "\x00".join((*source, *target))
    waypoints = [(f"way {layer}", name) for layer in range(depth[source] + 1, depth[target])]
    return [source, *waypoints, target]


def _arrange(
    depth: Mapping[Key, int], chains: Iterable[list[Key]], heights: Mapping[Key, float]
) -> dict[Key, float]:
    """The vertical centre of every node and waypoint, with few crossings and short edges."""
    layers: list[list[Key]] = [[] for _ in range(max(depth.values()) + 1)]
    neighbours: dict[Key, list[tuple[int, Key]]] = {key: [] for key in depth}
    for key, layer in depth.items():
        layers[layer].append(key)
    for chain in chains:
        for offset, key in enumerate(chain):
            if key not in neighbours:
                neighbours[key] = []
                layers[depth[chain[0]] + offset].append(key)
        for source, target in pairwise(chain):
            neighbours[source].append((1, target))
            neighbours[target].append((-1, source))

    centres: dict[Key, float] = {}
    for layer_keys in layers:
        centres |= _settle(layer_keys, dict.fromkeys(layer_keys, 0.0), heights)
    for turn in range(2 * _ROUNDS):
        # Early turns look one way at a time and may reorder; late ones only straighten.
        sides = ((-1,), (1,))[turn % 2] if turn < _ROUNDS else (-1, 1)
        for layer_keys in layers if turn % 2 == 0 else reversed(layers):
            wish = {}
            for key in layer_keys:
                near = [centres[other] for side, other in neighbours[key] if side in sides]
                wish[key] = sum(near) / len(near) if near else centres[key]
            if turn < _ROUNDS:
                layer_keys.sort(key=lambda key: wish[key])
            centres |= _settle(layer_keys, wish, heights)
    top = min(centre - heights.get(key, 0.0) / 2 for key, centre in centres.items())
    return {key: centre - top + _HEAD for key, centre in centres.items()}


def _settle(
    keys: Sequence[Key], wish: Mapping[Key, float], heights: Mapping[Key, float]
) -> dict[Key, float]:
    """The centres nearest to those wished for (least squares) at which nothing overlaps."""
    offsets: list[float] = []
    for i, key in enumerate(keys):
        if i == 0:
            offsets.append(0.0)
        else:
            gap = (heights.get(keys[i - 1], 0.0) + heights.get(key, 0.0)) / 2 + _BETWEEN_NODES
            offsets.append(offsets[-1] + gap)
    # Pool adjacent violators: boxes that push each other move as one block, to their mean.
    blocks: list[tuple[float, int]] = []
    for key, offset in zip(keys, offsets, strict=True):
        total, size = wish[key] - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / size:
            total, size = total + blocks[-1][0], size + blocks[-1][1]
            blocks.pop()
        blocks.append((total, size))
    means = [total / size for total, size in blocks for _ in range(size)]
    return {key: m + offset for key, m, offset in zip(keys, means, offsets, strict=True)}


def _curve(
    chain: Sequence[Key],
    depth: Mapping[Key, int],
    centres: Mapping[Key, float],
    lefts: Sequence[float],
    widths: Sequence[float],
) -> str:
    first = depth[chain[0]]
    x, y = lefts[first] + widths[first], centres[chain[0]]
    path = f"M{x:.1f} {y:.1f}"
    for layer, key in enumerate(chain[1:], start=first + 1):
        next_x, next_y = lefts[layer], centres[key]
        middle = (x + next_x) / 2
        path += f"C{middle:.1f} {y:.1f} {middle:.1f} {next_y:.1f} {next_x:.1f} {next_y:.1f}"
        x, y = next_x, next_y
        if key is not chain[-1]:
            x += widths[layer]
            path += f"H{x:.1f}"
    return path


def _amounts(link: _Link) -> str:
    low, high = min(link.effects), max(link.effects)
    return signed(low) if low == high else f"{signed(low)} to {signed(high)}"


def _wrap(label: str, width: float) -> tuple[str, ...]:
    """The label in at most three lines that fit a box; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in label.split():
        if lines[-1] and text_width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if text_width(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], clip(f"{lines[_LINES - 1]} {lines[_LINES]}", width)]
    return tuple(lines)


def clip(text: str, width: float) -> str:
    """The text, cut to at most `width` pixels; where something is left out it ends in an ellipsis.

    >>> clip("a very long label indeed", 80)
    'a very lon…'
    """
    if text_width(text) <= width:
        return text
    while text and text_width(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def text_width(text: str) -> float:
    """The width of text in pixels at 13 px, rather too much than too little."""
    return sum(_advance(character) for character in text)


def _advance(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 13.0
    if character in "iIjl.,:;'|!()[] tfr":
        return 5.2
    return 12.5 if character in "mwMW@%—" else 9.4 if character.isupper() else 8.1
