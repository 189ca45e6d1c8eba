"""What processes send each other arrives as it was."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.adapters.compute import messages
from emograph.engine.annotation.annotator import Annotation, Result
from emograph.engine.annotation.units import Fault, Item, Unit

texts = st.text(st.characters(exclude_categories=())) | st.just("caf\udce9.jpg")
items = st.builds(Item, texts, texts, st.none() | st.integers(0), st.none() | st.integers(0))
vectors = st.lists(st.floats(width=32, allow_nan=False), max_size=5).map(
    lambda values: np.array(values, np.float32)
)
documents = st.dictionaries(texts, st.floats(allow_nan=False) | texts, max_size=3)
explained: st.SearchStrategy[Result] = st.builds(
    Annotation, documents, st.none() | vectors, st.none() | st.binary(max_size=20)
)
faults: st.SearchStrategy[Result] = st.builds(Fault, texts, texts, texts)
results = st.lists(explained | faults, max_size=5)


@given(st.builds(Unit, st.integers(0), st.lists(items, max_size=4).map(tuple)))
def test_units_arrive_as_they_were(unit: Unit) -> None:
    assert messages.unpack_unit(messages.pack_unit(unit)) == unit


@given(results)
def test_results_arrive_bit_for_bit(sent: list[Result]) -> None:
    arrived = messages.unpack_results(messages.pack_results(sent))
    assert list(map(_plain, arrived)) == list(map(_plain, sent))


def _plain(result: Result) -> object:
    if isinstance(result, Fault):
        return result
    vector = None if result.vector is None else result.vector.tobytes()
    return result.document, vector, result.thumbnail


@given(st.lists(st.binary(max_size=50), max_size=4))
def test_messages_follow_each_other_in_a_pipe(sent: list[bytes]) -> None:
    pipe = io.BytesIO()
    for message in sent:
        messages.write(pipe, message)
    pipe.seek(0)
    assert [messages.read(pipe) for _ in sent] == sent
    with pytest.raises(EOFError):
        messages.read(pipe)


def test_half_a_message_is_none() -> None:
    pipe = io.BytesIO()
    messages.write(pipe, b"whole")
    with pytest.raises(EOFError):
        messages.read(io.BytesIO(pipe.getvalue()[:-1]))
