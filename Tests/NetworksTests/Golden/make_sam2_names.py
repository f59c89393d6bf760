"""Lists the tensors of transformers' Sam2VideoModel in its four sizes (PyTorch; no weights are needed).

    pip install torch==2.15.0 transformers==5.23.0
    python Tests/NetworksTests/Golden/make_sam2_names.py

Lines of `sam2-names/<size>.txt` are a name, the numbers that its first `#` stands for (`-` if it has none) and a shape. They are
SAM 2.1; SAM 2 lacks `occlusion_spatial_embedding_parameter` and `temporal_positional_encoding_projection_layer`.
"""

import pathlib
import re

import torch
from transformers import Sam2VideoConfig, Sam2VideoModel

HERE = pathlib.Path(__file__).parent / "sam2-names"

# facebookresearch/sam2, sam2/configs/sam2.1: width, heads, blocks, background, windows, global blocks.
SIZES = {
    "hiera-tiny": (96, 1, [1, 2, 7, 2], 7, [8, 4, 14, 7], [5, 7, 9]),
    "hiera-small": (96, 1, [1, 2, 11, 2], 7, [8, 4, 14, 7], [7, 10, 13]),
    "hiera-base-plus": (112, 2, [2, 3, 16, 3], 14, [8, 4, 14, 7], [12, 16, 20]),
    "hiera-large": (144, 2, [2, 6, 36, 4], 7, [8, 4, 16, 8], [23, 33, 43]),
}


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for size, (width, heads, blocks, background, windows, whole) in SIZES.items():
        channels = [width * 2**stage for stage in range(4)]
        backbone = dict(
            model_type="sam2_hiera_det_model", hidden_size=width, num_attention_heads=heads, blocks_per_stage=blocks,
            embed_dim_per_stage=channels, num_attention_heads_per_stage=[heads * 2**stage for stage in range(4)],
            window_size_per_stage=windows, global_attention_blocks=whole,
            window_positional_embedding_background_size=[background, background],
        )
        vision = dict(model_type="sam2_vision_model", backbone_config=backbone, backbone_channel_list=channels[::-1])
        with torch.device("meta"):
            model = Sam2VideoModel(Sam2VideoConfig(vision_config=vision))
        groups: dict[tuple[str, str], list[str]] = {}
        for name, tensor in model.state_dict().items():
            number = re.search(r"(?<=\.)\d+(?=\.)", name)
            pattern = name if number is None else name[: number.start()] + "#" + name[number.end():]
            shape = "x".join(str(extent) for extent in tensor.shape)
            groups.setdefault((pattern, shape), []).append(number.group() if number else "-")
        lines = [f"{name} {','.join(numbers)} {shape}\n" for (name, shape), numbers in groups.items()]
        (HERE / f"{size}.txt").write_text("".join(lines))
        print(size, len(model.state_dict()), sum(tensor.numel() for tensor in model.state_dict().values()))


if __name__ == "__main__":
    main()
