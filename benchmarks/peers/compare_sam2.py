"""Compares ditta's SAM 2 with transformers': same weights, same cores, one run. Prints a Markdown table.

    python compare_sam2.py [--objects 8] [--rounds 2] [--out FILE.md]

The weights are random, of hiera-tiny's shape: what is computed costs what trained ones do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

import torch
from transformers import Sam2VideoConfig, Sam2VideoModel

import compare
import table

PARTS = {"encoder": "image encoder, 1024²", "frame": "a frame, full memory"}


def make_model(folder: Path) -> None:
    """A hiera-tiny 2.1 of random weights, whose objects are always seen."""
    if (folder / "model.safetensors").exists():
        return
    torch.manual_seed(0)
    model = Sam2VideoModel(Sam2VideoConfig())
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if not tensor.any():
                tensor.copy_(torch.randn_like(tensor) * 0.02)
        model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(10)
        # One embedding under two names, as in published checkpoints.
        shared = model.prompt_encoder.shared_embedding.positional_embedding
        model.shared_image_embedding.positional_embedding.copy_(shared)
    model.save_pretrained(folder)


def measure(command: list[str]) -> dict:
    """What a program's last line says."""
    return json.loads(compare.execute(command).strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    model = compare.ROOT / ".build/peers/models/sam2-tiny"
    make_model(model)
    common = ["--objects", str(options.objects), "--rounds", "1"]
    programs = {
        (name, precision): [*program, *common, "--precision", precision]
        for precision in ("bf16", "fp32")
        for name, program in {
            "ditta": [str(compare.ROOT / ".build/release/Benchmarks"), "sam2", "--model", str(model)],
            "transformers": [sys.executable, str(compare.HERE / "peer_sam2.py"), str(model)],
        }.items()
    }
    # Every round runs each once, so that the drift of a shared machine hits all alike.
    times: dict[tuple[str, str], dict[str, list[float]]] = {key: {} for key in programs}
    for _ in range(options.rounds):
        for key, command in programs.items():
            found = measure(command)
            for part in PARTS:
                times[key].setdefault(part, []).append(found[part])
    lines = [
        table.machine(),
        f"| SAM 2.1 hiera-tiny, {options.objects} objects, ms | bf16: transformers | ditta | ratio "
        "| fp32: transformers | ditta | ratio |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for part, title in PARTS.items():
        cells = []
        for precision in ("bf16", "fp32"):
            theirs, own = (statistics.median(times[name, precision][part]) for name in ("transformers", "ditta"))
            cells += [f"{theirs:.0f}", f"{own:.0f}", f"{theirs / own:.1f}"]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    text = "\n".join(lines)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
