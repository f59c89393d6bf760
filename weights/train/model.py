"""SegFormer-B0 with the eleven street classes: made, read, averaged and written in Hugging Face's layout."""

from __future__ import annotations

import copy
import json
import os
import tempfile
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import SegformerConfig, SegformerForSemanticSegmentation
from transformers.utils import logging

import preprocess
from classes import NAMES, NONE, Problem

RANDOM = "random"


def configuration() -> SegformerConfig:
    """The default model's: MiT-B0 and a head of width 256."""
    return SegformerConfig(
        depths=[2, 2, 2, 2],
        hidden_sizes=[32, 64, 160, 256],
        decoder_hidden_size=256,
        drop_path_rate=0.05,
        semantic_loss_ignore_index=NONE,
        id2label=dict(enumerate(NAMES)),
        label2id={name: number for number, name in enumerate(NAMES)},
    )


def read(start: str | Path) -> SegformerForSemanticSegmentation:
    """The model of a folder, or a new one of random weights for "random". Every tensor has to be there and be used."""
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    if str(start) == RANDOM:
        return SegformerForSemanticSegmentation(configuration())
    for name in ("config.json", "model.safetensors"):
        if not (Path(start) / name).is_file():
            raise Problem(f"{start}: expected a SegFormer as Hugging Face lays it out, found no {name}.")
    try:
        model, found = SegformerForSemanticSegmentation.from_pretrained(
            str(start), local_files_only=True, use_safetensors=True, output_loading_info=True, dtype=torch.float32
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise Problem(f"{start}: is no SegFormer that can be read: {str(error).splitlines()[0]}") from error
    odd = sorted(str(name) for part in ("missing_keys", "unexpected_keys") for name in found[part])
    if odd:
        raise Problem(f"{start}: {len(odd)} tensors are missing or not used, as {odd[0]}.")
    names = [model.config.id2label.get(number) for number in range(model.config.num_labels)]
    if names != NAMES:
        found_names = ", ".join(str(name) for name in names[: len(NAMES)])
        raise Problem(f"{start}: expected the {len(NAMES)} classes {', '.join(NAMES)}; found {len(names)}: {found_names}.")
    return model


def write(model: SegformerForSemanticSegmentation, folder: Path) -> None:
    """Writes config.json, model.safetensors (F32) and preprocessor_config.json; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".model-") as partial:
        model.save_pretrained(partial)
        (Path(partial) / "preprocessor_config.json").write_text(json.dumps(preprocess.FILE, indent=1) + "\n")
        for file in Path(partial).iterdir():
            file.chmod(0o644)  # safetensors writes for the owner alone
            os.replace(file, folder / file.name)


class Average:
    """The running mean of a model's weights over the last steps: steadier than the weights themselves."""

    def __init__(self, model: SegformerForSemanticSegmentation, decay: float) -> None:
        self.decay = decay
        self.model = copy.deepcopy(model).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, model: SegformerForSemanticSegmentation, step: int) -> None:
        """Takes in the weights after step 1, 2, …; the first count more, or the start would never be forgotten."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for mean, value in zip(self.model.state_dict().values(), model.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, share)
            else:
                mean.copy_(value)
