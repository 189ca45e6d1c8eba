"""Every image dataset is read in its own format, and a folder that is another thing is named."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from emograph.adapters.datasets import DATASETS, open_dataset
from emograph.adapters.datasets.emotions import MIKELS
from emograph.errors import DatasetError

EMOTION6 = (
    "[image_filename]\t[valence]\t[arousal]\t[prob. anger]\t[prob. disgust]\t[prob. fear]\t"
    "[prob. joy]\t[prob. sadness]\t[prob. surprise]\t[prob. neutral]\n"
    "disgust/1.jpg\t2.5\t3.8\t0.133333\t0.7\t0\t0.0666667\t0.1\t0\t0\n"
    "joy/12.jpg\t9\t5\t0\t0\t0\t0.666667\t0\t0.266667\t0.0666667\n"
)
EMOTION6_IMAGES = ("images/disgust/1.jpg", "images/joy/12.jpg")
# As the original: bare carriage returns and stray blanks.
OASIS = (
    "ID,Theme,Category,Source,Valence_mean,Valence_SD,Valence_N,Arousal_mean,Arousal_SD,Arousal_N\r"
    "I1,Acorns 1 ,Object,Pixabay,4,0.95,102,2.5,1.6,101\r"
    "I9,Sad  face 5,Person ,Pixabay,1,0.95,102,7,1.6,101\r"
)
OASIS_IMAGES = ("images/Acorns 1.jpg", "images/Sad face 5.jpg")
OUTDOORSENT = "image,sentiment,boating,open area\n7.jpg,positive,-1.4,0.36\n8.jpg,neutral,0,-2\n"
MEDIC = (
    "image,damage_severity,informative,humanitarian,disaster_types\r\n"
    "1_0.jpg,severe,informative,infrastructure_and_utility_damage,fire\r\n"
    "2_1.jpg,little_or_none,not_informative,not_humanitarian,not_disaster\r\n"
)

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a table and empty files for its images; gives the dataset's folder."""

    def write(table: str, content: str, images: Iterable[str]) -> Path:
        for image in images:
            (tmp_path / image).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / image).touch()
        (tmp_path / table).write_bytes(content.encode())
        return tmp_path

    return write


def test_emotion6(make: Make) -> None:
    root = make("ground_truth.txt", EMOTION6, EMOTION6_IMAGES)
    data = open_dataset("emotion6", root)
    assert data.name == "emotion6"
    assert data.paths == tuple(root / image for image in EMOTION6_IMAGES)
    assert data.labels["emotion"].values == ("disgust", "joy")
    assert data.labels["emotion"].codes.tolist() == [1, 3]
    assert data.votes is not None
    assert data.votes.names[-1] == "neutral"
    assert data.votes.values.shape == (2, 7)
    np.testing.assert_allclose(data.votes.values.sum(axis=1), 1, atol=1e-15)
    np.testing.assert_allclose(data.votes.values[0, 1], 0.7, atol=1e-6)
    assert data.valence is not None
    assert data.arousal is not None
    assert data.valence.values.tolist() == [2.5, 9]
    assert data.valence.scaled.tolist() == [-0.625, 1]
    assert data.arousal.scaled.tolist() == [pytest.approx(-0.3), 0]
    assert data.captions is None


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("0.7", "0.6", "line 2: the shares of the votes add up to 0.9, not to 1"),
        ("0.7", "x", r"line 2: \[prob. disgust\] is 'x', not a number"),
        ("9\t5", "9.1\t5", r"line 3: \[valence\] is 9.1, not within 1 to 9"),
        ("joy/12.jpg", "bliss/1.jpg", "line 3: the image is in 'bliss', not in one of anger"),
        ("[valence]", "valence", r"has no column \[valence\]"),
        ("joy/12.jpg", "joy/13.jpg", r"1 of the 2 images .* are not in .*images: joy/13\.jpg"),
    ],
)
def test_broken_emotion6(make: Make, right: str, wrong: str, complaint: str) -> None:
    root = make(
        "ground_truth.txt", EMOTION6.replace(right, wrong), (*EMOTION6_IMAGES, "images/bliss/1.jpg")
    )
    with pytest.raises(DatasetError, match=complaint):
        open_dataset("emotion6", root)


