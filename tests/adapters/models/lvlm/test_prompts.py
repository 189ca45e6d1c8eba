"""Prompts: templates, and the tokens of answers as they follow them."""

from typing import Any

import pytest

from emograph.adapters.models.lvlm import templates
from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.engine.lvlm.model import Question
from emograph.errors import AssetError
from tests.adapters.models.lvlm.checkpoints import (
    LLAVA_TEMPLATE,
    PLAIN_TEMPLATE,
    QWEN_TEMPLATE,
    tokenizer_of,
)

FEEL = Question("What?", "I feel")
BARE = Question("What?", "")


def prompts_of(template: str, image: str = "<image>", kind: str = "qwen") -> Prompts:
    return Prompts(tokenizer_of(kind, None), template, image)


@pytest.mark.parametrize(
    ("template", "image", "expected"),
    [
        (LLAVA_TEMPLATE, "<image>", "USER: <image>\nWhat? ASSISTANT: I feel"),
        (templates.VICUNA, "<image>", "USER: <image>\nWhat? ASSISTANT: I feel"),
        (templates.MISTRAL, "<image>", "[INST] <image>\nWhat? [/INST] I feel"),
        (
            templates.QWEN,
            "<|image_pad|>",
            "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What?<|im_end|>\n"
            "<|im_start|>assistant\nI feel",
        ),
        (
            templates.INTERNVL,
            "<IMG_CONTEXT>",
            "<|im_start|>user\n<IMG_CONTEXT>\nWhat?<|im_end|>\n<|im_start|>assistant\nI feel",
        ),
        # As InternVL's templates were while its processor replaced another word.
        (
            templates.INTERNVL.replace("<IMG_CONTEXT>", "<image>"),
            "<IMG_CONTEXT>",
            "<|im_start|>user\n<IMG_CONTEXT>\nWhat?<|im_end|>\n<|im_start|>assistant\nI feel",
        ),
        (
            templates.SMOLVLM,
            "<image>",
            "<|im_start|>User:<image>What?<end_of_utterance>\nAssistant: I feel",
        ),
        (
            PLAIN_TEMPLATE,
            "<image>",
            "<|im_start|>user\n<image>\nWhat?<|im_end|>\n<|im_start|>assistant\nI feel",
        ),
    ],
)
def test_templates(template: str, image: str, expected: str) -> None:
    assert prompts_of(template, image).render(FEEL, has_image=True) == expected


@pytest.mark.parametrize(
    ("template", "question", "expected"),
    [
        (LLAVA_TEMPLATE, FEEL, "USER: What? ASSISTANT: I feel"),
        (LLAVA_TEMPLATE, BARE, "USER: What? ASSISTANT:"),
        (templates.VICUNA, BARE, "USER: What? ASSISTANT:"),
        (templates.MISTRAL, BARE, "[INST] What? [/INST]"),
        (PLAIN_TEMPLATE, BARE, "<|im_start|>user\nWhat?<|im_end|>\n<|im_start|>assistant\n"),
    ],
)
def test_without_a_picture(template: str, question: Question, expected: str) -> None:
    prompts = prompts_of(template)
    assert prompts.render(question, has_image=False) == expected
    before, after = prompts.split(question, has_image=False)
    assert before == []
    assert after == prompts.tokens(expected)


@pytest.mark.parametrize(
    ("template", "question", "space"),
    [
        (PLAIN_TEMPLATE, FEEL, " "),
        (PLAIN_TEMPLATE, BARE, ""),
        (PLAIN_TEMPLATE, Question("What?", "I feel "), ""),
        (LLAVA_TEMPLATE, BARE, " "),
        (templates.MISTRAL, BARE, " "),
        (PLAIN_TEMPLATE.replace("assistant\\n' }}{% endif", "assistant|>' }}{% endif"), BARE, ""),
    ],
)
def test_the_space_before_an_answer(template: str, question: Question, space: str) -> None:
    assert prompts_of(template).space_after(question) == space


@pytest.mark.parametrize("kind", ["qwen", "llava"])
def test_tokens_are_those_of_the_whole_text(kind: str) -> None:
    template = LLAVA_TEMPLATE if kind == "llava" else PLAIN_TEMPLATE
    prompts = prompts_of(template, kind=kind)
    tokenizer = tokenizer_of(kind, None)
    whole = tokenizer(prompts.render(FEEL, has_image=True)).input_ids
    before, after = prompts.split(FEEL, has_image=True)
    assert [*before, tokenizer.convert_tokens_to_ids("<image>"), *after] == whole
    assert before == prompts.before
    for answer in ("joy", "mixed feelings of awe", "é"):
        text = f"{prompts.render(FEEL, has_image=True)} {answer}"
        assert whole + prompts.answers(FEEL, [answer])[0] == tokenizer(text).input_ids
    assert tokenizer.convert_ids_to_tokens([prompts.comma, prompts.stop]) == [",", "."]


def test_a_start_that_the_template_writes_is_not_doubled() -> None:
    tokenizer = tokenizer_of("llava", None)
    assert tokenizer("a").input_ids[0] == tokenizer.bos_token_id
    for template in (LLAVA_TEMPLATE, "{{ bos_token }}" + LLAVA_TEMPLATE):
        before = Prompts(tokenizer, template, "<image>").before
        assert before.count(tokenizer.bos_token_id) == 1


def test_answers_that_cannot_be_written_have_no_tokens() -> None:
    prompts = prompts_of(PLAIN_TEMPLATE)

    class Narrow:
        """A tokenizer without a token for anything but ASCII."""

        def __init__(self) -> None:
            self._whole: Any = tokenizer_of("qwen", None)
            self.unk_token_id = 399

        def __getattr__(self, name: str) -> Any:
            return getattr(self._whole, name)

        def __call__(self, text: Any, **options: Any) -> Any:
            made = self._whole(text, **options)
            if isinstance(text, list):
                for words, ids in zip(text, made.input_ids, strict=True):
                    ids[-1:] = ids[-1:] if words.isascii() else [399]
            return made

    narrow = Prompts(Narrow(), PLAIN_TEMPLATE, "<image>")
    assert narrow.answers(FEEL, ["joy", "é"]) == [*prompts.answers(FEEL, ["joy"]), []]
    assert prompts.answers(FEEL, []) == []


@pytest.mark.parametrize(
    "template",
    [
        "no chat at all",
        "{% for message in messages %}{{ broken( }}{% endfor %}",
        # The question before the picture.
        "{% for message in messages %}{% for part in message['content'] | reverse %}"
        "{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}{% endfor %}",
    ],
)
def test_templates_that_cannot_be_used(template: str) -> None:
    with pytest.raises(AssetError, match=r"no place for a picture .* chat_template.jinja"):
        prompts_of(template)


def test_the_template_of_qwen_takes_its_own_system_message() -> None:
    text = prompts_of(QWEN_TEMPLATE, "<|image_pad|>").render(FEEL, has_image=True)
    assert text.startswith("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n")
    assert text.endswith("<|im_start|>assistant\nI feel")
