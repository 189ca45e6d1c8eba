"""A pack: a folder with the knowledge of one domain, read without trusting it."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.packs.alignments import Alignment, read_alignments
from emograph.kg.packs.faults import Fault
from emograph.kg.packs.places import Place, places
from emograph.kg.packs.statements import Statement

TURTLE = "pack.ttl"
SHAPES = "shapes.ttl"
ALIGNMENTS = "mappings.sssom.tsv"
QUESTIONS = "cq"
README = "README.md"

BYTES = 20_000_000
TRIPLES = 200_000
FILES = 1_000

TERMS = frozenset(
    terms.EMO + name
    for name in (
        "Concept", "Emotion", "EmotionScheme", "Appraisal", "CueKind", "Vocabulary", "Source",
    )
)  # fmt: skip
"""The classes of what has a name; the rest are statements about those."""

ASSOCIATIONS = frozenset(terms.EMO + name for name in ("Association", "AppraisalAssociation"))

TYPE = terms.RDF + "type"
_DEFINED_BY = terms.RDFS + "isDefinedBy"
_VOCABULARY = terms.EMO + "vocabulary"

Node = ox.NamedNode | ox.Literal


@dataclass(frozen=True, eq=False)
class Pack:
    """What a pack's folder says.

    `written` is what its Turtle says, without blank nodes: what was written as ``[]`` has a name
    below `base`, the same each time. `lines` are the places. `alignments` are the rows of its
    SSSOM table. Without an ontology of its own (`iri` is empty) the folder's name is its name.
    """

    folder: Path
    name: str
    iri: str
    base: str
    written: tuple[Statement, ...]
    lines: tuple[Place, ...] = field(repr=False)
    alignments: tuple[Alignment, ...]
    prefixes: Mapping[str, str] = field(repr=False)

    @property
    def graph(self) -> str:
        """The IRI of the named graph that it is kept in."""
        return terms.pack_graph(self.name)

    @cached_property
    def version(self) -> str:
        """Its ``owl:versionInfo``, empty where it has none."""
        return next((node.value for node in self.values(self.iri, terms.OWL + "versionInfo")), "")

    @cached_property
    def nodes(self) -> Mapping[str, Mapping[str, Sequence[Node]]]:
        """All that is said: the objects by subject and predicate."""
        found: dict[str, dict[str, list[Node]]] = {}
        for subject, predicate, value in self.written:
            found.setdefault(subject, {}).setdefault(predicate, []).append(value)
        return found

    def values(self, node: str, predicate: str) -> Sequence[Node]:
        """What the pack says of a node with a predicate."""
        return self.nodes.get(node, {}).get(predicate, ())

    def types(self, node: str) -> frozenset[str]:
        """The classes of a node, as the pack states them."""
        return frozenset(value.value for value in self.values(node, TYPE))

    def of_type(self, *classes: str) -> Iterator[str]:
        """The nodes of any of the classes, in the order in which they stand."""
        wanted = frozenset(classes)
        return (node for node in self.nodes if wanted & self.types(node))

    def owns(self, iri: str) -> bool:
        """Whether an IRI is the pack's to define: its ontology, or below it."""
        return iri == self.iri or iri.startswith((self.base, self.iri + "#"))

    def line(self, node: str, predicate: str = "", value: str = "") -> int:
        """Where a node's block stands, or what it says with a predicate, or one object of it.

        0 where that is not known.
        """
        for key in ((node, predicate, value), (node, predicate, ""), (node, "", "")):
            if key in self._lines:
                return self._lines[key]
        return 0

    @cached_property
    def statements(self) -> frozenset[Statement]:
        """What is kept of it: all that is written, and what goes without saying.

        A term says which ontology defines it; a concept is of the pack's vocabulary if there is
        only one.
        """
        found = {*self.written, *(statement for _, statement in self.alignments)}
        vocabularies = list(self.of_type(terms.EMO + "Vocabulary"))
        for node in self.of_type(*TERMS):
            said = self.nodes[node]
            if _DEFINED_BY not in said and self.iri:
                found.add(Statement(node, _DEFINED_BY, ox.NamedNode(self.iri)))
            concept = terms.EMO + "Concept" in self.types(node)
            if concept and _VOCABULARY not in said and len(vocabularies) == 1:
                found.add(Statement(node, _VOCABULARY, ox.NamedNode(vocabularies[0])))
        return frozenset(found)

    @property
    def triples(self) -> Iterator[ox.Triple]:
        """What is kept of it, as stores take it."""
        return (statement.triple for statement in self.statements)

    def write(self, folder: Path) -> Path:
        """What is kept of it as NAME.ttl in a folder; gives the file's path."""
        path = folder / f"{self.name}.ttl"
        prefixes = {**terms.PREFIXES, **self.prefixes}
        ox.serialize(sorted(self.triples, key=str), path, ox.RdfFormat.TURTLE, prefixes=prefixes)
        return path

    def fault(
        self, node: str, about: str, what: str, todo: str, value: str = "", warning: bool = False
    ) -> Fault:
        """A fault in what is said of a node with the predicate `about` (or all of it, if empty)."""
        line = self.line(node, about, value)
        return Fault(TURTLE, line, self.short(node), what, todo, warning, about)

    def short(self, iri: str) -> str:
        """A node as the pack's author writes it."""
        if ASSOCIATIONS & self.types(iri):
            ends = [
                self.short(end.value)
                for name in ("subject", "emotion", "appraisal")
                for end in self.values(iri, terms.EMO + name)[:1]
            ]
            return f"association of {' with '.join(ends)}" if ends else "association"
        known = {**terms.PREFIXES, **self.prefixes}
        fitting = [(len(base), name) for name, base in known.items() if iri.startswith(base)]
        if not fitting:
            return f"<{iri}>"
        length, name = max(fitting)
        return f"{name}:{iri[length:]}"

    @cached_property
    def _lines(self) -> Mapping[tuple[str, str, str], int]:
        found: dict[tuple[str, str, str], int] = {}
        for (node, predicate, value), place in zip(self.written, self.lines, strict=False):
            found.setdefault((node, "", ""), place.subject)
            found.setdefault((node, predicate, ""), place.predicate)
            found.setdefault((node, predicate, value.value), place.object)
        return found


