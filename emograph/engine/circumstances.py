"""What a gate goes by besides the votes, read off what the detectors saw."""

from __future__ import annotations

from collections.abc import Sequence

from emograph.engine.cues import Evidence
from emograph.engine.gate import Circumstances
from emograph.engine.lvlm.sight import DETECTOR
from emograph.engine.reasoning.reasoner import Reasoner


def circumstances(reasoner: Reasoner, evidence: Sequence[Evidence]) -> Circumstances:
    """The circumstances of a picture with this evidence.

    What a vision-language model named is left out, so that they are the same with one and without.
    """
    pieces = [piece for piece in evidence if piece.cue.detector != DETECTOR]
    cues = {piece.cue.id: piece.cue for piece in pieces}
    kinds = {cue.kind for cue in cues.values()}
    seen = sum(cue.confidence for cue in cues.values())
    return Circumstances(
        reasoner.unknown_share(pieces, seen), "facial_expression" in kinds, "text" in kinds
    )
