"""Makes the golden gradients of SegFormer's training with transformers (PyTorch), in double precision.

    pip install torch==2.15.0 transformers==5.23.0 safetensors numpy pillow
    python Tests/NetworksTests/Golden/make_gradients.py

The models are those that make.py made. For each, `gradients.safetensors` beside it holds an input, targets at its size (255:
none), and for both norms of the head (`batch`: by the picture's statistics, `stored`: by the running ones; no dropout) the
loss and the gradient of every parameter under its published name. A large gradient is cut down to values at a fixed stride,
so that files stay small; three numbers before them hold the others: its sum, its product with the parameter itself, and the
largest magnitude.
"""

import pathlib
import tempfile

import torch
from safetensors.torch import load_file, save_file
from transformers import SegformerForSemanticSegmentation

HERE = pathlib.Path(__file__).parent
LARGEST = 192


def published(model: SegformerForSemanticSegmentation) -> dict:
    """The gradients of all parameters under the names of published checkpoints, which only saving gives."""
    twin = SegformerForSemanticSegmentation(model.config).double()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    for name, parameter in twin.named_parameters():
        parameter.data.copy_(gradients[name])
    parameters = {name for name, _ in model.named_parameters()}
    with tempfile.TemporaryDirectory() as folder:
        twin.save_pretrained(folder)
        saved = load_file(pathlib.Path(folder) / "model.safetensors")
    statistics = ("running_mean", "running_var", "num_batches_tracked")
    saved = {name: value for name, value in saved.items() if not name.endswith(statistics)}
    assert len(saved) == len(parameters)
    return saved


def gradients(model: SegformerForSemanticSegmentation, pixels: torch.Tensor, labels: torch.Tensor, batch: bool) -> dict:
    """The loss, and what is kept of the gradients."""
    model.eval()
    model.decode_head.batch_norm.train(batch)
    model.zero_grad()
    logits = model(pixel_values=pixels.permute(2, 0, 1)[None]).logits
    size = pixels.shape[:2]
    full = torch.nn.functional.interpolate(logits, size=size, mode="bilinear", align_corners=False)
    loss = torch.nn.functional.cross_entropy(full, labels[None], ignore_index=255)
    loss.backward()
    result = {"loss": loss.detach()[None]}
    for name, gradient in published(model).items():
        weight = model.published[name]
        flat = gradient.flatten()
        stride = -(-flat.numel() // LARGEST)
        sums = torch.stack([flat.sum(), (flat * weight.flatten()).sum(), flat.abs().max()])
        result[name] = torch.cat([sums, flat[::stride]])
    return result


def main() -> None:
    for number, name in enumerate(["small-b0", "small-b2"]):
        generator = torch.Generator().manual_seed(30 + number)
        model = SegformerForSemanticSegmentation.from_pretrained(HERE / name, dtype=torch.float64)
        model.published = {k: v.double() for k, v in load_file(HERE / name / "model.safetensors").items()}
        pixels = torch.randn(64, 96, 3, generator=generator)
        labels = torch.randint(0, model.config.num_labels, (64 // 8, 96 // 8), generator=generator)
        labels = labels.repeat_interleave(8, 0).repeat_interleave(8, 1)
        labels[:, 40:48] = 255
        values = {"input": pixels, "targets": labels.float()}
        for kind, batch in [("batch", True), ("stored", False)]:
            mean, variance = [v.clone() for v in (model.decode_head.batch_norm.running_mean,
                                                  model.decode_head.batch_norm.running_var)]
            for key, value in gradients(model, pixels.double(), labels, batch).items():
                values[f"{kind}.{key}"] = value.float()
            model.decode_head.batch_norm.running_mean.copy_(mean)
            model.decode_head.batch_norm.running_var.copy_(variance)
        save_file({k: v.contiguous() for k, v in values.items()}, HERE / name / "gradients.safetensors")


if __name__ == "__main__":
    main()
