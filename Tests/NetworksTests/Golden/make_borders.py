"""Makes the golden values of the border network with PyTorch.

    pip install torch==2.15.0 safetensors numpy pillow transformers==5.23.0
    python Tests/NetworksTests/Golden/make_borders.py

`borders/model.safetensors` is a narrow network of random weights, folded; `borders/golden.safetensors` has a picture whose
maps are odd at the coarse scales, and its logits; `borders/shipped.safetensors` those of the shipped weights on a synthetic
street. The definition is the one that trained them, weights/borders/train/model.py.
"""

import importlib.util
import pathlib

import torch
from make import randomise, street
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent / "borders"
WEIGHTS = HERE.parents[3] / "weights" / "borders"


def definition():
    """The training's model.py, whatever else is called `model`."""
    spec = importlib.util.spec_from_file_location("borders", WEIGHTS / "train" / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def logits(model: torch.nn.Module, picture: torch.Tensor) -> torch.Tensor:
    """Logits [h, w, 14] of a picture [H, W, 3]."""
    with torch.no_grad():
        return model(picture.permute(2, 0, 1)[None])[0].permute(1, 2, 0).contiguous()


def main() -> None:
    borders = definition()
    generator = torch.Generator().manual_seed(14)
    model = borders.Borders((4, 6, 8, 10)).eval()
    with torch.no_grad():
        randomise(model, generator)
    model = borders.folded(model)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, HERE / "model.safetensors")
    picture = torch.rand(44, 72, 3, generator=generator)
    save_file({"picture": picture, "logits": logits(model, picture)}, HERE / "golden.safetensors")

    shipped = borders.folded(borders.Borders())
    shipped.load_state_dict({name: value.float() for name, value in load_file(WEIGHTS / "model.safetensors").items()})
    picture = torch.from_numpy(street(64, 96)).float() / 255
    save_file({"picture": picture, "logits": logits(shipped, picture)}, HERE / "shipped.safetensors")


if __name__ == "__main__":
    main()
