"""A sample takes over a render with the same labels, and is left alone by one with others."""

import tempfile
import unittest
from pathlib import Path

import samples


class TakeTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.sample, self.rendered = Path(folder.name) / "day", Path(folder.name) / "work" / "day"
        self.sample.mkdir()
        self.render(b"labels")

    def render(self, labels: bytes) -> None:
        """A render of two frames."""
        (self.rendered / "labels").mkdir(parents=True, exist_ok=True)
        (self.rendered / "clip.mp4").write_bytes(b"video of " + labels)
        (self.rendered / "classes.json").write_text("{}")
        for number in range(2):
            (self.rendered / "labels" / f"{number:06d}.png").write_bytes(labels)

    def test_first_and_same_labels_are_taken(self) -> None:
        for _ in range(2):
            self.render(b"labels")
            self.assertEqual(samples.take(self.rendered, self.sample), "")
            self.assertFalse(self.rendered.exists())
        self.assertEqual((self.sample / "clip.mp4").read_bytes(), b"video of labels")
        self.assertEqual(len(list((self.sample / "labels").iterdir())), 2)

    def test_other_labels_are_refused(self) -> None:
        samples.take(self.rendered, self.sample)
        self.render(b"others")
        self.assertIn("2 labels differ, the first is 000000.png", samples.take(self.rendered, self.sample))
        self.render(b"labels")
        (self.rendered / "labels" / "000001.png").unlink()
        self.assertIn("1 labels differ, the first is 000001.png", samples.take(self.rendered, self.sample))
        self.assertEqual((self.sample / "clip.mp4").read_bytes(), b"video of labels")
        self.assertTrue(self.rendered.exists())


if __name__ == "__main__":
    unittest.main()
