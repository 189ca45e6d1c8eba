"""Named questions: SPARQL queries that come with the package, with parameters."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

from emograph.errors import KnowledgeError
from emograph.kg.graph import ONTOLOGIES, KnowledgeGraph
from emograph.kg.queries import ROWS, Table
from emograph.kg.terms import PREFIXES

SECONDS = 60.0
"""How long a named question may take: it goes over all that is kept."""

_HEAD = re.compile(r"#\s*(title|description|param):?\s+(.*)")
_PARAMETER = re.compile(r'(\w+):\s*("[^"]*"|\S+)\s+--\s+(.*)')
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question can be asked about: an IRI, a text or a number, and what it is by itself."""

    name: str
    kind: Literal["iri", "text", "number"]
    default: str
    description: str

    def term(self, given: str | None) -> ox.NamedNode | ox.Literal:
        r"""The RDF term for what a person wrote; raises `KnowledgeError` where it is none.

        An IRI is written in full, with a prefix, or as a bare name, which then has the prefix of
        the default.

        >>> emotion = Parameter("emotion", "iri", "mikels:fear", "the emotion")
        >>> str(emotion.term("ekman:joy"))
        '<https://w3id.org/emograph/emotion/ekman/joy>'
        >>> emotion.term("awe") == emotion.term("mikels:awe")
        True
        >>> str(Parameter("subject", "text", "dog", "what is seen").term('a "b" } #'))
        '"a \\"b\\" } #"'
        """
        text = self.default if given is None else given.strip()
        if not text:
            raise KnowledgeError(
                f"The parameter {self.name} is needed: {self.description}.",
                f"Add --param {self.name}=…",
            )
        if len(text) > _LONGEST:
            raise self._wrong(text[:20] + "…", f"Give at most {_LONGEST} characters.")
        match self.kind:
            case "text":
                return ox.Literal(text)
            case "number":
                return self._number(text)
        return self._iri(text)

    def _number(self, text: str) -> ox.Literal:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self._wrong(text, f"Give a number, such as {self.default}.")
        return ox.Literal(number)

    def _iri(self, text: str) -> ox.NamedNode:
        iri = text.removeprefix("<").removesuffix(">")
        if "://" not in iri:
            prefix, colon, name = iri.rpartition(":")
            base = PREFIXES.get(prefix if colon else self.default.partition(":")[0])
            if base is None or not name:
                raise self._wrong(text, f"Give a name such as {self.default}.")
            iri = base + name
        try:
            return ox.NamedNode(iri)
        except ValueError:
            raise self._wrong(text, f"Give a name such as {self.default}.") from None

    def _wrong(self, text: str, todo: str) -> KnowledgeError:
        return KnowledgeError(f"The parameter {self.name} cannot be {text!r}.", todo)


@dataclass(frozen=True, slots=True)
class Question:
    """A named query. Its parameters stand in it as ``$name``."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    sparql: str

    def terms(self, given: Mapping[str, str]) -> dict[str, ox.NamedNode | ox.Literal]:
        """The term of each parameter; raises `KnowledgeError` for a wrong or unknown one."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise KnowledgeError(
                    f"The question {self.name} has no parameter {name!r}.",
                    f"It has: {', '.join(known) or 'none'}.",
                )
        return {name: parameter.term(given.get(name)) for name, parameter in known.items()}

    def bound(self, terms: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
        """The query with its parameters set, each written as the RDF term that it is."""
        return re.sub(r"\$(\w+)", lambda match: str(terms[match[1]]), self.sparql)


@cache
def questions() -> Mapping[str, Question]:
    """The questions that come with the package, by name."""
    files = sorted((ONTOLOGIES / "questions").glob("*.rq"))
    return {path.stem: _read(path) for path in files}


def question(name: str) -> Question:
    """The question of that name; raises `KnowledgeError` with those that are close."""
    known = questions()
    if name not in known:
        close = difflib.get_close_matches(name, known) or known
        raise KnowledgeError(f"There is no question {name!r}.", f"Ask one of: {', '.join(close)}.")
    return known[name]


def answer(
    graph: KnowledgeGraph, asked: Question, given: Mapping[str, str], rows: int = ROWS
) -> Table:
    """Ask a question of a graph, with parameters as people write them.

    Raises `KnowledgeError` where a parameter is wrong or names what the graph does not have.
    """
    terms = asked.terms(given)
    for name, term in terms.items():
        if name in given and isinstance(term, ox.NamedNode):
            _expect(graph, name, term)
    return graph.query(asked.bound(terms), seconds=SECONDS, rows=rows)


def _expect(graph: KnowledgeGraph, name: str, term: ox.NamedNode) -> None:
    if graph.query(f"ASK {{ {term} ?predicate ?object }}").rows[0][0]:
        return
    folder = re.sub(r"[^/#]*$", "", term.value)
    beside = graph.query(
        f"SELECT DISTINCT ?node WHERE {{ ?node skos:prefLabel ?label"
        f" FILTER(STRSTARTS(STR(?node), {ox.Literal(folder)})) }} ORDER BY ?node",
        rows=50,
    )
    names = [str(row[0]).removeprefix(folder) for row in beside.rows]
    raise KnowledgeError(
        f"The graph has no {term.value.removeprefix(folder)!r} for the parameter {name}.",
        f"Use one of: {', '.join(names)}." if names else "Correct it.",
    )


def _read(path: Path) -> Question:
    head: dict[str, str] = {}
    parameters, body = [], []
    for line in path.read_text("utf-8").splitlines():
        match = _HEAD.match(line)
        if match is None:
            body.append(line)
        elif match[1] == "param":
            parameters.append(_parameter(match[2]))
        else:
            head[match[1]] = match[2]
    return Question(
        path.stem, head["title"], head["description"], tuple(parameters), "\n".join(body).strip()
    )


def _parameter(line: str) -> Parameter:
    match = _PARAMETER.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is no parameter: NAME: DEFAULT -- DESCRIPTION")
    name, default, description = match.groups()
    if default.startswith('"'):
        return Parameter(name, "text", default.strip('"'), description)
    kind: Literal["iri", "number"] = "iri" if ":" in default else "number"
    return Parameter(name, kind, default, description)
