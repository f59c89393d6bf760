"""What is written is SemanticKITTI's layout, and a point projects to where the camera has it."""

import math
import tempfile
import unittest
from pathlib import Path

import numpy as np

import kitti
from classes import CAR, NONE, ROAD
from lidar import Scan


class CalibrationTests(unittest.TestCase):
    def test_a_point_ahead_is_in_the_middle(self) -> None:
        p2, tr = kitti.projection(620, 188, math.radians(90)), np.vstack([kitti.camera_from_scanner(), [0, 0, 0, 1]])
        # 10 m before the camera, at its height; then a metre to the left and half a metre up.
        for point, pixel in (((10.27, 0, -0.08), (309.5, 93.5)), ((10.27, 1, 0.42), (309.5 - 31, 93.5 - 15.5))):
            u, v, depth = p2 @ tr @ np.array([*point, 1.0])
            np.testing.assert_allclose((u / depth, v / depth, depth), (*pixel, 10.0))

    def test_poses_take_the_camera_to_the_first_ones(self) -> None:
        first, second = np.eye(4), np.eye(4)
        second[:2, :2], second[:3, 3] = [[0, -1], [1, 0]], (5, 2, 0)  # turned to the left, 5 m ahead and 2 m left
        poses = kitti.scanner_poses_to_camera_poses([first, second])
        np.testing.assert_allclose(poses[0], np.eye(4)[:3], atol=1e-12)
        # 7.27 m before the second scanner, at the camera's height, is 7 m before the second camera.
        seen = poses[1] @ np.array([0, 0, 7, 1])
        world = second @ np.array([7.27, 0, -0.08, 1])
        expected = np.vstack([kitti.camera_from_scanner(), [0, 0, 0, 1]]) @ np.linalg.inv(first) @ world
        np.testing.assert_allclose(seen, expected[:3], atol=1e-9)


class FileTests(unittest.TestCase):
    def test_bytes(self) -> None:
        points = np.array([[1, 2, 3, 0.5], [4, 5, 6, 0.25], [7, 8, 9, 0]], dtype=np.float32)
        scan = Scan(points, np.array([ROAD, CAR, NONE], np.uint8), np.array([0, 700, 0], np.uint16))
        with tempfile.TemporaryDirectory() as folder:
            drive = Path(folder)
            kitti.write_scan(drive, 7, scan)
            kitti.write_calibration(drive, kitti.projection(620, 188, 1.4), [np.eye(4)] * 2, [0.0, 2.5])
            self.assertEqual((drive / "velodyne" / "000007.bin").read_bytes(), points.tobytes())
            labels = np.frombuffer((drive / "labels" / "000007.label").read_bytes(), dtype="<u4")
            self.assertEqual(labels.tolist(), [40, 10 | 700 << 16, 0])
            names = [line.split(":")[0] for line in (drive / "calib.txt").read_text().splitlines()]
            self.assertEqual(names, ["P0", "P1", "P2", "P3", "Tr"])
            self.assertEqual([len(line.split()) for line in (drive / "poses.txt").read_text().splitlines()], [12, 12])
            self.assertEqual([float(line) for line in (drive / "times.txt").read_text().splitlines()], [0.0, 2.5])


if __name__ == "__main__":
    unittest.main()
