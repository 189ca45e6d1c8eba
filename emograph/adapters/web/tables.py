"""Rows of exact RDF terms in the W3C formats of SPARQL results: JSON, XML, CSV, TSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from emograph.adapters.web.http_error import HttpError
from emograph.kg.terms import XSD

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = Sequence[Term | None]

_XML = "http://www.w3.org/2005/sparql-results#"
_ITS = "http://www.w3.org/2005/11/its"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How the rows of a SELECT and the truth of an ASK are written, in UTF-8."""

    rows: Callable[[Sequence[str], Iterable[Row]], str]
    truth: Callable[[bool], str]


def _json_rows(columns: Sequence[str], rows: Iterable[Row]) -> str:
    bindings = [
        {
            name: _json_term(term)
            for name, term in zip(columns, row, strict=True)
            if term is not None
        }
        for row in rows
    ]
    return _json({"head": {"vars": list(columns)}, "results": {"bindings": bindings}})


def _json_truth(truth: bool) -> str:
    return _json({"head": {}, "boolean": truth})


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts}}
    literal = {"type": "literal", "value": term.value}
    if term.language:
        literal["xml:lang"] = term.language
        if term.direction:
            literal["its:dir"] = term.direction.value
    elif term.datatype.value != XSD + "string":
        literal["datatype"] = term.datatype.value
    return literal


def _xml_rows(columns: Sequence[str], rows: Iterable[Row]) -> str:
    head = "".join(f"<variable name={quoteattr(name)}/>" for name in columns)
    results = "".join(f"<result>{_xml_row(columns, row)}</result>" for row in rows)
    return _xml(f"<head>{head}</head><results>{results}</results>")


def _xml_row(columns: Sequence[str], row: Row) -> str:
    return "".join(
        f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>"
        for name, term in zip(columns, row, strict=True)
        if term is not None
    )


def _xml_truth(truth: bool) -> str:
    return _xml(f"<head></head><boolean>{_word(truth)}</boolean>")


def _xml(content: str) -> str:
    return f'<?xml version="1.0"?><sparql xmlns="{_XML}" xmlns:its="{_ITS}">{content}</sparql>'


def _xml_term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_xml_text(term.value)}</bnode>"
    if isinstance(term, ox.Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        inner = "".join(f"<{name}>{_xml_term(part)}</{name}>" for name, part in parts)
        return f"<triple>{inner}</triple>"
    mark = ""
    if term.language:
        mark = f" xml:lang={quoteattr(term.language)}"
        if term.direction:
            mark += f' its:dir="{term.direction.value}" its:version="2.0"'
    elif term.datatype.value != XSD + "string":
        mark = f" datatype={quoteattr(term.datatype.value)}"
    return f"<literal{mark}>{_xml_text(term.value)}</literal>"


def _xml_text(text: str) -> str:
    if _NO_XML.search(text):
        raise HttpError(406, "The answer has a character that XML cannot hold. Ask for JSON.")
    # A carriage return as it is would be read back as a line feed.
    return escape(text, {"\r": "&#13;"})


def _csv_rows(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """The terms' values alone: what they are, CSV does not say."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_csv_term(term) for term in row] for row in rows)
    return text.getvalue()


def _csv_term(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    return _turtle_term(term)


def _tsv_rows(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Terms as Turtle has them, where a tab or the end of a line is always escaped."""
    lines = ["\t".join(f"?{name}" for name in columns)]
    lines += ["\t".join("" if term is None else _turtle_term(term) for term in row) for row in rows]
    return "\n".join(lines) + "\n"


def _turtle_term(term: Term) -> str:
    if isinstance(term, ox.Triple):
        return f"<<( {' '.join(map(_turtle_term, term))} )>>"
    return str(term)


def _word(truth: bool) -> str:
    return "true" if truth else "false"


_JSON_FORMAT = TableFormat(_json_rows, _json_truth)
_XML_FORMAT = TableFormat(_xml_rows, _xml_truth)

TABLES: dict[str, TableFormat] = {
    "application/sparql-results+json": _JSON_FORMAT,
    "application/sparql-results+xml": _XML_FORMAT,
    "text/csv": TableFormat(_csv_rows, _word),
    "text/tab-separated-values": TableFormat(_tsv_rows, _word),
    "application/json": _JSON_FORMAT,
    "application/xml": _XML_FORMAT,
    "text/xml": _XML_FORMAT,
}
"""By media type; the first is the one for clients that take anything."""
