"""Show many explanations side by side on one contact sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from emograph.engine.explanation.document import (
    Document,
    effects,
    headline,
    leading,
    ranked,
    telling,
)
from emograph.engine.explanation.page import (
    alternative,
    data_url,
    emotion_classes,
    render,
    template_text,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_CUES: Final = 4


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the sheet says of one picture."""

    photo: str
    alt: str
    source: str
    name: str
    headline: str
    emotions: Sequence[tuple[str, float]]
    cues: Sequence[tuple[str, float]]
    why: str


def render_sheet(
    items: Iterable[tuple[Document, bytes]], failures: Sequence[tuple[str, str]] = ()
) -> str:
    """One self-contained HTML page for many explanation documents, in the order given.

    Each item is a document and its photo as a JPEG, best a `thumbnail`; each failure is the source
    of an image that could not be explained and the reason.
    """
    tally: Counter[str] = Counter()
    labels: dict[str, None] = {}
    entries = []
    for document, photo in items:
        tally[leading(document)] += 1
        labels |= dict.fromkeys(document["emotions"])
        adds = effects(document, leading(document))
        sure, faint = telling(document)
        # Two detectors may call a cue the same; the stronger one is told.
        cues: dict[str, float] = {}
        for cue in sure or faint:
            cues.setdefault(cue["label"], adds[cue["id"]])
        # The first sentence only tells the shares, which the bars show.
        why = document["why"][1:2] or document["why"][:1] or [""]
        entries.append(
            _Entry(
                photo=data_url(photo),
                alt=alternative(document),
                source=document["image"]["source"],
                name=document["image"]["source"].rpartition("/")[2],
                headline=headline(document),
                emotions=ranked(document["emotions"])[:3],
                cues=list(cues.items())[:_CUES],
                why=why[0],
            )
        )
    classes, rules = emotion_classes(labels)
    return render(
        "sheet.html.jinja",
        style=template_text("base.css") + template_text("sheet.css") + rules,
        title="1 picture" if len(entries) == 1 else f"{len(entries)} pictures",
        tally=tally.most_common(),
        classes=classes,
        entries=entries,
        failures=failures,
    )


def thumbnail(pixels: NDArray[np.uint8], side: int = 320) -> bytes:
    """A JPEG of at most `side` by `side` pixels; `pixels` is (height, width, 3), RGB."""
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()
