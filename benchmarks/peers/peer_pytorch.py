"""PyTorch, eager: fp32, or bf16 by autocast."""

from __future__ import annotations

from pathlib import Path

import numpy
import torch

import network
import worker


def prepare(model: Path, precision: str, threads: int) -> worker.Peer:
    """The network as transformers builds it."""
    torch.set_num_threads(threads)
    logits = network.load(model)

    def infer(frame: numpy.ndarray) -> numpy.ndarray:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            return logits(torch.from_numpy(frame)).float().numpy()

    return worker.Peer(torch.__version__, infer)


if __name__ == "__main__":
    worker.run("PyTorch eager", ["fp32", "bf16"], prepare)
