"""How the probabilities of answers are read off the tokens of one."""

import random
from typing import Any

import numpy as np
import pytest

from emograph.adapters.models.lvlm.server_reading import Token
from emograph.adapters.models.lvlm.server_votes import log_likelihoods, tally


def token(text: str, logprob: float = 0.0, **others: float) -> Token:
    options = [{"token": text, "logprob": logprob}]
    options += [{"token": each.replace("Q", '"'), "logprob": p} for each, p in others.items()]
    return Token.model_validate({"token": text, "logprob": logprob, "top_logprobs": options})


def test_tokens_may_begin_before_the_answer() -> None:
    half, third, sixth = np.log([1 / 2, 1 / 3, 1 / 6])
    # The quotation mark alone (5/6) or with a word (1/6); then one word or the other.
    tokens = [
        token('{"answer":'),
        token('"', np.log(5 / 6), Qfear=sixth),
        token("fear", half, awe=half),
        token('"}'),
    ]
    result = tally(tokens, ("fear", "awe"))
    assert result
    assert result.logprobs == pytest.approx({"fear": np.log(5 / 12 + 1 / 6), "awe": np.log(5 / 12)})
    assert third < half


def test_thoughts_and_layout_before_the_answer_do_not_count() -> None:
    tokens = [
        token('<think>{"answer": "awe"}</think>', -3.0),
        token('{\n "answer" : "', -1.0, nonsense=-2.0),
        token("awe", np.log(0.9), fear=np.log(0.1)),
        token('"\n}'),
    ]
    result = tally(tokens, ("fear", "awe"))
    assert result
    assert result.logprobs == pytest.approx({"fear": np.log(0.1), "awe": np.log(0.9)})


def test_half_characters_are_read_by_their_bytes() -> None:
    def part(octets: list[int], logprob: float, *others: list[int]) -> dict[str, Any]:
        options = [{"token": "\ufffd", "logprob": logprob, "bytes": each} for each in others]
        return {"token": "\ufffd", "logprob": logprob, "bytes": octets, "top_logprobs": options}

    first, second = list("ä".encode())
    other = list("ö".encode())[1]
    tokens = [
        token('{"answer": "'),
        Token.model_validate(part([first], 0.0)),
        Token.model_validate(part([second], np.log(0.5), [other])),
        token('"}'),
    ]
    result = tally(tokens, ("ä", "ö"))
    assert result
    assert result.logprobs == pytest.approx({"ä": np.log(0.5), "ö": np.log(0.5)})


def test_tokens_that_spell_no_answer() -> None:
    assert tally([token('{"answer": 3}')], ("awe",)) is None
    none = tally([token('{"answer": "joy"}')], ("awe",), after=(b"aw",))
    assert none
    assert (none.given, none.is_told) == ((), False)
    other = tally([token('{"answer": "awe"}')], ("awe", "joy"), after=(b"aw",))
    assert other
    assert (other.given, other.is_told) == (("awe",), False)
    plain = tally([token(" Awe", -1.0, Fear=-2.0)], ("awe", "fear"))
    assert plain
    assert plain.logprobs["awe"] == -1.0


def test_every_answer_gets_a_probability_whatever_a_server_lists() -> None:
    draw = random.Random(1)
    texts = ["s", "sa", "sad", '"', '"}', "a", "we", "", "n", '{"answer": "', '{"answer":"s']
    logprobs = [0.0, -0.5, -2.0, -9999.0, -np.inf, np.nan, 3.0]

    def some() -> Token:
        options = [
            {"token": draw.choice(texts), "logprob": draw.choice(logprobs)}
            for _ in range(draw.randint(1, 6))
        ]
        return Token.model_validate({**options[0], "top_logprobs": options[1:]})

    def ask(_: tuple[str, ...]) -> tuple[list[Token], bool]:
        begins = [token('{"answer": "')] * draw.randint(0, 1)
        return [*begins, *(some() for _ in range(draw.randint(0, 7)))], True

    told = 0
    for _ in range(2000):
        answers = tuple(draw.sample(["sad", "sadness", "a", "awe", "amuse", 'q"x'], 4))
        if likely := log_likelihoods(ask, answers):
            told += 1
            assert set(likely) == set(answers)
            assert not any(map(np.isnan, likely.values()))
    assert told > 500
