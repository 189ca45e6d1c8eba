"""Reading the label tables of datasets: any line end, stray blanks, and faults named by line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from emograph.errors import DatasetError

_TODO = "Take the file from the dataset's own download again, or mend it."


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, its cells by column, and where it ends in the file."""

    file: Path
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell that must not be empty."""
        if not self.cells[column]:
            raise self.broken(f"{column} is empty")
        return self.cells[column]

    def choice(self, column: str, choices: Sequence[str]) -> str:
        """A cell that must be one of `choices`."""
        value = self.cells[column]
        if value not in choices:
            raise self.broken(f"{column} is {value!r}, not one of {', '.join(choices)}")
        return value

    def folder(self, column: str, choices: Sequence[str]) -> str:
        """The name of the folder that a cell's path is in, which must be one of `choices`."""
        name = PurePosixPath(self.text(column)).parent.name
        if name not in choices:
            raise self.broken(f"the image is in {name!r}, not in one of {', '.join(choices)}")
        return name

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """A cell that must be a finite number from `low` to `high`."""
        try:
            value = float(self.cells[column])
        except ValueError:
            raise self.broken(f"{column} is {self.cells[column]!r}, not a number") from None
        if not (math.isfinite(value) and low <= value <= high):
            raise self.broken(f"{column} is {value:g}, not within {low:g} to {high:g}")
        return value

    def broken(self, why: str) -> DatasetError:
        """The error that says what is wrong in this row."""
        return DatasetError(f"{self.file}, line {self.line}: {why}.", _TODO)


def read_table(
    file: Path, columns: Sequence[str], delimiter: str = ",", quote: str = '"'
) -> tuple[Row, ...]:
    """The rows of a table with a header; raises DatasetError unless it has all `columns`.

    Lines may end in any way, bare carriage returns included. Blanks around a cell are taken off,
    and rows without any content are left out. Where blanks are the `delimiter`, several count as
    one.
    """
    lines: Iterable[str] = io.StringIO(_text(file), newline=None)
    if delimiter == " ":
        lines = (" ".join(line.split()) for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)
    rows: list[Row] = []
    header: list[str] = []
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if not any(cells):
                continue
            if not header:
                header = _header(file, cells, columns)
                continue
            row = Row(file, reader.line_num, dict(zip(header, cells, strict=False)))
            if len(cells) != len(header):
                raise row.broken(f"{len(cells)} values for {len(header)} columns")
            rows.append(row)
    except csv.Error as error:
        raise DatasetError(f"{file}, line {reader.line_num}: {error}.", _TODO) from error
    if not rows:
        raise DatasetError(f"{file} has no rows.", _TODO)
    return tuple(rows)


def read_lines(file: Path, column: str) -> tuple[Row, ...]:
    """The lines of a list as rows of one `column`: no header, no quotes, and else as in a table."""
    lines = enumerate(io.StringIO(_text(file), newline=None), start=1)
    rows = tuple(
        Row(file, number, {column: line.strip()}) for number, line in lines if line.strip()
    )
    if not rows:
        raise DatasetError(f"{file} has no lines.", _TODO)
    return rows


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DatasetError(f"{file} cannot be read: {error.strerror}.", _TODO) from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{file} is not UTF-8 text.", _TODO) from error


def _header(file: Path, header: list[str], columns: Sequence[str]) -> list[str]:
    missing = [column for column in columns if column not in header]
    if missing:
        raise DatasetError(
            f"{file} has no column {', '.join(missing)}; its columns are {', '.join(header)}.",
            _TODO,
        )
    return header
