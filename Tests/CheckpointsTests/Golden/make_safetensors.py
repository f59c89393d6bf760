"""Makes a safetensors file, as the reference implementation writes it.

    pip install safetensors numpy
    python Tests/CheckpointsTests/Golden/make_safetensors.py
"""

import pathlib

import numpy
from safetensors.numpy import load_file, save_file

HERE = pathlib.Path(__file__).parent


def main() -> None:
    tensors = {
        "b.weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3),
        "a/\"quoted\"\tStraße": numpy.array([-0.5, 1e-45, 3e38], numpy.float32),
        "b.Bias": numpy.zeros(0, numpy.float32),
        "b.weight.scalar": numpy.array(7, numpy.float32),
    }
    path = HERE / "written.safetensors"
    save_file(tensors, path, metadata={"format": "pt \\ \"ditta\""})
    assert load_file(path).keys() == tensors.keys()


if __name__ == "__main__":
    main()
