"""Beams are where the data sheets have them, and what returns follows the range equation; always the same."""

import unittest

import numpy as np

import lidar
from classes import NONE, ROAD, SIGN, SKY


def hits(distances: list[float], kind: int = ROAD, cosine: float = 1.0) -> lidar.Hits:
    """Rays along x that meet one kind of surface."""
    count = len(distances)
    positions = np.array([[distance, 0.0, 0.0] for distance in distances])
    return lidar.Hits(positions, np.full(count, kind, np.uint8), np.zeros(count, np.uint16), np.full(count, cosine))


class BeamTests(unittest.TestCase):
    def test_elevations(self) -> None:
        for name, count, highest, lowest in (("hdl64", 64, 2.0, -24.33), ("hdl32", 32, 10.67, -30.66), ("vlp16", 16, 15, -15)):
            elevations = np.degrees(np.concatenate([block.elevations for block in lidar.SENSORS[name]]))
            self.assertEqual(len(elevations), count)
            self.assertTrue(np.all(np.diff(elevations) < 0))
            self.assertAlmostEqual(elevations[0], highest, places=2)
            self.assertAlmostEqual(elevations[-1], lowest, places=2)


class ScanTests(unittest.TestCase):
    def test_range_equation(self) -> None:
        # The road reflects 0.18: seen to 120 m · √1.8 = 161 m in clear air, and nearer in fog of 80 m.
        distances = list(np.arange(5.0, 300.0, 5.0))
        clear = lidar.scan(hits(distances), 1).points
        self.assertEqual(clear[:, 0].max().round(-1), 160)
        fog = lidar.scan(hits(distances), 1, lidar.extinction(80.0)).points[:, 0].max()
        self.assertTrue(25 < fog < 50, fog)
        grazing = lidar.scan(hits(distances, cosine=0.1), 1).points[:, 0].max()
        self.assertTrue(45 < grazing < 56, grazing)

    def test_remission_and_noise(self) -> None:
        points = lidar.scan(hits([20.0] * 4000, SIGN), 1).points
        self.assertAlmostEqual(float(points[:, 3].mean()), 0.9, places=2)
        self.assertAlmostEqual(float(points[:, 0].std()), lidar.NOISE, places=2)
        self.assertTrue(np.all(points[:, 1:3] == 0))

    def test_nothing_and_rain(self) -> None:
        self.assertEqual(len(lidar.scan(hits([10.0] * 10, SKY), 1).points), 0)
        self.assertEqual(len(lidar.scan(hits([10.0] * 10, NONE), 1).points), 10)
        rained = len(lidar.scan(hits([10.0] * 10000), 1, rain=1.0).points)
        self.assertTrue(9750 < rained < 9850, rained)

    def test_same_bytes_again(self) -> None:
        first, second, other = (lidar.scan(hits([10.0] * 100), seed).points.tobytes() for seed in (1, 1, 2))
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)


if __name__ == "__main__":
    unittest.main()
