"""The probability of each of several answers, read off the tokens that a server lists."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np

from emograph.adapters.models.lvlm.server_reading import IMPOSSIBLE, Option, Token, bounded

KEY = "answer"
"""Under which the answer stands in JSON."""

Ask = Callable[[tuple[str, ...]], tuple[Sequence[Token], bool]]
"""Asks for one of some answers: its tokens, and whether the server was held to these answers."""

_REQUESTS = 8
_WORTH = math.log(1e-3)
# Servers compute in half precision, and not always in the same order.
_TOLERANCE = 0.2
_NOTHING_LEFT = 1e-9
# A list of tokens that has this much of the probability on answers is taken for complete.
_KEPT = 0.95

# How far into the answer each token of a text reaches.
Path = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Answers of which is known only how they begin, and the most that they have together.

    `begun` is the log-probability of their `beginning`, and `at_most` that of the answers: less if
    no token that is listed after the beginning goes on to them. The beginning is None where it ends
    within a token.
    """

    answers: tuple[str, ...]
    beginning: Path | None
    begun: float
    at_most: float

    def within(self, branch: Branch) -> Branch:
        """The same, where probabilities were those after the beginning of another branch."""
        at_most = min(branch.begun + self.at_most, branch.at_most)
        return replace(self, begun=branch.begun + self.begun, at_most=at_most)


@dataclass(slots=True)
class Tally:
    """What the tokens of one answer tell: log-probabilities, and what was not followed."""

    given: tuple[str, ...] = ()
    """The answer that was given; two that differ only in case may be the same."""
    path: Path = ()
    is_told: bool = False
    """Whether any of the tokens that are listed begins an answer."""
    logprobs: dict[str, float] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)

    def add(self, answers: Sequence[str], logprob: float) -> None:
        """Share a probability evenly among the answers."""
        for answer in answers:
            each = logprob - math.log(len(answers))
            before = self.logprobs.get(answer, -math.inf)
            self.logprobs[answer] = float(np.logaddexp(before, each))

    @property
    def listed(self) -> float:
        """The log-probability of all that is listed together."""
        begun = [branch.begun for branch in self.branches if branch.begun == branch.at_most]
        return float(np.logaddexp.reduce([-math.inf, *self.logprobs.values(), *begun]))


def log_likelihoods(ask: Ask, answers: tuple[str, ...]) -> dict[str, float] | None:
    """The log-probability of each answer, from one request for any of them, and a few for some.

    Answers of which the first does not tell enough, because they begin alike or are so unlikely
    that they are not listed, are asked for among themselves: the likeliest first, with as many
    requests as there are answers, or eight, and not for a thousandth of the likeliest. What is left
    then, and all on servers that cannot be held to answers, shares evenly the most that it can
    have. None where the server answers with none of them.
    """
    tokens, is_held = ask(answers)
    total = tally(tokens, answers)
    if not (total and total.is_told):
        return None
    # How answers are cut into tokens, as far as it was seen.
    paths = dict.fromkeys(total.given, total.path)
    elsewhere: list[tuple[str, float]] = []
    pending, requests = total.branches, max(_REQUESTS, len(answers)) if is_held else 0
    while pending:
        branch = max(pending, key=lambda each: each.at_most)
        pending.remove(branch)
        # What is known to be cut into other tokens does not begin with these.
        possible = tuple(a for a in branch.answers if _begins(paths.get(a), branch.beginning))
        elsewhere += [(a, branch.at_most) for a in branch.answers if a not in possible]
        if not possible:
            continue
        branch = replace(branch, answers=possible)
        likeliest = max(total.logprobs.values(), default=-math.inf)
        if not requests or branch.beginning is None or branch.at_most - likeliest < _WORTH:
            total.add(branch.answers, branch.at_most)
            continue
        requests -= 1
        tokens, _ = ask(branch.answers)
        deeper = tally(tokens, branch.answers, branch.beginning)
        given = dict.fromkeys(deeper.given, deeper.path) if deeper else {}
        paths |= given
        # Where more is listed than there can be, probabilities are those among what the server was
        # held to, and say nothing of how unlikely all of these are.
        if deeper and deeper.is_told and _is_within(deeper, branch):
            pending += [each.within(branch) for each in deeper.branches]
            for answer, logprob in deeper.logprobs.items():
                total.add([answer], branch.begun + logprob)
        elif deeper and given and not deeper.is_told:
            pending.append(branch)
        else:
            total.add(branch.answers, branch.at_most)
    for answer, at_most in elsewhere:
        if answer not in total.logprobs:
            total.add([answer], at_most)
    return total.logprobs


def _begins(path: Path | None, beginning: Path | None) -> bool:
    return path is None or beginning is None or path[: len(beginning)] == beginning


def _is_within(deeper: Tally, branch: Branch) -> bool:
    return branch.begun + deeper.listed <= branch.at_most + _TOLERANCE


