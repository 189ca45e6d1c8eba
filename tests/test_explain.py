"""From a photograph to an explanation, by the API."""

import math
import struct
import zlib
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

import emograph
from emograph.engine.engine import Engine, Failure
from emograph.engine.explanation.document import schema
from emograph.engine.explanation.explanation import Explanation
from emograph.errors import EmographError, ImageError, KnowledgeError

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def cat(engine: Engine, photos: Path) -> Explanation:
    return engine.explain(photos / "chelsea.png")


def huge_png() -> bytes:
    """The head of a PNG that would be 30,000 pixels wide and high."""
    chunks = b"\x89PNG\r\n\x1a\n"
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        crc = zlib.crc32(name + data)
        chunks += struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)
    return chunks


@pytest.mark.parametrize("scheme", ["mikels", "ekman", "plutchik", "occ", "goemotions"])
def test_the_document_fits_its_schema(engine: Engine, photos: Path, scheme: str) -> None:
    explanation = engine.explain(photos / "astronaut.png", scheme)
    document = explanation.to_dict()
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert document["scheme"] == scheme
    assert sum(document["emotions"].values()) == pytest.approx(1)


def test_contributions_and_prior_add_up_to_the_graphs_vote(cat: Explanation) -> None:
    vote = cat.votes["graph"]
    mean = sum(math.log(p) for p in vote.values()) / len(vote)
    for emotion, p in vote.items():
        added = sum(c.log_odds for c in cat.contributions if c.emotion == emotion)
        assert math.log(p) - mean == pytest.approx(cat.posterior.prior[emotion] + added)


def test_why_tells_the_answer_the_votes_and_the_evidence(cat: Explanation) -> None:
    answer, votes, counted, *evidence = cat.why()
    assert cat.leading in answer
    assert "knowledge graph" in votes
    assert "distilled classifier" in votes
    assert " counts " in counted
    assert len(evidence) == 2


def test_graph_and_student_vote_and_their_weights_add_up(cat: Explanation) -> None:
    assert set(cat.votes) == {"graph", "student"}
    assert sum(cat.weights.values()) == pytest.approx(1.0)
    assert sum(cat.votes["student"].values()) == pytest.approx(1.0)


def test_in_a_scheme_that_the_student_has_not_learned_the_graph_votes_alone(
    engine: Engine, photos: Path
) -> None:
    explanation = engine.explain(photos / "chelsea.png", "plutchik")
    assert set(explanation.votes) == {"graph"}
    assert explanation.emotions == pytest.approx(explanation.votes["graph"])


def test_without_a_student_that_is_said(photos: Path) -> None:
    explanation = emograph.explain(photos / "chelsea.png", lvlm=None, student=None)
    assert set(explanation.votes) == {"graph"}
    assert any("student is none" in note for note in explanation.notes)


def test_without_a_cue_the_answer_changes(cat: Explanation) -> None:
    strongest = max(
        (c for c in cat.contributions if c.emotion == cat.leading), key=lambda c: c.log_odds
    )
    rest = cat.without(strongest.cue)
    assert rest.emotions[cat.leading] < cat.emotions[cat.leading]
    assert strongest.cue not in {cue.id for cue in rest.cues}


def test_without_an_unknown_cue_says_which_there_are(cat: Explanation) -> None:
    with pytest.raises(EmographError, match="unicorn") as caught:
        cat.without("unicorn")
    assert any(cue.id in caught.value.todo for cue in cat.cues)


def test_rdf_is_one_named_graph_that_can_be_asked(cat: Explanation) -> None:
    found = cat.to_rdf().query("SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert [int(row[0]) for row in found] == [1]  # type: ignore[index, arg-type]


def test_the_page_stands_alone(cat: Explanation) -> None:
    page = cat.to_html()
    assert "data:image/jpeg;base64," in page
    assert 'src="http' not in page


def test_paths_bytes_images_and_arrays_are_the_same_photo(engine: Engine, photos: Path) -> None:
    path = photos / "chelsea.png"
    image = Image.open(path)
    given = [path, str(path), path.read_bytes(), image, np.asarray(image)]
    answers = [dict(engine.explain(one).emotions) for one in given]
    assert all(answer == answers[0] for answer in answers)


def test_a_single_pixel_is_explained(engine: Engine) -> None:
    explanation = engine.explain(np.zeros((1, 1, 3), np.uint8))
    assert sum(explanation.emotions.values()) == pytest.approx(1)


def test_what_cannot_be_read_does_not_stop_a_batch(engine: Engine, photos: Path) -> None:
    results = list(engine.annotate([b"", photos / "chelsea.png", np.full((4, 4, 3), np.nan)]))
    assert [isinstance(result, Failure) for result in results] == [True, False, True]


def test_batches_and_single_photos_agree(engine: Engine, photos: Path, cat: Explanation) -> None:
    (_, second) = engine.annotate([photos / "astronaut.png", photos / "chelsea.png"])
    assert isinstance(second, Explanation)
    assert second.emotions == pytest.approx(dict(cat.emotions), abs=1e-4)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (b"", "empty"),
        (b"plain words", "not an image"),
        (huge_png(), "larger than"),
        (np.full((8, 8, 3), np.nan), "NaN"),
        ("https://example.org/cat.jpg", "address"),
        ("nowhere.jpg", "no file"),
        (".", "folder"),
        (None, "NoneType"),
    ],
    ids=["empty", "text", "huge", "nan", "url", "missing", "folder", "none"],
)
def test_bad_images_are_refused_in_plain_words(engine: Engine, image: object, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        engine.explain(image)


def test_a_jpeg_cut_short_is_refused(engine: Engine, photos: Path) -> None:
    whole = (photos / "rocket.jpg").read_bytes()
    with pytest.raises(ImageError, match="broken or cut short"):
        engine.explain(whole[: len(whole) // 2])


def test_an_unknown_scheme_names_those_there_are(engine: Engine, photos: Path) -> None:
    with pytest.raises(KnowledgeError, match="ekman"):
        engine.explain(photos / "chelsea.png", "moods")


def test_load_gives_the_same_engine_for_the_same_settings(engine: Engine) -> None:
    assert emograph.load() is engine
