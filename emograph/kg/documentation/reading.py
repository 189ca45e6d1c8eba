"""What a page shows of a Turtle file: the ontology's own words, and its things by class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from emograph.errors import KnowledgeError
from emograph.kg import terms

_HIDDEN = frozenset({"type", "prefLabel", "label", "definition", "isDefinedBy", "order"})
_TBOX = frozenset(terms.OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty"))


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a property; `link` is its IRI where it is a resource."""

    text: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a file defines; `properties` are by local name, in order."""

    iri: str
    label: str
    definition: str
    properties: Mapping[str, tuple[Value, ...]]

    @property
    def anchor(self) -> str:
        """Where on its page it stands."""
        return self.iri.removeprefix(terms.BASE).replace("/", "-")


@dataclass(frozen=True)
class Document:
    """One Turtle file."""

    path: Path
    triples: tuple[Triple, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending, and that of its page."""
        return self.path.stem

    @cached_property
    def header(self) -> Mapping[str, tuple[Value, ...]]:
        """What the ontology says of itself, by local name."""
        ontology = terms.OWL + "Ontology"
        for properties in self._about.values():
            if any(kind.link == ontology for kind in properties.get("type", ())):
                return properties
        return {}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The label of everything that has one, by IRI."""
        return {
            iri: properties["prefLabel"][0].text
            for iri, properties in self._about.items()
            if "prefLabel" in properties
        }

    @cached_property
    def has_classes(self) -> bool:
        """Whether it declares classes or properties."""
        return any(kind.startswith("owl:") for kind in self.counts)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many things of each class there are, by the class's short name."""
        counts: defaultdict[str, int] = defaultdict(int)
        for properties in self._about.values():
            for kind in properties.get("type", ()):
                if kind.link in _TBOX:
                    counts["owl:" + kind.text] += 1
                elif kind.link and kind.link.startswith(terms.EMO):
                    counts[kind.text] += 1
        return dict(sorted(counts.items()))

    @property
    def size(self) -> int:
        """How many things have a definition, classes and properties left out."""
        return sum(map(len, self.things.values()))

    @cached_property
    def things(self) -> Mapping[str, tuple[Thing, ...]]:
        """What has a definition, by class; in the order of ``emo:order``, then of IRI.

        Classes and properties are left out.
        """
        found: defaultdict[str, list[tuple[float, Thing]]] = defaultdict(list)
        for iri, properties in self._about.items():
            if "definition" not in properties or _kind(properties) is None:
                continue
            shown = {
                name: values for name, values in sorted(properties.items()) if name not in _HIDDEN
            }
            place = float(properties["order"][0].text) if "order" in properties else 0.0
            definition = properties["definition"][0].text
            thing = Thing(iri, self.labels.get(iri, iri), definition, shown)
            found[str(_kind(properties))].append((place, thing))
        return {
            kind: tuple(thing for _, thing in sorted(things, key=_order))
            for kind, things in sorted(found.items())
        }

    @cached_property
    def _about(self) -> Mapping[str, Mapping[str, tuple[Value, ...]]]:
        about: defaultdict[str, defaultdict[str, list[Value]]]
        about = defaultdict(lambda: defaultdict(list))
        for triple in self.triples:
            link = triple.object.value if isinstance(triple.object, NamedNode) else None
            said = str(getattr(triple.object, "value", triple.object))
            value = Value(_local(said) if link else said, link)
            about[str(getattr(triple.subject, "value", triple.subject))][
                _local(triple.predicate.value)
            ].append(value)
        return {
            subject: {name: tuple(sorted(values, key=_text)) for name, values in properties.items()}
            for subject, properties in about.items()
        }


def read_document(path: Path) -> Document:
    """Read a Turtle file; raises `KnowledgeError` where there is none or it is none."""
    try:
        triples = parse(path=path, format=RdfFormat.TURTLE)
        return Document(path, tuple(Triple(q.subject, q.predicate, q.object) for q in triples))
    except OSError as problem:
        raise KnowledgeError(
            f"The knowledge file {path} cannot be read ({problem.strerror}).",
            "Give a Turtle file that is there.",
        ) from problem
    except (SyntaxError, ValueError) as problem:
        raise KnowledgeError(f"{path} is not Turtle: {problem}.", "Correct the file.") from problem


def _kind(properties: Mapping[str, tuple[Value, ...]]) -> str | None:
    """The class by which a thing is shown; None for classes and properties."""
    kinds = properties.get("type", ())
    if any(kind.link in _TBOX for kind in kinds):
        return None
    return kinds[0].text if kinds else "Thing"


def _text(value: Value) -> str:
    return value.text


def _local(iri: str) -> str:
    return iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]


def _order(item: tuple[float, Thing]) -> tuple[str, float, str]:
    place, thing = item
    return thing.iri.rsplit("/", 1)[0], place, thing.iri
