"""Prints the rows that answer a query."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emograph.kg.queries import Table
    from emograph.kg.stores import Value


class Format(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def print_rows(table: Table, format: Format) -> None:  # noqa: A002, the name of the option
    """Print a table; that there are more rows is said on stderr."""
    {Format.TABLE: _print_table, Format.JSON: _print_json, Format.CSV: _print_csv}[format](table)
    if not table.complete:
        print(f"Only the first {len(table.rows)} rows are shown.", file=sys.stderr)


def _print_table(table: Table) -> None:
    from rich.table import Table as Grid
    from rich.text import Text

    from emograph.commands.console import open_console

    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for name in table.columns:
        grid.add_column(name, overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(_short(value)) for value in row))
    open_console().print(grid)


def _short(value: Value | None) -> str:
    """A value as the table shows it: IRIs with their prefix."""
    from emograph.kg.stores import Iri
    from emograph.kg.terms import PREFIXES

    if value is None:
        return ""
    if not isinstance(value, Iri):
        return str(value).lower() if isinstance(value, bool) else str(value)
    fitting = [(len(base), name) for name, base in PREFIXES.items() if value.startswith(base)]
    if not fitting:
        return str(value)
    length, name = max(fitting)
    return f"{name}:{value[length:]}"


def _print_csv(table: Table) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow(
            ["" if v is None else str(v).lower() if isinstance(v, bool) else v for v in row]
        )


def _print_json(table: Table) -> None:
    bindings = [
        {
            name: _term(value)
            for name, value in zip(table.columns, row, strict=True)
            if value is not None
        }
        for row in table.rows
    ]
    results = {"head": {"vars": table.columns}, "results": {"bindings": bindings}}
    print(json.dumps(results, indent=2, ensure_ascii=False))


def _term(value: Value) -> dict[str, Any]:
    from emograph.kg.stores import Iri
    from emograph.kg.terms import XSD

    match value:
        case Iri():
            if value.startswith("_:"):
                return {"type": "bnode", "value": value[2:]}
            return {"type": "uri", "value": value}
        case bool():
            return {"type": "literal", "value": str(value).lower(), "datatype": XSD + "boolean"}
        case int():
            return {"type": "literal", "value": str(value), "datatype": XSD + "integer"}
        case float():
            return {"type": "literal", "value": str(value), "datatype": XSD + "double"}
    return {"type": "literal", "value": value}
