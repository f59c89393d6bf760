"""Compares ditta's sparse convolution with spconv's and with a loop in PyTorch: same scan, one core. Prints Markdown.

    python compare_sparse.py SCAN [--voxel 0.1] [--channels 96 32] [--rounds 5] [--out FILE.md]

SCAN is a file of SemanticKITTI's velodyne folders (float32 x, y, z, remission). Times are of the processor, for the backward
pass with the gradients of inputs and weights; every round runs each once, in turn, and the least counts.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy
import torch

import compare
import table


def scan_voxels(scan: str, size: float) -> numpy.ndarray:
    """The distinct voxels [V, 3] of a scan's points, x first, in order."""
    points = numpy.fromfile(scan, numpy.float32).reshape(-1, 4)[:, :3]
    return numpy.unique(numpy.floor(points / numpy.float32(size)).astype(numpy.int64), axis=0)


def kernel_map(voxels: numpy.ndarray) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Input and output rows of each of the 27 offsets, x fastest."""
    weights = numpy.array([1 << 42, 1 << 21, 1])
    keys = (voxels + (1 << 20)) @ weights
    pairs = []
    for k in range(27):
        offset = numpy.array([k % 3, k // 3 % 3, k // 9]) - 1
        wanted = keys + offset @ weights
        place = numpy.minimum(numpy.searchsorted(keys, wanted), len(keys) - 1)
        found = keys[place] == wanted
        pairs.append((torch.from_numpy(place[found]), torch.from_numpy(numpy.nonzero(found)[0])))
    return pairs


class Loop:
    """Gather, product, index_add for each offset; the backward pass by autograd."""

    def __init__(self, voxels: numpy.ndarray, weight: torch.Tensor) -> None:
        self.pairs, self.weight = kernel_map(voxels), weight.clone().requires_grad_()

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.zeros(len(x), self.weight.shape[2])
        for k, (source, target) in enumerate(self.pairs):
            out = out.index_add(0, target, x[source] @ self.weight[k])
        return out

    def gradient(self) -> torch.Tensor:
        return self.weight.grad


class Spconv:
    """SubMConv3d of the native algorithm, which runs on the CPU once nobody asks for CUDA's stream."""

    def __init__(self, voxels: numpy.ndarray, weight: torch.Tensor) -> None:
        import spconv.pytorch as spconv
        from spconv.core import ConvAlgo
        from spconv.pytorch import functional, ops

        for module in (functional, ops):
            module.get_current_stream = lambda: 0
        inputs, outputs = weight.shape[1:]
        self.layer = spconv.SubMConv3d(
            inputs, outputs, 3, bias=False, indice_key="map", algo=ConvAlgo.Native
        )
        # Index columns are batch, z, y, x; weights [O, z, y, x, I].
        ordered = weight.reshape(3, 3, 3, inputs, outputs).permute(4, 0, 1, 2, 3)
        self.layer.weight = torch.nn.Parameter(ordered.contiguous())
        place = voxels[:, ::-1] - voxels[:, ::-1].min(0)
        indices = numpy.concatenate([numpy.zeros((len(place), 1)), place], 1).astype(numpy.int32)
        shape = (place.max(0) + 1).tolist()
        self.tensor = spconv.SparseConvTensor(
            torch.zeros(len(place), inputs), torch.from_numpy(indices), shape, 1
        )

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        # The map is made by the first call and kept under its key.
        out = self.layer(self.tensor.replace_feature(x))
        self.tensor.indice_dict = out.indice_dict
        return out.features

    def gradient(self) -> torch.Tensor:
        outputs, inputs = self.layer.weight.shape[0], self.layer.weight.shape[-1]
        return self.layer.weight.grad.permute(1, 2, 3, 4, 0).reshape(27, inputs, outputs)


def measure(peer, x: torch.Tensor, upstream: torch.Tensor) -> tuple[dict, list[torch.Tensor]]:
    """Processor milliseconds forward and backward, and the values and gradients."""
    x = x.clone().requires_grad_()
    start = time.process_time()
    out = peer(x)
    middle = time.process_time()
    out.backward(upstream)
    end = time.process_time()
    gradient = peer.gradient().clone()
    peer.gradient().zero_()
    return {"forward": 1e3 * (middle - start), "backward": 1e3 * (end - middle)}, [out.detach(), x.grad, gradient]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan")
    parser.add_argument("--voxel", type=float, default=0.1)
    parser.add_argument("--channels", type=int, nargs="+", default=[96, 32])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    # The environment may choose another processor's kernels for OpenBLAS.
    os.environ.pop("OPENBLAS_CORETYPE", None)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    voxels = scan_voxels(options.scan, options.voxel)
    lines = [
        table.machine(),
        "| channels | pass | spconv, ms | PyTorch loop, ms | ditta, ms | ditta, GFLOP/s (of the product) "
        "| spconv / ditta | loop / ditta |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for channels in options.channels:
        weight = torch.randn(27, channels, channels) / (6 * channels) ** 0.5
        x, upstream = torch.randn(len(voxels), channels), torch.randn(len(voxels), channels)
        peers = {"spconv": Spconv(voxels, weight), "loop": Loop(voxels, weight)}
        pairs = sum(len(source) for source, _ in peers["loop"].pairs)
        own = [str(compare.ROOT / ".build/release/Benchmarks"), "sparse", options.scan, "--voxel", str(options.voxel)]
        own += ["--channels", str(channels), "--threads", "1", "--rounds", "3"]
        least: dict[str, dict[str, float]] = {}
        for step in range(options.rounds + 1):
            results = {}
            for name, peer in peers.items():
                times, results[name] = measure(peer, x, upstream)
                if step > 0:
                    least[name] = {key: min(value, least.get(name, {}).get(key, value)) for key, value in times.items()}
            for one, other in zip(results["spconv"], results["loop"]):
                assert (one - other).abs().max() < 1e-4 * other.abs().max(), "the peers disagree"
            found = json.loads(compare.execute(own).strip().splitlines()[-1])
            assert found["pairs"] == pairs, "ditta joins other voxels"
            for key in ("forward", "backward"):
                least.setdefault("ditta", {})[key] = min(found[key], least.get("ditta", {}).get(key, found[key]))
            product = max(found["product"], product) if step > 0 else found["product"]
        for key, passes in (("forward", 1), ("backward", 2)):
            spconv, loop, ditta = (least[name][key] for name in ("spconv", "loop", "ditta"))
            rate = 2e-6 * passes * pairs * channels**2 / ditta
            lines.append(
                f"| {channels} → {channels} | {key} | {spconv:.0f} | {loop:.0f} | {ditta:.1f} "
                f"| {rate:.0f} ({100 * rate / product:.0f} %) | {spconv / ditta:.1f} | {loop / ditta:.1f} |"
            )
    text = "\n".join(lines) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
