"""Makes the golden values of SAM 2's mask decoder alone, on drawn features: `heads.safetensors` beside the others.

    python Tests/NetworksTests/Golden/sam2/heads.py

Values are named and thinned as `decoder.CASE.*` of make.py, but the features are not a frame's: they are
drawn("decoder.s0", [1, C/8, 4G, 4G], 1), drawn("decoder.s1", [1, C/4, 2G, 2G], 1) and drawn("decoder.features", [1, C, G, G], 2)
plus the no-memory embedding. So the decoder can be tested without the image encoder's rounding.
"""

import torch
from make import HERE, Kept, configurations, decoder, drawn, load
from safetensors.torch import save_file


@torch.no_grad()
def main() -> None:
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    for name, (config, offsets) in configurations().items():
        grid, width = config.image_size // 16, config.memory_encoder_hidden_size
        kept = Kept()
        decoder(load(config, offsets), kept, [
            drawn("decoder.s0", [1, width // 8, 4 * grid, 4 * grid], 1),
            drawn("decoder.s1", [1, width // 4, 2 * grid, 2 * grid], 1),
            drawn("decoder.features", [1, width, grid, grid], 2),
        ])
        wanted = ("tokens", "ious", "masks", "iou", "score")
        values = {key: value for key, value in kept.items() if key.split(".")[-1] in wanted}
        save_file(dict(sorted(values.items())), HERE / name / "heads.safetensors")
        for case in ("pair", "box", "masked"):
            print(name, case, "ious", kept[f"decoder.{case}.ious"].tolist(), "chosen", kept[f"decoder.{case}.iou"].tolist())


if __name__ == "__main__":
    main()
