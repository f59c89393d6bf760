"""What a camera may do to labels, and what the same seed must give again."""

import unittest

import numpy as np

import lens
from sensor import Camera, Sensor

HARSH = Sensor(
    electrons=400, exposure=-0.5, exposure_drift=0.4, balance_drift=0.1, distortion=0.2, vignette=0.3, read_noise=4
)


def scene(height: int = 90, width: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """A picture of squares, and ids that name them."""
    rows, columns = np.mgrid[0:height, 0:width]
    ids = ((rows // 30) * 4 + columns // 30 + 1).astype(np.uint16) * 1000
    return np.repeat((ids / 12000.0)[..., None], 3, axis=2), ids


class SensorTests(unittest.TestCase):
    def test_default_camera_changes_nothing(self) -> None:
        picture, ids = scene()
        camera = Camera(Sensor(), 0.0, 5)
        np.testing.assert_array_equal(camera.picture(picture, 0, 0.0), np.rint(picture * 255).astype(np.uint8))
        np.testing.assert_array_equal(camera.ids(ids), ids)

    def test_labels_keep_whole_ids(self) -> None:
        _, ids = scene()
        for distortion in (-0.2, 0.05, 0.3):
            seen = lens.ids(ids, distortion)
            self.assertEqual(seen.dtype, ids.dtype)
            self.assertLessEqual(set(np.unique(seen)), set(np.unique(ids)))

    def test_lens_moves_picture_and_labels_alike(self) -> None:
        picture, ids = scene()
        for distortion in (-0.2, 0.25):
            seen, labels = lens.picture(picture, distortion)[..., 0], lens.ids(ids, distortion) / 12000.0
            self.assertFalse(np.array_equal(labels, ids / 12000.0), "the lens did nothing")
            # Only on the edges of the squares, where the picture mixes two of them, may they differ.
            self.assertLess(np.mean(np.abs(seen - labels) > 1e-9), 0.08)

    def test_no_pixel_comes_from_outside(self) -> None:
        for distortion in (-0.3, 0.3):
            rows, columns = lens.sources(90, 120, distortion)
            self.assertGreaterEqual(min(rows.min(), columns.min()), -1e-9)
            self.assertLessEqual(rows.max(), 89 + 1e-9)
            self.assertLessEqual(columns.max(), 119 + 1e-9)

    def test_same_seed_same_bytes(self) -> None:
        picture, _ = scene()
        first, again = (Camera(HARSH, 0.7, 9).picture(picture, 3, 0.2) for _ in range(2))
        np.testing.assert_array_equal(first, again)
        self.assertFalse(np.array_equal(first, Camera(HARSH, 0.7, 10).picture(picture, 3, 0.2)))
        self.assertFalse(np.array_equal(first, Camera(HARSH, 0.7, 9).picture(picture, 4, 0.2)))

    def test_shot_noise_grows_with_the_root_of_the_light(self) -> None:
        camera = Camera(Sensor(electrons=1000, read_noise=0.0), 0.0, 1)
        for value in (0.4, 0.8):
            light = (camera.picture(np.full((200, 200, 3), value), 0, 0.0) / 255) ** 2.2
            wanted = np.sqrt(value**2.2 / 1000)
            self.assertAlmostEqual(light.std() / wanted, 1.0, delta=0.05)
            self.assertAlmostEqual(light.mean() / value**2.2, 1.0, delta=0.01)


if __name__ == "__main__":
    unittest.main()
