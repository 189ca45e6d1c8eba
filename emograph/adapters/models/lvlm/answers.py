"""Answers as they are written, token by token: a list of labels, or free words.

Each says which tokens may come next. The trie is our own: grammar engines such as llguidance
neither strike out what was named already nor keep one canonical tokenisation of each label, without
which a confidence means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.models.lvlm.trie import NONE, LabelTrie, Unnamed
from emograph.engine.lvlm.model import Named

Tokens = NDArray[np.int64]


class Answer(Protocol):
    """An answer that is being written."""

    is_ended: bool

    def allowed(self) -> Tokens:
        """The tokens that may come next; at least one, while the answer is not ended."""
        ...

    def add(self, token: int, log_probability: float) -> None:
        """Go on with a token, and how likely the model found it."""
        ...

    def items(self) -> tuple[Named, ...]:
        """What was said."""
        ...


class ListAnswer:
    """Labels, none twice, separated by commas and ended by a full stop, in at most `tokens` tokens.

    >>> trie = LabelTrie.of([[5], [5, 6]], [[5], [5, 6]])
    >>> answer = ListAnswer(trie, ("sea", "sea lion"), comma=1, stop=2, tokens=7)
    >>> for token in (5, 6, 2):
    ...     print(sorted(answer.allowed().tolist()))
    ...     answer.add(token, 0.0)
    [2, 5]
    [1, 2, 6]
    [1, 2]
    >>> answer.items()
    (Named(label='sea lion', confidence=1.0),)
    """

    def __init__(
        self, trie: LabelTrie, labels: Sequence[str], comma: int, stop: int, tokens: int
    ) -> None:
        self.is_ended = tokens < 1
        self._labels = labels
        self._comma, self._stop = comma, stop
        self._left = tokens
        self._unnamed = Unnamed.all(trie)
        self._rest = self._unnamed
        """What is left when the label on which the answer stands is struck out."""
        self._node = trie.first
        self._is_empty = True
        self._said: list[float] = []
        self._items: list[Named] = []

    def allowed(self) -> Tokens:
        """The tokens that may come next: whatever is begun can be brought to its end."""
        # One token less, because the full stop must follow.
        onward = self._unnamed.tokens(self._node, self._left - 1)
        if not self._is_empty and not self._is_at_end:
            return onward
        # A label that would go on with a comma or a full stop gives way to what these mean here.
        onward = onward[(onward != self._comma) & (onward != self._stop)]
        trie = self._rest.trie
        if self._is_at_end and self._rest.need[trie.later] + 2 <= self._left:
            return np.append(onward, [self._comma, self._stop])
        return np.append(onward, self._stop)

    def add(self, token: int, log_probability: float) -> None:
        """Go on with a token that is allowed."""
        self._left -= 1
        if self._is_empty and token == self._stop:
            self.is_ended = True
        elif not self._is_empty and self._is_at_end and token in (self._comma, self._stop):
            label = int(self._unnamed.label[self._node])
            self._items.append(Named(self._labels[label], float(np.exp(np.sum(self._said)))))
            self._unnamed, self._node, self._said = self._rest, self._rest.trie.later, []
            self.is_ended = token == self._stop
        else:
            self._said.append(log_probability)
            self._node = self._unnamed.after(self._node, token)
            if self._is_at_end:
                self._rest = self._unnamed.without(int(self._unnamed.label[self._node]))
        self._is_empty = False

    def items(self) -> tuple[Named, ...]:
        """The labels that were named, in their order."""
        return tuple(self._items)

    @property
    def _is_at_end(self) -> bool:
        return bool(self._unnamed.label[self._node] != NONE)


class FreeAnswer:
    """Free words, ended by one of `ends` or by the number of tokens.

    `allowed` are the tokens of words and the ends; `decode` makes words of tokens.
    """

    def __init__(
        self, allowed: Tokens, ends: frozenset[int], decode: Callable[[list[int]], str], tokens: int
    ) -> None:
        self.is_ended = tokens < 1
        self._allowed, self._ends, self._decode = allowed, ends, decode
        self._left = tokens
        self._tokens: list[int] = []
        self._said: list[float] = []

    def allowed(self) -> Tokens:
        """The tokens of words, and those that end the answer."""
        return self._allowed

    def add(self, token: int, log_probability: float) -> None:
        """Go on with a token that is allowed."""
        self._left -= 1
        self.is_ended = self._left < 1 or token in self._ends
        if token not in self._ends:
            self._tokens.append(token)
            self._said.append(log_probability)

    def items(self) -> tuple[Named, ...]:
        """The words as one item, or none if there are no words."""
        words = " ".join(self._decode(self._tokens).split()).strip(" ,'-")
        return (Named(words, float(np.exp(np.mean(self._said)))),) if words else ()
