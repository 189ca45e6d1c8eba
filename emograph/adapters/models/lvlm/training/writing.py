"""Answers to learn, in tokens as they follow the prompts of their questions."""

from __future__ import annotations

from dataclasses import dataclass

from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.engine.training.lessons import Answer


@dataclass(frozen=True, eq=False)
class Written:
    """The tokens of an answer, and how right each first token is; None where there is but one."""

    tokens: tuple[int, ...]
    first: dict[int, float] | None


def written(prompts: Prompts, given: Answer) -> Written:
    """An answer as it is decoded: label by label, separated as lists are, and then the turn ends.

    The shares of labels that begin with the same token are that token's together.
    """
    tokens: list[int] = []
    for part in given.parts:
        if part in (",", "."):
            tokens.append(prompts.comma if part == "," else prompts.stop)
        elif tokens:
            tokens += prompts.continuations([part])[0]
        else:
            tokens += prompts.answers(given.question, [part.removeprefix(" ")])[0]
    if given.first is None:
        return Written((*tokens, *prompts.end), None)
    first: dict[int, float] = {}
    labels = list(given.first)
    for label, ids in zip(labels, prompts.answers(given.question, labels), strict=True):
        first[ids[0]] = first.get(ids[0], 0.0) + given.first[label]
    return Written((*tokens, *prompts.end), first)
