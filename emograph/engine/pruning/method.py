"""The protocol of pruning methods: what the hooks ask of them."""

from __future__ import annotations

from typing import Protocol

from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.seen import Seen, Selection


class Method(Protocol):
    """Decides when image tokens are dropped, and which."""

    @property
    def reads_tower(self) -> bool:
        """Whether it asks for the attention that tokens receive in the vision tower."""
        ...

    def stages(self, layers: int) -> tuple[Stage, ...]:
        """The stages in a model of so many layers."""
        ...

    def reads_attention(self, stage: Stage) -> bool:
        """Whether a stage goes by what the last token of the prompt attends to."""
        ...

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:
        """Choose `keep` of the tokens that are seen at a stage."""
        ...
