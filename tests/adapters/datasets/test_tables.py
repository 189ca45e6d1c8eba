"""Tables are read whatever ends their lines, and what is wrong is named by file and line."""

from pathlib import Path

import pytest

from emograph.adapters.datasets.tables import Row, read_lines, read_table
from emograph.errors import DatasetError


def read(folder: Path, content: str | bytes) -> tuple[Row, ...]:
    raw = content.encode() if isinstance(content, str) else content
    (folder / "t.csv").write_bytes(raw)
    return read_table(folder / "t.csv", ("image", "score"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(tmp_path: Path, end: str) -> None:
    rows = read(tmp_path, end.join(["image,score", "a.jpg,1", "b.jpg,2", ""]))
    assert [(row.text("image"), row.number("score"), row.line) for row in rows] == [
        ("a.jpg", 1, 2),
        ("b.jpg", 2, 3),
    ]


def test_stray_blanks_empty_rows_and_byte_order_mark(tmp_path: Path) -> None:
    rows = read(tmp_path, "\ufeff image ,score\n\n a.jpg , 1 \n , \n")
    assert [dict(row.cells) for row in rows] == [{"image": "a.jpg", "score": "1"}]


def test_quoted_cells_may_span_lines(tmp_path: Path) -> None:
    first, second = read(tmp_path, 'image,score\n"a\nb.jpg",1\nc.jpg,2\n')
    assert first.text("image") == "a\nb.jpg"
    assert second.line == 4


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "has no rows"),
        (b"image,score\n", "has no rows"),
        (b"file,score\na.jpg,1\n", "no column image; its columns are file, score"),
        (b"image,score\na.jpg,1\nb.jpg\n", "line 3: 1 values for 2 columns"),
        (b"image,score\na.jpg,1,2\n", "line 2: 3 values for 2 columns"),
        (b'image,score\n"a.jpg,1\n', "line 2: unexpected end of data"),
        (b"image,score\n\xff.jpg,1\n", "not UTF-8"),
    ],
)
def test_broken_tables(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(DatasetError, match=complaint) as error:
        read(tmp_path, content)
    assert str(tmp_path / "t.csv") in error.value.what


def test_table_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_table(tmp_path, ("image",))


@pytest.mark.parametrize("score", ["", "high", "nan", "inf", "7.5"])
def test_numbers_are_finite_and_in_range(tmp_path: Path, score: str) -> None:
    (row,) = read(tmp_path, f"image,score\na.jpg,{score}\n")
    with pytest.raises(DatasetError, match=r"t\.csv, line 2: score is"):
        row.number("score", 1, 7)


def test_cells_that_must_hold_something(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "image,score\n,1\n")
    with pytest.raises(DatasetError, match="line 2: image is empty"):
        row.text("image")
    with pytest.raises(DatasetError, match="score is '1', not one of low, high"):
        row.choice("score", ("low", "high"))


def test_quotes_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("'image','score'\n'a, b.jpg',1\n")
    (row,) = read_table(tmp_path / "t.csv", ("image", "score"), quote="'")
    assert dict(row.cells) == {"image": "a, b.jpg", "score": "1"}


def test_several_blanks_between_cells_count_as_one(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("image  score \n\n a.jpg\t1\n b.jpg   2 ")
    rows = read_table(tmp_path / "t.txt", ("image", "score"), delimiter=" ")
    assert [(row.text("image"), row.number("score"), row.line) for row in rows] == [
        ("a.jpg", 1, 3),
        ("b.jpg", 2, 4),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lists_without_a_header(tmp_path: Path, end: str) -> None:
    (tmp_path / "t.txt").write_bytes(f"\ufeffjoy/a.jpg {end}{end} joy/b.jpg".encode())
    rows = read_lines(tmp_path / "t.txt", "image")
    assert [(row.text("image"), row.line) for row in rows] == [("joy/a.jpg", 1), ("joy/b.jpg", 3)]


def test_the_folder_of_a_path(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "image,score\nimages/joy/a.jpg,1\n")
    assert row.folder("image", ("fear", "joy")) == "joy"
    with pytest.raises(DatasetError, match="line 2: the image is in 'joy', not in one of fear"):
        row.folder("image", ("fear",))
