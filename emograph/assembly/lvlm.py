"""Builds the vision-language model of the settings, and what the engine looks at photos with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from emograph.assembly.perception import is_named
from emograph.assembly.profiles import LVLM_FITTED, LVLM_WEIGHTS, profile_folder
from emograph.assembly.pruning import pruner_of
from emograph.config import Settings
from emograph.engine.lvlm.fitted import FittedLvlm
from emograph.engine.lvlm.model import VisionLanguageModel
from emograph.engine.lvlm.onlooker import Onlooker
from emograph.engine.lvlm.sight import CueReader
from emograph.engine.lvlm.vocabulary import Words, words_of
from emograph.engine.lvlm.voting import Voter
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.errors import EmographError

if TYPE_CHECKING:
    from emograph.adapters.models.lvlm.model import TransformersLVLM

_NO_LVLM = "No vote of a vision-language model was cast: the setting lvlm is none."
_UNCALIBRATED = (
    "The vision-language model's vote is not calibrated: nothing was fitted for this model."
)


def load_onlooker(
    settings: Settings, vocabulary: Vocabulary
) -> tuple[Onlooker | None, tuple[str, ...]]:
    """The settings' vision-language model, and what is to be said of it."""
    if settings.lvlm is None:
        return None, (_NO_LVLM,)
    model = load_lvlm(settings)
    fitted = FittedLvlm.load(profile_folder(settings) / LVLM_FITTED, model.name)
    reader = CueReader(named_words(vocabulary), fitted.kinds, fitted.confidence)
    remarks = () if fitted.model == model.name else (_UNCALIBRATED,)
    return Onlooker(model, reader, Voter(model, fitted.votes)), remarks


def named_words(vocabulary: Vocabulary) -> Words:
    """The words in which cues are named, without those that nobody would say of a picture."""
    return words_of(concept for concept in vocabulary.concepts if is_named(concept))


def load_lvlm(settings: Settings, weights: Path | None = None) -> VisionLanguageModel:
    """The vision-language model that the settings name; raises EmographError where there is none.

    Embedded weights are fetched where they are missing; `weights` are those of an embedded model
    that was trained otherwise than the profile's.
    """
    kind, _, place = (settings.lvlm or "").partition(":")
    if kind == "embedded" and not place:
        from emograph.adapters.models.lvlm.embedded.loading import load_embedded

        model = load_embedded(
            settings.cache,
            weights or profile_folder(settings) / LVLM_WEIGHTS,
            dtype=settings.dtype,
            attention=settings.attention,
        )
        return _pruned(settings, model)
    if kind == "openai" and place:
        from emograph.adapters.models.lvlm.server import connect_server

        key = settings.lvlm_key.get_secret_value() if settings.lvlm_key else None
        return connect_server(place, api_key=key, timeout=settings.lvlm_timeout)
    if not place:
        raise EmographError(
            f"There is no vision-language model {settings.lvlm!r}.",
            'Use "embedded", "FAMILY:MODEL" with a name on the hub or a folder, "openai:URL" or '
            '"none".',
        )
    from emograph.adapters.models.lvlm.loading import load_lvlm

    model = load_lvlm(
        kind,
        place,
        device=settings.device,
        dtype=settings.dtype,
        attention=settings.attention,
        four_bit=settings.four_bit,
    )
    return _pruned(settings, model)


def lvlm_name(settings: Settings) -> str | None:
    """The name and version of the settings' model, which is loaded only where it must be."""
    if settings.lvlm is None:
        return None
    if settings.lvlm == "embedded":
        from emograph.adapters.models.lvlm.embedded.loading import embedded_name

        return embedded_name(profile_folder(settings) / LVLM_WEIGHTS)
    return load_lvlm(settings).name


def versions_of(model: VisionLanguageModel) -> dict[str, str]:
    """What is to be said of a model that took part: which one, and how it was pruned."""
    pruner = getattr(model, "pruner", None)
    pruned = {"pruning": f"{pruner.name} at {pruner.budget:g}"} if pruner is not None else {}
    return {"lvlm": model.name, **pruned}


def _pruned(settings: Settings, model: TransformersLVLM) -> TransformersLVLM:
    pruner = pruner_of(settings, model.network)
    if pruner is not None:
        model.prune(pruner)
    return model
