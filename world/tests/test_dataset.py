"""Seeds are parsed, rendered once, and taken up again after an interruption."""

import tempfile
import unittest
from pathlib import Path

import dataset


class SeedsTests(unittest.TestCase):
    def test_ranges(self) -> None:
        self.assertEqual(list(dataset.parse_seeds("3..5")), [3, 4, 5])
        self.assertEqual(list(dataset.parse_seeds("7")), [7])
        for wrong in ("", "a..b", "5..3", "1-4", "..4", "1.."):
            with self.assertRaisesRegex(ValueError, "seeds are written as"):
                dataset.parse_seeds(wrong)


class RunTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.out = Path(self.folder.name)
        self.rendered: list[int] = []
        self.said: list[str] = []
        self.addCleanup(self.folder.cleanup)

    def render(self, path: Path, words: list[str]) -> str:
        """A renderer that makes an empty folder, and fails on seed 4 after leaving half of it."""
        seed = int(words[0])
        self.rendered.append(seed)
        if seed == 4:
            path.with_name(path.name + ".partial").mkdir(exist_ok=True)
            return "no light"
        path.mkdir()
        return ""

    def run_all(self, seeds: str, jobs: int = 2) -> list[int]:
        work = {self.out / str(seed): [str(seed)] for seed in dataset.parse_seeds(seeds)}
        return [int(path.name) for path in dataset.run(work, jobs, self.render, self.said.append)]

    def test_finished_seeds_are_skipped(self) -> None:
        self.assertEqual(self.run_all("1..3"), [])
        self.assertEqual(self.run_all("2..6"), [4])
        self.assertEqual(sorted(self.rendered), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.run_all("4"), [4])
        self.assertEqual(self.rendered.count(4), 2)

    def test_progress_tells_failures_and_time_left(self) -> None:
        self.run_all("3..5", jobs=1)
        self.assertEqual(len(self.said), 3)
        self.assertIn("4 failed: no light", self.said[1])
        self.assertIn("min left", self.said[0])


if __name__ == "__main__":
    unittest.main()
