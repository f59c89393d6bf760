"""Recipes are drawn alike from the same seed and come back from meta.json as they were."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import conditions
import recipe
from conditions import Conditions
from drive import Drive


class RecipeTests(unittest.TestCase):
    def test_meta_round_trip(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "meta.json"
            for what in (recipe.draw(3), replace(recipe.draw(4, "clips"), cut=(20, 5))):
                path.write_text(what.meta())
                self.assertEqual(recipe.load(path), what)

    def test_other_version_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "meta.json"
            path.write_text(recipe.draw(3).meta().replace('"version": 2', '"version": 1'))
            with self.assertRaisesRegex(ValueError, "another version"):
                recipe.load(path)
            for text in ('{"version": 2, "sede": 3}', '{"version": 2}', "[1, 2]", '"a meta.json in a string"', "{", ""):
                path.write_text(text)
                with self.assertRaises(ValueError, msg=text):
                    recipe.load(path)

    def test_single_numbers_are_changed(self) -> None:
        what = recipe.draw(3).changed("sensor.quality", "40").changed("drive.speed", "2.5")
        self.assertEqual((what.sensor.quality, what.drive.speed), (40, 2.5))
        self.assertEqual(replace(what, sensor=recipe.draw(3).sensor, drive=recipe.draw(3).drive), recipe.draw(3))
        for name, value in (("sensor", "1"), ("sensor.speed", "1"), ("drive.speed", "fast"), ("seed", "4")):
            with self.assertRaisesRegex(ValueError, name):
                what.changed(name, value)
        with self.assertRaisesRegex(ValueError, "cloud"):
            what.changed("conditions.cloud", "3")

    def test_same_seed_same_recipe(self) -> None:
        self.assertEqual(recipe.draw(11), recipe.draw(11))
        self.assertNotEqual(recipe.draw(11), recipe.draw(12))

    def test_the_other_town_keeps_camera_and_weather(self) -> None:
        what = replace(recipe.draw(4, "clips"), cut=(20, 5))
        after = what.after_cut()
        self.assertEqual((after.seed, after.cut), (5, None))
        self.assertEqual((after.conditions, after.sensor), (what.conditions, what.sensor))
        self.assertNotEqual(after.drive, what.drive)


class ConditionsTests(unittest.TestCase):
    def test_default_is_the_sample_clip(self) -> None:
        day = conditions.preset("day")
        self.assertEqual((day.daylight, day.direct, day.night, day.lamps), (1.0, 1.0, 0.0, False))

    def test_it_gets_darker_as_the_sun_sinks(self) -> None:
        light = [Conditions(sun=sun).daylight for sun in (60, 40, 10, 2, 0, -3, -8, -20)]
        self.assertEqual(light, sorted(light, reverse=True))

    def test_haze_leaves_two_per_cent_at_the_visibility(self) -> None:
        self.assertAlmostEqual(2.718281828 ** -(Conditions(visibility=90).extinction * 90), 0.02, places=4)

    def test_impossible_conditions_are_refused(self) -> None:
        for wrong in (dict(cloud=1.2), dict(visibility=-1), dict(sun=100), dict(rain=-0.1)):
            with self.assertRaises(ValueError):
                Conditions(**wrong)
        with self.assertRaisesRegex(ValueError, "'snow' is no preset"):
            conditions.preset("snow")


class DriveTests(unittest.TestCase):
    def test_braking_ends_in_standing(self) -> None:
        drive = Drive(speed=8, brake_at=1, brake=4)
        self.assertAlmostEqual(drive.way(1), 8)
        self.assertAlmostEqual(drive.way(3), 16)
        self.assertAlmostEqual(drive.way(9), 16)
        self.assertGreater(drive.dive(2), 0)
        self.assertEqual(drive.dive(9), 0)


if __name__ == "__main__":
    unittest.main()
