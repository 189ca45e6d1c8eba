"""Plans: before which layers of a model image tokens are dropped, and how many are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emograph.errors import EmographError

FORMAT = "emograph.pruning/1"

Option = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Stage:
    """From `layer` on, the share `keep` (0..1) of a prompt's image tokens is kept.

    `balance` (0..1) is λ of BTP: how much of them by attention, the rest by diversity. Other
    methods do not read it.
    """

    layer: int
    keep: float
    balance: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a plan must fit: the type of a model as its configuration says, layers and width."""

    model_type: str
    layers: int
    width: int

    @classmethod
    def of(cls, model: Any) -> Shape:
        """The shape of a transformers model."""
        text = model.config.get_text_config(decoder=True)
        return cls(str(model.config.model_type), text.num_hidden_layers, text.hidden_size)


@dataclass(frozen=True, slots=True)
class PruningPlan:
    """A method, its options, and the stages that calibration found for one shape of model.

    `budget` is the average share of image tokens over the layers.
    """

    method: str
    budget: float
    shape: Shape
    stages: tuple[Stage, ...]
    options: Mapping[str, Option] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_budget(self.budget)
        check_stages(self.stages, self.shape.layers)

    def save(self, path: Path) -> None:
        """Write the plan as JSON."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, indent=2)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> PruningPlan:
        """Read a plan; raises EmographError where the file holds none."""
        try:
            given = json.loads(Path(path).read_text(encoding="utf-8"))
            if given.pop("format") != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            shape = Shape(**given.pop("shape"))
            stages = tuple(Stage(**stage) for stage in given.pop("stages"))
            return cls(shape=shape, stages=stages, **given)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise EmographError(
                f"{path} is no pruning plan ({str(error) or type(error).__name__}).",
                "Write one with `emograph prune calibrate`.",
            ) from error

    def expect(self, model: Any) -> None:
        """Raise EmographError where the plan was made for models of another shape."""
        found = Shape.of(model)
        if found != self.shape:
            raise EmographError(
                f"This pruning plan is for {_told(self.shape)}, not for {_told(found)}.",
                "Make a plan for this model with `emograph prune calibrate`.",
            )


def _told(shape: Shape) -> str:
    return f"a {shape.model_type} of {shape.layers} layers and width {shape.width}"


def check_budget(budget: float) -> None:
    """Raise EmographError where a budget is not within (0, 1]."""
    if not isinstance(budget, int | float) or not 0 < budget <= 1:
        raise EmographError(
            f"A pruning budget cannot be {budget!r}.",
            "Give the average share of image tokens to keep, above 0 and at most 1.",
        )


def check_stages(stages: Sequence[Stage], layers: int) -> None:
    """Raise EmographError where stages are out of order or outside a model of `layers` layers."""
    at = [stage.layer for stage in stages]
    kept = [1.0, *(stage.keep for stage in stages)]
    right = (
        at == sorted(set(at))
        and all(isinstance(layer, int) for layer in at)
        and all(0 <= layer < layers for layer in at)
        and kept == sorted(kept, reverse=True)
        and all(0 <= share <= 1 for share in kept)
        and all(0 <= stage.balance <= 1 for stage in stages)
    )
    if not right:
        raise EmographError(
            f"The stages of this pruning plan do not fit a model of {layers} layers.",
            "Let layers rise from 0, the kept share fall from 1, and λ lie within 0 and 1.",
        )


def kept_by_layer(stages: Sequence[Stage], layers: int) -> list[float]:
    """The share of image tokens that each layer reads.

    >>> kept_by_layer([Stage(1, 0.5), Stage(3, 0.25)], 4)
    [1.0, 0.5, 0.5, 0.25]
    """
    shares = [1.0] * layers
    for stage in stages:
        shares[stage.layer :] = [stage.keep] * (layers - stage.layer)
    return shares


def average_kept(stages: Sequence[Stage], layers: int) -> float:
    """The share of image tokens that is read, on average over the layers."""
    return sum(kept_by_layer(stages, layers)) / layers
