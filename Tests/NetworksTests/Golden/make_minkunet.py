"""Makes the golden values of MinkUNet with dense convolutions of PyTorch, in double precision.

    pip install torch==2.15.0 safetensors numpy
    python Tests/NetworksTests/Golden/make_minkunet.py

The network is written down on a dense grid, masked after every layer, with batch norms over the occupied voxels: the same as on
voxels alone, by another way. Weights are drawn from their names (sam2/drawing.py), so that only results are stored:
`minkunet/golden.safetensors` has the voxels, outputs with stored and with the scene's own statistics, and the losses of ten
steps of gradient descent on the mean squared distance to a target.
"""

import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "sam2"))
from drawing import drawn, units  # noqa: E402

SIDE, LEVELS, INPUTS, OUTPUTS = 32, 5, 4, 6
STEM, PLANES = 16, (16, 24, 32, 64, 48, 48, 32, 32)
ENCODER = [("conv1p1s2", "bn1"), ("conv2p2s2", "bn2"), ("conv3p4s2", "bn3"), ("conv4p8s2", "bn4")]
DECODER = [("convtr4p16s2", "bntr4"), ("convtr5p8s2", "bntr5"), ("convtr6p4s2", "bntr6"), ("convtr7p2s2", "bntr7")]


class Network:
    """Weights by name, made when they are first asked for, and the forward pass."""

    def __init__(self, masks: list[torch.Tensor]) -> None:
        self.masks, self.parameters, self.statistics = masks, {}, {}

    def kernel(self, name: str, *shape: int) -> torch.Tensor:
        if name not in self.parameters:
            fan = shape[-2] * (8 if len(shape) == 3 else 1)
            values = torch.from_numpy(units(name, int(numpy.prod(shape))) * numpy.float32((3 / fan) ** 0.5))
            self.parameters[name] = values.reshape(shape).double().requires_grad_()
        return self.parameters[name]

    def vector(self, name: str, width: int, centre: float, of: dict) -> torch.Tensor:
        if name not in of:
            of[name] = (centre + torch.from_numpy(units(name, width) * numpy.float32(0.25))).double()
            of[name].requires_grad_(of is self.parameters)
        return of[name]

    def convolution(self, x: torch.Tensor, name: str, outputs: int, level: int, kind: str) -> torch.Tensor:
        inputs = x.shape[1]
        if kind == "pointwise":
            return torch.einsum("bizyx,io->bozyx", x, self.kernel(name + ".kernel", inputs, outputs))
        side = 3 if kind == "block" else 2
        weight = self.kernel(name + ".kernel", side**3, inputs, outputs)
        # x is fastest among the offsets.
        dense = weight.reshape(side, side, side, inputs, outputs).permute(4, 3, 0, 1, 2)
        if kind == "block":
            out = functional.conv3d(x, dense, padding=1)
        elif kind == "down":
            out = functional.conv3d(x, dense, stride=2)
        else:
            out = functional.conv_transpose3d(x, dense.transpose(0, 1), stride=2)
        return out * self.masks[level]

    def norm(self, x: torch.Tensor, name: str, level: int, momentum: float | None) -> torch.Tensor:
        name, width, mask = name + ".bn", x.shape[1], self.masks[level]
        weight = self.vector(name + ".weight", width, 1, self.parameters)
        bias = self.vector(name + ".bias", width, 0, self.parameters)
        mean = self.vector(name + ".running_mean", width, 0, self.statistics)
        variance = self.vector(name + ".running_var", width, 1, self.statistics)
        if momentum is not None:
            rows = x[0].permute(1, 2, 3, 0)[mask[0, 0] > 0]
            own_mean, own_variance = rows.mean(0), rows.var(0, unbiased=False)
            with torch.no_grad():
                mean += momentum * (own_mean - mean)
                variance += momentum * (rows.var(0) - variance)
            mean, variance = own_mean, own_variance
        shape = (1, -1, 1, 1, 1)
        normal = (x - mean.view(shape)) / (variance.view(shape) + 1e-5).sqrt()
        return (normal * weight.view(shape) + bias.view(shape)) * mask

    def block(self, x: torch.Tensor, name: str, outputs: int, level: int, momentum: float | None) -> torch.Tensor:
        y = self.convolution(x, name + ".conv1", outputs, level, "block")
        y = self.norm(y, name + ".norm1", level, momentum).relu()
        y = self.norm(self.convolution(y, name + ".conv2", outputs, level, "block"), name + ".norm2", level, momentum)
        if x.shape[1] != outputs:
            x = self.convolution(x, name + ".downsample.0", outputs, level, "pointwise")
            x = self.norm(x, name + ".downsample.1", level, momentum)
        return (x + y).relu()

    def __call__(self, x: torch.Tensor, momentum: float | None) -> torch.Tensor:
        """[1, INPUTS, z, y, x] → [1, OUTPUTS, z, y, x]."""
        x = self.norm(self.convolution(x, "conv0p1s1", STEM, 0, "block"), "bn0", 0, momentum).relu()
        skips = []
        for i, (name, norm) in enumerate(ENCODER):
            skips.append(x)
            x = self.convolution(x, name, x.shape[1], i + 1, "down")
            x = self.block(self.norm(x, norm, i + 1, momentum).relu(), f"block{i + 1}.0", PLANES[i], i + 1, momentum)
        for i, (name, norm) in enumerate(DECODER):
            level, width = 3 - i, PLANES[4 + i]
            x = self.norm(self.convolution(x, name, width, level, "up"), norm, level, momentum).relu()
            x = self.block(torch.cat([x, skips[level]], 1), f"block{5 + i}.0", width, level, momentum)
        kernel = self.kernel("final.kernel", x.shape[1], OUTPUTS)
        bias = self.vector("final.bias", OUTPUTS, 0, self.parameters)
        return torch.einsum("bizyx,io->bozyx", x, kernel) + bias.view(1, -1, 1, 1, 1)


