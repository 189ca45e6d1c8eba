"""What a vision-language model says that it sees: valid by construction, and checked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from emograph.engine.cues import Cue, Kind
from emograph.engine.lvlm.fitted import UNFITTED, Confidence
from emograph.engine.lvlm.model import LIKELIEST, Named, Naming, Sampling, View
from emograph.engine.lvlm.questions import NAMING, OTHER
from emograph.engine.lvlm.vocabulary import Words
from emograph.kg.concepts import Concept

DETECTOR = "lvlm"
"""The name under which a model's cues are kept."""

_LONGEST_WORDS = 200
# What was said with less confidence is a guess that a person would not agree with.
_LEAST = 0.1


class Item(BaseModel):
    """Something named, with the confidence of the words that name it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = Field(min_length=1, max_length=_LONGEST_WORDS)
    confidence: float = Field(ge=0.0, le=1.0)


class Sight(BaseModel):
    """What was seen, by kind; validated with the context ``{"words": Words}``.

    Every label is one of a concept's, but for those of `text` and `other`, which are free words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scene: tuple[Item, ...] = ()
    object: tuple[Item, ...] = ()
    action: tuple[Item, ...] = ()
    facial_expression: tuple[Item, ...] = ()
    light: tuple[Item, ...] = ()
    text: tuple[Item, ...] = ()
    other: tuple[Item, ...] = ()

    @field_validator("scene", "object", "action", "facial_expression", "light")
    @classmethod
    def _is_known(cls, items: tuple[Item, ...], info: ValidationInfo) -> tuple[Item, ...]:
        words: Words = (info.context or {})["words"]
        known = words.by_kind.get(info.field_name or "", {})
        for item in items:
            if item.label not in known:
                raise ValueError(f"{item.label!r} is no label of a concept")
        return items


class CueReader:
    """Asks a model for cues in the graph's own words.

    `kinds` are those of `NAMING` and ``other``; of each at most `tokens` tokens are decoded.
    `confidence` is fitted by kind.
    """

    def __init__(
        self,
        words: Words,
        kinds: tuple[str, ...],
        confidence: Mapping[str, Confidence] = MappingProxyType({}),
        tokens: int = 24,
    ) -> None:
        self._words = words
        self._confidence = confidence
        questions = {**NAMING, "other": OTHER}
        self.namings = tuple(
            Naming(kind, questions[kind], words.labels(kind), tokens) for kind in kinds
        )

    def read(self, view: View, sampling: Sampling = LIKELIEST) -> Sight:
        """What the model says of the picture before its eyes."""
        return self.sight(view.name(self.namings, sampling))

    def sight(self, answers: Sequence[tuple[Named, ...]]) -> Sight:
        """What is seen by the answers to the reader's questions, `namings`."""
        said: dict[str, list[dict[str, object]]] = {}
        for naming, answer in zip(self.namings, answers, strict=True):
            surely = self._confidence.get(naming.kind, UNFITTED)
            said[naming.kind] = [
                {"label": named.label, "confidence": surely(named.confidence)} for named in answer
            ]
        return Sight.model_validate(said, context={"words": self._words})

    def cues(self, sight: Sight) -> tuple[Cue, ...]:
        """The cues of what was seen surely enough; those in free words name no concept."""
        return tuple(cue for cue in self._cues(sight) if cue.confidence >= _LEAST)

    def _cues(self, sight: Sight) -> Iterator[Cue]:
        for asked, known in self._words.by_kind.items():
            for item in _one_of_a_scale(getattr(sight, asked), known):
                yield _named(known[item.label], item)
        yield from _free("text", sight.text)
        yield from _free("object", sight.other)


def _one_of_a_scale(items: Sequence[Item], known: Mapping[str, Concept]) -> Iterable[Item]:
    """The items, but of each scale the surest alone: no picture is both bright and dark."""
    surest: dict[str, Item] = {}
    for item in items:
        scale, _, step = known[item.label].iri.rpartition("/")
        key = scale if step.replace(".", "").isdigit() else known[item.label].iri
        surest[key] = max(surest.get(key, item), item, key=lambda said: said.confidence)
    return surest.values()


def _free(kind: Kind, items: Sequence[Item]) -> Iterator[Cue]:
    for item in items:
        for phrase in item.label.split(","):
            if label := " ".join(phrase.split()):
                yield Cue(f"{kind}:{_slug(label)}", kind, label, item.confidence, DETECTOR)


def _named(concept: Concept, item: Item) -> Cue:
    kind: Kind = concept.kind  # type: ignore[assignment]  # words stand for kinds of cues alone
    measure = concept.iri.rsplit("/", 2)[-2]
    read = f"{kind}:{measure}" if kind == "composition" else kind
    id = f"{concept.vocabulary}:{read}:{_slug(item.label)}"
    return Cue(id, kind, item.label, item.confidence, DETECTOR, concept.iri)


def _slug(label: str) -> str:
    return "-".join(label.lower().split())
