"""Labels as paths of tokens, and which of them can still be said with the tokens that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NONE = -1
_NEVER = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class LabelTrie:
    """The tokens of labels, beginning by beginning.

    `first` is where the first item of an answer starts and `later` where the others do; they differ
    where the first follows no space. The edges of node n are `edges[n]:edges[n + 1]`, in the order
    of their `tokens`, and lead to `nodes`. A node on which a label ends has that `label`, else
    NONE; `need` is the fewest tokens from a node to the end of a label.
    """

    first: int
    later: int
    edges: NDArray[np.int64]
    tokens: NDArray[np.int64]
    nodes: NDArray[np.int64]
    parents: NDArray[np.int64]
    label: NDArray[np.int64]
    need: NDArray[np.int64]
    ends: tuple[tuple[int, ...], ...]
    """The nodes on which each label ends."""

    @classmethod
    def of(cls, first: Sequence[Sequence[int]], later: Sequence[Sequence[int]]) -> LabelTrie:
        """The trie of labels, given by their tokens as the first item and as another one.

        Labels without tokens are left out, and so are those whose tokens are another's.
        """
        same = list(first) == list(later)
        children: list[dict[int, int]] = [{}] if same else [{}, {}]
        label = [NONE] * len(children)
        parents = [NONE] * len(children)
        ends: list[list[int]] = [[] for _ in first]
        for root, paths in enumerate([first] if same else [first, later]):
            for i, path in enumerate(paths):
                node = root
                for token in path:
                    if token not in children[node]:
                        children[node][token] = len(children)
                        children.append({})
                        label.append(NONE)
                        parents.append(node)
                    node = children[node][token]
                if path and label[node] == NONE:
                    label[node] = i
                    ends[i].append(node)
        ordered = [sorted(edges.items()) for edges in children]
        trie = cls(
            first=0,
            later=0 if same else 1,
            edges=np.cumsum([0, *map(len, ordered)]),
            tokens=np.array([token for edges in ordered for token, _ in edges], np.int64),
            nodes=np.array([node for edges in ordered for _, node in edges], np.int64),
            parents=np.array(parents, np.int64),
            label=np.array(label, np.int64),
            need=np.full(len(children), _NEVER, np.int64),
            ends=tuple(map(tuple, ends)),
        )
        # Children come after their parents.
        for node in reversed(range(len(children))):
            trie.need[node] = trie.fewest(node, trie.label, trie.need)
        return trie

    def fewest(self, node: int, label: NDArray[np.int64], need: NDArray[np.int64]) -> int:
        """The fewest tokens from a node to the end of a label, from what its children need."""
        if label[node] != NONE:
            return 0
        following = self.nodes[self.edges[node] : self.edges[node + 1]]
        return min(int(need[following].min()) + 1, _NEVER) if len(following) else _NEVER


@dataclass(frozen=True, slots=True, eq=False)
class Unnamed:
    """The labels of a trie that were not said yet."""

    trie: LabelTrie
    label: NDArray[np.int64]
    need: NDArray[np.int64]

    @classmethod
    def all(cls, trie: LabelTrie) -> Unnamed:
        """All labels of a trie."""
        return cls(trie, trie.label, trie.need)

    def without(self, label: int) -> Unnamed:
        """Strike out a label."""
        struck, need = self.label.copy(), self.need.copy()
        for end in self.trie.ends[label]:
            struck[end] = NONE
            node = end
            while node != NONE:
                need[node] = self.trie.fewest(node, struck, need)
                node = int(self.trie.parents[node])
        return Unnamed(self.trie, struck, need)

    def tokens(self, node: int, left: int) -> NDArray[np.int64]:
        """The tokens that go on from a node to a label which ends within `left` tokens."""
        edges = slice(self.trie.edges[node], self.trie.edges[node + 1])
        tokens: NDArray[np.int64] = self.trie.tokens[edges]
        return tokens[self.need[self.trie.nodes[edges]] < left]

    def after(self, node: int, token: int) -> int:
        """The node to which a token leads."""
        start, stop = self.trie.edges[node], self.trie.edges[node + 1]
        return int(self.trie.nodes[start + np.searchsorted(self.trie.tokens[start:stop], token)])
