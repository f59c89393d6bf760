"""Makes the golden values of SegFormer with transformers (PyTorch).

    pip install torch==2.15.0 transformers==5.23.0 safetensors numpy pillow
    python Tests/NetworksTests/Golden/make.py

Small models of random weights cover every stage of B0 to B5 (each depth pattern, head count, reduction and decoder
width in small); `shipped.safetensors` holds the logits of the default weights on a synthetic street. Inputs are kept
beside the outputs, so that nothing depends on another library's random numbers. `real.safetensors` holds a few logits and
the label counts of a real frame (CamVid, not redistributable), from the 8-bit picture on; it is made where ../shared/data is.
"""

import pathlib

import numpy
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import SegformerConfig, SegformerForSemanticSegmentation

HERE = pathlib.Path(__file__).parent
REAL = HERE.parents[3] / "shared/data/camvid/clip15hz/frames/0016E5_07959.png"
SHIPPED = HERE.parents[2] / "weights" / "segformer-b0-street11"

# Every depth pattern is cut down to what differs between the sizes: unequal depths, heads with d = 8, all reductions.
MODELS = {
    "small-b0": dict(hidden_sizes=[8, 16, 40, 64], depths=[2, 2, 2, 2], decoder_hidden_size=16, num_labels=5),
    "small-b2": dict(hidden_sizes=[8, 16, 40, 64], depths=[1, 2, 3, 1], decoder_hidden_size=24, num_labels=7),
    "small-b5": dict(hidden_sizes=[16, 16, 40, 64], depths=[1, 2, 5, 1], decoder_hidden_size=32, num_labels=150),
}


def randomise(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Draws every tensor anew, norms and running statistics too, so that no term is 0 or 1 by chance."""
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        if name.endswith("running_var"):
            value = 0.5 + noise.abs()
        elif tensor.ndim == 1 and name.endswith("weight"):
            value = 1 + 0.2 * noise
        elif tensor.ndim == 1:
            value = 0.2 * noise
        else:
            value = noise / (tensor[0].numel() ** 0.5)
        tensor.copy_(value)


def street(height: int, width: int) -> numpy.ndarray:
    """A synthetic picture with edges, gradients and texture, as the 8-bit RGB samples of a frame."""
    rows, columns = numpy.mgrid[0:height, 0:width]
    red = 90 + 100 * (rows < height * 0.4) + 30 * numpy.sin(columns / 9)
    green = 90 + 120 * (rows < height * 0.4) + 25 * numpy.cos(rows / 7 + columns / 13)
    blue = 95 + 150 * (rows < height * 0.4) + 20 * numpy.sin(rows * columns / 900)
    red[rows > height * 0.75] -= 40
    box = (abs(columns - width * 0.6) < width * 0.1) & (abs(rows - height * 0.6) < height * 0.12)
    red[box], blue[box] = 200, 30
    return numpy.clip(numpy.stack([red, green, blue], -1), 0, 255).astype(numpy.uint8)


def logits(model: SegformerForSemanticSegmentation, pixels: torch.Tensor) -> torch.Tensor:
    """Logits [h, w, C] of one normalised image [H, W, 3]."""
    with torch.no_grad():
        out = model.eval()(pixel_values=pixels.permute(2, 0, 1)[None]).logits
    return out[0].permute(1, 2, 0).contiguous()


def main() -> None:
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(20)
    for name, shape in MODELS.items():
        config = SegformerConfig(**shape, num_attention_heads=[1, 2, 5, 8], sr_ratios=[8, 4, 2, 1])
        model = SegformerForSemanticSegmentation(config)
        randomise(model, generator)
        # bfloat16 keeps the files small; the weights are rounded first, so the golden values are of the same model.
        # `save_pretrained` writes the names of published checkpoints, which the library's own have left behind.
        model.bfloat16().save_pretrained(HERE / name)
        model.float()
        pixels = torch.randn(64, 96, 3, generator=generator)
        save_file({"input": pixels, "logits": logits(model, pixels)}, HERE / name / "golden.safetensors")

    if SHIPPED.exists():
        model = SegformerForSemanticSegmentation.from_pretrained(SHIPPED)
        frame = street(96, 128)
        mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
        pixels = (torch.from_numpy(frame).float() / 255 - mean) / deviation
        save_file({"input": pixels, "logits": logits(model, pixels)}, HERE / "shipped.safetensors")

        if REAL.exists():
            save_file(real_frame(model, mean, deviation), HERE / "real.safetensors")


def real_frame(model: SegformerForSemanticSegmentation, mean: torch.Tensor, deviation: torch.Tensor) -> dict:
    """Every 97th cell's logits, and how many pixels each class has, of a 480x360 frame fed at 640x480."""
    picture = torch.from_numpy(numpy.array(Image.open(REAL).convert("RGB"))).float()
    pixels = (picture / 255 - mean) / deviation
    resize = torch.nn.functional.interpolate
    pixels = resize(pixels.permute(2, 0, 1)[None], size=(480, 640), mode="bilinear", align_corners=False)
    values = logits(model, pixels[0].permute(1, 2, 0))
    full = resize(values.permute(2, 0, 1)[None], size=(480, 640), mode="bilinear", align_corners=False)
    full = resize(full, size=picture.shape[:2], mode="bilinear", align_corners=False)
    counts = torch.bincount(full[0].argmax(0).flatten(), minlength=values.shape[-1])
    return {"logits": values.reshape(-1, values.shape[-1])[::97].contiguous(), "counts": counts.float()}


if __name__ == "__main__":
    main()
