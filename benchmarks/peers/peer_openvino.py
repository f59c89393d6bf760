"""OpenVINO on the CPU, tuned for latency: fp32, or bf16 by its precision hint."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy
import openvino
import torch

import network
import worker
from frames import HEIGHT, WIDTH

HINTS = {"fp32": "f32", "bf16": "bf16"}


def prepare(model: Path, precision: str, threads: int) -> worker.Peer:
    """The network converted from PyTorch (a fixed input size) and compiled."""
    shape = [1, 3, HEIGHT, WIDTH]
    converted = openvino.convert_model(network.load(model), example_input=torch.zeros(shape), input=shape)
    compiled = openvino.Core().compile_model(
        converted,
        "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": HINTS[precision],
            "INFERENCE_NUM_THREADS": threads,
        },
    )
    used = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
    if used != HINTS[precision]:
        sys.exit(f"OpenVINO computes {used} on this CPU where {precision} was asked for.")
    request = compiled.create_infer_request()

    def infer(frame: numpy.ndarray) -> numpy.ndarray:
        request.infer({0: frame})
        return request.get_output_tensor(0).data.astype(numpy.float32, copy=False)

    return worker.Peer(openvino.__version__.split("-")[0], infer)


if __name__ == "__main__":
    worker.run("OpenVINO", ["fp32", "bf16"], prepare)
