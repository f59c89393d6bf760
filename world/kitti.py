"""SemanticKITTI's layout: scans, labels, pictures, calibration and poses of one drive. Only numpy.

Frames as KITTI's: the scanner's x forward, y left, z up; the camera's x right, y down, z forward.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classes import BUILDING, CAR, CYCLIST, FENCE, NONE, PAVEMENT, PEDESTRIAN, POLE, ROAD, SIGN, SKY, TREE
from lidar import Scan

FORWARD, DOWN = 0.27, 0.08
"""Where the camera is, seen from the scanner, in metres: as on KITTI's car."""
TURN = np.array([[0, -1, 0], [0, 0, -1], [1, 0, 0]], dtype=np.float64)
"""From the scanner's axes to the camera's."""
RAW = {
    SKY: 0,
    BUILDING: 50,
    POLE: 80,
    ROAD: 40,
    PAVEMENT: 48,
    TREE: 70,
    SIGN: 81,
    FENCE: 51,
    CAR: 10,
    PEDESTRIAN: 30,
    CYCLIST: 31,
    NONE: 0,
}
"""The numbers of semantic-kitti.yaml; 0 is unlabelled."""


def camera_from_scanner() -> np.ndarray:
    """The calibration's Tr [3, 4]."""
    return np.concatenate([TURN, TURN @ -np.array([[FORWARD], [0.0], [-DOWN]])], axis=1)


def projection(width: int, height: int, field_of_view: float) -> np.ndarray:
    """The calibration's P2 [3, 4] of a pinhole whose width spans `field_of_view` radians; (0, 0) is a pixel's middle."""
    focal = width / 2 / np.tan(field_of_view / 2)
    return np.array([[focal, 0, (width - 1) / 2, 0], [0, focal, (height - 1) / 2, 0], [0, 0, 1, 0]])


def scanner_poses_to_camera_poses(poses: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Rows of poses.txt [3, 4]: from each frame's camera to the first one's, of world-from-scanner matrices [4, 4]."""
    tr = np.vstack([camera_from_scanner(), [0, 0, 0, 1]])
    cameras = [pose @ np.linalg.inv(tr) for pose in poses]
    return [(np.linalg.inv(cameras[0]) @ camera)[:3] for camera in cameras]


def text(rows: Sequence[Sequence[float]]) -> str:
    """Numbers as the benchmark writes them, a line a row."""
    return "".join(" ".join(f"{value:.12e}" for value in np.ravel(row)) + "\n" for row in rows)


def write_scan(drive: Path, number: int, scan: Scan) -> None:
    """One frame's points and labels: the class in the low, the instance in the high 16 bits."""
    for part in ("velodyne", "labels"):
        (drive / part).mkdir(parents=True, exist_ok=True)
    scan.points.astype("<f4").tofile(drive / "velodyne" / f"{number:06d}.bin")
    raw = np.array([RAW.get(value, 0) for value in range(256)], dtype=np.uint32)[scan.classes]
    (raw | (scan.instances.astype(np.uint32) << 16)).astype("<u4").tofile(drive / "labels" / f"{number:06d}.label")


def write_calibration(drive: Path, p2: np.ndarray, poses: Sequence[np.ndarray], times: Sequence[float]) -> None:
    """The drive's calib.txt, poses.txt and times.txt; all four cameras are the one there is."""
    rows = [(f"P{camera}", p2) for camera in range(4)] + [("Tr", camera_from_scanner())]
    (drive / "calib.txt").write_text("".join(f"{name}: {text([row])}" for name, row in rows))
    (drive / "poses.txt").write_text(text(scanner_poses_to_camera_poses(poses)))
    (drive / "times.txt").write_text(text([[time] for time in times]))
