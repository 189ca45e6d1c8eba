"""Schedules that meet a budget: the kept shares of stages whose layers are given."""

from __future__ import annotations

from collections.abc import Sequence

from emograph.engine.pruning.plan import Stage, average_kept
from emograph.errors import EmographError

_STEPS = 60


def geometric(
    layers: int,
    starts: Sequence[int],
    budget: float,
    balances: Sequence[float] = (),
    least: float = 0.0,
) -> tuple[Stage, ...]:
    """Stages before the layers `starts`, each keeping the same share of what the last one kept.

    The share is found by bisection, so that the average over all layers is `budget`; no stage keeps
    less than `least`. Raises EmographError where the layers before the first stage alone cost more.

    >>> [round(stage.keep, 3) for stage in geometric(4, [0, 2], 0.375)]
    [0.5, 0.25]
    """
    if budget >= 1:
        return ()
    if starts[0] / layers >= budget:
        raise EmographError(
            f"A budget of {budget:g} is spent before the first stage, at layer {starts[0]}.",
            f"Give a budget above {starts[0] / layers:.2f}, or let the first stage come earlier.",
        )
    told = [*balances, *[0.0] * (len(starts) - len(balances))]

    def stages(share: float) -> tuple[Stage, ...]:
        return tuple(
            Stage(layer, max(share ** (i + 1), least), balance)
            for i, (layer, balance) in enumerate(zip(starts, told, strict=True))
        )

    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if average_kept(stages(middle), layers) < budget:
            low = middle
        else:
            high = middle
    return stages(high)


def spread(first: int, layers: int, count: int) -> list[int]:
    """`count` layers from `first` on, at equal distances.

    >>> spread(2, 32, 3)
    [2, 12, 22]
    """
    return [min(first + round(i * (layers - first) / count), layers - 1) for i in range(count)]


def first_stage(layers: int, budget: float, preferred: int) -> int:
    """The layer of the first stage: as preferred, or earlier so that half the budget is left.

    >>> first_stage(32, 0.22, 2), first_stage(32, 0.06, 2)
    (2, 0)
    """
    return min(preferred, int(budget * layers / 2))
