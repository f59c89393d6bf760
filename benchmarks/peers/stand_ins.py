"""Stand-ins for what the released code imports and a training step on the CPU does not need, or hardly.

SAM 2, SciPy and OpenCV are never called without the teacher and the data set; of timm three helpers are.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import torch

UNUSED = {
    "sam2": {},
    "sam2.build_sam": {"build_sam2_video_predictor": None},
    "sam2.sam2_video_predictor": {"SAM2VideoPredictor": object},
    "sam2.utils": {},
    "sam2.utils.misc": {"_load_img_as_tensor": None},
    "scipy": {},
    "scipy.ndimage": {"binary_dilation": None},
    "cv2": {},
    "tqdm": {},
}


class DropPath(torch.nn.Module):
    """Stochastic depth: in training, a sample's residual branch is left out by chance."""

    def __init__(self, drop_prob: float = 0.0) -> None:
        super().__init__()
        self.drop_prob = drop_prob

    def forward(self, branch: torch.Tensor) -> torch.Tensor:
        if not self.training or self.drop_prob == 0:
            return branch
        keep = 1 - self.drop_prob
        shape = [branch.shape[0]] + [1] * (branch.ndim - 1)
        return branch * torch.empty(shape, dtype=branch.dtype).bernoulli_(keep) / keep


def to_2tuple(side: int) -> tuple[int, int]:
    """A square's two sides."""
    return (side, side)


def install() -> None:
    """Registers a stand-in for each package that is not installed."""
    modules = dict(UNUSED)
    helpers = {"DropPath": DropPath, "to_2tuple": to_2tuple, "trunc_normal_": torch.nn.init.trunc_normal_}
    modules |= {"timm": {}, "timm.layers": helpers}
    missing = {name for name in modules if "." not in name and importlib.util.find_spec(name) is None}
    for name, attributes in modules.items():
        if name.split(".")[0] in missing:
            module = ModuleType(name)
            module.__dict__.update(attributes)
            sys.modules[name] = module