def scene() -> tuple[tuple[torch.Tensor, ...], int, list[torch.Tensor], torch.Tensor]:
    """The voxels' places in the grid, how many there are, the occupied ones of each level, and their coordinates z, y, x."""
    # A sphere's shell around the origin and a plane, as surfaces are what scans see.
    axis = torch.arange(SIDE) - SIDE // 2
    z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
    radius = (x**2 + y**2 + z**2).double().sqrt()
    occupied = ((radius - 9).abs() < 0.5) | ((z == -11) & ((x + y) % 3 == 0))
    masks = [occupied[None, None].double()]
    for _ in range(LEVELS - 1):
        masks.append(functional.max_pool3d(masks[-1], 2))
    coordinates = torch.nonzero(occupied) - SIDE // 2
    order = sorted(range(len(coordinates)), key=lambda i: tuple(coordinates[i].flip(0).tolist()))
    coordinates = coordinates[order]
    return tuple((coordinates + SIDE // 2).T), len(coordinates), masks, coordinates


def main() -> None:
    place, count, masks, coordinates = scene()
    features = drawn("features", [count, INPUTS], 1).double()
    target = drawn("target", [count, OUTPUTS], 1).double()
    dense = torch.zeros(SIDE, SIDE, SIDE, INPUTS).double().index_put(place, features).permute(3, 0, 1, 2)[None]
    network = Network(masks)

    def outputs(momentum: float | None) -> torch.Tensor:
        return network(dense, momentum)[0].permute(1, 2, 3, 0)[place]

    values = {"coordinates": coordinates.flip(1)}
    with torch.no_grad():
        values["stored"] = outputs(None)
    optimiser = torch.optim.SGD(network.parameters.values(), lr=0.01)
    losses = []
    for step in range(10):
        optimiser.zero_grad()
        out = outputs(0.1)
        loss = ((out - target) ** 2).mean()
        loss.backward()
        if step == 0:
            values["scene"] = out
            # One number for each gradient: its product with numbers drawn from its name.
            for name, parameter in network.parameters.items():
                drawn_units = torch.from_numpy(units("probe." + name, parameter.numel())).double()
                values["gradient." + name] = (parameter.grad.flatten() @ drawn_units)[None]
        losses.append(loss.item())
        optimiser.step()
    values["losses"] = torch.tensor(losses, dtype=torch.float64)
    values["bntr6.bn.running_mean"] = network.statistics["bntr6.bn.running_mean"]
    values["bntr6.bn.running_var"] = network.statistics["bntr6.bn.running_var"]
    with torch.no_grad():
        values["trained"] = outputs(None)
    save_file(
        {name: value.detach().float().contiguous() for name, value in values.items()},
        HERE / "minkunet" / "golden.safetensors",
    )


if __name__ == "__main__":
    main()
