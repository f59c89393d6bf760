"""Makes the golden values of test-time training with dense convolutions of PyTorch, in double precision.

    pip install torch==2.15.0 safetensors numpy
    python Tests/CloudAdaptationTests/Golden/make.py

Network, voxels and the way weights are drawn are those of Tests/NetworksTests/Golden/make_minkunet.py. Ten steps of Adam on the
backbone follow the cosine of projected features of every third voxel to a target, with the divergence of the other voxels' classes from
those before, weighted by a half. `ttt.safetensors` has the losses, some trained tensors and the logits by the stored statistics.
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "NetworksTests" / "Golden"))
import make_minkunet as minkunet  # noqa: E402
from drawing import drawn, units  # noqa: E402

CLASSES, CHANNELS, WIDTH = 5, 8, minkunet.OUTPUTS


def tensor(name: str, shape: list[int]) -> torch.Tensor:
    """A tensor of a projector, drawn as the test does."""
    values = torch.from_numpy(units(name, int(torch.tensor(shape).prod()))).reshape(shape).double()
    if name.endswith(".kernel"):
        return values
    return (1 if name.endswith((".weight", ".running_var")) else 0) + 0.25 * values


def projected(features: torch.Tensor, name: str, outputs: int) -> torch.Tensor:
    """A projector by its stored statistics."""
    x = features @ tensor(name + ".hidden.kernel", [WIDTH, WIDTH])
    mean, variance = (tensor(f"{name}.norm.bn.running_{part}", [WIDTH]) for part in ("mean", "var"))
    weight, bias = (tensor(f"{name}.norm.bn.{part}", [WIDTH]) for part in ("weight", "bias"))
    x = ((x - mean) / (variance + 1e-5).sqrt() * weight + bias).relu()
    return x @ tensor(name + ".output.kernel", [WIDTH, outputs]) + tensor(name + ".output.bias", [1, outputs])


def main() -> None:
    place, count, masks, coordinates = minkunet.scene()
    network = minkunet.Network(masks)
    inputs = drawn("features", [count, minkunet.INPUTS], 1).double()
    side = minkunet.SIDE
    dense = torch.zeros(side, side, side, minkunet.INPUTS).double().index_put(place, inputs).permute(3, 0, 1, 2)[None]

    def features(momentum: float | None) -> torch.Tensor:
        return network(dense, momentum)[0].permute(1, 2, 3, 0)[place]

    paired = torch.arange(0, count, 3)
    unpaired = torch.tensor([i for i in range(count) if i % 3])
    targets = functional.normalize(drawn("targets", [len(paired), CHANNELS], 1).double(), dim=1)
    with torch.no_grad():
        before = projected(features(None)[unpaired], "semantic", CLASSES).softmax(1)
    optimiser = torch.optim.Adam(network.parameters.values(), lr=1e-4)
    losses, anchors = [], []
    for _ in range(10):
        optimiser.zero_grad()
        own = features(0.1)
        predicted = projected(own[paired], "distillation", CHANNELS)
        loss = (1 - functional.cosine_similarity(predicted, targets, dim=1)).mean()
        logits = projected(own[unpaired], "semantic", CLASSES)
        anchor = functional.kl_div(logits.log_softmax(1), before, reduction="batchmean")
        (loss + 0.5 * anchor).backward()
        losses.append(loss.item())
        anchors.append(anchor.item())
        optimiser.step()
    values = {"coordinates": coordinates.flip(1), "losses": torch.tensor(losses, dtype=torch.float64)}
    for name in ("conv0p1s1.kernel", "bntr6.bn.bias", "block8.0.conv2.kernel", "final.kernel"):
        values["trained." + name] = network.parameters[name]
    with torch.no_grad():
        values["logits"] = projected(features(None), "semantic", CLASSES)
    print(losses, anchors, {name: (value.shape, value.double().abs().mean().item()) for name, value in values.items()})
    save_file({name: v.detach().float().contiguous() for name, v in values.items()}, HERE / "ttt.safetensors")


if __name__ == "__main__":
    main()
