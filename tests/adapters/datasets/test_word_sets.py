"""The datasets of words: FI's cues and EmoSet's attributes."""

import json
from pathlib import Path

import pytest

from emograph.adapters.datasets.emoset_annotations import read_emoset_annotations
from emograph.adapters.datasets.emoset_attributes import read_emoset_attributes
from emograph.adapters.datasets.fi_cues import ImageWords, read_fi_cues
from emograph.errors import DatasetError

CUES = (
    "id,emotion,adjective_noun_pairs,object_tags\r\n"
    "sadness7,sad,misty night lonely road,black and white night\r\n"
    "awe1,awe,great city,\r\n"
)
INFO = {
    "emotion": {"label2idx": {"awe": 1, "amusement": 0}, "idx2label": {}},
    "object": {"label2idx": {"Ball": 0, "Tree": 1}, "idx2label": {}},
    "scene": {"label2idx": {"bakery/shop": 0}, "idx2label": {}},
}
ATTRIBUTES = (
    "image,emotion,kind,label\r\n"
    "amusement_00001,amusement,object,Ball\r\n"
    "amusement_00001,amusement,scene,bakery/shop\r\n"
)

TENTHS = {"label2idx": {f"{n / 10}": n for n in range(11)}, "idx2label": {}}
ANNOTATED = {
    **INFO,
    "brightness": TENTHS,
    "colorfulness": TENTHS,
    "facial_expression": {"label2idx": {"happy": 0}},
    "human_action": {"label2idx": {"riding a bike": 0}},
}
ANNOTATION = {
    "image_id": "awe_1",
    "emotion": "awe",
    "brightness": 0.5,
    "colorfulness": 0.0,
    "scene": "bakery/shop",
    "object": ["Tree", "Ball"],
    "human_action": "riding a bike",
}


def write(root: Path, **files: str) -> Path:
    """Writes ``<name>.csv`` for each name, and ``info.json``; gives the folder."""
    for name, content in files.items():
        ending = "json" if name == "info" else "csv"
        (root / f"{name}.{ending}").write_bytes(content.encode())
    return root


def test_fi_cues(tmp_path: Path) -> None:
    assert read_fi_cues(write(tmp_path, cues=CUES)) == (
        ImageWords(
            id="sadness7",
            emotion="sadness",
            pairs=(("misty", "night"), ("lonely", "road")),
            tags=("black", "and", "white", "night"),
        ),
        ImageWords(id="awe1", emotion="awe", pairs=(("great", "city"),), tags=()),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("lonely road", "road", "line 2: adjective_noun_pairs has 3 words"),
        (",sad,", ",glad,", "line 2: emotion is 'glad'"),
        ("awe1", "", "line 3: id is empty"),
    ],
)
def test_broken_fi_cues(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    root = write(tmp_path, cues=CUES.replace(right, wrong))
    with pytest.raises(DatasetError, match=complaint):
        read_fi_cues(root)


def test_emoset_attributes(tmp_path: Path) -> None:
    attributes = read_emoset_attributes(
        write(tmp_path, info=json.dumps(INFO), attributes=ATTRIBUTES)
    )
    assert len(attributes) == 2
    assert attributes.images == ("amusement_00001",) * 2
    assert attributes.emotions == ("amusement",) * 2
    assert attributes.kinds == ("object", "scene")
    assert attributes.labels == ("Ball", "bakery/shop")
    assert attributes.vocabulary == {
        "emotion": ("amusement", "awe"),
        "object": ("Ball", "Tree"),
        "scene": ("bakery/shop",),
    }


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("Ball", "Cube", "line 2: info.json knows no object 'Cube'"),
        ("scene,", "place,", "line 3: kind is 'place', not one of emotion, object, scene"),
        (",amusement,object", ",rage,object", "line 2: emotion is 'rage'"),
    ],
)
def test_broken_emoset_attributes(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    root = write(tmp_path, info=json.dumps(INFO), attributes=ATTRIBUTES.replace(right, wrong))
    with pytest.raises(DatasetError, match=complaint):
        read_emoset_attributes(root)


@pytest.mark.parametrize("info", ["", "[]", '{"emotion": {}}', '{"object": {"label2idx": {}}}'])
def test_broken_vocabulary(tmp_path: Path, info: str) -> None:
    root = write(tmp_path, info=info, attributes=ATTRIBUTES)
    with pytest.raises(DatasetError, match=r"info\.json does not give"):
        read_emoset_attributes(root)


def annotated(root: Path, annotation: str) -> Path:
    """EmoSet with one image in each split, whose annotations are all the same."""
    item = ["awe", "image/awe/awe_1.jpg", "annotation/awe/awe_1.json"]
    for split in ("train", "val", "test"):
        (root / f"{split}.json").write_text(json.dumps([item]))
    (root / "annotation" / "awe").mkdir(parents=True)
    (root / item[2]).write_text(annotation)
    return write(root, info=json.dumps(ANNOTATED))


def test_emoset_annotations(tmp_path: Path) -> None:
    said = read_emoset_annotations(annotated(tmp_path, json.dumps(ANNOTATION)))
    assert len(said) == 3 * 6
    assert set(said.images) == {"awe_1"}
    assert set(said.emotions) == {"awe"}
    assert list(zip(said.kinds, said.labels, strict=True))[:6] == [
        ("brightness", "0.5"),
        ("colorfulness", "0.0"),
        ("scene", "bakery/shop"),
        ("object", "Tree"),
        ("object", "Ball"),
        ("human_action", "riding a bike"),
    ]
    assert said.vocabulary["facial_expression"] == ("happy",)


@pytest.mark.parametrize(
    ("annotation", "complaint"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ("{}", "its emotion is None, not awe"),
        ('{"emotion": "fear"}', "its emotion is 'fear', not awe"),
        ('{"emotion": "awe", "object": ["Cube"]}', "info.json knows no object 'Cube'"),
        ('{"emotion": "awe", "brightness": 0.55}', "info.json knows no brightness '0.55'"),
    ],
)
def test_broken_emoset_annotations(tmp_path: Path, annotation: str, complaint: str) -> None:
    root = annotated(tmp_path, annotation)
    with pytest.raises(DatasetError, match=rf"awe_1\.json is broken: {complaint}"):
        read_emoset_annotations(root)


def test_missing_emoset_annotation(tmp_path: Path) -> None:
    root = annotated(tmp_path, "")
    (root / "annotation/awe/awe_1.json").unlink()
    with pytest.raises(DatasetError, match="is broken: it cannot be read"):
        read_emoset_annotations(root)


def test_wrong_folder(tmp_path: Path) -> None:
    root = write(tmp_path, labels="image\n")
    with pytest.raises(DatasetError, match=r"it has no cues\.csv; it holds labels\.csv"):
        read_fi_cues(root)
    with pytest.raises(DatasetError, match=r"it has no attributes\.csv, info\.json"):
        read_emoset_attributes(root)