def tally(
    tokens: Sequence[Token], answers: Sequence[str], after: Path | None = None
) -> Tally | None:
    """What the tokens of one answer ``{"answer": "…"}`` tell of all answers.

    The answer that was given has the product of its tokens. Another has that of the tokens it
    shares, and of the one in the list of alternatives that goes on to it; what follows is taken for
    certain if, of all that could stand there, nearly everything listed is the beginning of some
    answer: so it is with models that keep to the answers, and with servers that tell probabilities
    among what they allow. Otherwise it makes a Branch, and so do tokens with which several answers
    go on, and the answers that no listed token begins: these have at most the probability of the
    least likely that is listed, and what is left of 1.

    With `after`, probabilities are those after this beginning of an answer, and nothing is told
    where the answer was cut into other tokens. None where the tokens do not spell such an answer.
    """
    result = _tally(tokens, answers, after, bytes)
    if after is None and not (result and result.is_told):
        # Where they are not held to the answers, models like to begin them with a capital.
        return _tally(tokens, answers, None, bytes.lower)
    return result


def _tally(
    tokens: Sequence[Token],
    answers: Sequence[str],
    after: Path | None,
    fold: Callable[[bytes], bytes],
) -> Tally | None:
    texts = [fold(token.text) for token in tokens]
    spelled = b"".join(texts)
    starts = [match.end() for match in re.finditer(rf'"{KEY}"\s*:\s*"'.encode(), spelled)]
    if starts:
        # Thoughts before the answer may speak of it.
        start = starts[-1]
    elif after is None and not spelled.lstrip().startswith((b"{", b"`")):
        start = len(spelled) - len(spelled.lstrip())
    else:
        return None
    spellings = {answer: _spellings(answer, fold) for answer in answers}
    befores = [spelled[:end] for end in accumulate(map(len, texts), initial=0)]
    path = [before[start:] for before in dict.fromkeys(befores) if len(before) > start]
    given = tuple(a for a in answers if _is_whole(spelled[start:], spellings[a]))
    result = Tally(given, tuple(path))
    begin = 0
    if after is not None:
        there = spelled[:start] + (after[-1] if after else b"")
        if tuple(path[: len(after)]) != after or there not in befores:
            return result
        begin = befores.index(there)
    alive, logprob, reached = tuple(answers), 0.0, after or ()
    for token, before in list(zip(tokens, befores, strict=False))[begin:]:
        goes_on, branches, said = alive, list[Branch](), b""
        for option in token.options:
            text = before + fold(option.text)
            reach = text[start:] if text.startswith(spelled[:start]) else b""
            matching = tuple(a for a in alive if reach and _agree(reach, spellings[a]))
            if option is token:
                said, goes_on = reach, matching if reach else alive
            elif matching:
                likely = logprob + bounded(option.logprob)
                branches.append(Branch(matching, (*reached, reach), likely, likely))
        if not token.text or not (said or branches):
            continue
        result.is_told |= bool(branches) or bool(said and goes_on)
        kept = [each.begun - logprob for each in branches]
        kept += [bounded(token.logprob)] if goes_on else []
        is_kept = sum(map(math.exp, kept)) > _KEPT
        for branch in branches:
            alone = spellings[branch.answers[0]] if len(branch.answers) == 1 else set()
            if alone and (is_kept or _is_whole((branch.beginning or (b"",))[-1], alone)):
                result.add(branch.answers, branch.begun)
            # Another way to cut the one answer into tokens is not followed.
            elif len(alive) > 1 or not goes_on:
                result.branches.append(branch)
        listed = {answer for branch in branches for answer in branch.answers}.union(goes_on)
        if unlisted := tuple(answer for answer in alive if answer not in listed):
            beginning = reached if len(before) >= start else None
            at_most = logprob + _at_most(token.options)
            result.branches.append(Branch(unlisted, beginning, logprob, at_most))
        logprob += bounded(token.logprob)
        alive, reached = goes_on, (*reached, said) if said else reached
        if all(_is_whole(said, spellings[answer]) for answer in alive):
            break
    result.add(alive, logprob)
    return result


def _spellings(answer: str, fold: Callable[[bytes], bytes]) -> set[bytes]:
    """An answer as JSON spells it, up to the quotation mark that ends it."""
    return {
        fold(json.dumps(answer, ensure_ascii=escaped)[1:].encode(errors="replace"))
        for escaped in (True, False)
    }


def _agree(reach: bytes, spellings: set[bytes]) -> bool:
    return any(spelling.startswith(reach) or reach.startswith(spelling) for spelling in spellings)


def _is_whole(reach: bytes, spellings: set[bytes]) -> bool:
    return any(reach.startswith(spelling) for spelling in spellings)


def _at_most(options: Sequence[Option]) -> float:
    """What is left for tokens that are not listed: no more than the last one that is has."""
    listed = [bounded(option.logprob) for option in options]
    left = max(1.0 - sum(map(math.exp, listed)), _NOTHING_LEFT)
    return min([math.log(left), *(each for each in listed if each > IMPOSSIBLE)])
