"""Checks a pack against SHACL shapes: those of the package, and its own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from emograph.kg import terms
from emograph.kg.packs.faults import Fault
from emograph.kg.packs.pack import SHAPES, TYPE, Pack
from emograph.kg.packs.surroundings import Surroundings

if TYPE_CHECKING:
    from rdflib import Graph

_SH = "http://www.w3.org/ns/shacl#"
# Queries of rdflib may fetch what they name, and a script may do anything.
_REFUSED = frozenset(
    _SH + name
    for name in (
        "sparql", "select", "ask", "construct", "update", "rule", "target", "expression", "values",
        "js", "jsLibrary", "jsLibraryURL", "jsFunctionName", "prefixes",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What a shape found: the node, the predicate and value in question if any, and the words."""

    node: str
    predicate: str
    value: str
    message: str


def shape_faults(
    pack: Pack, known: Surroundings, package_shapes: Path, told: set[tuple[str, str]]
) -> Iterator[Fault]:
    """What the shapes find in the pack's nodes, apart from what was `told`: node and predicate."""
    data = _data(pack, known)
    shapes, faults = _own_shapes(pack)
    yield from faults
    for words, path in (("emograph's shapes", package_shapes), (SHAPES, None)):
        source = path.read_bytes() if path else shapes
        if source is None:
            continue
        try:
            findings = _findings(data, source, [node for node in pack.nodes if pack.owns(node)])
        except Exception as problem:  # noqa: BLE001 - pyshacl raises what its parts raise
            text = f"The shapes cannot be used: {str(problem).strip().splitlines()[0]}"
            yield Fault(SHAPES, 1, "", text, "Correct them; SHACL Core is understood.")
            continue
        for finding in findings:
            if path is None or not _is_told(pack.short(finding.node), finding.predicate, told):
                yield pack.fault(
                    finding.node,
                    finding.predicate,
                    finding.message,
                    f"Correct it; so say {words}.",
                    finding.value,
                )


def _is_told(node: str, predicate: str, told: set[tuple[str, str]]) -> bool:
    """Whether a better word was said of it: of this, or of the node where it is about all of it."""
    if not predicate:
        return any(other == node for other, _ in told)
    return (node, predicate) in told or (node, TYPE) in told


def _own_shapes(pack: Pack) -> tuple[bytes | None, list[Fault]]:
    """The pack's shapes if they can be used."""
    path = pack.folder / SHAPES
    if not path.is_file() or path.is_symlink():
        return None, []
    try:
        source = path.read_bytes()
        quads = list(ox.parse(source, format=ox.RdfFormat.TURTLE))
    except OSError as problem:
        text = f"The file cannot be read ({problem.strerror})."
        return None, [Fault(SHAPES, 0, "", text, "Make it a readable file.")]
    except SyntaxError as problem:
        text = f"This is not Turtle: {str(problem.msg).split(': ', 1)[-1]}."
        return None, [Fault(SHAPES, problem.lineno or 0, "", text, "Correct it.")]
    lines = source.decode().splitlines()
    refused = sorted({q.predicate.value for q in quads} & _REFUSED)
    if refused:
        faults = []
        for predicate in refused:
            name = predicate.removeprefix(_SH)
            line = next((i for i, text in enumerate(lines, 1) if f":{name}" in text), 1)
            text = f"Shapes of a pack cannot use sh:{name}."
            faults.append(Fault(SHAPES, line, "", text, "Write it as a question in cq/ instead."))
        return None, faults
    shapes = {
        q.subject
        for q in quads
        if q.predicate.value == TYPE
        and q.object.value in (_SH + "NodeShape", _SH + "PropertyShape")
    }
    if not shapes:
        text = "The file has no sh:NodeShape."
        return None, [Fault(SHAPES, 1, "", text, "Write one, or remove the file.")]
    return source, []


def _data(pack: Pack, known: Surroundings) -> Graph:
    """The pack, and of what it refers to the classes."""
    from rdflib import Graph

    triples = set(pack.triples)
    ends = {end for _, _, end in pack.statements if isinstance(end, ox.NamedNode)}
    for end in ends:
        for node_type in known.types.get(end.value, ()):
            triples.add(ox.Triple(end, ox.NamedNode(TYPE), ox.NamedNode(node_type)))
        if end.value in known.schemes:
            scheme = ox.NamedNode(known.schemes[end.value])
            triples.add(ox.Triple(end, ox.NamedNode(terms.EMO + "scheme"), scheme))
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(io.BytesIO(text or b""), format="nt")


def _findings(data: Graph, shapes: bytes, nodes: Sequence[str]) -> list[Finding]:
    from pyshacl import validate
    from rdflib import Graph, URIRef
    from rdflib.namespace import RDF, SH

    _, report, _ = validate(
        data,
        shacl_graph=Graph().parse(data=shapes, format="turtle"),
        focus_nodes=[URIRef(node) for node in nodes],
        do_owl_imports=False,
        js=False,
    )
    assert isinstance(report, Graph)  # noqa: S101 - what pyshacl gives without serialising
    return sorted(
        {
            Finding(
                str(report.value(result, SH.focusNode)),
                str(report.value(result, SH.resultPath) or ""),
                str(report.value(result, SH.value) or ""),
                str(report.value(result, SH.resultMessage)),
            )
            for result in report.subjects(RDF.type, SH.ValidationResult)
        },
        key=lambda finding: (finding.node, finding.predicate, finding.message),
    )
