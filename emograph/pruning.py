"""Plans and measures the pruning of image tokens: what `emograph prune` does."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emograph.assembly import load_lvlm, open_knowledge, use_threads
from emograph.config import Settings
from emograph.engine.images import open_photo
from emograph.engine.lvlm.model import Question
from emograph.engine.lvlm.questions import CAPTION, NAMING, feeling
from emograph.errors import EmographError

if TYPE_CHECKING:
    from emograph.adapters.models.lvlm.model import TransformersLVLM
    from emograph.engine.pruning import PruningPlan, VisionTokenPruner
    from emograph.engine.pruning.prompts import DecoderPrompt

_TIMES = 3
_TYPES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one method costs and changes, on average over prompts.

    `nats` is how far the next token is from what the whole model foretells (Kullback-Leibler),
    `kept` the share of image tokens read by a layer on average, `flops` and `cache` the shares of
    operations and of the cache's bytes, `prefill_ms` the median time to read a prompt, its picture
    encoded.
    """

    method: str
    nats: float
    kept: float
    flops: float
    cache: float
    prefill_ms: float


def calibrate_plan(
    settings: Settings,
    images: Path,
    budget: float,
    method: str,
    count: int,
    asked: str,
    report: Callable[[str, float], None],
) -> PruningPlan:
    """A plan for the settings' model, found on `count` images of a folder.

    `asked` is what the plan is to serve, as in `questions_of`. Raises EmographError where the
    model does not run here, or the folder holds no images.
    """
    from emograph.engine.pruning.calibration import calibrate_on

    questions = questions_of(settings, asked)
    model = unpruned(settings)
    prompts = list(prompts_of(model, photographs(images, count), questions))
    return calibrate_on(model.network, prompts, budget, method=method, report=report)


def bench(
    settings: Settings, images: Path, budget: float, methods: Sequence[str], count: int
) -> Iterator[Measured]:
    """What each method costs and changes on `count` images of a folder, and first the whole model.

    The settings' own pruning is called ``plan``.
    """
    from emograph.assembly.pruning import pruner_of
    from emograph.engine.pruning import METHODS

    model = unpruned(settings)
    prompts = list(prompts_of(model, photographs(images, count), questions_of(settings)))
    pruners: dict[str, VisionTokenPruner] = {}
    for name in methods:
        made = pruner_of(settings, model.network) if name == "plan" else None
        if made is None:
            if name not in METHODS:
                raise EmographError(
                    f"There is no pruning method {name}.",
                    f"Use plan, or one of {', '.join(METHODS)}.",
                )
            made = METHODS[name](budget)
        pruners[name] = made
    yield from measure(model.network, prompts, pruners)


def measure(
    network: Any, prompts: Sequence[DecoderPrompt], pruners: dict[str, VisionTokenPruner]
) -> Iterator[Measured]:
    """Measure pruners on prompts of a network, and first the whole network."""
    import torch

    from emograph.engine.pruning.costs import cache_bytes, counted_flops
    from emograph.engine.pruning.plan import average_kept

    told = torch.stack([prompt.foretell(network) for prompt in prompts])
    first = prompts[0]
    whole_flops = counted_flops(lambda: first.read(network))
    whole_cache = cache_bytes(network, first)
    whole_ms = _median_ms([lambda p=p: p.read(network) for p in prompts])  # type: ignore[misc]
    yield Measured("none", 0.0, 1.0, 1.0, 1.0, whole_ms)
    layers = len(network.get_decoder().layers)
    for name, pruner in pruners.items():
        with pruner(network) as pruning:
            ours = torch.stack([prompt.foretell(network, pruning) for prompt in prompts])
            yield Measured(
                name,
                float((told.exp() * (told - ours)).sum(dim=-1).mean()),
                average_kept(pruner.stages(layers), layers),
                counted_flops(lambda p=pruning: first.read(network, p)) / whole_flops,  # type: ignore[misc]
                cache_bytes(network, first, pruning) / whole_cache,
                _median_ms([lambda p=p, q=pruning: p.read(network, q) for p in prompts]),  # type: ignore[misc]
            )


def unpruned(settings: Settings) -> TransformersLVLM:
    """The settings' model, whole; raises EmographError where it does not run here."""
    from emograph.adapters.models.lvlm.model import TransformersLVLM

    use_threads(settings.threads)
    model = load_lvlm(settings.model_copy(update={"pruning": "none"}))
    if not isinstance(model, TransformersLVLM):
        raise EmographError(
            f"{model.name} runs on a server, where its image tokens cannot be pruned.",
            'Name "embedded", or FAMILY:MODEL with a name on the hub or a folder.',
        )
    return model


def photographs(folder: Path, count: int) -> list[Path]:
    """`count` images below a folder, evenly drawn in the order of their names.

    Raises EmographError where there are none.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _TYPES)
    if not found:
        raise EmographError(f"There are no images in {folder}.", "Name a folder of photographs.")
    return found[:: max(1, len(found) // count)][:count]


def questions_of(settings: Settings, asked: str = "all") -> list[Question]:
    """What a model is asked of a picture.

    ``feelings`` are what is felt, in the words of two schemes; ``all`` is what is felt, what the
    scene is like and a caption. Raises EmographError for anything else.
    """
    graph = open_knowledge(settings.model_copy(update={"packs": (), "store": "memory"}))
    ekman, mikels = (feeling(graph.scheme(name).labels).question for name in ("ekman", "mikels"))
    kinds = {"all": [mikels, NAMING["scene"], CAPTION], "feelings": [ekman, mikels]}
    if asked not in kinds:
        raise EmographError(f"Nothing is known to ask by “{asked}”.", f"Use {' or '.join(kinds)}.")
    return kinds[asked]


def prompts_of(
    model: TransformersLVLM, paths: Sequence[Path], questions: Sequence[Question]
) -> Iterator[DecoderPrompt]:
    """Every question about each picture, as the model's decoder gets it."""
    import torch

    for path in paths:
        with torch.inference_mode():
            picture = model.eyes.encode(open_photo(path))
            for question in questions:
                asked = model.prompts.split(question, has_image=True)[1]
                words = model.half.embed(torch.tensor([asked], device=model.half.device))
                yield picture.followed_by(words).prompt()


def _median_ms(works: Sequence[Callable[[], object]]) -> float:
    taken = []
    for _ in range(_TIMES):
        for work in works:
            start = time.perf_counter()
            work()
            taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)
