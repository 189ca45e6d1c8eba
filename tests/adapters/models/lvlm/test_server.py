"""Models behind an OpenAI-compatible server, which runs in a process of its own."""

import json
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from emograph.adapters.models.lvlm.server import ServerError, connect_server
from emograph.engine.images import open_photo
from emograph.engine.lvlm.model import (
    LogLikelihoods,
    Naming,
    Question,
    Sampling,
    VisionLanguageModel,
)
from emograph.errors import VoteError
from tests.adapters.models.lvlm.serving import (
    NOISE,
    Connect,
    Scripted,
    as_seen,
    connecting,
    counts,
    decoded,
    pieces,
    served,
)

EMOTIONS = ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness")
# Each is cut into tokens of three letters, so that many begin alike, and one is part of another.
ALIKE = ("sad", "sadness", "sadistic", "sadly", "amused", "amusement", "amusing", "awe", "aweful")
OTHERS = ("ja", "jä", 'a "word"', "日本")
FELT = Question("What does it evoke?", "It evokes")
PHOTO = open_photo(np.full((40, 60, 3), (200, 100, 30), np.uint8))
NAMINGS = (
    Naming("scene", Question("Where is it?", ""), ("beach", "street", "Forest"), 3),
    Naming("object", Question("What is there?", ""), ("dog", "cat", "tree", "car", "boat"), 9),
    Naming("caption", Question("What happens?", "It shows"), (), 12),
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def connect(address: str, request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Connect to a model with a fault; each test has a model of its own."""
    with connecting(address, request.node.name.partition("[")[0]) as connect:
        yield connect


def truth(answers: Sequence[str], question: Question = FELT) -> LogLikelihoods:
    said = Scripted().look(as_seen(PHOTO)).log_likelihoods(question, answers)
    return np.asarray(said - np.logaddexp.reduce(said))


def ask(model: VisionLanguageModel) -> LogLikelihoods:
    return model.look(PHOTO).log_likelihoods(FELT, EMOTIONS)


# Votes


@pytest.mark.parametrize("answers", [EMOTIONS, ALIKE, ("one",), OTHERS], ids=len)
def test_votes_are_the_models_distribution(connect: Connect, answers: tuple[str, ...]) -> None:
    got = connect().look(PHOTO).log_likelihoods(FELT, answers)
    assert got == pytest.approx(truth(answers), abs=1e-8)


@pytest.mark.parametrize("answers", [EMOTIONS, ALIKE])
@pytest.mark.parametrize("text", ["What is it like?", "What do people feel?", "Which?", "How?"])
def test_votes_where_words_that_begin_alike_are_cut_differently(
    connect: Connect, answers: tuple[str, ...], text: str
) -> None:
    question = Question(text, "")
    got = connect("odd").look(PHOTO).log_likelihoods(question, answers)
    assert got == pytest.approx(truth(answers, question), abs=1e-6)


@pytest.mark.parametrize("fault", ["raw", "rawfew", "rawodd"])
@pytest.mark.parametrize("answers", [EMOTIONS, ALIKE])
def test_votes_of_a_server_that_tells_raw_probabilities(
    connect: Connect, fault: str, answers: tuple[str, ...]
) -> None:
    got = connect(fault).look(PHOTO).log_likelihoods(FELT, answers)
    tokens = np.array([len(pieces(answer, fault == "rawodd")) + 1 for answer in answers])
    expected = truth(answers) + np.log(1 - NOISE) * tokens
    likely = expected > expected.max() + np.log(1e-3)
    assert got[likely] == pytest.approx(expected[likely], abs=1e-9)
    assert np.all(got >= expected - 1e-9)


def test_votes_see_the_picture_and_the_question(connect: Connect) -> None:
    model = connect()
    blind = model.look(None).log_likelihoods(FELT, EMOTIONS)
    scripted = Scripted().look(None).log_likelihoods(FELT, EMOTIONS)
    assert blind == pytest.approx(scripted - np.logaddexp.reduce(scripted))
    other = model.look(PHOTO).log_likelihoods(Question("What is it like?", ""), EMOTIONS)
    assert not np.allclose(ask(model), other)
    assert not np.allclose(ask(model), blind)


def test_votes_are_the_same_each_time_and_never_sampled(connect: Connect) -> None:
    model = connect()
    assert np.array_equal(ask(model), ask(model))
    body = counts(model)["last"]
    assert (body["temperature"], body["logprobs"], body["top_logprobs"]) == (0, True, 20)
    assert body["response_format"]["json_schema"]["strict"]


def test_one_request_is_enough_where_the_answers_begin_differently(connect: Connect) -> None:
    model = connect()
    model.look(PHOTO).log_likelihoods(FELT, ("joy", "fear", "sadness"))
    assert counts(model)["asked"] == 1


def test_no_answers_are_not_asked_for(connect: Connect) -> None:
    model = connect()
    assert model.look(PHOTO).log_likelihoods(FELT, ()).shape == (0,)
    assert model.look(PHOTO).name(()) == []
    assert counts(model)["asked"] == 0


def test_an_answer_given_twice_is_as_likely_twice(connect: Connect) -> None:
    got = connect().look(PHOTO).log_likelihoods(FELT, ("awe", "fear", "awe"))
    assert got == pytest.approx(truth(("awe", "fear"))[[0, 1, 0]])


def test_what_is_not_listed_shares_what_is_left(connect: Connect) -> None:
    # Five tokens are listed, told among the answers only: nothing tells the others apart.
    model = connect("few")
    answers = ("joy", "awe", "calm", "fear", "anger", "pride", "guilt", "shame")
    got, expected = model.look(PHOTO).log_likelihoods(FELT, answers), truth(answers)
    listed = expected >= np.sort(expected)[-5]
    assert got[listed] == pytest.approx(expected[listed])
    assert len(set(got[~listed])) == 1
    assert got[~listed].max() < expected[listed].min()
    assert np.exp(got).sum() <= 1 + 1e-9
    assert counts(model)["last"]["top_logprobs"] == 5


@pytest.mark.parametrize("fault", ["schemaless", "formless", "shouts"])
def test_votes_of_a_server_that_cannot_be_held_to_answers(connect: Connect, fault: str) -> None:
    answers = ("joy", "fear", "sadness", "anger")
    model = connect(fault)
    assert model.look(PHOTO).log_likelihoods(FELT, answers) == pytest.approx(truth(answers))
    known = counts(model)["asked"]
    model.look(PHOTO).log_likelihoods(FELT, answers)
    assert counts(model)["asked"] == known + 1


@pytest.mark.parametrize("fault", ["untold", "none"])
def test_a_server_without_log_probabilities_cannot_vote(connect: Connect, fault: str) -> None:
    with pytest.raises(VoteError, match=r"no log-probabilities.* cannot vote\. Start one"):
        ask(connect(fault))


def test_a_model_that_answers_with_none_of_the_answers(connect: Connect) -> None:
    with pytest.raises(ServerError, match="does not answer with any of the answers"):
        ask(connect("raves"))


# Naming


def test_items_and_confidences_are_the_models(connect: Connect) -> None:
    model = connect()
    view, scripted = model.look(PHOTO), Scripted().look(as_seen(PHOTO))
    for sampling in (Sampling(), Sampling(0.7, 3), Sampling(0.7, 4)):
        named = view.name(NAMINGS, sampling)
        for got, expected in zip(named, scripted.name(NAMINGS, sampling), strict=True):
            assert [item.label for item in got] == [item.label for item in expected]
            sure = [item.confidence for item in expected]
            assert [item.confidence for item in got] == pytest.approx(sure)
        assert view.name(NAMINGS, sampling) == named
    body = counts(model)["last"]
    assert (body["temperature"], body["seed"]) == (0.7, 4)
    assert body["max_tokens"] <= 4 * 24 + 2 * sum(naming.tokens for naming in NAMINGS)
    assert counts(model)["asked"] == 6


def test_labels_are_held_by_the_schema(connect: Connect) -> None:
    model = connect()
    model.look(None).name(NAMINGS)
    schema = counts(model)["last"]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["scene"]["items"]["enum"] == ["beach", "street", "Forest"]
    assert schema["properties"]["object"]["maxItems"] == 3
    assert schema["properties"]["caption"]["maxLength"] == 72
    assert schema["required"] == ["scene", "object", "caption"]


def test_a_kind_may_be_asked_for_twice(connect: Connect) -> None:
    twice = (NAMINGS[0], Naming("scene", Question("Where else?", ""), ("moon", "sun"), 3))
    first, second = connect().look(PHOTO).name(twice)
    assert first[0].label in twice[0].labels
    assert second[0].label in twice[1].labels


@pytest.mark.parametrize("fault", ["unbound", "schemaless", "formless", "compiling"])
def test_a_server_that_refuses_the_form_is_asked_in_another(connect: Connect, fault: str) -> None:
    model = connect(fault, retries=0)
    scripted = Scripted().look(as_seen(PHOTO)).name(NAMINGS)
    for _ in range(2):
        known = counts(model)["asked"]
        named = model.look(PHOTO).name(NAMINGS)
        assert named[0][0].label == scripted[0][0].label
        assert {item.label for item in named[1]} <= set(NAMINGS[1].labels)
    assert counts(model)["asked"] == known + 1


def test_thousands_of_labels_are_not_told_in_words(connect: Connect) -> None:
    labels = tuple(f"label {i}" for i in range(3000))
    model = connect("schemaless")
    (named,) = model.look(PHOTO).name([Naming("thing", Question("What is it?", ""), labels, 24)])
    # It said "LABEL  7" and "unicorn".
    assert [item.label for item in named] == ["label 7"]
    assert len(str(counts(model)["last"]["messages"][0]["content"][1])) < 500


def test_thousands_of_labels_are_held_by_a_schema(connect: Connect) -> None:
    labels = tuple(f"label {i}" for i in range(3000))
    naming = Naming("thing", Question("What is it?", ""), labels, 24)
    (named,) = connect().look(PHOTO).name([naming])
    assert len(named) == 8
    assert {item.label for item in named} <= set(labels)


SAID = [
    ('{"scene": ["beach", "hell", "beach", "FOREST"]}', [("beach", "Forest"), (), ()]),
    ('```json\n{"object": "dog", "caption": ["a", "b"]}\n```', [(), ("dog",), ("a, b",)]),
    (
        'I see: {"scene": [], "caption": "It shows a \\u00e4 \\n\\"b\\" \\ud800"}.',
        [(), (), ('a ä "b"',)],
    ),
    ('{"scene": null, "caption": "", "more": "x"}', [(), (), ()]),
]


@pytest.mark.parametrize(("said", "expected"), SAID)
def test_only_labels_are_accepted(address: str, said: str, expected: list[tuple[str, ...]]) -> None:
    model = connect_server(f"openai:{address}/v1#says.{json.dumps(said)}")
    named = model.look(PHOTO).name(NAMINGS)
    assert [tuple(item.label for item in items) for items in named] == expected
    assert {item.confidence for items in named for item in items} <= {0.5}


@pytest.mark.parametrize("fault", ["untold", "none"])
def test_without_log_probabilities_confidence_is_a_half(connect: Connect, fault: str) -> None:
    named = connect(fault).look(PHOTO).name(NAMINGS)
    assert all(named)
    assert {item.confidence for items in named for item in items} == {0.5}


# Pictures and models


def test_pictures_are_small_jpegs(connect: Connect) -> None:
    model = connect()
    wide = PHOTO.pixels.repeat(50, 0).repeat(50, 1)
    model.look(open_photo(wide)).name(NAMINGS)
    content = counts(model)["last"]["messages"][0]["content"]
    assert content[0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert decoded(content[0]["image_url"]["url"]).width == 1024
    model.look(None).name(NAMINGS)
    assert counts(model)["last"]["messages"][0]["content"] == content[1]["text"]


def test_the_first_model_is_taken(address: str) -> None:
    assert connect_server(f"openai:{address}/v1").name == "openai:scripted"
    assert connect_server(f"openai:{address}/v1/#a/b").name == "openai:a/b"
    with pytest.raises(ServerError, match="has no model"):
        connect_server(f"openai:{address}/without/v1")
