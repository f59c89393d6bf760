"""The cross entropy of labels that name a class, or only a group of classes."""

from __future__ import annotations

import torch
from torch.nn import functional

from classes import LABELS, MEMBERS, NONE


def label_log_probabilities(logits: torch.Tensor) -> torch.Tensor:
    """From logits `[N, 11, H, W]` to the log-probability `[N, 18, H, W]` of every label: the classes, then the groups.

    A group has the summed probability of its classes. Summed as logsumexp, this is exact, also where all are tiny.
    """
    # Unbound, so that the backward pass joins the classes once, not once for each group.
    classes = logits.log_softmax(1).unbind(1)
    groups = [
        classes[members[0]] if len(members) == 1 else torch.stack([classes[number] for number in members]).logsumexp(0)
        for members in MEMBERS
    ]
    return torch.stack([*classes, *groups], 1)


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean of -log p(label) over the labelled pixels, each with its label's weight; 0 if there are none.

    Logits `[N, 11, h, w]` are resized bilinearly to the labels `[N, H, W]`, as the published training does; `weights` has
    a number for each of the 18 labels.
    """
    logits = functional.interpolate(logits.float(), labels.shape[-2:], mode="bilinear", align_corners=False)
    total = functional.nll_loss(
        label_log_probabilities(logits), labels.long(), weight=weights, ignore_index=NONE, reduction="sum"
    )
    labelled = torch.bincount(labels.flatten().long(), minlength=NONE + 1)[:LABELS]
    return total / (labelled * weights).sum().clamp_min(1e-6)
