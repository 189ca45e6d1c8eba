"""What a model sees of one picture, and what it says about it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import torch

from emograph.adapters.models.lvlm.branch import Branch, LanguageHalf
from emograph.adapters.models.lvlm.decoding import Choice, write
from emograph.adapters.models.lvlm.faults import is_out_of_memory
from emograph.adapters.models.lvlm.likelihood import score
from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.adapters.models.lvlm.vocabulary import Vocabulary
from emograph.engine.lvlm.model import (
    LIKELIEST,
    LogLikelihoods,
    Named,
    Naming,
    Question,
    Sampling,
)
from emograph.engine.perception.detector import Array
from emograph.errors import AssetError


class Speaker:
    """What all views of a model share: the language half, its prompts and its vocabulary."""

    def __init__(self, half: LanguageHalf, prompts: Prompts, vocabulary: Vocabulary) -> None:
        self.half = half
        self.prompts = prompts
        self.vocabulary = vocabulary
        self.contexts = ExitStack()
        """What was entered for good, and must be kept as long as a view of the model is."""
        self._lock = threading.Lock()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """One thread at a time, without gradients.

        Raises AssetError where memory runs out.
        """
        with self._lock, torch.inference_mode():
            try:
                yield
            except Exception as error:
                if is_out_of_memory(error):
                    raise AssetError(
                        f"The memory of the device {self.half.device} is too small for this "
                        "picture or question.",
                        "Give a smaller picture, or take a smaller model.",
                    ) from error
                raise


class PhotoView:
    """One picture before a model's eyes, or none; `prefix` is all that was read up to its end."""

    def __init__(
        self, speaker: Speaker, prefix: Branch, has_image: bool, pooled: Array | None = None
    ) -> None:
        self.pooled = pooled
        self._speaker = speaker
        self._prefix = prefix
        self._has_image = has_image

    def log_likelihoods(self, question: Question, answers: Sequence[str]) -> LogLikelihoods:
        """Log P(answer | picture, question) of each answer, summed over its tokens, shape (n,).

        An answer that the vocabulary cannot write gets -inf.
        """
        speaker = self._speaker
        with speaker.at_work():
            branch = self._prefix.fork(1)
            last = branch.read([self._prompt(question)])[0, -1]
            return score(speaker.half, branch, last, speaker.prompts.answers(question, answers))

    def name(
        self, namings: Sequence[Naming], sampling: Sampling = LIKELIEST
    ) -> list[tuple[Named, ...]]:
        """The items that answer each question, in the order in which they were said."""
        return name_each([self], namings, sampling)[0]

    def _prompt(self, question: Question) -> list[int]:
        return self._speaker.prompts.split(question, self._has_image)[1]


def name_each(
    views: Sequence[PhotoView], namings: Sequence[Naming], sampling: Sampling = LIKELIEST
) -> list[list[tuple[Named, ...]]]:
    """What each of several views of one model answers; those of like shape are decoded together.

    Weights are read from memory once for all of them: to decode a token for sixteen pictures takes
    little longer than for one.
    """
    said: list[list[tuple[Named, ...]]] = [[] for _ in views]
    if not namings:
        return said
    alike: dict[object, list[int]] = {}
    for number, view in enumerate(views):
        alike.setdefault((view._prefix.shape, view._has_image), []).append(number)
    for numbers in alike.values():
        together = _name_together([views[number] for number in numbers], namings, sampling)
        for number, answers in zip(numbers, together, strict=True):
            said[number] = answers
    return said


def _name_together(
    views: Sequence[PhotoView], namings: Sequence[Naming], sampling: Sampling
) -> list[list[tuple[Named, ...]]]:
    first, asked = views[0], len(namings)
    speaker = first._speaker
    with speaker.at_work():
        prompts = [first._prompt(naming.question) for naming in namings] * len(views)
        answers = [speaker.vocabulary.answer(naming) for _ in views for naming in namings]
        prefix = first._prefix if len(views) == 1 else Branch.join([v._prefix for v in views])
        branch = prefix.fork(asked)
        hidden = branch.read(prompts)
        last = hidden[range(len(prompts)), [len(prompt) - 1 for prompt in prompts]]
        choices = [Choice(sampling, naming) for _ in views for naming in namings]
        write(speaker.half, branch, last, answers, choices)
        items = [answer.items() for answer in answers]
    return [items[start : start + asked] for start in range(0, len(items), asked)]
