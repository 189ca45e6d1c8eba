"""Every method meets its budget and keeps as many tokens as asked, by what it says it goes by."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from emograph.engine.pruning import (
    BTP,
    METHODS,
    CDPruner,
    DivPrune,
    FasterVLM,
    FastV,
    PyramidDrop,
    Stage,
    VisionTokenPruner,
    VisionZip,
    WeightedBTP,
)
from emograph.engine.pruning.methods.btp import balanced
from emograph.engine.pruning.methods.weighted import _STRENGTH
from emograph.engine.pruning.plan import average_kept, check_stages
from emograph.engine.pruning.seen import Seen, Selection, take
from emograph.errors import EmographError

WIDTH = 64
ANY = Stage(0, 0.5, 0.5)
SEEDS = st.integers(0, 2**32)

every_method = pytest.mark.parametrize("method", list(METHODS.values()), ids=list(METHODS))


def made_up(seed: int, rows: int, n: int, total: int | None = None) -> Seen:
    """What a stage might see of one picture, of whose `total` tokens n are left."""
    generator = torch.Generator().manual_seed(seed)
    total = n if total is None else total

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    order = random(rows, total).argsort(dim=1)[:, :n].sort(dim=1).values
    side = math.ceil(math.sqrt(total))
    places = torch.stack([torch.zeros_like(order), order // side, order % side], dim=-1).float()
    sizes = torch.ones(rows, n)
    sizes[:, 0] += total - n
    paid = random(rows, 2, n + 3).softmax(dim=-1)[..., :n]
    return Seen(
        features=random(rows, n, WIDTH),
        embeddings=random(rows, n, WIDTH),
        places=places / torch.tensor([1, side, side]),
        order=order,
        sizes=sizes,
        total=total,
        words=random(rows, 4, WIDTH),
        is_word=torch.arange(4) >= torch.arange(rows)[:, None] % 3,
        received=paid.mean(dim=1).flip(1),
        _attention=lambda: paid,
    )


def row_of(seen: Seen, row: int) -> Seen:
    here = slice(row, row + 1)
    paid = seen.attention()[here]
    names = ("features", "embeddings", "places", "order", "sizes", "words", "is_word", "received")
    alone = {name: getattr(seen, name)[here] for name in names}
    return replace(seen, **alone, _attention=lambda: paid)


@dataclass(frozen=True)
class Case:
    """A stage, what it sees, and how many to keep."""

    seen: Seen = field(repr=False)
    keep: int
    stage: Stage


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n = draw(st.integers(4, 60))
    total = n + draw(st.sampled_from([0, 0, 7]))
    seen = made_up(draw(SEEDS), draw(st.integers(1, 3)), n, total)
    return Case(seen, draw(st.integers(1, n)), Stage(1, 0.5, draw(st.floats(0, 1))))


def best_first(values: Tensor) -> list[int]:
    return sorted(range(len(values)), key=values.neg().tolist().__getitem__)


def told_of(selection: Selection) -> list[Tensor]:
    given = (selection.indices, selection.weights, selection.sizes, selection.features)
    return [part for part in given if part is not None]


@every_method
@settings(deadline=None, max_examples=60)
@given(
    budget=st.floats(0, 1, exclude_min=True, exclude_max=True),
    layers=st.integers(4, 48),
)
def test_the_budget_is_met_on_average_over_the_layers(
    method: type[VisionTokenPruner], budget: float, layers: int
) -> None:
    stages = method(budget).stages(layers)
    check_stages(stages, layers)
    assert average_kept(stages, layers) == pytest.approx(budget, abs=1e-3)


@every_method
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_models_of_very_few_layers_have_stages_too(
    method: type[VisionTokenPruner], layers: int
) -> None:
    for budget in (0.1, 0.5, 0.9):
        check_stages(method(budget).stages(layers), layers)


@settings(deadline=None)
@given(
    budget=st.floats(0, 1, exclude_min=True, exclude_max=True),
    layers=st.integers(4, 48),
)
def test_closed_drops_everything_at_the_last_stage_and_costs_no_more(
    budget: float, layers: int
) -> None:
    stages = BTP(budget, closed=True).stages(layers)
    check_stages(stages, layers)
    assert stages[-1].keep == 0
    assert stages[-1].layer == BTP(budget).stages(layers)[-1].layer
    assert average_kept(stages, layers) <= budget + 1e-3


@every_method
@settings(deadline=None, max_examples=30)
@given(case=cases())
def test_as_many_tokens_are_kept_as_asked_each_once(
    method: type[VisionTokenPruner], case: Case
) -> None:
    kept = method(0.5).select(case.seen, case.keep, case.stage).indices
    rows, n = case.seen.order.shape
    assert kept.shape == (rows, case.keep)
    assert all(len(set(row)) == case.keep for row in kept.tolist())
    assert all(0 <= index < n for row in kept.tolist() for index in row)


@every_method
@settings(deadline=None, max_examples=20)
@given(case=cases())
def test_the_same_is_kept_again_and_what_a_row_keeps_hangs_on_no_other_row(
    method: type[VisionTokenPruner], case: Case
) -> None:
    def select(seen: Seen) -> Selection:
        return method(0.5).select(seen, case.keep, case.stage)

    together = select(case.seen)
    for one, other in zip(told_of(together), told_of(select(case.seen)), strict=True):
        assert torch.equal(one, other)
    for row, kept in enumerate(together.indices):
        alone = select(row_of(case.seen, row)).indices[0]
        assert set(alone.tolist()) == set(kept.tolist())


@settings(deadline=None)
@given(seed=SEEDS, n=st.integers(4, 60), data=st.data())
def test_of_half_again_as_many_attended_tokens_the_early_ones_go_first(
    seed: int, n: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, n))
    attention = torch.rand(2, n, generator=torch.Generator().manual_seed(seed))
    found = balanced(attention, count)
    for row in range(2):
        ranked = best_first(attention[row])
        looked = ranked[: math.ceil(1.5 * count)]
        expected = [i for i in looked if i < n / 2] + [i for i in looked if i >= n / 2]
        assert found[row].tolist() == expected[:count]


def test_btp_keeps_early_tokens_though_late_ones_are_attended_to() -> None:
    seen = made_up(0, 1, 20)
    attention = torch.linspace(0.01, 0.02, 20)
    attention[10:] += 1
    attention[[2, 5, 7]] = 0.5
    late = replace(seen, _attention=lambda: attention.expand(1, 2, -1))
    kept = BTP(0.5).select(late, 9, replace(ANY, balance=1.0)).indices[0].tolist()
    # Fourteen are looked at: ten late ones, and of the early ones 2, 5, 7 and the next best.
    assert set(kept) == {2, 5, 7, 9, 15, 16, 17, 18, 19}


@settings(deadline=None, max_examples=30)
@given(case=cases())
def test_weights_say_how_many_tokens_each_kept_one_stands_for(case: Case) -> None:
    selection = WeightedBTP(0.5).select(case.seen, case.keep, case.stage)
    assert selection.sizes is not None
    assert selection.weights is not None
    total = float(case.seen.total)
    assert selection.sizes.sum(dim=1).tolist() == [total] * len(selection.sizes)
    assert selection.sizes.min() >= 1
    assert torch.isfinite(selection.weights).all()
    told = (selection.weights / _STRENGTH).exp()
    assert (told.sum(dim=1) - total).abs().max() < 1e-3 * total
    # Who stands for more weighs more.
    order = selection.sizes.argsort(dim=1, stable=True)
    assert bool((take(selection.weights, order).diff(dim=1) >= 0).all())


@settings(deadline=None, max_examples=15)
@given(seed=SEEDS, n=st.integers(1, 30), balance=st.floats(0, 1))
def test_nothing_is_weighed_where_everything_is_kept(seed: int, n: int, balance: float) -> None:
    selection = WeightedBTP(0.9).select(made_up(seed, 2, n), n, Stage(0, 0.9, balance))
    assert selection.weights is not None
    assert torch.equal(selection.weights, torch.zeros(2, n))


@settings(deadline=None, max_examples=30)
@given(seed=SEEDS, n=st.integers(8, 40), data=st.data())
def test_contextual_tokens_of_visionzip_are_means_of_what_is_likest_to_them(
    seed: int, n: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(4, n - 1))
    seen = made_up(seed, 2, n)
    assert seen.received is not None
    selection = VisionZip(0.5).select(seen, keep, ANY)
    contextual = round(10 / 64 * keep)
    for row in range(2):
        ranked = best_first(seen.received[row])
        dominant, rest = ranked[: keep - contextual], sorted(ranked[keep - contextual :])
        if len(rest) <= contextual:
            assert selection.features is None
            assert selection.indices[row].tolist() == ranked[:keep]
            continue
        targets = [rest[i * (len(rest) // contextual)] for i in range(contextual)]
        assert selection.indices[row].tolist() == dominant + targets
        standing = {target: [target] for target in targets}
        for token in set(rest) - set(targets):
            near = [cosine(seen.features[row, token], seen.features[row, t]) for t in targets]
            standing[targets[near.index(max(near))]].append(token)
        means = [seen.features[row, of].mean(dim=0) for of in standing.values()]
        expected = torch.cat([seen.features[row, dominant], torch.stack(means)])
        assert selection.features is not None
        assert torch.allclose(selection.features[row], expected, atol=1e-5)


def cosine(one: Tensor, other: Tensor) -> float:
    return float(functional.cosine_similarity(one, other, dim=0))


@pytest.mark.parametrize("method", [VisionZip, FasterVLM])
def test_methods_that_go_by_the_vision_tower_say_so_where_nobody_read_it(
    method: type[VisionTokenPruner],
) -> None:
    with pytest.raises(EmographError, match="vision tower") as caught:
        method(0.5).select(replace(made_up(0, 1, 9), received=None), 4, ANY)
    assert caught.value.todo


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, n=st.integers(2, 14), data=st.data())
def test_cdpruner_takes_what_adds_most_to_the_determinant(
    seed: int, n: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, n // 2))
    seen = made_up(seed, 3, n)
    found = CDPruner(0.5).select(seen, keep, ANY).indices
    for row in range(3):
        tokens = functional.normalize(seen.embeddings[row].double(), dim=-1)
        asked = seen.words[row][seen.is_word[row]].double().mean(dim=0)
        near = tokens @ asked
        relevance = (near.max() - near) / (near.max() - near.min())
        kernel = relevance[:, None] * (tokens @ tokens.T) * relevance

        def gain(taken: list[int], kernel: Tensor = kernel) -> float:
            return float(kernel[taken][:, taken].logdet().nan_to_num(-math.inf))

        assert is_greedy(found[row].tolist(), n, gain)


def is_greedy(taken: list[int], n: int, gain: Callable[[list[int]], float]) -> bool:
    """Whether each was, when it was taken, one with which a set is worth most."""
    for i, token in enumerate(taken):
        before = taken[:i]
        most = max(gain([*before, other]) for other in range(n) if other not in before)
        if gain([*before, token]) < most - 1e-5:
            return False
    return True


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, n=st.integers(2, 20), data=st.data())
def test_divprune_takes_what_is_farthest_from_what_it_has(
    seed: int, n: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, n))
    seen = made_up(seed, 2, n)
    found = DivPrune(0.5).select(seen, keep, ANY).indices
    for row in range(2):
        unit = functional.normalize(seen.embeddings[row].double(), dim=-1)
        apart = 1 - unit @ unit.T

        def nearest(taken: list[int], apart: Tensor = apart, n: int = n) -> float:
            others = taken[:-1] or [i for i in range(n) if i != taken[-1]]
            return float(apart[taken[-1], others].min())

        assert is_greedy(found[row].tolist(), n, nearest)


@pytest.mark.parametrize("method", [FastV, PyramidDrop, FasterVLM])
@settings(deadline=None, max_examples=20)
@given(case=cases())
def test_the_most_attended_tokens_are_kept(method: type[VisionTokenPruner], case: Case) -> None:
    by = case.seen.attention().mean(dim=1) if method is not FasterVLM else case.seen.received
    assert by is not None
    kept = method(0.5).select(case.seen, case.keep, case.stage).indices
    for row in range(len(kept)):
        assert set(kept[row].tolist()) == set(best_first(by[row])[: case.keep])
