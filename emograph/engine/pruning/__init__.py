"""Training-free pruning of image tokens inside vision-language models of transformers.

from emograph.engine.pruning import BTP

with BTP(budget=0.22)(model):
    model.generate(**inputs)
"""

from emograph.engine.pruning.methods import (
    BTP,
    METHODS,
    CDPruner,
    DivPrune,
    FasterVLM,
    FastV,
    PyramidDrop,
    RandomTokens,
    UniformGrid,
    VisionZip,
    WeightedBTP,
)
from emograph.engine.pruning.plan import PruningPlan, Shape, Stage
from emograph.engine.pruning.pruner import VisionTokenPruner

__all__ = [
    "BTP",
    "METHODS",
    "CDPruner",
    "DivPrune",
    "FastV",
    "FasterVLM",
    "PruningPlan",
    "PyramidDrop",
    "RandomTokens",
    "Shape",
    "Stage",
    "UniformGrid",
    "VisionTokenPruner",
    "VisionZip",
    "WeightedBTP",
]
