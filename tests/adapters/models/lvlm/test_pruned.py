"""Models that drop image tokens as they look: what is asked afterwards is answered as before."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from emograph.adapters.models.lvlm.loading import load_lvlm
from emograph.adapters.models.lvlm.model import TransformersLVLM
from emograph.engine.lvlm.model import Naming, Question
from emograph.engine.pruning import BTP, WeightedBTP
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.errors import EmographError
from tests.adapters.models.lvlm.checkpoints import EMOTIONS, LABELS
from tests.adapters.models.lvlm.conftest import Made, photo
from tests.adapters.models.lvlm.reference import log_likelihood

FELT = Question("What do you feel?", "The picture makes me feel")
SEEN = Question("What can be seen here?", "It shows")


def loaded(made: Made, pruner: VisionTokenPruner | None) -> TransformersLVLM:
    model = load_lvlm(made.family, made.folder, device="cpu", dtype="float32")
    if pruner is not None:
        model.prune(pruner)
    return model


def test_likelihoods_are_those_of_one_forward_that_prunes(made: Made) -> None:
    picture = photo(64, 48)
    view = loaded(made, WeightedBTP(0.5)).look(picture)
    found = view.log_likelihoods(FELT, EMOTIONS)
    with WeightedBTP(0.5)(made.network):
        expected = [log_likelihood(made, picture, FELT, f" {answer}") for answer in EMOTIONS]
    assert np.allclose(found, expected, atol=1e-3)
    assert not np.allclose(found, loaded(made, None).look(picture).log_likelihoods(FELT, EMOTIONS))


@pytest.mark.parametrize("pruner", [WeightedBTP(1.0), BTP(1.0)], ids=lambda p: p.name)
def test_a_budget_of_one_answers_alike(made: Made, pruner: VisionTokenPruner) -> None:
    picture = photo(64, 48)
    whole, pruned = (loaded(made, chosen).look(picture) for chosen in (None, pruner))
    same = whole.log_likelihoods(FELT, EMOTIONS), pruned.log_likelihoods(FELT, EMOTIONS)
    assert np.array_equal(*same)


def test_what_is_looked_for_with_attention_is_forgotten(made: Made) -> None:
    picture = photo(64, 48)
    whole, _ = loaded(made, None).eyes.see(picture)
    model = loaded(made, BTP(0.6))
    assert model.eyes.pruning is not None
    assert model.eyes.pruning.reads_attention
    pruned, _ = model.eyes.see(picture)
    assert pruned._cache.get_seq_length() == whole._cache.get_seq_length()
    assert torch.equal(pruned._next, whole._next)
    lengths = [layer.keys.shape[-2] for layer in pruned._cache.layers]
    assert lengths[-1] < whole._cache.get_seq_length()


@pytest.mark.parametrize("pruner", [WeightedBTP(0.4), BTP(0.6)], ids=lambda p: p.name)
def test_cues_are_labels_asked_one_by_one_or_together(
    made: Made, pruner: VisionTokenPruner
) -> None:
    view = loaded(made, pruner).look(photo(64, 48))
    namings = [Naming("object", SEEN, LABELS, 12), Naming("felt", FELT, EMOTIONS, 20)]
    together = view.name(namings)
    for naming, items in zip(namings, together, strict=True):
        (alone,) = view.name([naming])
        assert [item.label for item in alone] == [item.label for item in items]
        assert {item.label for item in items} <= set(naming.labels)


@pytest.mark.parametrize("pruner", [None, WeightedBTP(0.4), BTP(0.6)], ids=str)
def test_photos_looked_at_together_are_read_as_each_alone(
    made: Made, pruner: VisionTokenPruner | None
) -> None:
    """Also where they are of several shapes, and their answers of several lengths."""
    model = loaded(made, pruner)
    namings = [Naming("object", SEEN, LABELS, 12), Naming("felt", FELT, EMOTIONS, 20)]
    photos = [photo(64, 48, 1), photo(64, 48, 2), photo(40, 90, 3), photo(64, 48, 4)]
    together = model.look_each(photos, namings)
    for picture, told in zip(photos, together, strict=True):
        view = model.look(picture)
        for items, alone in zip(told.answers, view.name(namings), strict=True):
            assert [item.label for item in items] == [item.label for item in alone]
            sure = [item.confidence for item in alone]
            assert [item.confidence for item in items] == pytest.approx(sure, rel=1e-3)
        odds = told.view.log_likelihoods(FELT, EMOTIONS)
        assert np.allclose(odds, view.log_likelihoods(FELT, EMOTIONS), atol=1e-4)
    assert len({str(told.answers) for told in together}) > 1


def test_without_a_picture_nothing_changes(made: Made) -> None:
    whole, pruned = (loaded(made, p).look(None) for p in (None, WeightedBTP(0.3)))
    same = whole.log_likelihoods(FELT, EMOTIONS), pruned.log_likelihoods(FELT, EMOTIONS)
    assert np.array_equal(*same)


def test_a_model_is_pruned_in_one_way_only(llava: Made) -> None:
    model = loaded(llava, WeightedBTP(0.5))
    with pytest.raises(EmographError, match="pruned already"):
        model.prune(BTP(0.5))
    assert model.pruner == WeightedBTP(0.5)
