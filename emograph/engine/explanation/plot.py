"""Draw an explanation as a figure for papers and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emograph.engine.explanation.document import (
    Document,
    colour,
    effects,
    headline,
    leading,
    percent,
    ranked,
    signed,
    telling,
)

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

_INK: Final = "#1d2023"
_SOFT: Final = "#5a6068"
_FOR: Final = "#1b6f8a"
_AGAINST: Final = "#b4531f"
_MOST_EMOTIONS: Final = 8
_MOST_CUES: Final = 8
_FEWEST_ROWS: Final = 5
"""Axes keep room for this many bars, so that a single bar is as thin as many."""


def plot(document: Document, photo_pixels: NDArray[np.uint8] | None = None) -> Figure:
    """A matplotlib figure: the photo, the emotions, and what each cue adds to the leading one.

    `photo_pixels` is (height, width, 3), RGB, and may be smaller than the image that was explained;
    without it the figure has no photo. At most the eight strongest emotions and cues are drawn. The
    figure belongs to no window: `figure.savefig("why.pdf")` writes it.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 5.4) if photo_pixels is not None else (6.4, 5.4))
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.1)
    figure.suptitle(_plain(headline(document), 60), x=0.02, ha="left", size=15, color=_INK)
    emotions = ranked(document["emotions"])[:_MOST_EMOTIONS]
    cues = _strongest_cues(document)
    heights = [max(len(rows), _FEWEST_ROWS) for rows in (emotions, cues)]
    if photo_pixels is None:
        grid = figure.add_gridspec(2, 1, height_ratios=heights)
    else:
        grid = figure.add_gridspec(2, 2, height_ratios=heights, width_ratios=[1, 1])
        _draw_photo(figure.add_subplot(grid[:, 0]), document, photo_pixels)
    _draw_emotions(figure.add_subplot(grid[0, -1]), emotions)
    _draw_cues(figure.add_subplot(grid[1, -1]), cues, leading(document))
    return figure


def _strongest_cues(document: Document) -> list[tuple[str, str, float]]:
    """Id, label and log-odds of the cues that move the leading emotion most; faint ones last."""
    adds = effects(document, leading(document))
    sure, faint = telling(document)
    return [(cue["id"], cue["label"], adds[cue["id"]]) for cue in [*sure, *faint][:_MOST_CUES]]


def _draw_photo(axes: Axes, document: Document, pixels: NDArray[np.uint8]) -> None:
    from matplotlib.patches import Rectangle

    image = document["image"]
    # Regions are measured in the image that was explained, whatever the size of the pixels given.
    axes.imshow(pixels, extent=(0, image["width"], image["height"], 0))
    drawn = {cue for cue, _, _ in _strongest_cues(document)}
    for cue in document["cues"]:
        box = cue["region"]
        if box is None or cue["id"] not in drawn:
            continue
        for line_width, line_colour in ((3.0, "#00000080"), (1.2, "white")):
            axes.add_patch(
                Rectangle(
                    (box["x"], box["y"]),
                    box["w"],
                    box["h"],
                    fill=False,
                    linewidth=line_width,
                    edgecolor=line_colour,
                )
            )
        # A label in the right half grows to the left, so that it stays inside the photo.
        at_left = box["x"] + box["w"] / 2 <= image["width"] / 2
        edge = max(box["x"], 0) if at_left else min(box["x"] + box["w"], image["width"])
        axes.annotate(
            _plain(cue["label"], 22),
            (edge, max(box["y"], 0)),
            xytext=(3 if at_left else -3, -3),
            textcoords="offset points",
            ha="left" if at_left else "right",
            va="top",
            size=8,
            color=_INK,
            bbox={"boxstyle": "square,pad=0.2", "facecolor": "white", "edgecolor": "none"},
        )
    axes.set_xlim(0, image["width"])
    axes.set_ylim(image["height"], 0)
    axes.set_axis_off()
    axes.set_anchor("N")


def _draw_emotions(axes: Axes, emotions: list[tuple[str, float]]) -> None:
    shares = [share for _, share in emotions]
    axes.barh(range(len(emotions)), shares, color=[colour(emotion) for emotion, _ in emotions])
    for row, share in enumerate(shares):
        axes.annotate(
            percent(share),
            (share, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=_SOFT,
        )
    axes.set_xlim(0, (max(shares) or 1) * 1.18)
    axes.set_xticks([])
    _label_rows(axes, [emotion for emotion, _ in emotions])


def _draw_cues(axes: Axes, cues: list[tuple[str, str, float]], emotion: str) -> None:
    axes.set_title(_plain(f"adds to {emotion} (log-odds)", 48), loc="left", size=9, color=_SOFT)
    values = [log_odds for _, _, log_odds in cues]
    axes.barh(
        range(len(cues)), values, color=[_FOR if value >= 0 else _AGAINST for value in values]
    )
    for row, value in enumerate(values):
        axes.annotate(
            signed(value),
            (value, row),
            xytext=(4 if value >= 0 else -4, 0),
            textcoords="offset points",
            va="center",
            ha="left" if value >= 0 else "right",
            size=9,
            color=_SOFT,
        )
    low, high = min([0.0, *values]), max([0.0, *values])
    # The numbers stand outside the bars, on the side where the bars point.
    room = 0.18 * (high - low or 1.0)
    axes.set_xlim(low - room if low < 0 else 0.0, high + room)
    axes.set_xticks([])
    _label_rows(axes, [label for _, label, _ in cues])
    if cues:
        axes.vlines(0, -0.5, len(cues) - 0.5, color=_SOFT, linewidth=0.8)
    else:
        axes.text(0.02, 0.8, "nothing was recognised", transform=axes.transAxes, color=_SOFT)


def _label_rows(axes: Axes, labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), [_plain(label, 28) for label in labels])
    axes.tick_params("y", length=0, labelsize=10, labelcolor=_INK)
    axes.set_ylim(max(len(labels), _FEWEST_ROWS) - 0.5, -0.5)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _plain(text: str, length: int) -> str:
    """Text that matplotlib prints as it stands: short, on one line, no dollar starts a formula."""
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    short = line if len(line) <= length else line[: length - 1].rstrip() + "…"
    return short.replace("$", r"\$")
