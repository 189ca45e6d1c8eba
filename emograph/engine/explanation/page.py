"""Show an explanation as one web page that needs nothing else, or as a card in a notebook."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from emograph.engine.explanation.document import (
    Document,
    backing,
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
    way,
)
from emograph.engine.explanation.evidence_graph import clip, layout, text_width

_TEMPLATES = Path(__file__).parent / "templates"
_WIDE: Final = 640.0
"""How wide the photo is on a desktop, in pixels: where the tags should not hide each other."""
_NARROW: Final = 330.0
"""How wide it is on a phone: where a tag should still lie inside the photo."""
_TAG_HEIGHT: Final = 20.0
_FAINT: Final = 0.1
"""Cues that are less sure than this are folded away."""
_MOST_CUES: Final = 12
_FEWEST_CUES: Final = 3
_MOST_REGIONS: Final = 8
"""Regions of cues further down the list are drawn only while their cue is pointed at."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A cue as the page lists it: its number, and what it adds to the leading emotion."""

    number: int
    cue: Mapping[str, Any]
    log_odds: float


@dataclass(frozen=True, slots=True)
class _Tag:
    """A region's label: its anchor in per cent of the photo, its shift from there in pixels."""

    text: str
    width: float
    x: float
    y: float
    dx: float
    dy: float

    def spot(self, tall: float) -> tuple[float, float]:
        """Its left top corner, in pixels, over a photo of the desktop's width and `tall` pixels."""
        return self.x / 100 * _WIDE + self.dx, self.y / 100 * tall + self.dy


@dataclass(frozen=True, slots=True)
class _Region:
    """A box over the photo, in per cent of it; one that is not `shown` waits for the pointer."""

    number: int
    label: str
    shown: bool
    tag: _Tag
    x: float
    y: float
    w: float
    h: float


def render_page(document: Document, photo: bytes) -> str:
    """One self-contained HTML page for an explanation document and the JPEG of its photo.

    The photo may be smaller than the image that was explained; the regions scale with it. The page
    loads nothing, reads well without JavaScript, and carries the document as JSON in the element
    `explanation`.
    """
    emotions = ranked(document["emotions"])
    classes, rules = emotion_classes(document["emotions"])
    width, height = document["image"]["width"], document["image"]["height"]
    adds = effects(document, leading(document))
    matter, faint = telling(document, _FAINT)
    rows = [_Row(i, cue, adds[cue["id"]]) for i, cue in enumerate([*matter, *faint], start=1)]
    # The photo fills its column, but a tall one must fit the window and a small one stay sharp.
    fit = f".photo{{width:min(100%,calc(80vh*{width / height:.4f}),{2 * width}px)}}"
    return render(
        "page.html.jinja",
        style=template_text("base.css") + template_text("page.css") + rules + fit,
        script=template_text("page.js"),
        document=document,
        data=_json_for_script(document),
        headline=headline(document),
        photo=data_url(photo),
        alt=alternative(document),
        emotions=emotions,
        classes=classes,
        scale=max(emotions[0][1], 1e-9),
        start=document["prior"].get(emotions[0][0]),
        cues=rows,
        shown=min(max(len(matter), _FEWEST_CUES), _MOST_CUES),
        numbers={row.cue["id"]: row.number for row in rows},
        effect_scale=max((abs(row.log_odds) for row in rows), default=0) or 1,
        # Small boxes lie above large ones, so that the pointer reaches both.
        regions=sorted(_regions(rows, width, height), key=lambda region: -region.w * region.h),
        graph=layout(document["paths"]),
        paths=sorted(document["paths"], key=lambda path: -abs(path["log_odds"])),
        voter=voter,
        ranked=ranked,
        way=way,
        seer=seer,
    )


def render_card(document: Document, photo: bytes) -> str:
    """A compact HTML fragment for notebooks: the photo (JPEG, best a thumbnail), bars, the why."""
    emotions = ranked(document["emotions"])
    return render(
        "card.html.jinja",
        document=document,
        headline=headline(document),
        photo=data_url(photo),
        alt=alternative(document),
        emotions=emotions,
        scale=emotions[0][1] or 1,
    )


def render(template: str, *, style: str = "", script: str = "", **values: Any) -> str:
    """Fill a template of this package; everything but its own style and script is escaped.

    `policy` in the template is a content security policy that allows exactly that style, that
    script and embedded images, and no request at all.
    """
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_source(style)}; script-src {_source(script)}"
    )
    page = _environment().get_template(template)
    html = page.render(style=style, script=script, policy=policy, **values)
    # File names may hold bytes that are no text; they must not stop the page from being saved.
    return html.encode("utf-8", "replace").decode("utf-8")


