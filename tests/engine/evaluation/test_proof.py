"""What was evaluated can be read back, compared and shown; faithfulness tells names from noise."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from emograph.engine.cues import Cue, Evidence
from emograph.engine.evaluation import figures, regions
from emograph.engine.evaluation.faithfulness import Case, faithfulness
from emograph.engine.evaluation.proof import Confusion, Curve, Gain, Proof, changes
from emograph.engine.evaluation.report import render_report
from emograph.engine.evaluation.results import Report, Result
from emograph.errors import EmographError

LABELS = ("awe", "fear")


def proof(accuracy: float = 0.5) -> Proof:
    result = Result("accuracy, 8 classes", accuracy, accuracy - 0.1, accuracy + 0.1, 90)
    return Proof(
        (Report("fi", "gate", (result,), {}), Report("fi", "<graph>", (result,), {})),
        (Gain("fi", "gate", "graph", "accuracy, mikels", 0.1, 0.05, 0.15, 90),),
        (Confusion("fi, mikels", "gate", LABELS, ((3, 1), (0, 0))),),
        (
            Curve("deletion of cues", "as explained", (0.0, 0.5, 1.0), (0.8, 0.4, 0.2), 9),
            Curve("deletion of cues", "at random", (0.0, 0.5, 1.0), (0.8, 0.7, 0.2), 9),
        ),
        (Result("ratio", 4.0, 3.0, 5.0, 9),),
        {"perception": 50.0},
        {"images": "out of fold"},
    )


def test_a_proof_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps(proof().to_dict()))
    assert Proof.load(path) == proof()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "other"}'])
def test_what_is_no_proof_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "all.json"
    path.write_text(content)
    with pytest.raises(EmographError, match="does not hold figures"):
        Proof.load(path)


def test_changes_are_told_of_what_both_have() -> None:
    before, after = proof(0.5), proof(0.6)
    fewer = Proof(after.reports[:1], (), ())
    ((_, condition, metric, old, new),) = changes(before, fewer)
    assert (condition, metric) == ("gate", "accuracy, 8 classes")
    assert new.value - old.value == pytest.approx(0.1)


def test_a_gain_is_clear_where_its_interval_leaves_out_0() -> None:
    assert proof().gains[0].is_clear
    assert not Gain("fi", "a", "b", "nats", 0.1, -0.1, 0.3, 9).is_clear


def test_the_page_loads_nothing_and_escapes_names() -> None:
    page = render_report(proof())
    assert "&lt;graph&gt;" in page
    assert "http" not in page.split("</style>")[1]
    parser = HTMLParser()
    parser.feed(page)
    assert "0.500" in page
    assert "deletion of cues" in page


def test_the_area_of_a_curve_is_its_mean() -> None:
    first, second = proof().curves
    assert first.area == pytest.approx(0.45)
    assert second.area > first.area


def evidence(n: int) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(Cue(f"cue-{i}", "object", f"thing {i}", 0.5, "test"), f"iri:{i}", 1.0, f"g{i}")
        for i in range(n)
    )


def case(strengths: np.ndarray, told: np.ndarray) -> Case:
    """A picture in which cues add these log-odds to the first of two emotions."""
    pieces = evidence(len(strengths))
    by_cue = {piece.cue.id: strength for piece, strength in zip(pieces, strengths, strict=True)}

    def answer(left: object) -> np.ndarray:
        odds = np.exp(sum(by_cue[piece.cue.id] for piece in left))  # type: ignore[attr-defined]
        shares: np.ndarray = np.array([odds, 1.0]) / (odds + 1.0)
        return shares

    said = {piece.cue.id: value for piece, value in zip(pieces, told.tolist(), strict=True)}
    return Case(pieces, answer, said)


def test_explanations_that_are_true_change_more_than_chance() -> None:
    rng = np.random.default_rng(0)
    strengths = [np.abs(rng.normal(size=12)) ** 3 / 4 for _ in range(30)]
    results, curves = faithfulness([case(s, s) for s in strengths])
    ratio = next(result for result in results if result.metric == "ratio")
    assert ratio.low > 1.5
    areas = {(curve.what, curve.order): curve.area for curve in curves}
    assert areas["deletion of cues", "as explained"] < areas["deletion of cues", "at random"]
    assert areas["insertion of cues", "as explained"] > areas["insertion of cues", "at random"]


def test_explanations_that_are_made_up_change_no_more_than_chance() -> None:
    rng = np.random.default_rng(0)
    strengths = [np.abs(rng.normal(size=12)) ** 3 / 4 for _ in range(60)]
    results, _ = faithfulness([case(s, rng.permutation(s)) for s in strengths])
    ratio = next(result for result in results if result.metric == "ratio")
    assert ratio.low < 1 < ratio.high


def test_pictures_of_few_cues_prove_nothing() -> None:
    strengths = np.ones(3)
    few = [case(strengths, strengths)]
    enough = [case(np.ones(5), np.ones(5))] * 2
    results, _ = faithfulness([*few, *enough])
    assert {result.n for result in results} == {2}


def test_right_answers_have_the_best_figures() -> None:
    true = np.array([0, 1] * 20)
    answers = np.eye(2)[true] * 0.98 + 0.01
    told = {result.metric: result.value for result in figures.of_labels(LABELS, true, answers)}
    assert told["accuracy, 2 classes"] == 1.0
    assert told["recall, fear"] == 1.0
    assert told["ECE"] == pytest.approx(0.01)


def test_shares_that_are_right_are_calibrated() -> None:
    shares = np.random.default_rng(0).dirichlet(np.ones(5), size=400)
    told = {result.metric: result.value for result in figures.of_votes(shares, shares)}
    assert told["ECE of all shares"] == pytest.approx(0.0)
    assert told["KL to votes"] == pytest.approx(0.0)


def test_regions_that_matter_are_found_by_occlusion() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[10:20, 20:30] = 255

    def answer(seen: np.ndarray) -> np.ndarray:
        share = seen[10:20, 20:30].mean() / 255
        return np.array([share, 1 - share])

    drops = regions.occlusion(pixels, answer, 0)
    assert drops.argmax() == 1 * regions.CELLS + 2
    random = np.random.default_rng(0).random(drops.shape)
    orders = {"by occlusion": drops, "at random": random}
    made = regions.curves([regions.paths(pixels, answer, 0, orders)])
    areas = {(curve.what, curve.order): curve.area for curve in made}
    for worse, what in ((1, "deletion of regions"), (-1, "insertion of regions")):
        assert worse * (areas[what, "at random"] - areas[what, "by occlusion"]) > 0
