"""Prompts: a question and the beginning of its answer, written as a model was trained to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emograph.engine.lvlm.model import Question
from emograph.errors import AssetError

PROBE = Question("What is this?", "This is")
"""A question like any other, to see how prompts are written."""

# Words after which other words are tokenised as inside a sentence.
_ANCHORS = ("a", "1", ":", "is")


class Prompts:
    """Writes prompts by a chat template and tokenises them, always in the same way.

    `image` is the one token that stands for a picture. Raises AssetError where the template cannot
    be used.
    """

    def __init__(self, tokenizer: Any, template: str, image: str) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._image = image
        self._image_id = tokenizer.convert_tokens_to_ids(image)
        start = tokenizer.bos_token_id
        # A tokenizer may also add an end, which would end the prompt before the answer.
        self._start = [start] if start is not None and tokenizer("a").input_ids[0] == start else []
        self._takes_parts = self._renders(parts=True)
        if not self._takes_parts and not self._renders(parts=False):
            raise AssetError(
                "The model's chat template has no place for a picture and a question.",
                "Take a chat or instruct version of the model, or put a chat_template.jinja "
                "for it into its folder.",
            )
        self._anchor = next(filter(self._is_kept_apart, _ANCHORS), "")
        self._anchor_ids = self.tokens(self._anchor) if self._anchor else []
        self.comma, self.stop = (self._mark(mark) for mark in ",.")
        self.before = self.split(PROBE, has_image=True)[0]
        """The tokens before a picture, whatever the question."""
        end = tokenizer.eos_token_id
        self.end = [] if end is None else [end]
        """The token that ends a turn, if there is one."""

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text, nothing added."""
        ids: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return ids

    def split(self, question: Question, has_image: bool) -> tuple[list[int], list[int]]:
        """The tokens before the picture and those after it; without one, none before."""
        text = self.render(question, has_image)
        ids = self.tokens(text)
        if not text.startswith(self._tokenizer.bos_token or "\0"):
            ids = self._start + ids
        if not has_image:
            return [], ids
        at = ids.index(self._image_id)
        return ids[:at], ids[at + 1 :]

    def render(self, question: Question, has_image: bool) -> str:
        """The prompt as text, the picture's one token in it."""
        return self._render(question, has_image, self._takes_parts)

    def answers(self, question: Question, answers: Sequence[str]) -> list[list[int]]:
        """The tokens of each answer as they follow the question's prompt.

        An answer that the vocabulary cannot write has none.
        """
        return self.continuations([self.space_after(question) + answer for answer in answers])

    def space_after(self, question: Question) -> str:
        """The space between the prompt and the answer: one, or none."""
        end = self.render(question, has_image=False)[-1:]
        # Before an answer without an opening, "ASSISTANT:" wants one, "<|assistant|>" does not.
        return "" if end.isspace() or (not question.opening and end in ">") else " "

    def continuations(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts as they follow other words; none where one cannot be written.

        SentencePiece would give words by themselves a space of their own, so each is written after
        an anchor, which is cut off again.
        """
        if not texts:
            return []
        spaced = self._tokenizer(
            [self._anchor + text for text in texts], add_special_tokens=False
        ).input_ids
        plain = self._anchor_ids
        unknown = self._tokenizer.unk_token_id
        found = []
        for text, ids in zip(texts, spaced, strict=True):
            follows = text[:1] in (" ", ",", ".") and ids[: len(plain)] == plain
            rest = ids[len(plain) :] if follows else self.tokens(text)
            found.append([] if unknown is not None and unknown in rest else rest)
        return found

    def _is_kept_apart(self, anchor: str) -> bool:
        ids = self.tokens(anchor)
        return all(self.tokens(anchor + rest)[: len(ids)] == ids for rest in (" sad", ",", "."))

    def _mark(self, mark: str) -> int:
        ids = self.continuations([mark])[0]
        if len(ids) != 1:
            raise AssetError(
                f"The model's tokenizer has no token for {mark!r}, which lists are written with.",
                "Take another model.",
            )
        return ids[0]

    def _renders(self, parts: bool) -> bool:
        """Whether a picture, a question and an opening come out of the template, in this order."""
        try:
            text = self._render(PROBE, has_image=True, parts=parts)
        except Exception:  # noqa: BLE001, a template may stumble over what it was not written for
            return False
        at = [text.find(word) for word in (self._image, PROBE.text, PROBE.opening)]
        return -1 not in at and at == sorted(at)

    def _render(self, question: Question, has_image: bool, parts: bool) -> str:
        picture: list[dict[str, str]] = [{"type": "image"}] if has_image else []
        content: Any = [*picture, {"type": "text", "text": question.text}]
        answer: Any = [{"type": "text", "text": question.opening}]
        if not parts:
            content = f"{self._image}\n{question.text}" if has_image else question.text
            answer = question.opening
        chat = [{"role": "user", "content": content}]
        if question.opening:
            chat.append({"role": "assistant", "content": answer})
        text: str = self._tokenizer.apply_chat_template(
            chat,
            chat_template=self._template,
            tokenize=False,
            continue_final_message=bool(question.opening),
            add_generation_prompt=not question.opening,
        )
        if has_image and self._image not in text:
            # Some templates of InternVL write what its processor used to replace.
            text = text.replace("<image>", self._image)
        return text
