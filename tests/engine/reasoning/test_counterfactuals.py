"""Without a cue the answer is what it would have been had the cue not been seen."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emograph.engine.explanation.explanation import Explanation
from emograph.errors import EmographError
from emograph.kg import terms
from tests.engine.conftest import Explain
from tests.engine.making import cue


def steps(*values: float) -> list[tuple[str, str]]:
    return [(f"light:{i}", terms.concept("brightness", f"{v:.1f}")) for i, v in enumerate(values)]


def explained(explain: Explain, *values: float) -> Explanation:
    return explain(*(cue(id, 0.7, iri=iri) for id, iri in steps(*values)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(values=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6), data=st.data())
def test_it_is_inferred_anew_from_the_other_evidence(
    values: list[float], data: st.DataObject, explain: Explain
) -> None:
    whole = explained(explain, *values)
    gone = data.draw(st.sampled_from([c.id for c in whole.cues]))
    rest = whole.without(gone)
    others = [e for e in whole.evidence if e.cue.id != gone]
    assert rest.posterior == whole.reasoner.infer(others)
    assert rest.evidence == tuple(others)
    assert gone not in {c.id for c in rest.cues}
    assert gone not in {c.cue for c in rest.contributions}


def test_a_label_takes_away_all_cues_that_have_it(explain: Explain) -> None:
    dark, light = (terms.concept("brightness", step) for step in ("0.1", "0.9"))
    whole = explain(
        cue("a", label="dark", iri=dark),
        cue("b", label="dark", iri=dark),
        cue("c", label="light", iri=light),
    )
    assert [c.id for c in whole.without("dark").cues] == ["c"]
    assert [c.id for c in whole.without("a").cues] == ["b", "c"]


def test_the_whole_is_left_as_it_was_and_the_rest_says_what_is_gone(explain: Explain) -> None:
    whole = explained(explain, 0.1, 0.9)
    before = whole.posterior
    rest = whole.without("light:0")
    assert whole.posterior is before
    assert len(whole.cues) == 2
    assert rest.notes[-1] == "Without the cue light:0."
    assert not whole.notes
    assert rest.to_dict()["without"] == ["light:0"]
    assert "without" not in whole.to_dict()


def test_without_its_last_cue_the_prior_is_left(explain: Explain) -> None:
    rest = explained(explain, 0.3).without("light:0")
    assert rest.posterior == rest.reasoner.infer([])


@pytest.mark.parametrize("values", [(), (0.1, 0.5)], ids=["no cues", "other cues"])
def test_a_cue_that_was_not_seen_is_an_error_that_names_some_that_were(
    values: tuple[float, ...], explain: Explain
) -> None:
    whole = explained(explain, *values)
    with pytest.raises(EmographError, match="No cue of this image is called 'smile'") as caught:
        whole.without("smile")
    assert all(c.id in caught.value.todo for c in whole.cues)
