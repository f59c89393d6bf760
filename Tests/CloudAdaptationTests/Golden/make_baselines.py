"""Makes the golden values of TENT, DUA and AdaContrast with dense convolutions of PyTorch, in double precision.

    pip install torch==2.15.0 safetensors numpy
    python Tests/CloudAdaptationTests/Golden/make_baselines.py

Network, voxels and projectors are those of make.py beside it; other inputs of the same voxels stand for other scenes, for turned copies
and for strongly changed views. The steps are written down from the papers' equations:

- tent: five steps of Adam on scales and shifts of the backbone's norms, on the mean entropy of the classes.
- dua: two scenes of three copies each, after which the stored statistics have moved twice.
- contrast: three steps of AdaContrast on 200 voxels, with memories of 500.

`baselines.safetensors` has losses, some trained tensors and logits of each.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch.nn import functional

from make import CLASSES, HERE, WIDTH, drawn, minkunet, tensor

SEMANTIC = {
    "hidden.kernel": [WIDTH, WIDTH], "norm.bn.weight": [WIDTH], "norm.bn.bias": [WIDTH], "output.kernel": [WIDTH, CLASSES],
    "output.bias": [1, CLASSES],
}


class Model:
    """A backbone and a semantic projector."""

    def __init__(self, scene: tuple) -> None:
        self.place, self.count, masks, _ = scene
        self.backbone = minkunet.Network(masks)
        self.semantic = {name: tensor("semantic." + name, shape).requires_grad_() for name, shape in SEMANTIC.items()}
        with torch.no_grad():
            self.features("features", None)  # makes the weights

    def features(self, name: str, momentum: float | None) -> torch.Tensor:
        """The features [V, C] of inputs that are drawn from a name."""
        side, inputs = minkunet.SIDE, drawn(name, [self.count, minkunet.INPUTS], 1).double()
        dense = torch.zeros(side, side, side, minkunet.INPUTS).double().index_put(self.place, inputs)
        return self.backbone(dense.permute(3, 0, 1, 2)[None], momentum)[0].permute(1, 2, 3, 0)[self.place]

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """ρY by its stored statistics."""
        mean, variance = (tensor(f"semantic.norm.bn.running_{part}", [WIDTH]) for part in ("mean", "var"))
        own = self.semantic
        x = (features @ own["hidden.kernel"] - mean) / (variance + 1e-5).sqrt()
        x = (x * own["norm.bn.weight"] + own["norm.bn.bias"]).relu()
        return x @ own["output.kernel"] + own["output.bias"]

    def parameters(self) -> dict[str, torch.Tensor]:
        return self.backbone.parameters | {"semantic." + name: value for name, value in self.semantic.items()}


def tent(scene: tuple) -> dict[str, torch.Tensor]:
    model = Model(scene)
    norms = [value for name, value in model.backbone.parameters.items() if ".bn." in name]
    optimiser, losses = torch.optim.Adam(norms, lr=1e-3), []
    for _ in range(5):
        optimiser.zero_grad()
        logits = model.logits(model.features("features", 0))
        loss = -(logits.softmax(1) * logits.log_softmax(1)).sum(1).mean()
        loss.backward()
        losses.append(loss.item())
        optimiser.step()
    values = {"losses": torch.tensor(losses, dtype=torch.float64)}
    for name in ("bn0.bn.weight", "block3.0.norm2.bn.bias", "bntr6.bn.bias", "block8.0.norm1.bn.weight"):
        values["trained." + name] = model.backbone.parameters[name]
    with torch.no_grad():
        values["logits"] = model.logits(model.features("features", 0))
    return values


def dua(scene: tuple) -> dict[str, torch.Tensor]:
    model, momentum = Model(scene), 0.1
    stored = model.backbone.statistics
    for number in range(2):
        momentum *= 0.94
        before, moved = {name: value.clone() for name, value in stored.items()}, []
        for copy in range(3):
            for name, value in before.items():
                stored[name].copy_(value)
            with torch.no_grad():
                model.features(f"features.{number}.{copy}", momentum + 0.005)
            moved.append({name: value.clone() for name, value in stored.items()})
        for name, value in stored.items():
            value.copy_(sum(copy[name] for copy in moved) / 3)
    with torch.no_grad():
        values = {"logits": model.logits(model.features("features", None))}
    for name in ("bn0.bn.running_mean", "bntr6.bn.running_var", "block8.0.norm2.bn.running_mean"):
        values[name] = stored[name]
    return values


def contrast(scene: tuple) -> dict[str, torch.Tensor]:
    """DianCh/AdaContrast, target.py and moco/builder.py, with a memory and a queue that begin empty."""
    model, slow = Model(scene), Model(scene)
    trained = model.parameters()
    optimiser = torch.optim.SGD(trained.values(), lr=2e-3, momentum=0.9, weight_decay=1e-4, nesterov=True)
    memory = (torch.zeros(0, WIDTH).double(), torch.zeros(0, CLASSES).double())
    queue = (torch.zeros(0, WIDTH).double(), torch.zeros(0).long())

    def pushed(old: tuple, new: tuple) -> tuple:
        """The last 500; the order does not matter."""
        return tuple(torch.cat([a, b])[-500:] for a, b in zip(old, new))

    losses = []
    for step in range(3):
        rows = torch.arange(step, step + 1000, 5)
        weak, query, key = rows, rows.flip(0), rows.roll(7)
        with torch.no_grad():
            features = slow.features(f"weak.{step}", 0.1)
            probabilities = slow.logits(features).softmax(1)
            memory = pushed(memory, (functional.normalize(features[weak]), probabilities[weak]))
            features = functional.normalize(model.features(f"weak.{step}", 0.1)[weak])
            neighbours = (features @ memory[0].T).topk(10).indices
            labels = memory[1][neighbours].mean(1).argmax(1)
            for own, other in zip(slow.parameters().values(), trained.values()):
                own.mul_(0.999).add_(other, alpha=0.001)
        features = model.features(f"query.{step}", 0.1)[query]
        with torch.no_grad():
            keys = functional.normalize(slow.features(f"key.{step}", 0.1)[key])
        logits, unit = model.logits(features), functional.normalize(features)
        negatives = (unit @ queue[0].T).masked_fill(labels[:, None] == queue[1][None], float("-inf"))
        instances = torch.cat([(unit * keys).sum(1, keepdim=True), negatives], 1) / 0.07
        mean = logits.softmax(1).mean(0)
        terms = (
            functional.cross_entropy(logits, labels),
            functional.cross_entropy(instances, torch.zeros(len(labels)).long()),
            (mean * (mean + 1e-8).log()).sum(),
        )
        optimiser.zero_grad()
        sum(terms).backward()
        optimiser.step()
        queue = pushed(queue, (keys, labels))
        losses.append(sum(terms).item())
        print([term.item() for term in terms], labels.bincount())
    values = {"losses": torch.tensor(losses, dtype=torch.float64)}
    for name in ("conv0p1s1.kernel", "block8.0.conv2.kernel", "semantic.output.kernel"):
        values["trained." + name] = trained[name]
    with torch.no_grad():
        values["logits"] = model.logits(model.features("features", None))
    return values


def main() -> None:
    scene = minkunet.scene()
    values = {}
    for method in (tent, dua, contrast):
        values |= {f"{method.__name__}.{name}": value for name, value in method(scene).items()}
    print({name: (list(value.shape), value.double().abs().mean().item()) for name, value in values.items()})
    print(values["tent.losses"], values["contrast.losses"], scene[1])
    save_file({name: v.detach().float().contiguous() for name, v in values.items()}, HERE / "baselines.safetensors")


if __name__ == "__main__":
    main()
