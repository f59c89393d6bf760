"""Makes the golden values of ten adaptation steps with PyTorch's autograd.

    pip install torch==2.15.0 safetensors numpy
    python Tests/MethodsTests/Golden/make.py

The equations stand here as the method states them: the concatenated 4D-channel map, dense attention under a mask,
full-resolution features. None of the shortcuts of the product is used, so agreement proves them too. Dropout is off.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
CHANNELS, WIDTH, CLASSES, RADIUS = [8, 16, 24, 32], 16, 5, 2
INPUT, FRAME = (64, 96), (37, 61)
GRID = (INPUT[0] // 4, INPUT[1] // 4)
STEPS, FRAMES = 10, 3
RUNNING = {"mean": torch.linspace(-0.3, 0.4, WIDTH).double(), "var": torch.linspace(0.6, 1.5, WIDTH).double()}
NONE = 65535


def upsample(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def to_frame(logits):
    """[N, C, h, w] -> network input size -> frame size."""
    return upsample(upsample(logits, INPUT), FRAME)


def initial(generator):
    """All parameters by their names in a checkpoint, and those of the new layers."""
    p = {}
    for i, channels in enumerate(CHANNELS):
        p[f"decode_head.linear_c.{i}.proj.weight"] = torch.randn(WIDTH, channels, generator=generator) / channels**0.5
        p[f"decode_head.linear_c.{i}.proj.bias"] = 0.1 * torch.randn(WIDTH, generator=generator)
    p["decode_head.linear_fuse.weight"] = torch.randn(WIDTH, 4 * WIDTH, 1, 1, generator=generator) / (4 * WIDTH) ** 0.5
    p["decode_head.batch_norm.weight"] = 1 + 0.2 * torch.randn(WIDTH, generator=generator)
    p["decode_head.batch_norm.bias"] = 0.2 * torch.randn(WIDTH, generator=generator)
    p["decode_head.classifier.weight"] = torch.randn(CLASSES, WIDTH, 1, 1, generator=generator) / WIDTH**0.5
    p["decode_head.classifier.bias"] = 0.1 * torch.randn(CLASSES, generator=generator)
    for name, layers in (("query", 2), ("key", 2), ("projection", 3)):
        for layer in range(layers):
            bound = WIDTH**-0.5
            p[f"{name}.{layer}.weight"] = (torch.rand(WIDTH, WIDTH, generator=generator) * 2 - 1) * bound
            p[f"{name}.{layer}.bias"] = (torch.rand(WIDTH, generator=generator) * 2 - 1) * bound
    return p


def perceptron(p, name, layers, x):
    """1x1 convolutions with ReLU between, on [1, D, h, w]."""
    for layer in range(layers):
        x = F.conv2d(x, p[f"{name}.{layer}.weight"][:, :, None, None], p[f"{name}.{layer}.bias"])
        if layer + 1 < layers:
            x = F.relu(x)
    return x


def head(p, running, clip, training):
    """Fused features and logits of a clip of frames, in training: concat(c4, c3, c2, c1) -> 1x1 -> BN -> ReLU -> 1x1."""
    levels = []
    for i in (3, 2, 1, 0):
        c = torch.stack([frame[i] for frame in clip])
        y = F.conv2d(c, p[f"decode_head.linear_c.{i}.proj.weight"][:, :, None, None], p[f"decode_head.linear_c.{i}.proj.bias"])
        levels.append(upsample(y, GRID))
    x = F.conv2d(torch.cat(levels, 1), p["decode_head.linear_fuse.weight"])
    x = F.batch_norm(
        x, running["mean"], running["var"], p["decode_head.batch_norm.weight"], p["decode_head.batch_norm.bias"],
        training=training, momentum=0.1, eps=1e-5,
    )
    fused = F.relu(x)
    return fused, F.conv2d(fused, p["decode_head.classifier.weight"], p["decode_head.classifier.bias"])


def add_on(p, fused, previous, logits):
    """Dense attention, masked to the window: exactly what the windowed one must give."""
    q = perceptron(p, "query", 2, fused)[0].flatten(1).T
    k = perceptron(p, "key", 2, previous)[0].flatten(1).T
    y, x = torch.meshgrid(torch.arange(GRID[0]), torch.arange(GRID[1]), indexing="ij")
    y, x = y.flatten(), x.flatten()
    near = ((y[:, None] - y[None]).abs() <= RADIUS) & ((x[:, None] - x[None]).abs() <= RADIUS)
    weights = torch.softmax((q @ k.T).masked_fill(~near, -torch.inf), 1)
    return (weights @ logits[0].flatten(1).T).T.reshape(1, CLASSES, *GRID)


def entropy(p):
    return -torch.xlogy(p, p).sum(1)[0]


def cross_entropy(logits, target, preset):
    z = to_frame(logits)
    if preset["probabilities"]:
        z = z.softmax(1)
    covered = target != NONE
    loss = F.cross_entropy(z, torch.where(covered, target, 0)[None], reduction="none")[0]
    loss = (loss * covered).sum() / (covered.numel() if preset["probabilities"] else covered.sum().clamp_min(1))
    return loss


def source_pull(logits, source, shares, preset):
    """Class-balanced KL from the source's probabilities, a part of its prior taken out."""
    q = to_frame(source - preset["prior"] * shares.log()[:, None, None]).softmax(1)
    kl = (torch.xlogy(q, q) - q * to_frame(logits).log_softmax(1)).sum(1)[0]
    weight = (q[0] / shares[:, None, None]).sum(0)
    return preset["source"] * (kl * weight).sum() / weight.sum()