def read_pack(folder: Path) -> Pack:
    """A pack that is well formed; whether what it says is right `check` tells.

    Raises `KnowledgeError` with the first fault where it is not.
    """
    pack, faults = open_pack(folder)
    grave = [fault for fault in faults if not fault.warning]
    if pack is None or grave:
        raise KnowledgeError(
            f"The pack {folder} cannot be read: {grave[0]}",
            f"emograph ontology check {folder} shows all that is wrong.",
        )
    return pack


def open_pack(folder: Path) -> tuple[Pack | None, list[Fault]]:
    """A pack as far as it can be read, and what hinders; None where its Turtle is none."""
    faults = list(_folder_faults(folder))
    if any(not fault.line and fault.file in (TURTLE, "") for fault in faults):
        return None, faults
    try:
        turtle = (folder / TURTLE).read_bytes().decode()
        parser = ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)
        triples = [quad.triple for quad in islice(parser, TRIPLES + 1)]
    except OSError as problem:
        text = f"The file cannot be read ({problem.strerror})."
        return None, [*faults, Fault(TURTLE, 0, "", text, "Make it a readable file.")]
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        text = "The file is not UTF-8 from here on."
        return None, [*faults, Fault(TURTLE, line, "", text, "Save it as UTF-8.")]
    except SyntaxError as problem:
        text = f"This is not Turtle: {str(problem.msg).split(': ', 1)[-1].rstrip('.')}."
        where = f"Correct it near column {problem.offset}." if problem.offset else "Correct it."
        return None, [*faults, Fault(TURTLE, problem.lineno or 0, "", text, where)]
    if len(triples) > TRIPLES:
        text = f"The pack has more than {TRIPLES:,} triples."
        return None, [*faults, Fault(TURTLE, 0, "", text, "Split it into several packs.")]
    if any(isinstance(triple.object, ox.Triple) for triple in triples):
        text = "A triple is used as a term, which is RDF 1.2."
        return None, [*faults, Fault(TURTLE, 0, "", text, "Write RDF 1.1.")]
    ontologies = [
        triple.subject.value
        for triple in triples
        if triple.predicate.value == TYPE
        and triple.object == ox.NamedNode(terms.OWL + "Ontology")
        and isinstance(triple.subject, ox.NamedNode)
    ]
    iri = ontologies[0].rstrip("/#") if ontologies else ""
    name = terms.slug(iri.rsplit("/", 1)[-1]) or terms.slug(folder.name)
    base = (iri or terms.BASE + "pack/" + name) + "/"
    prefixes = dict(parser.prefixes)
    alignments: list[Alignment] = []
    table = folder / ALIGNMENTS
    if table.is_file() and not any(fault.file == ALIGNMENTS for fault in faults):
        alignments, wrong = read_alignments(table, {**terms.PREFIXES, **prefixes})
        faults += wrong
    pack = Pack(
        folder=folder,
        name=name,
        iri=iri,
        base=base,
        written=tuple(_named(triples, base)),
        lines=tuple(places(turtle)),
        alignments=tuple(alignments),
        prefixes=prefixes,
    )
    return pack, faults


