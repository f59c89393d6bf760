"""Makes files of torch.save, as PyTorch writes them.

    pip install torch==2.15.0 numpy
    python Tests/CheckpointsTests/Golden/make.py

`nested.pt` has what a training writes beside a state dict, `model.pt` the nesting of SAM 2, `plain.pt` a state dict alone with
a later pickle protocol; `big.pt` is `model.pt` with its numbers' bytes reversed, `large.pt` the same with zip64 fields.
`old.pt` is what torch before 1.6 wrote. The values are counted up from the tensors' first ones, so that a test knows them.
"""

import collections
import pathlib
import zipfile

import numpy
import torch

HERE = pathlib.Path(__file__).parent


def count(*shape: int, start: float = 0) -> torch.Tensor:
    return torch.arange(start, start + numpy.prod(shape, dtype=int)).float().reshape(shape)


def nested() -> dict:
    state = collections.OrderedDict()
    state["single"] = count(2, 3)
    state["half"] = count(4, start=0.5).half()
    state["brain"] = count(2, 2, start=-1).bfloat16()
    state["transposed"] = count(3, 4).t()
    state["strided"] = count(4, 6)[1::2, 2:5]
    state["channels_last"] = count(1, 2, 2, 3).permute(0, 3, 1, 2)
    state["scalar"] = torch.tensor(7.0)
    state["empty"] = torch.zeros(0, 3)
    state["norm.num_batches_tracked"] = torch.tensor(12)
    state["mask"] = torch.tensor([True, False])
    state["double"] = torch.ones(1, dtype=torch.float64)
    state["untyped"] = torch.ones(2, dtype=torch.uint16)
    state["parameter"] = torch.nn.Parameter(count(3))
    state["tied"] = state["single"]
    state["row"] = state["single"][1]
    state._metadata = collections.OrderedDict(version=1)
    meta = {"CLASSES": ("road", "Straße"), "PALETTE": numpy.zeros((2, 3), numpy.uint8), "mIoU": numpy.float64(0.5),
            "epoch": 160_000, "size": torch.Size([512, 512]), "time": 1e-5, "seed": 2**70, "none": None, "tags": {"a"}}
    optimizer = {"state": {0: {"step": 3, "exp_avg": count(2)}}, "param_groups": [{"lr": 6e-5, "betas": (0.9, 0.999)}]}
    return {"meta": meta, "state_dict": state, "optimizer": optimizer, "dtype": torch.float32}


def rewrite(target: str, source: str, change=lambda name, data: data, large: bool = False) -> None:
    limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 0 if large else zipfile.ZIP64_LIMIT
    with zipfile.ZipFile(HERE / source) as old, zipfile.ZipFile(HERE / target, "w") as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename), change(entry.filename, old.read(entry)))
    zipfile.ZIP64_LIMIT = limit
    if large:
        # Python writes the directory's place into both end records; a large archive's first has all ones.
        path = HERE / target
        path.write_bytes(path.read_bytes()[:-10] + b"\xff" * 8 + b"\0\0")


def reversed_numbers(name: str, data: bytes) -> bytes:
    if name.endswith("byteorder"):
        return b"big"
    return numpy.frombuffer(data, "<f4").astype(">f4").tobytes() if "/data/" in name else data


def main() -> None:
    torch.save(nested(), HERE / "nested.pt")
    model = {"model": {"a.weight": count(2, 3), "a.bias": count(2, start=5)}}
    torch.save(model, HERE / "model.pt")
    torch.save(dict(model["model"]), HERE / "plain.pt", pickle_protocol=4)
    torch.save(model, HERE / "old.pt", _use_new_zipfile_serialization=False)
    rewrite("big.pt", "model.pt", reversed_numbers)
    rewrite("large.pt", "model.pt", large=True)


if __name__ == "__main__":
    main()
