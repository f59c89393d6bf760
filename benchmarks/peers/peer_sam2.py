"""Milliseconds of SAM 2's image encoder and of a frame with several objects in transformers: one JSON line.

Memories and pointers are full, as on the sixteenth frame of a clip; they are copies of the prompted frame's, which cost what
others do. A frame's time is without its image features, with the memory's encoding, as transformers' own loop has it.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
import transformers
from transformers import Sam2VideoModel
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

import network


def least(rounds: int, body) -> float:
    """The least of several rounds, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        body()
        times.append(1e3 * (time.perf_counter() - start))
    return min(times)


def session(model: Sam2VideoModel, image: torch.Tensor, objects: int, full: int) -> Sam2VideoInferenceSession:
    """Objects prompted on frame 0 of a still, and remembered on all frames before `full`."""
    made = Sam2VideoInferenceSession(video=torch.stack([image] * (full + 1)), dtype=image.dtype)
    side = image.shape[-1]
    for index in range(objects):
        place = side * (index + 0.5) / objects
        slot = made.obj_id_to_idx(index)
        made.add_point_inputs(slot, 0, {
            "point_coords": torch.tensor([[[[place, place]]]], dtype=image.dtype),
            "point_labels": torch.tensor([[[1]]]),
        })
        made.obj_with_new_inputs.append(index)
    model(made, frame_idx=0)
    for outputs in made.output_dict_per_obj.values():
        for frame in range(1, full):
            outputs["non_cond_frame_outputs"][frame] = dict(outputs["cond_frame_outputs"][0])
    return made


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a Hugging Face folder")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--objects", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(network.cores())
    torch.manual_seed(1)
    dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
    model = Sam2VideoModel.from_pretrained(options.model, dtype=dtype).eval()
    side = model.config.image_size
    image = (torch.rand(3, side, side) * 4 - 2).to(dtype)
    model.get_image_features(image[None])
    encoder = least(options.rounds, lambda: model.get_image_features(image[None]))
    full = model.config.max_object_pointers_in_encoder
    made = session(model, image, options.objects, full)
    # Its features are kept from here on.
    model._prepare_vision_features(made, full, 1)
    frame = least(options.rounds, lambda: model(made, frame_idx=full))
    print(json.dumps({"version": transformers.__version__, "encoder": encoder, "frame": frame}))


if __name__ == "__main__":
    main()
