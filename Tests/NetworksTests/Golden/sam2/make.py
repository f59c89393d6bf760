"""Makes the golden values of SAM 2's video predictor with transformers (PyTorch).

    pip install torch==2.15.0 transformers==5.23.0 safetensors numpy
    python Tests/NetworksTests/Golden/sam2/make.py [tiny]

Each folder holds a configuration as `save_pretrained` writes it (`config.json`), what its weights are drawn from
(`tensors.json`: `shapes`, name -> shape, and `offsets`, what is added to every value of a tensor), and the golden values
(`golden.safetensors`). Weights and inputs are not stored: drawing.py draws them from their names. `small-2.1` and
`small-2.0` keep every setting of the published configurations but widths, depths and picture size; `tiny` makes `tiny-2.1`,
the full Hiera-tiny 2.1, in a minute.

Everything is float32 in PyTorch's order: maps are [C, H, W] or [1, C, H, W], tokens [tokens, channels], points (x, y).
"/k" means every k-th value of the flattened array, from the first on. S is the side of the input, G = S / 16 the grid's.

modules.py says what each module's values are called and made of, sessions.py what those of whole sessions. And here:

    weight.NAME          first 5 values of weights; input.frame3: frame 3 /997

`tiny-2.1` holds the encoder's values /4999 (`features2` and `position2` /997) and a session of 3 frames known in advance:
object 1 clicked on f = 0 at (0.3, 0.4) S, then `forward0` to `forward2`.
"""

import collections
import json
import pathlib
import sys

import torch
from configurations import SCORE, configurations, load
from drawing import frame
from modules import Kept, attention, decoder, encoder, given, memory, prompts
from safetensors.torch import save_file
from sessions import CORRECTIONS, Session, long, story, stream
from transformers import Sam2VideoConfig, Sam2VideoModel

HERE = pathlib.Path(__file__).parent


@torch.no_grad()
def small(name: str, config: Sam2VideoConfig, offsets: dict[str, float]) -> dict:
    """The golden values of a reduced configuration, and what its sessions met."""
    model, kept, side = load(config, offsets), Kept(), config.image_size
    kept.keep("input.frame3", frame(3, side), 997)
    features = encoder(model, kept, frame(0, side), 37)
    prompts(model, kept)
    decoder(model, kept, features)
    memory(model, kept)
    attention(model, kept)
    given(model, kept, features)
    facts = {"session": story(model, kept, CORRECTIONS[name]), "long": long(model, kept), "stream": stream(model, kept)}
    save(name, model, offsets, kept)
    return facts


@torch.no_grad()
def full(name: str) -> dict:
    """The full Hiera-tiny 2.1: its encoder, and one object clicked on frame 0 and tracked on two more frames."""
    offsets = {SCORE: 3.0}
    model, kept = load(Sam2VideoConfig(), offsets), Kept()
    encoder(model, kept, frame(0, 1024), 4999, 997)
    told = Session(model, kept, "session", 3)
    told.points(1, 0, [[0.3, 0.4]], [1])
    for index in range(3):
        told.run("forward", index)
    save(name, model, offsets, kept)
    return told.close()


def save(name: str, model: Sam2VideoModel, offsets: dict[str, float], kept: Kept) -> None:
    """Writes a folder, with the first values of some weights."""
    weights = dict(sorted(model.state_dict().items()))
    for key in [*list(weights)[::12], *offsets, "shared_image_embedding.positional_embedding"]:
        kept.keep(f"weight.{key}", weights[key].flatten()[:5])
    shapes = {key: list(value.shape) for key, value in weights.items()}
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    model.config.save_pretrained(folder)
    (folder / "tensors.json").write_text(json.dumps({"offsets": offsets, "shapes": shapes}, separators=(",", ":")) + "\n")
    save_file(dict(sorted(kept.items())), folder / "golden.safetensors")


def main() -> None:
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    if sys.argv[1:] == ["tiny"]:
        print(full("tiny-2.1"))
        return
    every = collections.defaultdict(list)
    for name, (config, offsets) in configurations().items():
        for part, facts in small(name, config, offsets).items():
            for key, value in facts.items():
                every[key].append(value)
            margin, choice = min(facts.pop("margin")), min(facts.pop("choice"))
            print(name, part, facts, f"smallest |score| {margin:.3f}, smallest lead of the best IoU {choice:.4f}")
            assert margin > 0.02 and choice > 0.01, "a decision is too close for another order of sums"
    for key in ("present", "occluded", "stable", "unstable"):
        assert sum(every[key]) > 0, f"nothing is {key}"
    assert set.union(*every["picked"]) == {0, 1, 2}, "a mask is never the best"
    assert max(every["memories"]) > 7 and max(every["pointers"]) > 16, "the memory is never full"


if __name__ == "__main__":
    main()
