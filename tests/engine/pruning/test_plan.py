"""Plans are written and read again as they were, and tell what each layer reads."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emograph.engine.pruning import BTP, METHODS, PruningPlan, Shape, Stage, WeightedBTP
from emograph.engine.pruning.plan import average_kept, check_budget, check_stages, kept_by_layer
from emograph.errors import EmographError
from tests.engine.pruning.models import LAYERS, Tiny

SHAPE = Shape("llava", 8, 64)
STAGES = (Stage(1, 0.5, 0.6), Stage(4, 0.25, 1.0))
OPTIONS = st.dictionaries(
    st.text(min_size=1), st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
)


@st.composite
def stages(draw: st.DrawFn, layers: int) -> tuple[Stage, ...]:
    at = sorted(draw(st.sets(st.integers(0, layers - 1))))
    share = st.floats(0, 1)
    kept = sorted((draw(share) for _ in at), reverse=True)
    return tuple(Stage(layer, keep, draw(share)) for layer, keep in zip(at, kept, strict=True))


@st.composite
def plans(draw: st.DrawFn) -> PruningPlan:
    shape = Shape(draw(st.text(min_size=1)), draw(st.integers(1, 40)), draw(st.integers(1)))
    budget = draw(st.floats(0, 1, exclude_min=True))
    return PruningPlan(draw(st.text()), budget, shape, draw(stages(shape.layers)), draw(OPTIONS))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans())
def test_a_plan_is_read_as_it_was_written(plan: PruningPlan, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan.save(path)
    assert PruningPlan.load(path) == plan
    assert PruningPlan.load(str(path)) == plan
    assert path.read_text(encoding="utf-8").endswith("}\n")


@given(stages(12))
def test_each_layer_reads_what_the_last_stage_before_it_kept(made: tuple[Stage, ...]) -> None:
    kept = kept_by_layer(made, 12)
    assert len(kept) == 12
    for layer, share in enumerate(kept):
        assert share == next((s.keep for s in reversed(made) if s.layer <= layer), 1.0)
    assert average_kept(made, 12) == pytest.approx(math.fsum(kept) / 12)


def test_without_stages_everything_is_read() -> None:
    assert kept_by_layer([], 3) == [1.0, 1.0, 1.0]
    assert average_kept([], 3) == 1
    check_stages([], 3)


@pytest.mark.parametrize("budget", [1e-9, 0.22, 1, 1.0])
def test_budgets_above_0_up_to_1_are_taken(budget: float) -> None:
    check_budget(budget)


@pytest.mark.parametrize(
    "wrong",
    [
        (Stage(4, 0.5), Stage(1, 0.4)),
        (Stage(4, 0.5), Stage(4, 0.4)),
        (Stage(1, 0.5), Stage(4, 0.6)),
        (Stage(-1, 0.5),),
        (Stage(8, 0.5),),
        (Stage(1, 1.5),),
        (Stage(1, -0.5),),
        (Stage(1, math.nan),),
        (Stage(1, 0.5, 1.5),),
        (Stage(1, 0.5, -0.1),),
        (Stage(1, 0.5, math.nan),),
    ],
)
def test_stages_out_of_order_or_out_of_range_are_refused(wrong: tuple[Stage, ...]) -> None:
    with pytest.raises(EmographError, match="stages") as caught:
        check_stages(wrong, 8)
    assert "8 layers" in caught.value.what
    with pytest.raises(EmographError, match="stages"):
        PruningPlan("btp", 0.5, SHAPE, wrong)


def test_a_plan_brings_the_pruner_of_its_method_and_its_options(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    PruningPlan("btp-w", 0.3, SHAPE, STAGES).save(path)
    for loaded in (BTP.load(path), WeightedBTP.load(path)):
        assert type(loaded) is WeightedBTP
        assert loaded.budget == 0.3
        assert loaded.stages(SHAPE.layers) == STAGES
    plan = PruningPlan("btp", 0.3, SHAPE, STAGES, {"centered": True})
    plan.save(path)
    plain = BTP.load(path)
    assert type(plain) is BTP
    assert plain.centered
    assert not plain.closed
    assert plain.plan == plan


@pytest.mark.parametrize(
    "method", [*(name for name in METHODS if name not in ("btp", "btp-w")), "of another kind"]
)
def test_a_plan_for_a_method_that_has_none_is_refused(method: str) -> None:
    with pytest.raises(EmographError, match=method) as caught:
        BTP.of(PruningPlan(method, 0.3, SHAPE, STAGES))
    assert "btp" in caught.value.what
    assert "calibrate" in caught.value.todo


def test_a_plan_without_weights_is_not_for_the_method_with_weights() -> None:
    with pytest.raises(EmographError, match="btp-w"):
        WeightedBTP.of(PruningPlan("btp", 0.3, SHAPE, STAGES))


@pytest.mark.parametrize("options", [{"colour": 1}, {"budget": 0.5}, {"plan": "x"}])
def test_options_that_the_method_does_not_have_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(EmographError):
        BTP.of(PruningPlan("btp", 0.3, SHAPE, STAGES, options))


def test_the_shape_is_that_of_the_language_model_within(llava: Tiny) -> None:
    shape = Shape.of(llava.network)
    assert shape == Shape("llava", LAYERS, llava.network.config.text_config.hidden_size)
    PruningPlan("btp", 0.3, shape, STAGES).expect(llava.network)


GOOD = {
    "format": "emograph.pruning/1",
    "method": "btp",
    "budget": 0.3,
    "shape": {"model_type": "llava", "layers": 8, "width": 64},
    "stages": [{"layer": 1, "keep": 0.5, "balance": 0.6}],
    "options": {},
}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "3",
        "null",
        "\ufeff{}",
        *map(json.dumps, map(without, ("format", "method", "budget", "shape", "stages"))),
        json.dumps({**GOOD, "format": "emograph.pruning/2"}),
        json.dumps({**GOOD, "colour": "red"}),
        json.dumps({**GOOD, "shape": {"model_type": "llava"}}),
        json.dumps({**GOOD, "shape": 3}),
        json.dumps({**GOOD, "stages": 3}),
        json.dumps({**GOOD, "stages": [{"layer": 1}]}),
        json.dumps({**GOOD, "stages": [{"layer": "1", "keep": 0.5}]}),
        json.dumps({**GOOD, "stages": [{"layer": 1.5, "keep": 0.5}]}),
        json.dumps({**GOOD, "stages": [{"layer": 1, "keep": "0.5"}]}),
        json.dumps({**GOOD, "stages": [{"layer": 1, "keep": 1.5}]}),
        json.dumps({**GOOD, "stages": [{"layer": 1, "keep": -1}]}),
        json.dumps({**GOOD, "stages": [{"layer": 8, "keep": 0.5}]}),
        json.dumps({**GOOD, "stages": [{"layer": i, "keep": 0.5} for i in (3, 1)]}),
        json.dumps({**GOOD, "stages": [{"layer": 1, "keep": 0.2}, {"layer": 3, "keep": 0.5}]}),
        json.dumps({**GOOD, "stages": [{"layer": 1, "keep": 0.5, "balance": 7}]}),
        json.dumps({**GOOD, "budget": 0}),
        json.dumps({**GOOD, "budget": "much"}),
        json.dumps({**GOOD, "budget": math.nan}),
        json.dumps({**GOOD, "options": ["centered"]}),
    ],
)
def test_a_file_that_holds_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EmographError) as caught:
        BTP.load(path)
    assert caught.value.what
    assert caught.value.todo


def test_the_file_itself_is_named_where_it_is_missing_or_none_of_ours(tmp_path: Path) -> None:
    binary = tmp_path / "plan.bin"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.json", tmp_path, binary):
        with pytest.raises(EmographError, match="is no pruning plan") as caught:
            PruningPlan.load(path)
        assert str(path) in caught.value.what
        assert "emograph prune calibrate" in caught.value.todo


def test_what_a_plan_file_may_look_like(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(without("options")), encoding="utf-8")
    assert PruningPlan.load(path) == PruningPlan("btp", 0.3, SHAPE, (Stage(1, 0.5, 0.6),))
