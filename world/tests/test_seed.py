"""The command line of one seed: what it leaves to chance, and what it refuses."""

import sys
import unittest
from dataclasses import replace
from unittest import mock

import conditions
import recipe
import seed
from sensor import Sensor


def chosen(*words: str) -> recipe.Recipe:
    """The recipe of a command line."""
    with mock.patch.object(sys, "argv", ["seed.py", "--out", "nowhere", *words]):
        return seed.chosen(seed.arguments())


class ChosenTests(unittest.TestCase):
    def test_chance_decides_what_is_left_open(self) -> None:
        self.assertEqual(chosen("--seed", "5"), recipe.draw(5))
        what = chosen("--seed", "5", "--size", "64x48", "--conditions", "night", "--clean")
        self.assertEqual((what.size, what.conditions, what.sensor), ((64, 48), conditions.preset("night"), Sensor()))
        self.assertEqual(what.drive, recipe.draw(5).drive)

    def test_a_single_number(self) -> None:
        words = ("--conditions", "night", "--set", "sensor.electrons", "90", "--set", "conditions.wet", "1")
        what = chosen("--seed", "5", *words)
        self.assertEqual((what.sensor.electrons, what.conditions.wet, what.conditions.sun), (90, 1, -12))

    def test_towns(self) -> None:
        what = chosen("--seed", "5")
        self.assertNotEqual(seed.planned(what), seed.planned(replace(what, town="composed")))
        with self.assertRaisesRegex(ValueError, "drawn or composed, not 'village'"):
            seed.planned(replace(what, town="village"))

    def test_cut(self) -> None:
        self.assertEqual(chosen("--seed", "5", "--kind", "clips", "--cut", "20:6").cut, (20, 6))
        for wrong in ("0:6", "45:6", "20", "20:-1"):
            with self.assertRaisesRegex(ValueError, "--cut"):
                chosen("--seed", "5", "--kind", "clips", "--cut", wrong)


if __name__ == "__main__":
    unittest.main()