def emotion_classes(emotions: Iterable[str]) -> tuple[dict[str, str], str]:
    """A CSS class for every emotion, and the rules that give each its colour.

    >>> emotion_classes(["awe"])[0]
    {'awe': 'emotion-0'}
    """
    classes = {emotion: f"emotion-{i}" for i, emotion in enumerate(dict.fromkeys(emotions))}
    # A little of the text's colour keeps dark hues visible on dark paper and light ones on light.
    rules = (
        f".{name}{{--emotion:color-mix(in oklab,{colour(emotion)} 86%,var(--ink))}}\n"
        for emotion, name in classes.items()
    )
    return classes, "".join(rules)


def data_url(jpeg: bytes) -> str:
    """The JPEG as an address that holds the picture itself."""
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode('ascii')}"


def alternative(document: Document) -> str:
    """What to read out in place of the photo: its name and what was seen in it."""
    seen = ", ".join(cue["label"] for cue in document["cues"][:8])
    source = PurePath(document["image"]["source"]).name
    return f"{source}, in which was seen: {seen}" if seen else f"{source}, nothing was recognised"


def template_text(name: str) -> str:
    """A style or script that lies beside the templates, such as `base.css`."""
    return (_TEMPLATES / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "signed": signed,
        "colour": colour,
        "backing": backing,
    }
    return environment


def _source(text: str) -> str:
    """The content security policy's word for exactly this inline text."""
    if not text:
        return "'none'"
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"


def _json_for_script(document: Document) -> str:
    """JSON that no label can break out of: no `<`, `>` or `&` is left in it, and only ASCII."""
    text = json.dumps(document, ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _regions(rows: Iterable[_Row], width: float, height: float) -> list[_Region]:
    """The boxes in the order of the cues, each tag where it hides no other, if there is room."""
    regions: list[_Region] = []
    for row in rows:
        box = row.cue["region"]
        if box is None:
            continue
        left, right = (_percent(at, width) for at in (box["x"], box["x"] + box["w"]))
        top, bottom = (_percent(at, height) for at in (box["y"], box["y"] + box["h"]))
        regions.append(
            _Region(
                number=row.number,
                label=row.cue["label"],
                shown=len(regions) < _MOST_REGIONS,
                tag=_place_tag(row, (left, top, right, bottom), _WIDE * height / width, regions),
                x=left,
                y=top,
                w=round(right - left, 3),
                h=round(bottom - top, 3),
            )
        )
    return regions


def _percent(at: float, length: float) -> float:
    return round(100 * min(max(at / length, 0.0), 1.0), 3)


def _place_tag(
    row: _Row, box: tuple[float, float, float, float], tall: float, others: Iterable[_Region]
) -> _Tag:
    """The tag in that corner of its box where it hides no other tag, else in the first that fits.

    `box` is left, top, right, bottom in per cent; `tall` the photo's height at the desktop's width.
    """
    left, top, right, bottom = box
    text = clip(row.cue["label"], 130)
    width = round(text_width(f"{row.number}{text}") * 1.02 + 18)
    corners = [
        _Tag(text, width, x, y, dx, dy + nudge)
        for nudge in (0, _TAG_HEIGHT + 2)
        for y, dy in ((top, 0.0), (bottom, -_TAG_HEIGHT - 2 * nudge))
        for x, dx in ((left, 0.0), (right, float(-width)))
    ]
    inside = [
        tag
        for tag in corners
        if tag.x / 100 * _NARROW + tag.dx >= 0
        and tag.x / 100 * _NARROW + tag.dx + width <= _NARROW
        and 0 <= tag.spot(tall)[1] <= tall - _TAG_HEIGHT
    ] or [_Tag(text, width, 0.0, top, 0.0, -_TAG_HEIGHT if top > 50 else 0.0)]

    def free(tag: _Tag) -> bool:
        x, y = tag.spot(tall)
        for region in others:
            other_x, other_y = region.tag.spot(tall)
            beside = x >= other_x + region.tag.width or other_x >= x + width
            if not beside and abs(y - other_y) < _TAG_HEIGHT:
                return False
        return True

    return next(filter(free, inside), inside[0])
