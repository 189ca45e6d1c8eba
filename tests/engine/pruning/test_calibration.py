"""Plans are found on prompts, meet their budget, and are closest to the whole model."""

from __future__ import annotations

import pytest
import torch
from PIL import Image
from transformers import LlavaProcessor

from emograph.engine.pruning import BTP, WeightedBTP
from emograph.engine.pruning.calibration import calibrate, calibrate_on, distance, profile
from emograph.engine.pruning.costs import cache_bytes, counted_flops, flops
from emograph.engine.pruning.plan import Stage, average_kept
from emograph.engine.pruning.prompts import DecoderPrompt
from emograph.errors import EmographError
from tests.adapters.models.lvlm import checkpoints
from tests.engine.pruning.conftest import made
from tests.engine.pruning.models import LAYERS, Tiny


def prompts(tiny: Tiny) -> list[DecoderPrompt]:
    return [
        DecoderPrompt.of(tiny.network, tiny.inputs([[side]], [words]))
        for side, words in ((64, 5), (32, 8))
    ]


@pytest.mark.parametrize("budget", [0.6, 0.3])
@pytest.mark.parametrize("method", ["btp", "btp-w"])
def test_a_plan_meets_its_budget_and_fits_its_model(
    family: str, method: str, budget: float
) -> None:
    tiny = made(family)
    plan = calibrate_on(tiny.network, prompts(tiny), budget, method=method)
    assert average_kept(plan.stages, LAYERS) == pytest.approx(budget, abs=1e-6)
    assert plan.method == method
    with BTP.of(plan)(tiny.network), torch.inference_mode():
        tiny.network(**tiny.inputs([[64]], [5]))


def test_of_all_that_was_tried_the_closest_is_taken(llava: Tiny) -> None:
    read = prompts(llava)
    tried: list[float] = []
    plan = calibrate_on(llava.network, read, 0.4, report=lambda _, nats: tried.append(nats))
    told = torch.stack([prompt.foretell(llava.network) for prompt in read])
    found = distance(llava.network, read, told, WeightedBTP(0.4, plan=plan))
    assert found == pytest.approx(min(tried), abs=1e-5)
    assert len(tried) > 3


def test_the_models_own_processor_makes_the_prompts(llava: Tiny) -> None:
    processor = LlavaProcessor(
        llava.image_processor,
        checkpoints.tokenizer_of("llava", checkpoints.LLAVA_TEMPLATE),
        patch_size=8,
        vision_feature_select_strategy="default",
        chat_template=checkpoints.LLAVA_TEMPLATE,
        num_additional_image_tokens=1,
    )
    pictures = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    plan = calibrate(llava.network, processor, pictures, 0.4, questions=["What is it?"])
    assert average_kept(plan.stages, LAYERS) == pytest.approx(0.4)


def test_a_captured_prompt_is_read_as_the_model_reads_it(family: str) -> None:
    tiny = made(family)
    inputs = tiny.inputs([[64]], [6])
    with torch.inference_mode():
        expected = tiny.network(**inputs).logits[0, -1].log_softmax(-1)
    found = DecoderPrompt.of(tiny.network, inputs).foretell(tiny.network)
    assert torch.allclose(found, expected, atol=1e-5)


def test_a_closed_plan_ends_without_image_tokens(llava: Tiny) -> None:
    plan = calibrate_on(llava.network, prompts(llava), 0.4, method="btp", closed=True)
    assert plan.stages[-1].keep == 0


def test_layers_are_told_apart_by_what_they_do(llava: Tiny) -> None:
    found = profile(llava.network, prompts(llava))
    assert len(found.changed) == len(found.attended) == LAYERS
    assert all(0 <= share <= 1 for share in (*found.changed, *found.attended))


def test_there_must_be_something_to_calibrate_on_and_a_method_that_has_plans(llava: Tiny) -> None:
    with pytest.raises(EmographError, match="nothing to calibrate on"):
        calibrate_on(llava.network, [], 0.5)
    with pytest.raises(EmographError, match="fastv is not calibrated"):
        calibrate_on(llava.network, prompts(llava), 0.5, method="fastv")
    with pytest.raises(EmographError, match="budget"):
        calibrate_on(llava.network, prompts(llava), 0.0)
    inputs = llava.inputs([[64]], [6])
    inputs["input_ids"] = inputs["input_ids"].clamp_min(60)
    with pytest.raises(EmographError, match="shows no picture"):
        DecoderPrompt.of(llava.network, inputs)


def test_fewer_tokens_cost_fewer_operations_and_less_memory(llava: Tiny) -> None:
    (prompt, _), network = prompts(llava), llava.network
    with WeightedBTP(0.3)(network) as pruning:
        assert cache_bytes(network, prompt, pruning) < cache_bytes(network, prompt)
        pruned = counted_flops(lambda: prompt.read(network, pruning))
        assert pruned < counted_flops(lambda: prompt.read(network))
    whole = flops(network, 100)
    assert flops(network, 100, (Stage(0, 0.5),)) < 0.5 * whole
