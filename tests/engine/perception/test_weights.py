"""Learned weights come back as they were saved, and only for the encoder they belong to."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from emograph.engine.perception.concepts import Crowd, Platt
from emograph.engine.perception.detector import Array
from emograph.engine.perception.heads import CaptionHead
from emograph.engine.perception.weights import HeadWeights, LinearHeads
from emograph.errors import AssetError


def numbers(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


WEIGHTS = HeadWeights(
    encoder="eyes 1",
    captions=CaptionHead(numbers(6), np.abs(numbers(6)), numbers(6, 4), 0.75),
    attributes=LinearHeads(("urn:snow", "urn:trees"), numbers(2, 6), numbers(2)),
    disasters=LinearHeads(("urn:fire",), numbers(1, 6), numbers(1)),
    crowd=Crowd(numbers(4), numbers(4, 4)),
    naming=Platt(1.25, -0.1),
    class_temperature=1.5,
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "heads.safetensors"
    WEIGHTS.save(path)
    return path


def test_what_is_saved_is_loaded(saved: Path) -> None:
    found = HeadWeights.load(saved, "eyes 1")
    assert found.encoder == "eyes 1"
    assert found.naming == WEIGHTS.naming
    assert found.class_temperature == WEIGHTS.class_temperature
    assert found.captions.weight == WEIGHTS.captions.weight
    assert found.attributes.concepts == WEIGHTS.attributes.concepts
    assert found.disasters.concepts == WEIGHTS.disasters.concepts
    np.testing.assert_array_equal(found.captions.shift, WEIGHTS.captions.shift)
    np.testing.assert_array_equal(found.captions.scale, WEIGHTS.captions.scale)
    np.testing.assert_array_equal(found.crowd.mean, WEIGHTS.crowd.mean)
    np.testing.assert_array_equal(found.crowd.covariance, WEIGHTS.crowd.covariance)
    np.testing.assert_array_equal(found.attributes.bias, WEIGHTS.attributes.bias)
    np.testing.assert_array_equal(found.disasters.bias, WEIGHTS.disasters.bias)


def test_large_matrices_come_back_to_half_precision_as_single(saved: Path) -> None:
    found = HeadWeights.load(saved, "eyes 1")
    for kept, original in (
        (found.captions.map, WEIGHTS.captions.map),
        (found.attributes.weights, WEIGHTS.attributes.weights),
        (found.disasters.weights, WEIGHTS.disasters.weights),
    ):
        assert kept.dtype == np.float32
        np.testing.assert_allclose(kept, original, rtol=1e-3, atol=1e-4)


def test_how_a_matrix_lies_in_memory_does_not_matter(tmp_path: Path) -> None:
    turned = CaptionHead(
        WEIGHTS.captions.shift,
        WEIGHTS.captions.scale,
        np.asfortranarray(WEIGHTS.captions.map),
        WEIGHTS.captions.weight,
    )
    path = tmp_path / "turned.safetensors"
    HeadWeights(
        "eyes 1",
        turned,
        LinearHeads(("a", "b"), np.asfortranarray(WEIGHTS.attributes.weights), numbers(2)),
        WEIGHTS.disasters,
        Crowd(numbers(4), np.asfortranarray(WEIGHTS.crowd.covariance)),
        WEIGHTS.naming,
        1.5,
    ).save(path)
    found = HeadWeights.load(path, "eyes 1")
    np.testing.assert_allclose(found.captions.map, WEIGHTS.captions.map, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(
        found.attributes.weights, WEIGHTS.attributes.weights, rtol=1e-3, atol=1e-4
    )
    np.testing.assert_array_equal(found.crowd.covariance, WEIGHTS.crowd.covariance)


def test_weights_of_one_encoder_are_refused_for_another(saved: Path) -> None:
    with pytest.raises(AssetError, match="fitted on eyes 1, not on eyes 2"):
        HeadWeights.load(saved, "eyes 2")


def test_a_file_of_other_tensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"a": numbers(2)}, path)
    with pytest.raises(AssetError, match="fitted on something else, not on eyes 1"):
        HeadWeights.load(path, "eyes 1")


@pytest.mark.parametrize("damage", ["cut short", "empty", "missing", "something else"])
def test_a_broken_file_is_said_to_be_broken(saved: Path, damage: str) -> None:
    data = saved.read_bytes()
    if damage == "missing":
        saved.unlink()
    else:
        kept = {"cut short": data[: len(data) // 2], "empty": b"", "something else": b"weights"}
        saved.write_bytes(kept[damage])
    with pytest.raises(AssetError, match="cannot be read"):
        HeadWeights.load(saved, "eyes 1")
