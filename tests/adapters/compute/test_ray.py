"""Ray Data on this machine alone: in order, and what ends its processes is told."""

from __future__ import annotations

import pytest

from emograph.engine.annotation.annotator import Annotation
from emograph.engine.annotation.units import Fault, Item, Unit
from emograph.errors import EmographError
from tests.adapters.compute.acting import build

pytest.importorskip("ray")

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)


def test_outcomes_come_in_order_and_what_ends_engines_is_told() -> None:
    from emograph.adapters.compute.ray import RayData

    named = [["a", "b"], [], ["c", "dies"], ["d"], ["faulty"]]
    units = [Unit(n, tuple(Item(x, x) for x in unit)) for n, unit in enumerate(named)]
    compute = RayData(build, {"settings": {"scheme": "mikels"}}, 2)  # type: ignore[arg-type]
    try:
        assert compute.origin().scheme == "mikels"
        done = list(compute.run(iter(units)))
    finally:
        compute.close()
    assert [outcome.number for outcome in done] == [0, 1, 2, 3, 4]
    assert [[type(result) for result in outcome.results] for outcome in done] == [
        [Annotation, Annotation],
        [],
        [Fault, Fault],
        [Annotation],
        [Fault],
    ]


def test_engines_that_refuse_are_told() -> None:
    from emograph.adapters.compute.ray import RayData

    compute = RayData(build, {"settings": {"scheme": "none"}}, 1)  # type: ignore[arg-type]
    try:
        with pytest.raises(EmographError, match="no scheme"):
            compute.origin()
    finally:
        compute.close()
