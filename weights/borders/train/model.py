"""The border network: for each cell of 4×4 pixels, whether the cells at OFFSETS are of its class."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

OFFSETS = [(0, 1), (1, 0), (1, 1), (1, -1), (0, 3), (3, 0), (3, 3), (3, -3), (0, 9), (9, 0), (9, 9), (9, -9), (0, 24), (24, 0)]
"""(rows down, columns to the right), in cells."""


class Convolution(nn.Module):
    """A convolution without bias and a batch norm; folded they are a convolution with bias."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.convolution(x))


class Block(nn.Module):
    """ReLU(x + pointwise(ReLU(depthwise(x))))."""

    def __init__(self, channels: int):
        super().__init__()
        self.depthwise = Convolution(channels, channels, groups=channels)
        self.pointwise = Convolution(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.pointwise(F.relu(self.depthwise(x))))


class Quarter(nn.Module):
    """Down to 1/4, then one residual block of two dense convolutions."""

    def __init__(self, inputs: int, channels: int):
        super().__init__()
        self.down = Convolution(inputs, channels, stride=2)
        self.first = Convolution(channels, channels)
        self.second = Convolution(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.down(x))
        return F.relu(x + self.second(F.relu(self.first(x))))


class Stage(nn.Module):
    """Down by a dense convolution, then blocks."""

    def __init__(self, inputs: int, channels: int, blocks: int):
        super().__init__()
        self.down = Convolution(inputs, channels, stride=2)
        self.blocks = nn.Sequential(*[Block(channels) for _ in range(blocks)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.blocks(F.relu(self.down(x)))


class LastStage(nn.Module):
    """Down to 1/32 by a depthwise convolution, then blocks."""

    def __init__(self, channels: int, blocks: int):
        super().__init__()
        self.depthwise = Convolution(channels, channels, stride=2, groups=channels)
        self.pointwise = Convolution(channels, channels, 1)
        self.blocks = nn.Sequential(*[Block(channels) for _ in range(blocks)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.blocks(F.relu(self.pointwise(F.relu(self.depthwise(x)))))


def plus_upsampled(fine: torch.Tensor, coarse: torch.Tensor) -> torch.Tensor:
    return fine + F.interpolate(coarse, fine.shape[2:], mode="bilinear", align_corners=False)


class Borders(nn.Module):
    """Pictures [N, 3, H, W], 0..1 → logits [N, 14, H/4, W/4]."""

    def __init__(self, widths: tuple[int, int, int, int] = (16, 32, 48, 64)):
        super().__init__()
        half, w4, w8, w16 = widths
        self.stem = Convolution(3, half, stride=2)
        self.quarter = Quarter(half, w4)
        self.eighth = Stage(w4, w8, 2)
        self.sixteenth = Stage(w8, w16, 3)
        self.thirty_second = LastStage(w16, 3)
        self.refining16 = Block(w16)
        self.lateral8 = Convolution(w16, w8, 1)
        self.refining8 = Block(w8)
        self.lateral4 = Convolution(w8, w4, 1)
        self.refining4 = nn.ModuleList([Convolution(w4, w4), Convolution(w4, w4)])
        self.affinity = nn.Conv2d(w4, len(OFFSETS), 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Light and contrast are left out; colours stay, as there is one deviation for all channels.
        x = x - x.mean((2, 3), keepdim=True)
        x = x / (x.square().mean((1, 2, 3), keepdim=True).sqrt() + 0.02)
        x4 = self.quarter(F.relu(self.stem(x)))
        x8 = self.eighth(x4)
        x16 = self.sixteenth(x8)
        x16 = self.refining16(plus_upsampled(x16, self.thirty_second(x16)))
        x8 = self.refining8(plus_upsampled(x8, F.relu(self.lateral8(x16))))
        x4 = plus_upsampled(x4, F.relu(self.lateral4(x8)))
        for layer in self.refining4:
            x4 = F.relu(layer(x4))
        return self.affinity(x4)


def folded(model: Borders) -> Borders:
    """The same function without batch norms: what is shipped."""
    model = copy.deepcopy(model).eval()
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, Convolution):
                parent._modules[name] = fuse_conv_bn_eval(child.convolution, child.norm)
    return model


def save(model: Borders, path: str, dtype: torch.dtype = torch.float16) -> None:
    """Writes a folded model."""
    save_file({name: value.to(dtype).contiguous() for name, value in model.state_dict().items()}, path)
