"""Where image tokens stand: the picture each belongs to, and its place there."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def places_of(is_image: Tensor, tile: int | None = None, positions: Tensor | None = None) -> Tensor:
    """The places (rows, n, 3) of tokens, of which those that `is_image` (rows, n) are a picture's.

    Image tokens without a gap are one picture, or several if they are several times `tile`, the
    tokens of a square one. `positions` (2, rows, n) are their heights and widths, where a model has
    them as its rotary positions (M-RoPE); else a picture is as square as its tokens allow. Height
    and width run from 0 to 1. Other tokens belong to picture -1.

    >>> places_of(torch.tensor([[False, True, True, True, True]]))[0, 1:].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    """
    places = torch.zeros(*is_image.shape, 3)
    places[..., 0] = -1
    told = None if positions is None else positions.cpu().float()
    for row, flags in enumerate(is_image.cpu()):
        at, picture = 0, 0
        for length, is_run in _runs(flags):
            for part in _parts(length, tile) if is_run else ():
                here = slice(at, at + part)
                places[row, here, 0] = picture
                places[row, here, 1:] = (
                    _squared(part) if told is None else _scaled(told[:, row, here].T)
                )
                at, picture = at + part, picture + 1
            at += 0 if is_run else length
    return places.to(is_image.device)


def _runs(flags: Tensor) -> list[tuple[int, bool]]:
    values, lengths = flags.unique_consecutive(return_counts=True)
    return list(zip(lengths.tolist(), values.tolist(), strict=True))


def _parts(length: int, tile: int | None) -> list[int]:
    """The pictures of one run: tiles, or the whole picture and what follows it (LLaVA-NeXT)."""
    if tile is None or length <= tile:
        return [length]
    if length % tile == 0:
        return [tile] * (length // tile)
    return [tile, length - tile]


def _squared(tokens: int) -> Tensor:
    """The places (tokens, 2) of one picture's tokens, row by row."""
    width = math.ceil(math.sqrt(tokens))
    at = torch.arange(tokens)
    return _scaled(torch.stack([at // width, at % width], dim=1).float())


def _scaled(places: Tensor) -> Tensor:
    places = places - places.amin(dim=0)
    return places / places.amax(dim=0).clamp_min(1)
