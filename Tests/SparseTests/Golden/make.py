"""Makes the golden values of sparse convolutions with PyTorch's dense ones, in double precision.

    pip install torch==2.15.0 safetensors numpy
    python Tests/SparseTests/Golden/make.py

A dense grid that is zero where no voxel is, and masked after every convolution, is the same thing by another way. Weights are
[volume, inputs, outputs] with x fastest among the offsets, as MinkowskiEngine has them.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
SIDE = 12  # The grid's side; voxels are at -6 … 5.


def dense_weight(weight: torch.Tensor, kernel: int) -> torch.Tensor:
    """[volume, I, O] → [O, I, z, y, x]."""
    return weight.reshape(kernel, kernel, kernel, *weight.shape[1:]).permute(4, 3, 0, 1, 2)


def main() -> None:
    generator = torch.Generator().manual_seed(3)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator).double()

    occupied = torch.rand(SIDE, SIDE, SIDE, generator=generator) < 0.15
    coordinates = torch.nonzero(occupied) - SIDE // 2  # z, y, x
    order = sorted(range(len(coordinates)), key=lambda i: tuple(coordinates[i].flip(0).tolist()))
    coordinates = coordinates[order]
    place = tuple((coordinates + SIDE // 2).T)
    fine = occupied[None, None].double()
    coarse = functional.max_pool3d(fine, 2)

    features = draw(len(coordinates), 3).float().double().requires_grad_()
    shapes = {"stem": (125, 3, 16), "down": (8, 16, 24), "block": (27, 24, 24), "up": (8, 24, 16), "last": (27, 16, 5)}
    weights = {
        name: (draw(*shape) / (shape[0] * shape[1] / 4) ** 0.5).float().double().requires_grad_()
        for name, shape in shapes.items()
    }
    x = torch.zeros(SIDE, SIDE, SIDE, 3).double().index_put(place, features).permute(3, 0, 1, 2)[None]
    stem = functional.conv3d(x, dense_weight(weights["stem"], 5), padding=2) * fine
    down = functional.conv3d(stem, dense_weight(weights["down"], 2), stride=2) * coarse
    block = functional.conv3d(down, dense_weight(weights["block"], 3), padding=1) * coarse
    transposed = dense_weight(weights["up"], 2).transpose(0, 1)
    up = functional.conv_transpose3d(block, transposed, stride=2) * fine
    last = functional.conv3d(up, dense_weight(weights["last"], 3), padding=1) * fine
    out = last[0].permute(1, 2, 3, 0)[place]
    upstream = draw(*out.shape).float().double()
    (out * upstream).sum().backward()

    values = {"coordinates": coordinates.flip(1), "features": features, "out": out, "upstream": upstream}
    values |= weights | {f"gradient.{name}": weight.grad for name, weight in weights.items()}
    values["gradient.features"] = features.grad
    save_file(
        {name: value.detach().float().contiguous() for name, value in values.items()}, HERE / "dense.safetensors"
    )


if __name__ == "__main__":
    main()
