"""What a file is, by its name."""

from __future__ import annotations

from pathlib import PurePosixPath

_IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm")
_PACKED = (".tar.gz", ".tgz")


def is_image(name: str) -> bool:
    """Whether it is called as images are; hidden files are not.

    >>> is_image("album/cat.JPG"), is_image("album/._cat.jpg"), is_image("album/notes.txt")
    (True, False, False)
    """
    return name.lower().endswith(_IMAGES) and not PurePosixPath(name).name.startswith(".")


def is_shard(name: str) -> bool:
    """Whether it is called as tar archives are.

    >>> is_shard("train-0001.tar"), is_shard("train.tar.gz"), is_shard("train.gz")
    (True, True, False)
    """
    return name.lower().endswith((".tar", *_PACKED))


def is_packed(name: str) -> bool:
    """Whether it is called as tar archives are that gzip has packed."""
    return name.lower().endswith(_PACKED)


def is_table(name: str) -> bool:
    """Whether it is called as lists are."""
    return name.lower().endswith(".csv")


def shown(name: str) -> str:
    r"""A name as it can be printed and written; what is no text becomes “�”.

    A name from elsewhere may hold bytes that are no UTF-8, or would move the cursor.

    >>> shown("cat\x1b[2J.jpg")
    'cat�[2J.jpg'
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
