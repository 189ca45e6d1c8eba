"""Tokens that differ are distinct and spread; what stands for others is in their middle."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor

from emograph.engine.pruning.diversity import (
    belonging,
    centred,
    cosine_distances,
    farthest,
    medoids,
    spatial_distances,
    totals,
)
from emograph.engine.pruning.seen import take

PRECISE = torch.float64


@dataclass(frozen=True)
class Cloud:
    """Points (rows, n, d) with their distances, as many to take, and some that are chosen."""

    points: Tensor
    distances: Tensor
    chosen: Tensor | None
    count: int


def distances_of(points: Tensor) -> Tensor:
    return (points[:, :, None] - points[:, None]).square().sum(dim=-1).sqrt()


@st.composite
def clouds(draw: st.DrawFn) -> Cloud:
    """Some are crowded in one spot with a few far away, some stand on a grid or on one another."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    rows, n, width = draw(st.integers(1, 3)), draw(st.integers(1, 24)), draw(st.integers(1, 4))
    points = torch.randn(rows, n, width, generator=generator, dtype=PRECISE)
    points *= torch.rand(rows, n, 1, generator=generator) ** draw(st.sampled_from([0, 1, 4]))
    if draw(st.booleans()):
        points = (2 * points).round()
    chosen, free = None, n
    if n > 1 and draw(st.booleans()):
        some = draw(st.integers(1, n - 1))
        of = torch.rand(rows, n, generator=generator).argsort(dim=1)[:, :some]
        chosen = torch.zeros(rows, n, dtype=torch.bool).scatter(1, of, True)
        free = n - some
    return Cloud(points, distances_of(points), chosen, draw(st.integers(0, free)))


def on_a_line(*places: float) -> Cloud:
    """The first is chosen, two are to be taken."""
    points = torch.tensor(places, dtype=PRECISE)[None, :, None]
    return Cloud(points, distances_of(points), torch.arange(len(places))[None] == 0, 2)


def greedily(distances: Tensor, taken: list[int], count: int) -> list[int]:
    """Max-min selection one by one: the `count` tokens that follow those that are `taken`."""
    taken = list(taken)
    before = len(taken)
    while len(taken) < before + count:
        reach = distances[taken].amin(dim=0)
        reach[taken] = -1
        taken.append(int(reach.argmax()))
    return taken[before:]


def least_distance(distances: Tensor, given: list[int], taken: list[int]) -> float:
    """Of those taken to one another and to those that were given."""
    among = distances[taken][:, given + taken]
    among[range(len(taken)), range(len(given), len(given) + len(taken))] = torch.inf
    return float(among.min())


@settings(deadline=None)
@given(clouds())
def test_as_many_as_asked_are_taken_none_twice_and_none_that_was_chosen(cloud: Cloud) -> None:
    taken = farthest(cloud.distances, cloud.count, cloud.chosen)
    assert taken.shape == (len(cloud.points), cloud.count)
    for row, indices in enumerate(taken.tolist()):
        assert len(set(indices)) == cloud.count
        assert set(indices) <= set(range(cloud.points.shape[1]))
        if cloud.chosen is not None:
            assert not cloud.chosen[row, indices].any()


@settings(deadline=None)
@given(clouds())
def test_a_row_is_as_if_alone_and_the_same_again(cloud: Cloud) -> None:
    together = farthest(cloud.distances, cloud.count, cloud.chosen)
    assert torch.equal(farthest(cloud.distances, cloud.count, cloud.chosen), together)
    for row in range(len(together)):
        here = slice(row, row + 1)
        chosen = None if cloud.chosen is None else cloud.chosen[here]
        assert torch.equal(farthest(cloud.distances[here], cloud.count, chosen), together[here])


