"""AdamW with the published choices for each layer, and the learning rate over the budget."""

from __future__ import annotations

import math

import torch

HEAD = "decode_head."


def optimiser(model: torch.nn.Module, rate: float, head_factor: float, decay: float) -> torch.optim.AdamW:
    """Norms and biases do not decay; the head learns `head_factor` times as fast (10 in the published training)."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        groups.setdefault((name.startswith(HEAD), parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "factor": head_factor if head else 1.0, "weight_decay": decay if matrix else 0.0}
            for (head, matrix), parameters in sorted(groups.items(), key=lambda group: group[0])
        ],
        lr=rate,
        betas=(0.9, 0.999),
    )


def share(schedule: str, progress: float) -> float:
    """The learning rate's share of its full value when `progress` (0...1) of the budget is spent."""
    left = 1 - min(max(progress, 0.0), 1.0)
    return left if schedule == "poly" else 0.5 - 0.5 * math.cos(math.pi * left)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Gives every group its rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]


def rate(full: float, schedule: str, progress: float, step: int, warm_up: int) -> float:
    """The rate of step 0, 1, …: it rises linearly over the first `warm_up` steps, whatever the schedule."""
    return full * share(schedule, progress) * min(1.0, (step + 1) / max(warm_up, 1))
