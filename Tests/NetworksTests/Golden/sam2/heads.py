"""Makes the golden values of SAM 2's heads alone, on drawn features: `heads.safetensors` beside the others.

    python Tests/NetworksTests/Golden/sam2/heads.py

    decoder.CASE.*   named and thinned as by modules.py, but the features are not a frame's: they are
                     drawn("decoder.s0", [1, C/8, 4G, 4G], 1), drawn("decoder.s1", [1, C/4, 2G, 2G], 1) and
                     drawn("decoder.features", [1, C, G, G], 2) plus the no-memory embedding. So the decoder can be tested
                     without the image encoder's rounding
    odd.*            some of that, and of modules.py's memory.*, for inputs of 96 pixels: a grid of 6 x 6
"""

import torch
from configurations import configurations, load
from drawing import drawn
from make import HERE
from modules import Kept, decoder, memory
from safetensors.torch import save_file
from transformers import Sam2VideoModel


def decoded(model: Sam2VideoModel) -> Kept:
    grid, width, kept = model.config.image_size // 16, model.config.memory_encoder_hidden_size, Kept()
    decoder(model, kept, [
        drawn("decoder.s0", [1, width // 8, 4 * grid, 4 * grid], 1),
        drawn("decoder.s1", [1, width // 4, 2 * grid, 2 * grid], 1),
        drawn("decoder.features", [1, width, grid, grid], 2),
    ])
    wanted = ("tokens", "ious", "masks", "iou", "score")
    return Kept({key: value for key, value in kept.items() if key.split(".")[-1] in wanted})


def resize(model: Sam2VideoModel, side: int) -> None:
    """Has the heads take inputs of another size, which no weight depends on."""
    prompts, grid = model.prompt_encoder, side // 16
    model.config.image_size = model.image_size = prompts.input_image_size = side
    prompts.image_embedding_size, prompts.mask_input_size = (grid, grid), (4 * grid, 4 * grid)
    model.backbone_feature_sizes = [[scale * grid, scale * grid] for scale in (4, 2, 1)]


@torch.no_grad()
def main() -> None:
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    for name, (config, offsets) in configurations().items():
        model = load(config, offsets)
        values = decoded(model)
        resize(model, 96)
        odd = decoded(model)
        memory(model, odd)
        for key in ("decoder.masked.tokens", "decoder.masked.masks", "decoder.none.masks", "memory.soft"):
            values["odd." + key] = odd[key]
        save_file(dict(sorted(values.items())), HERE / name / "heads.safetensors")


if __name__ == "__main__":
    main()