@settings(deadline=None, max_examples=200)
@given(clouds())
@example(on_a_line(0, 100, 60, -1))
@example(on_a_line(0, 7, -3, 3.5))
def test_they_are_at_least_half_as_far_apart_as_if_taken_one_by_one(cloud: Cloud) -> None:
    taken = farthest(cloud.distances, cloud.count, cloud.chosen).tolist()
    for row, distances in enumerate(cloud.distances):
        given = list[int]()
        if cloud.chosen is None:
            first = [int(distances.argmax()) // len(distances)]
            greedy = [*first, *greedily(distances, first, cloud.count - 1)]
        else:
            given = cloud.chosen[row].nonzero()[:, 0].tolist()
            greedy = greedily(distances, given, cloud.count)
        if len(given) + cloud.count > 1 and cloud.count:
            possible = least_distance(distances, given, greedy)
            assert least_distance(distances, given, taken[row]) >= possible / 2 * (1 - 1e-9)


@settings(deadline=None)
@given(clouds())
def test_each_token_belongs_to_the_nearest_of_those_taken_which_belong_to_themselves(
    cloud: Cloud,
) -> None:
    count = max(1, cloud.count)
    taken = farthest(cloud.distances, count)
    of = belonging(cloud.distances, taken)
    assert torch.equal(take(of, taken), torch.arange(count).expand_as(taken))
    nearest = take(cloud.distances, taken).amin(dim=1)
    assert torch.equal(cloud.distances.gather(2, take(taken, of)[..., None])[..., 0], nearest)


@settings(deadline=None)
@given(clouds(), st.integers(0, 2**32))
def test_totals_are_sums_over_what_belongs_together(cloud: Cloud, seed: int) -> None:
    count = max(1, cloud.count)
    of = belonging(cloud.distances, farthest(cloud.distances, count))
    sizes = torch.randint(1, 9, of.shape, generator=torch.Generator().manual_seed(seed)).float()
    found = totals(of, sizes, count)
    assert torch.equal(found.sum(dim=1), sizes.sum(dim=1))
    for row in range(len(of)):
        parts = [float(sizes[row, of[row] == i].sum()) for i in range(count)]
        assert found[row].tolist() == parts
    assert bool((totals(of, torch.ones_like(sizes), count).sum(dim=1) == of.shape[1]).all())


def spread_of(cloud: Cloud, sizes: Tensor, indices: Tensor) -> Tensor:
    """What medoids are to make small (rows,): squared distances to whom each token belongs."""
    middles = take(cloud.points, take(indices, belonging(cloud.distances, indices)))
    return (sizes * (cloud.points - middles).square().sum(dim=-1)).sum(dim=1)


@settings(deadline=None)
@given(clouds(), st.integers(0, 3), st.data())
def test_medoids_stay_apart_and_only_come_nearer_to_what_belongs_to_them(
    cloud: Cloud, steps: int, data: st.DataObject
) -> None:
    count = max(1, cloud.count)
    before = farthest(cloud.distances, count)
    fixed = data.draw(st.integers(0, count))
    drawn = torch.Generator().manual_seed(data.draw(st.integers(0, 2**32)))
    sizes = torch.randint(1, 9, cloud.points.shape[:2], generator=drawn).to(PRECISE)
    after = medoids(cloud.points, cloud.distances, sizes, before, steps, fixed)
    assert after.shape == before.shape
    assert torch.equal(after[:, :fixed], before[:, :fixed])
    assert all(len(set(row)) == count for row in after.tolist())
    assert after.min() >= 0
    assert after.max() < cloud.points.shape[1]
    assert bool(
        (spread_of(cloud, sizes, after) <= spread_of(cloud, sizes, before) * (1 + 1e-9)).all()
    )
    if steps == 0:
        assert torch.equal(after, before)
    for row in range(len(after)):
        here = slice(row, row + 1)
        alone = medoids(
            cloud.points[here], cloud.distances[here], sizes[here], before[here], steps, fixed
        )
        assert torch.equal(alone, after[here])


def test_a_medoid_goes_where_most_stand() -> None:
    points = torch.tensor([[[0.0], [1.0], [2.0], [50.0]]])
    distances = distances_of(points)
    start = torch.tensor([[0, 3]])
    assert medoids(points, distances, torch.ones(1, 4), start, 1).tolist() == [[1, 3]]
    heavy = torch.tensor([[1.0, 1.0, 9.0, 1.0]])
    assert medoids(points, distances, heavy, start, 1).tolist() == [[2, 3]]
    assert medoids(points, distances, heavy, start, 1, fixed=1).tolist() == [[0, 3]]


@given(st.integers(0, 2**32), st.integers(2, 12), st.floats(-50, 50))
@settings(deadline=None)
def test_what_all_tokens_share_is_left_out(seed: int, n: int, shared: float) -> None:
    features = torch.randn(2, n, 6, generator=torch.Generator().manual_seed(seed))
    unit = centred(features)
    assert torch.allclose(unit.norm(dim=-1), torch.ones(2, n), atol=1e-5)
    assert torch.allclose(centred(features + shared), unit, atol=1e-2)
    assert torch.equal(centred(features)[:1], centred(features[:1]))


def test_tokens_that_are_all_alike_have_no_direction() -> None:
    assert torch.equal(centred(torch.ones(1, 3, 4)), torch.zeros(1, 3, 4))
    assert torch.isfinite(cosine_distances(torch.zeros(1, 3, 4))).all()


@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(deadline=None)
def test_places_are_as_far_as_on_the_grid_and_pictures_further_than_that(seed: int, n: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    places = torch.rand(2, n, 3, generator=generator)
    places[..., 0] = torch.randint(0, 3, (2, n), generator=generator).sort(dim=1).values
    found = spatial_distances(places)
    same = places[:, :, None, 0] == places[:, None, :, 0]
    apart = distances_of(places[..., 1:])
    assert torch.allclose(found[same], apart[same], atol=1e-3)
    assert bool((found[~same] > 2**0.5).all())
