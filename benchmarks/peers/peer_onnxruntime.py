"""ONNX Runtime on the CPU, fp32, all graph optimisations."""

from __future__ import annotations

from pathlib import Path

import numpy
import onnxruntime

import network
import worker


def prepare(model: Path, precision: str, threads: int) -> worker.Peer:
    """A session of the exported network."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(network.onnx_file(model), options, providers=["CPUExecutionProvider"])

    def infer(frame: numpy.ndarray) -> numpy.ndarray:
        return session.run(["logits"], {"frame": frame})[0]

    return worker.Peer(onnxruntime.__version__, infer)


if __name__ == "__main__":
    worker.run("ONNX Runtime", ["fp32"], prepare)