@pytest.mark.parametrize("top", [".", "emotion_dataset"])
def test_fi(tmp_path: Path, top: str) -> None:
    for emotion in MIKELS:
        (tmp_path / top / emotion).mkdir(parents=True)
    for image in ("sadness/sadness2.jpg", "sadness/._sadness2.jpg", "awe/awe1.JPG", "awe/list.txt"):
        (tmp_path / top / image).touch()
    data = open_dataset("fi", tmp_path)
    assert [path.name for path in data.paths] == ["awe1.JPG", "sadness2.jpg"]
    assert data.labels["emotion"].values == ("awe", "sadness")
    assert data.labels["emotion"].classes == MIKELS
    assert data.votes is None


def test_fi_is_split_by_a_seed(tmp_path: Path) -> None:
    for emotion in MIKELS:
        (tmp_path / emotion).mkdir()
        for number in range(20):
            (tmp_path / emotion / f"{number}.jpg").touch()
    split = open_dataset("fi", tmp_path).labels["split"]
    assert [split.values.count(part) for part in ("train", "val", "test")] == [128, 8, 24]
    assert open_dataset("fi", tmp_path).labels["split"].values == split.values


def test_fi_without_images(tmp_path: Path) -> None:
    for emotion in MIKELS:
        (tmp_path / emotion).mkdir()
    with pytest.raises(DatasetError, match="hold no images"):
        open_dataset("fi", tmp_path)


def test_oasis(make: Make) -> None:
    root = make("OASIS.csv", OASIS, OASIS_IMAGES)
    data = open_dataset("oasis", root)
    assert data.paths == tuple(root / image for image in OASIS_IMAGES)
    assert data.labels["category"].classes == ("Object", "Person")
    assert data.labels["category"].values == ("Object", "Person")
    assert data.captions is None
    assert data.valence is not None
    assert data.arousal is not None
    assert data.valence.scaled.tolist() == [0, -1]
    assert data.arousal.scaled.tolist() == [-0.5, 1]


def test_oasis_with_captions(make: Make) -> None:
    header, *rows = OASIS.splitlines()
    captioned = [header + ",caption", *(row + ',"A face, sad."' for row in rows)]
    data = open_dataset("oasis", make("OASIS.csv", "\r".join(captioned), OASIS_IMAGES))
    assert data.captions == ("A face, sad.",) * 2


def test_outdoorsent(make: Make) -> None:
    data = open_dataset(
        "outdoorsent", make("labels.csv", OUTDOORSENT, ["images/7.jpg", "images/8.jpg"])
    )
    assert data.labels["sentiment"].codes.tolist() == [2, 1]
    assert data.attributes is not None
    assert data.attributes.names == ("boating", "open area")
    assert data.attributes.values.tolist() == [[-1.4, 0.36], [0, -2]]


def test_medic(make: Make) -> None:
    data = open_dataset("medic", make("labels.csv", MEDIC, ["images/1_0.jpg", "images/2_1.jpg"]))
    assert data.labels["damage_severity"].codes.tolist() == [2, 0]
    assert {name: labels.values[0] for name, labels in data.labels.items()} == {
        "damage_severity": "severe",
        "informative": "informative",
        "humanitarian": "infrastructure_and_utility_damage",
        "disaster_types": "fire",
    }


def test_unknown_label(make: Make) -> None:
    root = make("labels.csv", MEDIC.replace("fire", "comet"), ["images/1_0.jpg", "images/2_1.jpg"])
    with pytest.raises(DatasetError, match="line 2: disaster_types is 'comet', not one of earth"):
        open_dataset("medic", root)


def test_missing_images_are_counted_and_the_first_named(make: Make) -> None:
    table = "image,sentiment\n" + "".join(f"{n}.jpg,neutral\n" for n in range(9))
    root = make("labels.csv", table, ["images/0.jpg"])
    with pytest.raises(DatasetError, match=r"8 of the 9 .*: 1\.jpg, .*, 5\.jpg and 3 more"):
        open_dataset("outdoorsent", root)


@pytest.mark.parametrize("name", DATASETS)
def test_wrong_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.md").touch()
    with pytest.raises(DatasetError, match=r"it has no .*; it holds notes\.md"):
        open_dataset(name, tmp_path)
    with pytest.raises(DatasetError, match="There is no folder"):
        open_dataset(name, tmp_path / "nowhere")


def test_unknown_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no dataset 'mnist'. Name one of emotion6, fi"):
        open_dataset("mnist", tmp_path)
