"""A vote is measured by whatever people said of the images."""

from pathlib import Path

import numpy as np
import pytest

from emograph.engine.evaluation.conditions import Vote
from emograph.engine.evaluation.dataset import LabelledImages, Labels, Ratings, Scores
from emograph.engine.evaluation.images import evaluate, hits
from emograph.engine.evaluation.results import Report, Result
from emograph.errors import DatasetError
from tests.engine.making import LABELS, scheme_of

N = 40
SCHEME = scheme_of()
CODES = np.random.default_rng(0).integers(len(LABELS), size=N)
RIGHT = Vote("right", SCHEME, 9.0 * np.eye(len(LABELS))[CODES])
WRONG = Vote("wrong", SCHEME, 9.0 * np.eye(len(LABELS))[(CODES + 1) % len(LABELS)])
PATHS = tuple(Path(f"{i}.jpg") for i in range(N))
NAMED = Labels(LABELS, tuple(LABELS[code] for code in CODES))
RATED = Ratings(5.0 + 4.0 * SCHEME.valence[CODES], 1.0, 9.0)


def images(n: int = N, **columns: Scores | Ratings) -> LabelledImages:
    labels = {} if columns else {"emotion": Labels(LABELS, NAMED.values[:n])}
    return LabelledImages(name="tiny", paths=PATHS[:n], labels=labels, **columns)  # type: ignore[arg-type]


def results(report: Report) -> dict[str, Result]:
    return {result.metric: result for result in report.results}


def test_a_vote_that_is_always_right_has_all_of_the_accuracy_and_no_error() -> None:
    found = results(evaluate(images(), RIGHT, {}))
    overall = {"accuracy, 8 classes", "macro-F1, 8 classes", "NLL", "Brier", "ECE"}
    recalls = {f"recall, {label}" for label in LABELS}
    assert set(found) == overall | recalls
    assert all(found[recall].value == 1.0 for recall in recalls)
    assert found["accuracy, 8 classes"] == Result("accuracy, 8 classes", 1.0, 1.0, 1.0, N)
    assert found["macro-F1, 8 classes"].value == 1.0
    for metric in ("NLL", "Brier", "ECE"):
        assert found[metric].value == pytest.approx(0.0, abs=1e-3)


def test_a_vote_that_is_always_wrong_is_made_unsure() -> None:
    found = results(evaluate(images(), WRONG, {}))
    assert found["accuracy, 8 classes"].value == 0.0
    assert found["NLL"].value == pytest.approx(np.log(8), abs=0.2)


def test_half_right_is_half_the_accuracy_within_its_interval() -> None:
    mixed = np.where((np.arange(N) < N // 2)[:, None], RIGHT.log_odds, WRONG.log_odds)
    accuracy = results(evaluate(images(), Vote("half", SCHEME, mixed), {}))["accuracy, 8 classes"]
    assert accuracy.value == 0.5
    assert 0.3 < accuracy.low < 0.5 < accuracy.high < 0.7


def test_votes_are_measured_as_distributions() -> None:
    votes = Scores(LABELS, 0.9 * np.eye(len(LABELS))[CODES] + 0.1 / len(LABELS))
    found = results(evaluate(images(votes=votes), RIGHT, {}))
    assert set(found) == {"top-1 of votes", "KL to votes", "Jensen-Shannon", "Bhattacharyya"}
    assert found["top-1 of votes"].value == 1.0
    assert found["KL to votes"].value == pytest.approx(0.0, abs=1e-3)
    assert found["Bhattacharyya"].value == pytest.approx(1.0, abs=1e-3)


def test_ratings_are_measured_on_the_coordinates_of_the_scheme() -> None:
    found = results(evaluate(images(valence=RATED), RIGHT, {}))
    assert set(found) == {"valence r", "valence RMSE"}
    assert found["valence r"].value == pytest.approx(1.0, abs=1e-3)
    assert found["valence RMSE"].value == pytest.approx(0.0, abs=1e-2)
    both = results(evaluate(images(valence=RATED, arousal=RATED), WRONG, {}))
    assert {"valence r", "arousal r"} <= set(both)
    assert both["valence r"].value < 0.9


def test_labels_in_another_order_or_number_are_matched_by_name() -> None:
    """A set that knows five of the emotions: the others cannot be answered."""
    classes = ("sadness", "fear", "awe", "anger", "disgust")
    codes = np.arange(N) % len(classes)
    labels = {"emotion": Labels(classes, tuple(classes[code] for code in codes))}
    log_odds = np.zeros((N, len(LABELS)))
    log_odds[:, LABELS.index("amusement")] = 99.0
    log_odds[np.arange(N), [LABELS.index(classes[code]) for code in codes]] = 5.0
    few = LabelledImages(name="few", paths=PATHS, labels=labels)
    found = results(evaluate(few, Vote("x", SCHEME, log_odds), {}))
    assert found["accuracy, 5 classes"].value == 1.0


def test_the_report_says_of_what_and_how() -> None:
    report = evaluate(images(), RIGHT, {"seed": 0})
    assert (report.dataset, report.condition) == ("tiny", "right")
    assert report.settings == {"seed": 0}


def test_too_few_images_are_refused() -> None:
    few = images(24)
    vote = Vote("x", SCHEME, RIGHT.log_odds[:24])
    with pytest.raises(DatasetError, match="tiny has 24 images here, too few"):
        evaluate(few, vote, {})


def test_hits_are_true_and_named_classes_side_by_side() -> None:
    true, named = hits(images(), WRONG)
    np.testing.assert_array_equal(true, CODES)
    np.testing.assert_array_equal(named, (CODES + 1) % len(LABELS))
