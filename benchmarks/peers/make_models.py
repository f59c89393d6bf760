"""Writes SegFormer checkpoints of random weights (a fixed seed) as Hugging Face lays them out.

    python make_models.py FOLDER [--models b0 b5]

FOLDER/b0 and FOLDER/b5 have 124 classes, as VSPW does. No term is 0 or 1 by chance: norms and running statistics are
drawn too. The classifier is scaled so that on about half of the cells the reliability is below 0.8, as trained models
have it: DiTTA's temporal add-on works there only.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import torch
from transformers import SegformerConfig, SegformerForSemanticSegmentation

from frames import DEVIATION, MEAN

CLASSES = 124
SHAPES: dict[str, dict] = {
    "b0": {},
    "b5": {"hidden_sizes": [64, 128, 320, 512], "depths": [3, 6, 40, 3], "decoder_hidden_size": 768},
}
CLASSIFIER_GAIN = {"b0": 12, "b5": 24}
PREPROCESSOR = {
    "image_processor_type": "SegformerImageProcessor",
    "do_resize": False,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [round(float(value), 3) for value in MEAN],
    "image_std": [round(float(value), 3) for value in DEVIATION],
}


@torch.no_grad()
def randomise(model: torch.nn.Module, classifier_gain: float, generator: torch.Generator) -> None:
    """Draws every tensor anew: matrices keep the scale of their input, norms lie around 1 and 0."""
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        if name.endswith("running_var"):
            tensor.copy_(0.5 + noise.abs())
        elif tensor.ndim > 1:
            gain = classifier_gain if name == "decode_head.classifier.weight" else 1
            tensor.copy_(gain * noise / tensor[0].numel() ** 0.5)
        elif name.endswith("weight"):
            tensor.copy_(1 + 0.2 * noise)
        else:
            tensor.copy_(0.2 * noise)


def make(name: str, folder: Path) -> None:
    """Writes config.json, model.safetensors and preprocessor_config.json of one model."""
    names = {index: f"class {index}" for index in range(CLASSES)}
    config = SegformerConfig(**SHAPES[name], id2label=names, label2id={value: key for key, value in names.items()})
    model = SegformerForSemanticSegmentation(config).eval()
    randomise(model, CLASSIFIER_GAIN[name], torch.Generator().manual_seed(124))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        model.save_pretrained(partial)
        (Path(partial) / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=1) + "\n")
        for file in Path(partial).iterdir():
            file.replace(folder / file.name)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", nargs="+", choices=sorted(SHAPES), default=sorted(SHAPES))
    options = parser.parse_args()
    for name in options.models:
        make(name, options.folder / name)
        print(f"{options.folder / name}: written")


if __name__ == "__main__":
    main()