def contrast(projected, momentum, momentum_logits, objects, bank, preset):
    def full(features):
        return F.normalize(upsample(F.normalize(features, dim=1), FRAME), dim=1)[0]

    ids = sorted(set(objects.flatten().tolist()) - {NONE})
    if not ids:
        return None
    p = to_frame(momentum_logits).softmax(1)
    if preset["halved"]:
        e = entropy(p.softmax(1))
        reliability = 1 - (e - e.min()) / (e.max() - e.min())
    else:
        e = entropy(p)
        reliability = 1 - e / e.max()
    features = full(momentum)
    prototypes = []
    for i in ids:
        new = F.normalize((features * reliability * (objects == i)).sum((1, 2)), dim=0)
        bank[i] = bank[i] + new if i in bank else new
        if preset["halved"]:
            bank[i] = F.normalize(bank[i], dim=0)
        prototypes.append(F.normalize(bank[i], dim=0))
    similarity = torch.einsum("mc,chw->mhw", torch.stack(prototypes), full(projected))
    target = torch.full_like(objects, 0)
    for position, i in enumerate(ids):
        target[objects == i] = position
    masked = objects != NONE
    loss = F.cross_entropy(similarity[None], target[None], reduction="none")[0] * masked
    return preset["contrast"] * loss.sum() / (masked.numel() if preset["probabilities"] else masked.sum())


def save(tensors, path):
    save_file({k: v.float().contiguous() for k, v in tensors.items()}, path)


