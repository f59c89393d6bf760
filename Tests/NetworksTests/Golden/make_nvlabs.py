"""Makes a small SegFormer in NVlabs' layout, and its logits, with transformers (PyTorch).

    pip install torch==2.15.0 transformers==5.23.0 safetensors numpy
    python Tests/NetworksTests/Golden/make_nvlabs.py

`nvlabs/small.pth` has the names, the fused keys and values, and the epsilons of the original code, what DiTTA adds, and
mmcv's metadata. Its embeddings are small, so that the epsilon of the norms that follow matters: with transformers' own the
logits would be others, by more than ten times the test's tolerance.
"""

import collections
import pathlib
import tempfile

import torch
from safetensors.torch import load_file, save_file
from transformers import SegformerConfig, SegformerForSemanticSegmentation

from make import logits, randomise

HERE = pathlib.Path(__file__).parent / "nvlabs"
SHAPE = dict(hidden_sizes=[8, 16, 20, 32], depths=[1, 2, 1, 1], decoder_hidden_size=16, num_labels=5)


def original_names(state: dict) -> collections.OrderedDict:
    """Renames transformers' tensors as NVlabs has them."""
    renamed = collections.OrderedDict()
    for name, tensor in state.items():
        parts = name.split(".")
        if name.startswith("segformer.encoder.patch_embeddings."):
            stage, rest = int(parts[3]) + 1, ".".join(parts[4:]).replace("layer_norm", "norm")
            renamed[f"backbone.patch_embed{stage}.{rest}"] = tensor
        elif name.startswith("segformer.encoder.layer_norm."):
            renamed[f"backbone.norm{int(parts[3]) + 1}.{parts[4]}"] = tensor
        elif name.startswith("segformer.encoder.block."):
            stage, block, rest = int(parts[3]) + 1, parts[4], ".".join(parts[5:])
            if ".value." in rest:
                continue
            if ".key." in rest:
                tensor = torch.cat([tensor, state[name.replace(".key.", ".value.")]])
            for old, new in [
                ("layer_norm_1", "norm1"), ("layer_norm_2", "norm2"), ("attention.self.query", "attn.q"),
                ("attention.self.key", "attn.kv"), ("attention.self.sr", "attn.sr"),
                ("attention.self.layer_norm", "attn.norm"), ("attention.output.dense", "attn.proj"),
                ("mlp.dense1", "mlp.fc1"), ("mlp.dense2", "mlp.fc2"),
            ]:
                rest = rest.replace(old, new)
            renamed[f"backbone.block{stage}.{block}.{rest}"] = tensor
        elif name.startswith("decode_head.linear_c."):
            renamed[f"decode_head.linear_c{int(parts[2]) + 1}.{'.'.join(parts[3:])}"] = tensor
        else:
            for old, new in [("linear_fuse", "linear_fuse.conv"), ("batch_norm", "linear_fuse.bn"),
                             ("classifier", "linear_pred")]:
                name = name.replace(f"decode_head.{old}.", f"decode_head.{new}.")
            renamed[name] = tensor
    return renamed


def main() -> None:
    HERE.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(21)
    config = SegformerConfig(**SHAPE, num_attention_heads=[1, 2, 5, 8], sr_ratios=[8, 4, 2, 1])
    model = SegformerForSemanticSegmentation(config)
    randomise(model, generator)
    with torch.no_grad():
        for stage in model.segformer.stages:
            parts = [stage.patch_embeddings.layer_norm]
            parts += [block.attention.o_proj for block in stage.blocks]
            for part in parts:
                part.weight *= 0.01
                part.bias *= 0.01
    model.bfloat16().float()
    pixels = torch.randn(64, 96, 3, generator=generator)
    other = logits(model, pixels)
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.LayerNorm) and "patch_embeddings" not in name and "reduction" not in name:
            module.eps = 1e-6
    expected = logits(model, pixels)
    assert (expected - other).abs().max() > 1e-2, (expected - other).abs().max()

    # The names of published checkpoints, which the library's own have left behind.
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        published = load_file(pathlib.Path(folder) / "model.safetensors")
    state = original_names({name: tensor.bfloat16() for name, tensor in published.items()})
    state["decode_head.linear_fuse.bn.num_batches_tracked"] = torch.tensor(9)
    state["decode_head.conv_seg.weight"], state["decode_head.conv_seg.bias"] = torch.zeros(5, 16, 1, 1), torch.zeros(5)
    for part, layers in [("query_layer", (0, 2)), ("key_layer", (0, 2)), ("proj_feat", (0, 2, 4))]:
        for layer in layers:
            state[f"decode_head.{part}.{layer}.weight"] = torch.zeros(2, 2)
            state[f"decode_head.{part}.{layer}.bias"] = torch.zeros(2)
    meta = {"CLASSES": ("wall", "floor", "sky"), "iter": 160_000}
    torch.save({"meta": meta, "state_dict": state}, HERE / "small.pth")
    save_file({"input": pixels, "logits": expected}, HERE / "golden.safetensors")


if __name__ == "__main__":
    main()
