"""Compares a whole step of training MinkUNet on a scan with PyTorch's over spconv: same voxels, same threads. Prints Markdown.

    python compare_cloud_step.py SCAN [--voxel 0.1] [--sizes third half] [--threads 2] [--rounds 5] [--out FILE.md]

A step is forward with the scene's own statistics, backward to all weights, and Adam. Maps between voxels are kept, as they are
made once a scene; spconv makes the small ones between levels anew each step. Times are on the clock; every round runs each once, in turn, and the least counts.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy
import torch
from torch import nn

import compare
import table
from compare_sparse import scan_voxels

PLANES = {
    "third": (16, 24, 32, 64, 48, 48, 32, 32),
    "half": (16, 32, 64, 128, 64, 64, 48, 48),
}
"""Widths of the stages; the stem has 16, and every stage one block."""


def native():
    """spconv's modules, of the native algorithm, which runs on the CPU once nobody asks for CUDA's stream."""
    import spconv.pytorch as spconv
    from spconv.pytorch import functional, ops

    for module in (functional, ops):
        module.get_current_stream = lambda: 0
    return spconv


class Normed(nn.Module):
    """A convolution and its batch norm."""

    def __init__(self, layer: nn.Module, width: int) -> None:
        super().__init__()
        self.layer, self.norm = layer, nn.BatchNorm1d(width)

    def forward(self, x):
        x = self.layer(x)
        return x.replace_feature(self.norm(x.features))


def rectified(x):
    return x.replace_feature(torch.relu(x.features))


class Block(nn.Module):
    """Two 3³ convolutions around which the input is added."""

    def __init__(self, spconv, inputs: int, outputs: int, level: int) -> None:
        super().__init__()
        algorithm = spconv.ConvAlgo.Native
        self.first, self.second = (
            Normed(
                spconv.SubMConv3d(width, outputs, 3, bias=False, indice_key=f"sub{level}", algo=algorithm), outputs
            )
            for width in (inputs, outputs)
        )
        self.shortcut = nn.Sequential(nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs))
        if inputs == outputs:
            self.shortcut = nn.Identity()

    def forward(self, x):
        y = self.second(rectified(self.first(x)))
        return y.replace_feature(torch.relu(y.features + self.shortcut(x.features)))


class Network(nn.Module):
    """Res16UNet with one block a stage."""

    def __init__(self, planes: tuple[int, ...], inputs: int = 4, outputs: int = 19) -> None:
        super().__init__()
        spconv = native()
        algorithm = spconv.ConvAlgo.Native
        self.stem = Normed(spconv.SubMConv3d(inputs, 16, 3, bias=False, indice_key="sub0", algo=algorithm), 16)
        self.down, self.up, self.encoder, self.decoder = (nn.ModuleList() for _ in range(4))
        width, skips = 16, []
        for stage in range(4):
            skips.append(width)
            layer = spconv.SparseConv3d(width, width, 2, 2, bias=False, indice_key=f"down{stage}", algo=algorithm)
            self.down.append(Normed(layer, width))
            self.encoder.append(Block(spconv, width, planes[stage], stage + 1))
            width = planes[stage]
        for stage in range(4):
            level = 3 - stage
            layer = spconv.SparseInverseConv3d(
                width, planes[4 + stage], 2, bias=False, indice_key=f"down{level}", algo=algorithm
            )
            self.up.append(Normed(layer, planes[4 + stage]))
            self.decoder.append(Block(spconv, planes[4 + stage] + skips[level], planes[4 + stage], level))
            width = planes[4 + stage]
        self.final = nn.Linear(width, outputs)

    def forward(self, x):
        x = rectified(self.stem(x))
        skips = []
        for down, block in zip(self.down, self.encoder):
            skips.append(x)
            x = block(rectified(down(x)))
        for up, block in zip(self.up, self.decoder):
            x = rectified(up(x))
            x = block(x.replace_feature(torch.cat([x.features, skips.pop().features], 1)))
        return x, self.final(x.features)


class Peer:
    """Steps of PyTorch on the voxels of a scan."""

    def __init__(self, voxels: numpy.ndarray, size: str) -> None:
        place = voxels[:, ::-1] - voxels[:, ::-1].min(0)
        # Coarser levels round down: an even place of the first voxel keeps their cells.
        place = place + voxels[:, ::-1].min(0) % 16
        indices = numpy.concatenate([numpy.zeros((len(place), 1)), place], 1).astype(numpy.int32)
        shape = ((place.max(0) // 16 + 1) * 16).tolist()
        self.network = Network(PLANES[size])
        self.tensor = native().SparseConvTensor(torch.randn(len(place), 4), torch.from_numpy(indices), shape, 1)
        self.upstream = torch.randn(len(place), 19) * 1e-4
        self.optimiser = torch.optim.Adam(self.network.parameters(), 1e-4)

    def step(self) -> float:
        """Milliseconds of a step on the clock."""
        start = time.perf_counter()
        self.optimiser.zero_grad()
        last, out = self.network(self.tensor)
        out.backward(self.upstream)
        self.optimiser.step()
        elapsed = time.perf_counter() - start
        # Maps of the 3³ convolutions are made by the first call and kept; those of strided ones spconv does not take again.
        self.tensor.indice_dict = {key: value for key, value in last.indice_dict.items() if key.startswith("sub")}
        return 1e3 * elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan")
    parser.add_argument("--voxel", type=float, default=0.1)
    parser.add_argument("--sizes", nargs="+", choices=list(PLANES), default=["third", "half"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    # The environment may choose another processor's kernels for OpenBLAS.
    os.environ.pop("OPENBLAS_CORETYPE", None)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    voxels = scan_voxels(options.scan, options.voxel)
    lines = [
        table.machine(),
        "| network | voxels | PyTorch with spconv, ms a step | ditta, ms a step | ratio |",
        "| --- | --- | --- | --- | --- |",
    ]
    for size in options.sizes:
        peer = Peer(voxels, size)
        own = [str(compare.ROOT / ".build/release/Benchmarks"), "minkunet", options.scan, "--rounds", "3"]
        own += ["--voxel", str(options.voxel), "--size", size, "--threads", str(options.threads)]
        least = {"peer": float("inf"), "ditta": float("inf")}
        for round in range(options.rounds + 1):
            elapsed = peer.step()
            # The first one makes the maps.
            if round > 0:
                least["peer"] = min(least["peer"], elapsed)
            found = json.loads(compare.execute(own).strip().splitlines()[-1])
            assert found["voxels"] == len(voxels), "ditta has other voxels"
            step = found["forwardClock"] + found["backwardClock"] + found["updateClock"]
            least["ditta"] = min(least["ditta"], step)
        lines.append(
            f"| mink14-{size} | {len(voxels)} | {least['peer']:.0f} | {least['ditta']:.0f} "
            f"| {least['peer'] / least['ditta']:.1f} |"
        )
    text = "\n".join(lines) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
