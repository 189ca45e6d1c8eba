"""The cache of a layer knows which tokens reached it, whatever is done to its rows."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from emograph.engine.pruning import WeightedBTP
from emograph.engine.pruning.cache import PrunedLayer, expect_prunable, pruned_layer
from emograph.errors import EmographError
from tests.engine.pruning.conftest import made

CPU = torch.device("cpu")
ROWS = 3


def states(rows: int, positions: Tensor) -> Tensor:
    """Keys (rows, 1, n, 2) that say which row and which position they are of."""
    own = torch.arange(rows).expand(positions.shape[1], -1).T
    return torch.stack([own, positions.expand(rows, -1)], dim=-1)[:, None].float()


def read(layer: PrunedLayer, positions: Tensor, of: int, weights: Tensor | None = None) -> None:
    """Of so many tokens those at `positions` reach the layer."""
    layer.note(positions, weights, of)
    keys = states(ROWS, positions)
    layer.update(keys, keys)


def read_all(layer: PrunedLayer, count: int) -> None:
    """As a layer is told of nothing where nothing is dropped."""
    start = layer.get_seq_length()
    keys = states(ROWS, torch.arange(start, start + count)[None])
    layer.update(keys, keys)


def keys_of(layer: PrunedLayer) -> Tensor:
    assert layer.keys is not None
    return layer.keys


def told(layer: PrunedLayer) -> list[list[int]]:
    """The positions by row, which must be those that the keys themselves say."""
    positions = layer.positions(0, CPU).expand(len(keys_of(layer)), -1)
    assert torch.equal(keys_of(layer)[:, 0, :, 1].long(), positions)
    return positions.tolist()


def pruned(weights: bool = True) -> PrunedLayer:
    """Rows of which each kept other three of six tokens, and two tokens that follow."""
    layer = PrunedLayer()
    at = torch.tensor([[0, 1, 5], [0, 2, 5], [3, 4, 5]])
    read(layer, at, 6, at / 10 if weights else None)
    read_all(layer, 2)
    return layer


def test_a_new_layer_holds_nothing() -> None:
    layer = PrunedLayer()
    assert layer.kept == 0
    assert layer.get_seq_length() == 0
    assert layer.positions(2, CPU).tolist() == [[0, 1]]


def test_it_is_as_long_as_what_was_read_and_holds_what_reached_it() -> None:
    layer = pruned()
    assert layer.get_seq_length() == 8
    assert layer.get_mask_sizes(1) == (9, 0)
    assert layer.kept == 5
    assert keys_of(layer).shape == (ROWS, 1, 5, 2)


def test_what_follows_stands_behind_all_that_was_read() -> None:
    layer = pruned()
    assert told(layer) == [[0, 1, 5, 6, 7], [0, 2, 5, 6, 7], [3, 4, 5, 6, 7]]
    assert layer.positions(2, CPU)[0].tolist() == [0, 1, 5, 6, 7, 8, 9]


def test_positions_may_be_the_same_for_all_rows() -> None:
    layer = PrunedLayer()
    read(layer, torch.tensor([[1, 3]]), 4)
    read_all(layer, 1)
    assert layer.positions(0, CPU).tolist() == [[1, 3, 4]]
    assert layer.weights is None


def test_a_second_picture_is_noted_behind_the_first() -> None:
    layer = pruned()
    read(layer, torch.tensor([[8, 11], [9, 11], [10, 11]]), 4)
    assert told(layer) == [
        [0, 1, 5, 6, 7, 8, 11],
        [0, 2, 5, 6, 7, 9, 11],
        [3, 4, 5, 6, 7, 10, 11],
    ]
    assert layer.get_seq_length() == 12
    assert layer.weights is not None
    assert layer.weights[2].tolist() == pytest.approx([0.3, 0.4, 0.5, 0, 0, 0, 0])


def test_weights_that_come_with_the_second_picture_are_its_own() -> None:
    layer = pruned(weights=False)
    assert layer.weights is None
    read(layer, torch.tensor([[9]] * ROWS), 4, torch.full((ROWS, 1), 0.7))
    assert layer.weights is not None
    assert layer.weights[0].tolist() == pytest.approx([0, 0, 0, 0, 0, 0.7])
    assert layer.get_seq_length() == 12


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(0, 3)), max_size=5
    )
)
def test_positions_are_those_of_the_tokens_that_came_however_often_some_are_dropped(
    readings: list[tuple[list[bool], int]],
) -> None:
    layer, expected, length = PrunedLayer(), list[int](), 0
    for kept, following in readings:
        at = [length + i for i, is_kept in enumerate(kept) if is_kept]
        read(layer, torch.tensor([at], dtype=torch.long), len(kept))
        length += len(kept)
        read_all(layer, following)
        expected += [*at, *range(length, length + following)]
        length += following
    assert layer.positions(0, CPU)[0].tolist() == expected
    assert layer.get_seq_length() == length
    assert layer.kept == len(expected)


@pytest.mark.parametrize("weights", [True, False])
def test_rows_are_reordered_selected_and_repeated_with_what_is_known_of_them(
    weights: bool,
) -> None:
    rows = told(pruned())
    layer = pruned(weights)
    layer.reorder_cache(torch.tensor([2, 0, 0]))  # type: ignore[arg-type]
    assert told(layer) == [rows[2], rows[0], rows[0]]
    layer.batch_select_indices(torch.tensor([0, 1]))
    assert told(layer) == [rows[2], rows[0]]
    layer.batch_repeat_interleave(2)
    assert told(layer) == [rows[2], rows[2], rows[0], rows[0]]
    if weights:
        assert layer.weights is not None
        expected = [[at / 10 for at in row[:3]] for row in told(layer)]
        assert torch.allclose(layer.weights, torch.tensor(expected))
    assert layer.get_seq_length() == 8


def test_rows_that_share_their_positions_go_on_sharing_them() -> None:
    layer = PrunedLayer()
    read(layer, torch.tensor([[1, 3]]), 4)
    layer.reorder_cache(torch.tensor([2, 0, 1]))  # type: ignore[arg-type]
    layer.batch_repeat_interleave(2)
    layer.batch_select_indices(torch.tensor([5, 0]))
    assert len(keys_of(layer)) == 2
    assert told(layer) == [[1, 3], [1, 3]]


def test_what_is_whole_can_be_taken_back_and_no_more() -> None:
    layer = pruned()
    layer.crop(0)
    assert layer.get_seq_length() == 8
    layer.crop(-1)
    assert told(layer)[0] == [0, 1, 5, 6]
    assert layer.get_seq_length() == 7
    # So can the words after the picture, of which none was dropped.
    layer.crop(-1)
    assert layer.get_seq_length() == 6
    with pytest.raises(EmographError, match="cropped") as caught:
        layer.crop(-2)
    assert caught.value.todo == "Read the prompt again."
    assert told(layer)[0] == [0, 1, 5]
    read_all(layer, 1)
    assert told(layer)[2] == [3, 4, 5, 6]


def test_a_layer_of_which_nothing_was_dropped_is_cropped_like_any_other() -> None:
    layer = PrunedLayer()
    read_all(layer, 5)
    layer.crop(-4)
    assert told(layer) == [[0]] * ROWS


def test_reset_forgets_everything() -> None:
    layer = pruned()
    layer.reset()
    assert layer.get_seq_length() == 0
    assert layer.kept == 0
    assert layer.columns is None
    assert layer.weights is None
    read(layer, torch.tensor([[0, 2]]), 3)
    assert told(layer) == [[0, 2]] * ROWS


def test_a_layer_goes_on_from_a_plain_one() -> None:
    cache = DynamicCache()
    keys = states(ROWS, torch.arange(4)[None])
    cache.update(keys, keys, 0)
    layer = pruned_layer(cache, 0)
    assert pruned_layer(cache, 0) is layer
    read(layer, torch.tensor([[5]]), 3)
    assert told(layer) == [[0, 1, 2, 3, 5]] * ROWS
    assert cache.get_seq_length() == 7
    assert isinstance(pruned_layer(cache, 2), PrunedLayer)
    assert len(cache.layers) == 3


def test_plain_and_pruned_layers_are_prunable() -> None:
    cache = DynamicCache()
    expect_prunable(cache)
    cache.layers += [DynamicLayer(), PrunedLayer()]
    expect_prunable(cache)


@pytest.mark.parametrize("family", ["llava", "internvl"])
def test_tokens_that_were_guessed_wrong_are_taken_back_in_assisted_generation(family: str) -> None:
    tiny = made(family)
    options = {"max_new_tokens": 20, "eos_token_id": None, "pad_token_id": 0, "do_sample": False}
    given = tiny.inputs([[64]], [6]) | options
    with torch.inference_mode(), WeightedBTP(0.4)(tiny.network):
        plain = tiny.network.generate(**given)
        assert torch.equal(tiny.network.generate(**given, prompt_lookup_num_tokens=4), plain)
