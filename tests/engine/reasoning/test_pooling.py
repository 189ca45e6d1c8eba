"""What a group says is the weighted mean of its members, as loud as its strongest allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.reasoning.pooling import LOUDNESS, pooled_weights

GROUPS = st.sampled_from(["a", "b", "c", "concepts:situation"])
PIECES = st.lists(st.tuples(GROUPS, st.floats(0.0, 1.0)), max_size=20)
SEED = st.integers(0, 2**32 - 1)


def weights(pieces: list[tuple[str, float]]) -> list[float]:
    """Weights of pieces that each stand for a concept of its own."""
    concepts = [f"concept {i}" for i in range(len(pieces))]
    return list(
        map(float, pooled_weights([g for g, _ in pieces], concepts, [c for _, c in pieces]))
    )


@given(PIECES)
def test_a_group_weighs_the_root_of_its_strongest_member_times_its_loudness(
    pieces: list[tuple[str, float]],
) -> None:
    given_to = weights(pieces)
    assert all(weight >= 0 for weight in given_to)
    for group in {group for group, _ in pieces}:
        strongest = max(c for name, c in pieces if name == group)
        total = sum(w for w, (name, _) in zip(given_to, pieces, strict=True) if name == group)
        assert total == pytest.approx(LOUDNESS.get(group, 1.0) * np.sqrt(strongest), abs=1e-9)


@given(PIECES, SEED)
def test_the_order_of_the_pieces_does_not_matter(
    pieces: list[tuple[str, float]], seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(pieces)).tolist()
    shuffled = weights([pieces[i] for i in order])
    kept = weights(pieces)
    assert shuffled == pytest.approx([kept[i] for i in order], abs=1e-12)


@given(PIECES)
def test_the_names_of_groups_do_not_matter_where_none_is_louder(
    pieces: list[tuple[str, float]],
) -> None:
    plain = [(group, c) for group, c in pieces if group not in LOUDNESS]
    renamed = [({"a": "z", "b": "y", "c": "x"}[group], c) for group, c in plain]
    assert weights(plain) == weights(renamed)


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=5), st.integers(2, 4))
def test_a_group_seen_several_times_weighs_what_it_weighs_once(
    strengths: list[float], times: int
) -> None:
    concepts = [f"concept {i}" for i in range(len(strengths))]
    once = pooled_weights(["a"] * len(strengths), concepts, strengths)
    repeated = pooled_weights(["a"] * len(strengths) * times, concepts * times, strengths * times)
    assert repeated.reshape(times, -1).sum(axis=0).tolist() == pytest.approx(once.tolist())


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=5), st.floats(0.0, 1.0))
def test_a_concept_seen_twice_counts_once_as_surely_as_its_surest_piece(
    strengths: list[float], second: float
) -> None:
    concepts = [f"concept {i}" for i in range(len(strengths))]
    surest = [max(strengths[0], second), *strengths[1:]]
    once = pooled_weights(["a"] * len(strengths), concepts, surest)
    twice = pooled_weights(
        ["a"] * (len(strengths) + 1), [*concepts, concepts[0]], [*strengths, second]
    )
    assert twice[0] + twice[-1] == pytest.approx(once[0])
    assert twice[1:-1].tolist() == pytest.approx(once[1:].tolist())


def test_nothing_weighs_nothing() -> None:
    assert weights([]) == []
    assert weights([("a", 0.0), ("a", 0.0)]) == [0.0, 0.0]
