"""The tables compare.py prints."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path

PLAIN, LABELS, FROZEN, PYTORCH = "ditta", "ditta, to labels", "ditta, DiTTA to labels", "PyTorch eager"


@dataclass
class Row:
    """One peer at one precision on one model."""

    name: str
    precision: str
    command: list[str]
    medians: list[float] = field(default_factory=list)
    version: str = ""
    agreement: float | None = None
    failure: str = ""


def processor() -> str:
    """The CPU's name as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine() -> str:
    """One sentence on where this was measured."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return f"{processor()}, {count} cores{load}; {platform.system()}, Python {platform.python_version()}.\n"


def median(rows: list[Row], name: str, precision: str) -> float | None:
    """A peer's milliseconds a frame, if it was measured."""
    for row in rows:
        if (row.name, row.precision) == (name, precision) and row.medians:
            return statistics.median(row.medians)
    return None


def line(row: Row, rows: list[Row]) -> str:
    """One row of the table."""
    title = f"{row.name} {row.version}".strip()
    if row.failure or not row.medians:
        return f"| {title} | {row.precision} | failed: {row.failure.replace('|', '/')} | | | |"
    milliseconds = statistics.median(row.medians)
    own = median(rows, PLAIN, row.precision)
    ratio = f"{milliseconds / own:.2f}" if own else ""
    agreement = "" if row.agreement is None else f"{100 * row.agreement:.1f} %"
    spread = f"{min(row.medians):.1f} … {max(row.medians):.1f}"
    return f"| {title} | {row.precision} | {milliseconds:.1f} | {spread} | {ratio} | {agreement} |"


def summary(rows: list[Row]) -> list[str]:
    """The ratios that are not in the table's columns."""
    sentences = []
    own = {precision: median(rows, PLAIN, precision) for precision in ("fp32", "bf16")}
    measured = {precision: value for precision, value in own.items() if value}
    eager = median(rows, PYTORCH, "fp32")
    if measured and eager:
        fastest = min(measured, key=lambda precision: measured[precision])
        sentences.append(f"PyTorch eager fp32 / ditta's fastest ({fastest}): {eager / measured[fastest]:.2f}.")
    for precision in measured:
        plain, frozen = median(rows, LABELS, precision), median(rows, FROZEN, precision)
        if plain and frozen:
            share = 100 * plain / frozen
            sentences.append(f"From picture to labels, DiTTA frozen has {share:.0f} % of the plain frame rate in {precision}.")
    return sentences


def markdown(model: str, rows: list[Row]) -> str:
    """The table of one model."""
    lines = [
        f"## SegFormer-{model.upper()}, 124 classes, 480x864, milliseconds a frame",
        "",
        "| network | precision | median | min … max of the rounds | / ditta, same precision | labels like PyTorch fp32's |",
        "| --- | --- | --- | --- | --- | --- |",
        *(line(row, rows) for row in rows),
    ]
    sentences = summary(rows)
    return "\n".join(lines + ([""] + sentences if sentences else [])) + "\n"
