"""The words a model may answer with, as tokens of its vocabulary."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np

from emograph.adapters.models.lvlm.answers import Answer, FreeAnswer, ListAnswer, Tokens
from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.adapters.models.lvlm.trie import LabelTrie
from emograph.engine.lvlm.model import Naming

# Tries that are kept: those of a few sets of questions.
_TRIES = 16
# Letters, digits, spaces (as the two kinds of vocabulary write them) and the marks of plain words.
_WORDS = re.compile(r"[A-Za-z0-9 Ġ▁,'-]+")
_TURN_ENDS = ("<|im_end|>", "<end_of_utterance>")


class Vocabulary:
    """Makes the rules of answers from a tokenizer; the network knows tokens up to `size`.

    `ends` are tokens that end an answer, besides those of the tokenizer.
    """

    def __init__(self, tokenizer: Any, prompts: Prompts, size: int, ends: list[int]) -> None:
        self._tokenizer = tokenizer
        self._prompts = prompts
        self._size = size
        known = tokenizer.get_vocab()
        self._ends = frozenset(
            [prompts.stop, *ends, *(known[word] for word in _TURN_ENDS if word in known)]
        )
        self._trie = lru_cache(_TRIES)(self._new_trie)
        self._words = lru_cache(1)(self._new_words)

    def answer(self, naming: Naming) -> Answer:
        """An answer to a question, not begun yet."""
        if not naming.labels:
            return FreeAnswer(self._words(), self._ends, self._decode, naming.tokens)
        trie = self._trie(naming.labels, self._prompts.space_after(naming.question))
        comma, stop = self._prompts.comma, self._prompts.stop
        return ListAnswer(trie, naming.labels, comma, stop, naming.tokens)

    def _new_trie(self, labels: tuple[str, ...], space: str) -> LabelTrie:
        later = self._prompts.continuations([f" {label}" for label in labels])
        first = self._prompts.continuations([space + label for label in labels])
        return LabelTrie.of(first, later)

    def _new_words(self) -> Tokens:
        """The tokens of free words and those that end them."""
        not_words = {*self._tokenizer.all_special_ids, *self._tokenizer.added_tokens_decoder}
        words = {
            token
            for piece, token in self._tokenizer.get_vocab().items()
            if token < self._size and _WORDS.fullmatch(piece)
        }
        return np.array(sorted((words - not_words) | self._ends), np.int64)

    def _decode(self, tokens: list[int]) -> str:
        text: str = self._tokenizer.decode(tokens)
        return text
