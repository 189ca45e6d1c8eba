"""The methods by name."""

from __future__ import annotations

from collections.abc import Mapping

from emograph.engine.pruning.methods.btp import BTP
from emograph.engine.pruning.methods.cdpruner import CDPruner
from emograph.engine.pruning.methods.divprune import DivPrune
from emograph.engine.pruning.methods.fastv import FastV
from emograph.engine.pruning.methods.plain import RandomTokens, UniformGrid
from emograph.engine.pruning.methods.pyramiddrop import PyramidDrop
from emograph.engine.pruning.methods.visionzip import FasterVLM, VisionZip
from emograph.engine.pruning.methods.weighted import WeightedBTP
from emograph.engine.pruning.pruner import VisionTokenPruner

METHODS: Mapping[str, type[VisionTokenPruner]] = {
    method.name: method
    for method in (
        WeightedBTP,
        BTP,
        FastV,
        PyramidDrop,
        DivPrune,
        VisionZip,
        FasterVLM,
        CDPruner,
        RandomTokens,
        UniformGrid,
    )
}
"""All methods by name, ours first."""

__all__ = [
    "BTP",
    "METHODS",
    "CDPruner",
    "DivPrune",
    "FastV",
    "FasterVLM",
    "PyramidDrop",
    "RandomTokens",
    "UniformGrid",
    "VisionZip",
    "WeightedBTP",
]
