"""Networks learn from people and teachers, from what each knows; students answer as they do."""

from pathlib import Path

import numpy as np
import pytest

from emograph.engine.student import Layer, Student
from emograph.engine.training.crossing import assembled, schooling
from emograph.engine.training.network import NetworkClassifier
from emograph.engine.training.targets import Targets, joined
from emograph.errors import AssetError


def small(alpha: float = 0.5) -> NetworkClassifier:
    """A network that learns fast what little there is to learn."""
    return NetworkClassifier(hidden=16, rate=2e-2, epochs=60, dropout=0.1, decay=0.01, alpha=alpha)


def made(n: int = 256, seed: int = 0) -> tuple[np.ndarray, Targets]:
    """Pictures in two views: a space known of all, one of half, a number of half."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 1, 6)).astype(np.float32)
    views = np.concatenate([x, x + 0.05 * rng.normal(size=x.shape)], axis=1).astype(np.float32)
    sign = np.eye(2, dtype=np.float32)[(x[:, 0, 0] > 0).astype(int)]
    third = np.eye(3, dtype=np.float32)[np.digitize(x[:, 0, 1], [-0.4, 0.4])]
    third[n // 2 :] = np.nan
    number = x[:, 0, 2].copy()
    number[: n // 2] = np.nan
    return views, Targets({"sign": sign, "third": third}, {"oasis.valence": number})


def test_what_is_known_of_some_pictures_is_told_of_all() -> None:
    x, y = made()
    network = small().fit(x, y)
    test, truth = made(seed=1)
    told = network.predict_proba(test)
    right = told["third"][:128].argmax(axis=1) == truth.shares["third"][:128].argmax(axis=1)
    assert right.mean() > 0.75
    numbers = network.predict_numbers(test)["oasis.valence"]
    assert np.corrcoef(numbers[128:], truth.numbers["oasis.valence"][128:])[0, 1] > 0.8


def test_the_same_pictures_make_the_same_network() -> None:
    x, y = made(64)
    first, second = (small().fit(x, y).predict_proba(x) for _ in range(2))
    assert (first["sign"] == second["sign"]).all()


def test_a_teacher_is_followed_where_people_said_nothing() -> None:
    x, y = made()
    silent = Targets({"sign": np.full_like(y.shares["sign"], np.nan)}, {})
    teacher = Targets({"sign": y.shares["sign"]}, {})
    told = small().fit(x, silent, teacher).predict_proba(x)["sign"]
    assert (told.argmax(axis=1) == y.shares["sign"].argmax(axis=1)).mean() > 0.9


def test_without_alpha_the_teacher_is_not_heard() -> None:
    x, y = made()
    people = Targets({"sign": y.shares["sign"]}, {})
    wrong = Targets({"sign": 1 - y.shares["sign"]}, {})
    told = small(alpha=0.0).fit(x, people, wrong).predict_proba(x)["sign"]
    assert (told.argmax(axis=1) == y.shares["sign"].argmax(axis=1)).mean() > 0.9


def test_parameters_follow_scikit_learns_conventions() -> None:
    network = NetworkClassifier(hidden=8)
    again = NetworkClassifier(**network.get_params())
    assert again.get_params() == network.get_params()
    assert network.set_params(tau=3.0).tau == 3.0
    with pytest.raises(ValueError, match="no parameter"):
        network.set_params(taste="sweet")


def pupil(network: NetworkClassifier) -> Student:
    layers = {name: Layer(*pair) for name, pair in network.layers().items()}
    labels = {"sign": ("minus", "plus"), "third": ("low", "middle", "high")}
    return Student(
        "eyes 1",
        network.shift_,
        network.scale_,
        layers["hidden"],
        {space: layers[space] for space in labels},
        labels,
        layers["numbers"],
        tuple(network.numbers_),
        {"sign": 2.0},
    )


def test_a_student_answers_as_the_network_it_was_made_of() -> None:
    x, y = made()
    network = small().fit(x, y)
    student, told = pupil(network), network.predict_proba(x[:, :1])
    assert np.exp(student.log_odds(x[:, 0], "third")) == pytest.approx(told["third"], abs=1e-5)
    numbers = student.ratings(x[:, 0])["oasis.valence"]
    assert numbers == pytest.approx(network.predict_numbers(x[:, :1])["oasis.valence"], abs=1e-4)
    softened = student.predict_proba(x[:, 0], "sign")
    assert (softened.max(axis=1) <= told["sign"].max(axis=1) + 1e-6).all()


def test_its_sensitivity_is_the_slope_of_its_answer() -> None:
    x, y = made(64)
    student = pupil(small().fit(x, y))
    picture = x[0, 0]
    slopes = student.sensitivity(picture, "third", "middle")
    for feature in range(len(picture)):
        step = np.zeros_like(picture)
        step[feature] = 1e-2
        after, before = (
            np.log(student.vote(picture + sign * step, "third")["middle"]) for sign in (1, -1)
        )
        assert slopes[feature] == pytest.approx((after - before) / 2e-2, abs=2e-2)


def test_a_student_is_read_as_it_was_written(tmp_path: Path) -> None:
    x, y = made()
    student = pupil(small().fit(x, y))
    student.save(tmp_path / "student.safetensors")
    again = Student.load(tmp_path / "student.safetensors")
    assert again.name == student.name
    assert again.labels == student.labels
    vote = again.vote(x[0, 0], "third")
    assert vote == pytest.approx(student.vote(x[0, 0], "third"), abs=0.01)
    assert sum(vote.values()) == pytest.approx(1)


@pytest.mark.parametrize("content", [b"", b"not a tensor"])
def test_what_is_no_student_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "student.safetensors"
    path.write_bytes(content)
    with pytest.raises(AssetError, match=r"cannot be read") as caught:
        Student.load(path)
    assert "emograph train student" in str(caught.value)


def test_neither_a_student_nor_its_teachers_see_the_fold_they_are_tested_on() -> None:
    folds = np.arange(20) % 5
    asked: list[tuple[int, ...]] = []

    def teach(out: tuple[int, ...]) -> Targets:
        asked.append(out)
        return Targets({}, {"who": np.full(20, sum(10**fold for fold in out), np.float32)})

    taught = schooling(teach, folds, tested=2)
    assert all(2 in out for out in asked)
    for fold in (0, 1, 3, 4):
        # Each picture was answered by a teacher that saw neither it nor what is tested.
        assert set(taught.numbers["who"][folds == fold]) == {10**fold + 100}
    assert np.isnan(taught.numbers["who"][folds == 2]).all()


def test_the_student_that_is_shipped_learns_of_every_picture_out_of_fold() -> None:
    folds = np.arange(20) % 5
    taught = schooling(
        lambda out: Targets({}, {"who": np.full(20, out[0], np.float32)}), folds, tested=None
    )
    assert (taught.numbers["who"] == folds).all()


def test_rows_of_no_part_are_unknown() -> None:
    part = Targets({"s": np.ones((3, 2), np.float32)}, {})
    mixed = assembled([(part, np.array([True, False, False]))])
    assert mixed.known("s").tolist() == [True, False, False]


def test_sets_are_joined_and_what_one_does_not_know_is_unknown() -> None:
    first = Targets({"a": np.ones((2, 3), np.float32)}, {"x": np.zeros(2, np.float32)})
    second = Targets({"b": np.ones((1, 2), np.float32)}, {})
    both = joined(first, second)
    assert len(both) == 3
    assert both.known("a").tolist() == [True, True, False]
    assert both.known("b").tolist() == [False, False, True]
    assert np.isnan(both.numbers["x"]).tolist() == [False, False, True]