def run(preset, start, features, targets, objects, sources):
    p = {k: v.clone().requires_grad_() for k, v in start.items()}
    m = {k: v.clone() for k, v in start.items()}
    running, momentum_running = ({k: v.clone() for k, v in RUNNING.items()} for _ in range(2))
    shares = torch.stack([s.softmax(0).mean((1, 2)) for s in sources]).mean(0).clamp_min(0.01)
    balanced = preset["source"] > 0
    optimizer = torch.optim.AdamW(p.values(), lr=1e-3, betas=(0.9, 0.999), weight_decay=0.01)
    bank, losses = {}, []
    for step in range(STEPS):
        t = step % FRAMES
        clip = [features[t - 1], features[t]] if t and not balanced else [features[t]]
        fused, logits = head(p, running, clip, not balanced)
        with torch.no_grad():
            momentum_fused, momentum_logits = head(m, momentum_running, clip, not balanced)
            momentum_projected = perceptron(m, "projection", 3, momentum_fused[-1:])
        own = cross_entropy(logits[-1:], targets[t], preset)
        pull = source_pull(logits[-1:], sources[t][None], shares, preset) if balanced else torch.zeros(())
        carried = torch.zeros(())
        if len(clip) > 1:
            carried = cross_entropy(add_on(p, fused[1:], fused[:1], logits[:1]), targets[t], preset)
        projected = perceptron(p, "projection", 3, fused[-1:])
        contrastive = contrast(projected, momentum_projected, momentum_logits[-1:], objects[t], bank, preset)
        if contrastive is None:
            contrastive = torch.zeros(())
        optimizer.zero_grad()
        (own + pull + carried + contrastive).backward()
        for value in p.values():
            # The product moves all parameters at every step; PyTorch skips those without a gradient.
            value.grad = torch.zeros_like(value) if value.grad is None else value.grad
        optimizer.step()
        with torch.no_grad():
            for name in m:
                m[name].mul_(0.99).add_(p[name], alpha=0.01)
        losses.append(torch.stack([own, pull, carried, contrastive]).detach())
    out = {f"after.{k}": v.detach().clone() for k, v in p.items()}
    out["losses"] = torch.stack(losses)
    out["after.running_mean"], out["after.running_var"] = running["mean"], running["var"]
    out["momentum.classifier"] = m["decode_head.classifier.weight"].clone()
    return out


PRESETS = {
    "paper": dict(probabilities=False, uncovered="nothing", halved=False, contrast=1.0, source=0.0),
    "reference": dict(probabilities=True, uncovered="label", halved=True, contrast=1.0, source=0.0),
    "balanced": dict(probabilities=False, uncovered="nothing", halved=False, contrast=0.1, source=4.0, prior=0.3),
}


def main():
    # In double precision, because the gradient of the linears' biases is exactly 0 (batch norm removes constants) and
    # Adam would make whole steps of single precision's noise.
    torch.set_default_dtype(torch.float64)
    generator = torch.Generator().manual_seed(7)
    start = initial(generator)
    base = [torch.randn(c, INPUT[0] // (4 << i), INPUT[1] // (4 << i), generator=generator) for i, c in enumerate(CHANNELS)]
    # Frames of one scene: shared content and a little of their own.
    features = [[b + 0.3 * torch.randn(b.shape, generator=generator) for b in base] for _ in range(FRAMES)]
    y, x = torch.meshgrid(torch.arange(FRAME[0]), torch.arange(FRAME[1]), indexing="ij")
    targets, objects, sources, labels = [], [], [], []
    for t in range(FRAMES):
        target = torch.full(FRAME, NONE)
        instance = torch.full(FRAME, NONE)
        for i, (top, left, size, label) in enumerate([(2, 3 + t, 14, 1), (20, 30 - t, 12, 3), (8, 40, 9, 4)]):
            box = (y >= top) & (y < top + size) & (x >= left) & (x < left + 2 * size)
            target[box], instance[box] = label, i
        if t == 2:
            instance[instance == 2] = NONE  # an object that is lost
        targets.append(target)
        objects.append(instance)
        sources.append(torch.randn(CLASSES, *GRID, generator=generator))
        labels.append(to_frame(sources[t][None])[0].argmax(0))
    shared = {f"start.{k}": v for k, v in start.items()}
    for t in range(FRAMES):
        for i in range(4):
            shared[f"features.{t}.{i}"] = features[t][i].permute(1, 2, 0).contiguous()
        shared[f"target.{t}"], shared[f"objects.{t}"] = targets[t].float(), objects[t].float()
        shared[f"source.{t}"] = sources[t].permute(1, 2, 0).contiguous()
    shared["start.decode_head.batch_norm.running_mean"] = RUNNING["mean"]
    shared["start.decode_head.batch_norm.running_var"] = RUNNING["var"]
    save(shared, HERE / "start.safetensors")
    for name, preset in PRESETS.items():
        taught = targets
        if preset["uncovered"] == "label":
            taught = [torch.where(a == NONE, b, a) for a, b in zip(targets, labels)]
        save(run(preset, start, features, taught, objects, sources), HERE / f"{name}.safetensors")


if __name__ == "__main__":
    main()
