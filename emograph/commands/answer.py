"""How `emograph explain` prints an explanation for people."""

from __future__ import annotations

from typing import Literal

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from emograph.engine.explanation.document import (
    Document,
    colour,
    effects,
    headline,
    leading,
    percent,
    ranked,
    seer,
    signed,
    telling,
    voter,
)

_BAR = 24
_CUES = 6
_FAINT_CUES = 2
_BRIEF_EMOTIONS = 3


def print_answer(console: Console, document: Document, top: int) -> None:
    """Headline, emotions, valence and arousal, the most telling cues and the reasons."""
    _print_title(console, document)
    console.print()
    console.print(_indented(_emotions(document, top)))
    console.print(
        f"  valence {signed(document['valence'])}, arousal {signed(document['arousal'])} "
        "(within ±1; above 0 is pleasant, excited)\n"
    )
    if document["cues"]:
        said = f"What was seen, how surely, and what it adds to {leading(document)} (log-odds)"
        console.print(said, style="bold")
        console.print(_indented(_cues(document)))
        console.print()
    if len(document["votes"]) > 1:
        console.print("Who voted, and how much it counts", style="bold")
        console.print(_indented(_votes(document)))
        console.print()
    console.print("Why", style="bold")
    for sentence in document["why"]:
        console.print(_indented(Text(sentence)))


def print_brief(console: Console, document: Document, top: int) -> None:
    """The answer in four lines."""
    emotions = ranked(document["emotions"])[: min(top, _BRIEF_EMOTIONS)]
    shares = ", ".join(f"{_words(emotion)} {percent(share)}" for emotion, share in emotions)
    _print_title(console, document)
    console.print(
        f"  {shares}; valence {signed(document['valence'])}, arousal {signed(document['arousal'])}"
    )
    console.print(_indented(Text(document["why"][1])))
    console.print()


def _print_title(console: Console, document: Document) -> None:
    source = document["image"]["source"].encode("utf-8", "replace").decode()
    console.print(Text.assemble((source, "dim"), "\n", (headline(document), "bold")))


def _emotions(document: Document, top: int) -> Table:
    emotions = ranked(document["emotions"])
    grid = _grid("left", "left", "right")
    for emotion, share in emotions[:top]:
        length = round(_BAR * share / max(emotions[0][1], 1e-9))
        bar = Text("█" * length or "▏", style=colour(emotion))
        grid.add_row(_words(emotion), bar, percent(share))
    return grid


def _cues(document: Document) -> Table:
    adds = effects(document, leading(document))
    grid = _grid("left", "left", "right", "right")
    sure, faint = telling(document)
    for cue in [*sure[:_CUES], *faint[:_FAINT_CUES]]:
        grid.add_row(
            cue["label"],
            Text(f"{_words(cue['kind'])}, {seer(cue)}", style="dim"),
            percent(cue["confidence"]),
            signed(adds[cue["id"]]),
        )
    return grid


def _votes(document: Document) -> Table:
    grid = _grid("left", "right", "left")
    for name, vote in document["votes"].items():
        says = ", ".join(f"{_words(e)} {percent(share)}" for e, share in ranked(vote)[:3])
        grid.add_row(voter(name), percent(document["gate"].get(name, 0.0)), says)
    return grid


def _grid(*sides: Literal["left", "right"]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for side in sides:
        grid.add_column(justify=side)
    return grid


def _indented(content: Table | Text) -> Padding:
    return Padding(content, (0, 0, 0, 2), expand=False)


def _words(name: str) -> str:
    return name.replace("_", " ")