def _folder_faults(folder: Path) -> Iterator[Fault]:
    """What of the folder is not read: links, what is no file, and what is too large."""
    if not folder.is_dir():
        yield Fault("", 0, "", f"{folder} is no folder.", "Name a folder with a pack.ttl.")
        return
    if not os.path.lexists(folder / TURTLE):
        yield Fault(
            TURTLE, 0, "", "The file is missing.", "`emograph ontology new` writes one to begin."
        )
        return
    size = 0
    for number, path in enumerate(_paths(folder)):
        name = path.relative_to(folder).as_posix()
        if number >= FILES:
            yield Fault("", 0, "", f"The folder has more than {FILES} files.", "Keep only a pack.")
            return
        if path.is_symlink():
            yield Fault(name, 0, "", "This is a link.", "Put the file itself here.")
        elif not path.is_file():
            yield Fault(name, 0, "", "This is no ordinary file.", "Remove it.")
        else:
            size += path.stat().st_size
            if path.stat().st_size > BYTES:
                text = f"The file is larger than {BYTES // 1_000_000} MB."
                yield Fault(name, 0, "", text, "Split the pack into several.")
    if size > BYTES:
        text = f"The files are larger than {BYTES // 1_000_000} MB together."
        yield Fault("", 0, "", text, "Keep only what belongs to the pack.")


def _paths(folder: Path) -> Iterator[Path]:
    """Everything below a folder but folders themselves; links are not followed."""
    for place, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        for name in (*sorted(files), *folders):
            path = Path(place) / name
            if name in files or path.is_symlink():
                yield path


def _named(triples: Sequence[ox.Triple], base: str) -> Iterator[Statement]:
    """The triples with names for blank nodes, which follow from what is said of them."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    blank: dict[str, None] = {}
    for triple in triples:
        for node in (triple.subject, triple.object):
            if isinstance(node, ox.BlankNode):
                blank.setdefault(node.value)
        if isinstance(triple.subject, ox.BlankNode):
            end = triple.object
            said[triple.subject.value][triple.predicate.value] = getattr(end, "value", "")
    taken: Counter[str] = Counter()
    names: dict[str, ox.NamedNode] = {}
    for node_id in blank:
        name = base + _name_of(said[node_id], base)
        taken[name] += 1
        again = f"/{taken[name]}" if taken[name] > 1 else ""
        names[node_id] = ox.NamedNode(name + again)
    for triple in triples:
        subject, value = (
            names[end.value] if isinstance(end, ox.BlankNode) else end
            for end in (triple.subject, triple.object)
        )
        if isinstance(subject, ox.NamedNode) and isinstance(value, Node):
            yield Statement(subject.value, triple.predicate.value, value)


def _name_of(said: Mapping[str, str], base: str) -> str:
    if said.get(TYPE) not in ASSOCIATIONS:
        return "node"
    source = terms.slug(said.get(terms.DCTERMS + "source", "").rsplit("/", 1)[-1]) or "unsourced"
    ends = [
        said[terms.EMO + end].removeprefix(base).removeprefix(terms.BASE)
        for end in ("subject", "emotion", "appraisal")
        if terms.EMO + end in said
    ]
    kept = [end.removeprefix("concept/").removeprefix("emotion/") for end in ends]
    return "/".join(["association", source, *(end.replace("://", "/") for end in kept)])
