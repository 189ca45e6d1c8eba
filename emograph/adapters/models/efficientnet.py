"""EfficientNet-Lite, read from its published weights (Tan & Le 2019, arXiv 1905.11946).

The Lite variants drop squeeze-and-excitation and use ReLU6. Names of the layers follow the
checkpoint, so that it loads without a table of renamings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

FEATURES = 1280
CLASSES = 1000
SIDE = 260

Stage = tuple[int, int, int, int, int, int]
"""Repeats, kernel, stride, expansion, channels in, channels out."""

# Stem, head, and the number of first and last blocks are the same in all (TensorFlow TPU
# efficientnet_lite_builder). Width 1.1, depth 1.2:
LITE2: tuple[Stage, ...] = (
    (1, 3, 1, 1, 32, 16),
    (3, 3, 2, 6, 16, 24),
    (3, 5, 2, 6, 24, 48),
    (4, 3, 2, 6, 48, 88),
    (4, 5, 1, 6, 88, 120),
    (5, 5, 2, 6, 120, 208),
    (1, 3, 1, 6, 208, 352),
)
# Width 1.0, depth 1.1 and 1.0:
LITE1: tuple[Stage, ...] = (
    (1, 3, 1, 1, 32, 16),
    (3, 3, 2, 6, 16, 24),
    (3, 5, 2, 6, 24, 40),
    (4, 3, 2, 6, 40, 80),
    (4, 5, 1, 6, 80, 112),
    (5, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)
LITE0: tuple[Stage, ...] = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)


class _SameConv(nn.Conv2d):
    """Convolution padded as TensorFlow's SAME, which is lopsided at stride 2."""

    def forward(self, x: Tensor) -> Tensor:
        size, kernel, stride = x.shape[-2:], self.kernel_size, self.stride
        pad_h, pad_w = (
            max((math.ceil(s / d) - 1) * d + k - s, 0)
            for s, k, d in zip(size, kernel, stride, strict=True)
        )
        if pad_h or pad_w:
            x = functional.pad(x, [pad_w // 2, pad_w - pad_w // 2, pad_h // 2, pad_h - pad_h // 2])
        return functional.conv2d(
            x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups
        )


def _conv(inp: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return _SameConv(inp, out, kernel, stride, groups=groups, bias=False)


def _fold(module: nn.Module, conv: str, norm: str) -> None:
    fused = fuse_conv_bn_eval(getattr(module, conv), getattr(module, norm))
    setattr(module, conv, fused)
    setattr(module, norm, nn.Identity())


class _Block(nn.Module):
    """Mobile inverted bottleneck: expand, depthwise, project, skip."""

    def __init__(self, inp: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        mid = inp * expansion
        self._expand_conv = _conv(inp, mid, 1) if expansion > 1 else nn.Identity()
        self._bn0 = nn.BatchNorm2d(mid, eps=1e-3) if expansion > 1 else nn.Identity()
        self._depthwise_conv = _conv(mid, mid, kernel, stride, groups=mid)
        self._bn1 = nn.BatchNorm2d(mid, eps=1e-3)
        self._project_conv = _conv(mid, out, 1)
        self._bn2 = nn.BatchNorm2d(out, eps=1e-3)
        self._expands = expansion > 1
        self._skips = stride == 1 and inp == out

    def fold(self) -> None:
        if self._expands:
            _fold(self, "_expand_conv", "_bn0")
        _fold(self, "_depthwise_conv", "_bn1")
        _fold(self, "_project_conv", "_bn2")

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self._expands else x
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        out: Tensor = x + y if self._skips else y
        return out


class EfficientNetLite(nn.Module):
    """The network: images (n, 3, h, w) to a grid of features and to ImageNet's class scores."""

    def __init__(self, stages: Sequence[Stage] = LITE2) -> None:
        super().__init__()
        self._conv_stem = _conv(3, 32, 3, 2)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks = []
        for repeats, kernel, stride, expansion, inp, out in stages:
            blocks.append(_Block(inp, out, kernel, stride, expansion))
            blocks += [_Block(out, out, kernel, 1, expansion) for _ in range(repeats - 1)]
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = _conv(stages[-1][-1], FEATURES, 1)
        self._bn1 = nn.BatchNorm2d(FEATURES, eps=1e-3)
        self._fc = nn.Linear(FEATURES, CLASSES)

    def stages(self, images: Tensor, blocks: Sequence[int]) -> list[Tensor]:
        """What comes out of the blocks that are named, in rising order, of images in -1..1."""
        x = functional.relu6(self._bn0(self._conv_stem(images)))
        read = []
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in blocks:
                read.append(x)
        return read

    def head(self, last: Tensor) -> Tensor:
        """Features (n, 1280, h, w) of what comes out of the last block (n, 352 in Lite2, h, w)."""
        return functional.relu6(self._bn1(self._conv_head(last)))

    def grid(self, images: Tensor) -> Tensor:
        """Features per place, (n, 1280, h / 32, w / 32), of images scaled to -1..1."""
        return self.head(self.stages(images, (len(self._blocks) - 1,))[0])

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Pooled features (n, 1280) and class scores before softmax (n, 1000)."""
        pooled = self.grid(images).mean(dim=(2, 3))
        return pooled, self._fc(pooled)

    def fold(self) -> EfficientNetLite:
        """This network with its normalisations folded into its convolutions: the same, faster."""
        self.eval()
        _fold(self, "_conv_stem", "_bn0")
        for block in self._blocks:
            cast(_Block, block).fold()
        _fold(self, "_conv_head", "_bn1")
        return self

    @classmethod
    def from_checkpoint(cls, path: Path, stages: Sequence[Stage] = LITE2) -> EfficientNetLite:
        """Read the published .pth; only tensors are unpickled."""
        model = cls(stages)
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        return model.eval().requires_grad_(False)
