"""The sets of the literature are read in the format they are published in, oddities included."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emograph.adapters.datasets import open_dataset
from emograph.adapters.datasets.emotions import EKMAN, MIKELS
from emograph.adapters.datasets.splits import drawn_split
from emograph.errors import DatasetError

EMOSET = {
    # As in the download, and with the id as a second field as in the authors' code.
    "train": [
        ["awe", "image/awe/awe_2.jpg", "annotation/awe/awe_2.json"],
        ["fear", "fear_7", "image/fear/fear_7.jpg", "annotation/fear/fear_7.json"],
    ],
    "val": [["anger", "image/anger/anger_1.jpg", "annotation/anger/anger_1.json"]],
    "test": [["awe", "image/awe/awe_1.jpg", "annotation/awe/awe_1.json"]],
}
EMOSET_IMAGES = (
    "image/awe/awe_2.jpg",
    "image/fear/fear_7.jpg",
    "image/anger/anger_1.jpg",
    "image/awe/awe_1.jpg",
)
ABSTRACT_TABLE = "testImages_abstract/ABSTRACT_groundTruth.csv"
ABSTRACT = (
    "'','Amusement','Anger','Awe','Content','Disgust','Excitement','Fear','Sad'\r\n"
    "'abstract_0001.jpg',1,0,2,5,0,2,0,0\r\n"
    "'abstract_0002.jpg',4,0,0,4,0,2,0,0\r\n"
    "'abstract_0003.jpg',0,0,0,1,0,0,2,7\r\n"
)
LDL = (
    "images-name Amusement Awe Contentment Excitement Anger Disgust Fear Sadness\r\n"
    "1.jpg 2 0 6 0 0 0 0 0\r\n"
    "10.jpg 0 0 0 0 4  0 0 4 \r\n"
)
MEDIAEVAL_HEADER = (
    "T1,T2.1: Joy,T2.2: Sadness,T2.3: Fear,T2.4: Disgust,T2.5: Anger,T2.6: Surprise,T2.7: Neutral,"
    "T3.1: Anger,T3.2: Anxiety,T3.3: Craving,T3.4: Emphatic pain,T3.5: Fear,T3.6: Horror,"
    "T3.7: Joy,T3.8: Relief,T3.9: Sadness,T3.10:surprise\n"
)
MEDIAEVAL_DEV = (
    f"id,{MEDIAEVAL_HEADER}"
    "a1,negative,0,1,1,0,0,0,0,0,1,0,1,1,0,0,0,1,0\n"
    "b2,neutral,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"
)
MEDIAEVAL_TEST = (
    f",filename,{MEDIAEVAL_HEADER}0,c3.jpg,positive,1,0,0,0,0,1,0,0,0,0,0,0,0,1,0,0,1\n"
)


def touch(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


def write(root: Path, **contents: str) -> None:
    """Writes each content to the file of its name."""
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode())


def emoset(root: Path, lists: dict[str, list[list[str]]]) -> Path:
    touch(root, *EMOSET_IMAGES)
    write(root, **{f"{split}.json": json.dumps(items) for split, items in lists.items()})
    return root


def abstract(root: Path, table: str = ABSTRACT) -> Path:
    touch(root, *(f"testImages_abstract/abstract_000{n}.jpg" for n in (1, 2, 3)))
    write(root, **{ABSTRACT_TABLE: table})
    return root


def test_emoset_items_have_three_fields_or_four(tmp_path: Path) -> None:
    data = open_dataset("emoset", emoset(tmp_path, EMOSET))
    assert data.paths == tuple(tmp_path / image for image in EMOSET_IMAGES)
    assert data.labels["emotion"].classes == MIKELS
    assert data.labels["emotion"].values == ("awe", "fear", "anger", "awe")
    assert data.labels["split"].values == ("train", "train", "val", "test")


def test_a_split_is_chosen_as_any_rows_are(tmp_path: Path) -> None:
    data = open_dataset("emoset", emoset(tmp_path, EMOSET))
    test = data.where(np.array(data.labels["split"].values) == "test")
    assert [path.name for path in test.paths] == ["awe_1.jpg"]
    assert test.labels["emotion"].values == ("awe",)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("[", r"val\.json is not JSON"),
        ("{}", r"val\.json is not a list of images"),
        ("[]", r"val\.json is not a list of images"),
        ('[["awe", "image/awe/awe_1.jpg"]]', r"val\.json, item 1: it is not 3 or 4 texts"),
        ('[["awe", 1, "image/awe/awe_1.jpg", "a.json"]]', "item 1: it is not 3 or 4 texts"),
        ('[["joy", "image/awe/awe_1.jpg", "a.json"]]', "item 1: the emotion is 'joy', not one of"),
        ('[["awe", "image/awe/awe_9.jpg", "a.json"]]', r"1 of the 1 .*: image/awe/awe_9\.jpg"),
    ],
)
def test_broken_emoset(tmp_path: Path, broken: str, complaint: str) -> None:
    root = emoset(tmp_path, EMOSET)
    write(root, **{"val.json": broken})
    with pytest.raises(DatasetError, match=complaint):
        open_dataset("emoset", root)


def test_emoset_without_images(tmp_path: Path) -> None:
    write(tmp_path, **{f"{split}.json": json.dumps(items) for split, items in EMOSET.items()})
    with pytest.raises(DatasetError, match=r"it has no image; it holds test\.json"):
        open_dataset("emoset", tmp_path)


def test_artphoto(tmp_path: Path) -> None:
    folder = "testImages_artphoto"
    touch(
        tmp_path,
        *(f"{folder}/{name}" for name in ("sad_0012.jpg", "awe_0002.JPG", "contentment_1.jpg")),
        *(f"{folder}/{name}" for name in ("._sad_0012.jpg", ".DS_Store", "Thumbs.db")),
    )
    data = open_dataset("artphoto", tmp_path)
    assert [path.name for path in data.paths] == [
        "awe_0002.JPG",
        "contentment_1.jpg",
        "sad_0012.jpg",
    ]
    assert data.labels["emotion"].classes == MIKELS
    assert data.labels["emotion"].values == ("awe", "contentment", "sadness")


def test_artphoto_of_an_unknown_emotion(tmp_path: Path) -> None:
    touch(tmp_path, "testImages_artphoto/joy_1.jpg")
    with pytest.raises(DatasetError, match=r"joy_1\.jpg does not begin with one of amusement, ang"):
        open_dataset("artphoto", tmp_path)


def test_artphoto_without_images(tmp_path: Path) -> None:
    (tmp_path / "testImages_artphoto").mkdir()
    with pytest.raises(DatasetError, match=r"testImages_artphoto in .* hold no images"):
        open_dataset("artphoto", tmp_path)


def test_abstract_keeps_the_votes_and_drops_ties(tmp_path: Path) -> None:
    data = open_dataset("abstract", abstract(tmp_path))
    assert [path.name for path in data.paths] == ["abstract_0001.jpg", "abstract_0003.jpg"]
    assert data.labels["emotion"].classes == MIKELS
    assert data.labels["emotion"].values == ("contentment", "sadness")
    assert data.voted.names == MIKELS
    np.testing.assert_allclose(data.voted.values[0], [0.1, 0, 0.2, 0.5, 0, 0.2, 0, 0])
    np.testing.assert_allclose(data.voted.values.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("1,0,2,5,0,2,0,0", "0,0,0,0,0,0,0,0", "line 2: it has no votes"),
        ("1,0,2,5", "1,0,2,-5", "line 2: Content is -5, not within 0"),
        ("1,0,2,5", "1,0,2,x", "line 2: Content is 'x', not a number"),
        ("'Sad'", "'Sadness'", "has no column Sad; its columns are , Amusement"),
        ("0001", "0009", r"1 of the 2 images .*: abstract_0009\.jpg"),
    ],
)
def test_broken_abstract(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    root = abstract(tmp_path, ABSTRACT.replace(right, wrong))
    with pytest.raises(DatasetError, match=complaint):
        open_dataset("abstract", root)


def test_abstract_of_ties_only(tmp_path: Path) -> None:
    header, _, tie, _ = ABSTRACT.splitlines(keepends=True)
    with pytest.raises(DatasetError, match="no image with one emotion ahead"):
        open_dataset("abstract", abstract(tmp_path, header + tie))


def test_unbiasedemo(tmp_path: Path) -> None:
    emotions = ("anger", "fear", "joy", "love", "sadness", "surprise")
    for emotion in emotions:
        (tmp_path / "images" / emotion).mkdir(parents=True)
    touch(
        tmp_path / "images",
        "love/dog/2.jpg",
        "love/beach/11.jpg",
        "fear/dog/2.jpg",
        "fear/dog/._2.jpg",
        "fear/.AppleDouble/2.jpg",
        "fear/.DS_Store",
    )
    data = open_dataset("unbiasedemo", tmp_path)
    assert [path.relative_to(tmp_path / "images").as_posix() for path in data.paths] == [
        "fear/dog/2.jpg",
        "love/beach/11.jpg",
        "love/dog/2.jpg",
    ]
    assert data.labels["emotion"].classes == emotions
    assert data.labels["emotion"].values == ("fear", "love", "love")


def test_another_set_in_emotion_folders_is_not_unbiasedemo(tmp_path: Path) -> None:
    for emotion in EKMAN:
        touch(tmp_path, f"images/{emotion}/1.jpg")
    with pytest.raises(DatasetError, match="is not UnBiasedEmo: it has no images/love; it holds"):
        open_dataset("unbiasedemo", tmp_path)


def test_emotionroi(tmp_path: Path) -> None:
    touch(tmp_path, "images/joy/1.jpg", "images/anger/20.jpg", "images/anger/3.jpg")
    lists = tmp_path / "training_testing_split"
    write(lists, **{"training.txt": "joy/1.jpg\r\nanger/20.jpg \r\n\r\n"})
    write(lists, **{"testing.txt": "anger/3.jpg"})
    data = open_dataset("emotionroi", tmp_path)
    assert data.paths == tuple(
        tmp_path / "images" / name for name in ("joy/1.jpg", "anger/20.jpg", "anger/3.jpg")
    )
    assert data.labels["emotion"].classes == EKMAN
    assert data.labels["emotion"].values == ("joy", "anger", "anger")
    assert data.labels["split"].values == ("train", "train", "test")


@pytest.mark.parametrize(
    ("testing", "complaint"),
    [
        ("bliss/1.jpg\n", r"testing\.txt, line 1: the image is in 'bliss', not in one of anger"),
        ("joy/1.jpg\njoy/9.jpg\n", r"1 of the 2 images of .*testing\.txt are not in .*: joy/9"),
        ("\n", r"testing\.txt has no lines"),
    ],
)
def test_broken_emotionroi(tmp_path: Path, testing: str, complaint: str) -> None:
    touch(tmp_path, "images/joy/1.jpg", "images/bliss/1.jpg")
    lists = tmp_path / "training_testing_split"
    write(lists, **{"training.txt": "joy/1.jpg\n", "testing.txt": testing})
    with pytest.raises(DatasetError, match=complaint):
        open_dataset("emotionroi", tmp_path)


def test_webemo(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / str(number)).mkdir()
    touch(tmp_path, "10/b.jpg", "2/a.jpg", "24/c.jpg", "2/._a.jpg")
    data = open_dataset("webemo", tmp_path)
    assert [path.name for path in data.paths] == ["a.jpg", "b.jpg", "c.jpg"]
    assert len(data.labels["emotion"].classes) == 25
    assert data.labels["emotion"].values == ("confusion", "horror", "zest")
    assert "split" not in data.labels


def test_webemo_in_its_two_parts(tmp_path: Path) -> None:
    for number in range(25):
        for part in ("train25", "test25"):
            (tmp_path / "images" / part / str(number)).mkdir(parents=True)
    touch(tmp_path / "images", "train25/0/a.jpg", "test25/0/a.jpg", "test25/19/b.jpg")
    data = open_dataset("webemo", tmp_path)
    assert data.labels["emotion"].values == ("affection", "affection", "sadness")
    assert data.labels["split"].values == ("train", "test", "test")
    assert data.paths[0] != data.paths[1]


@pytest.mark.parametrize("name", ["flickr_ldl", "twitter_ldl"])
def test_ldl(tmp_path: Path, name: str) -> None:
    write(tmp_path, **{"ground_truth.txt": LDL})
    touch(tmp_path, "images/1.jpg", "images/10.jpg")
    data = open_dataset(name, tmp_path)
    assert data.name == name
    assert [path.name for path in data.paths] == ["1.jpg", "10.jpg"]
    assert sorted(data.voted.names) == sorted(MIKELS)
    assert data.voted.names[:3] == ("amusement", "awe", "contentment")
    assert data.voted.values.tolist() == [
        [0.25, 0, 0.75, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0.5, 0, 0, 0.5],
    ]
    assert not data.labels


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("2 0 6", "0 0 0", "line 2: it has no votes"),
        ("1.jpg 2 0 6 0", "1.jpg 2 0 6", "line 2: 8 values for 9 columns"),
        ("Awe ", "Surprise ", "has no column Awe"),
        ("10.jpg", "11.jpg", r"1 of the 2 images .*: 11\.jpg"),
    ],
)
def test_broken_ldl(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    write(tmp_path, **{"ground_truth.txt": LDL.replace(right, wrong)})
    touch(tmp_path, "images/1.jpg", "images/10.jpg")
    with pytest.raises(DatasetError, match=complaint):
        open_dataset("flickr_ldl", tmp_path)


def test_mediaeval_disaster(tmp_path: Path) -> None:
    write(tmp_path, **{"devset.csv": MEDIAEVAL_DEV, "testset.csv": MEDIAEVAL_TEST})
    touch(tmp_path, "images/a1.jpg", "images/b2.jpg", "images/c3.jpg", "._devset.csv")
    data = open_dataset("mediaeval_disaster", tmp_path)
    assert [path.name for path in data.paths] == ["a1.jpg", "b2.jpg", "c3.jpg"]
    assert data.labels["sentiment"].values == ("negative", "neutral", "positive")
    assert data.labels["split"].values == ("train", "train", "test")
    assert data.tags is not None
    emotion, fine = data.tags["emotion"], data.tags["fine_emotion"]
    assert emotion.names == ("joy", "sadness", "fear", "disgust", "anger", "surprise", "neutral")
    assert emotion.values.tolist() == [
        [0, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 1, 0],
    ]
    assert len(fine.names) == 10
    assert (fine.names[3], fine.names[9]) == ("emphatic pain", "surprise")
    assert fine.values[2].tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 1]


def test_mediaeval_disaster_in_folders_as_unpacked(tmp_path: Path) -> None:
    write(tmp_path / "development", **{"annotations.csv": MEDIAEVAL_DEV})
    write(tmp_path / "visual-sentiment-test", **{"labels.csv": MEDIAEVAL_TEST})
    touch(tmp_path / "development", "images/a1.jpg", "images/b2.jpg")
    touch(tmp_path / "visual-sentiment-test", "images/c3.jpg")
    data = open_dataset("mediaeval_disaster", tmp_path)
    assert [path.name for path in data.paths] == ["a1.jpg", "b2.jpg", "c3.jpg"]
    assert data.labels["split"].values == ("train", "train", "test")


def test_tags_go_with_their_images(tmp_path: Path) -> None:
    write(tmp_path, **{"devset.csv": MEDIAEVAL_DEV})
    touch(tmp_path, "images/a1.jpg", "images/b2.jpg")
    second = open_dataset("mediaeval_disaster", tmp_path).where(np.array([False, True]))
    assert second.tags is not None
    assert {name: tag.values.tolist() for name, tag in second.tags.items()} == {
        "emotion": [[0] * 7],
        "fine_emotion": [[0] * 10],
    }


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("T3.10:surprise", "T3.10: Surprise", "has no column T3.10:surprise"),
        ("id,", "key,", "line 2: the table has no column filename or id"),
        ("a1,negative", "a1,bad", "line 2: T1 is 'bad', not one of negative"),
        ("a1,negative,0", "a1,negative,0.5", "line 2: T2.1: Joy is 0.5, neither 0 nor 1"),
        ("a1,negative,0", "a1,negative,2", "line 2: T2.1: Joy is 2, not within 0 to 1"),
        ("b2", "b9", r"1 of the 2 images .*: b9\.jpg"),
    ],
)
def test_broken_mediaeval_disaster(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    write(tmp_path, **{"devset.csv": MEDIAEVAL_DEV.replace(right, wrong)})
    touch(tmp_path, "images/a1.jpg", "images/b2.jpg")
    with pytest.raises(DatasetError, match=complaint):
        open_dataset("mediaeval_disaster", tmp_path)


def test_drawn_splits_hold_their_shares_of_every_class_and_do_not_change() -> None:
    codes = np.repeat([0, 1], [100, 40])
    split = drawn_split(codes, train=0.8, val=0.05)
    counts = Counter(zip(codes.tolist(), split.values, strict=True))
    assert [counts[0, part] for part in split.classes] == [80, 5, 15]
    assert [counts[1, part] for part in split.classes] == [32, 2, 6]
    assert drawn_split(codes, train=0.8, val=0.05).values == split.values
    assert drawn_split(codes, train=0.8, val=0.05, seed=1).values != split.values
