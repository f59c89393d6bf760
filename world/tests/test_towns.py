"""Random towns are the same for the same seed, and nothing in them stands where the drive goes."""

import unittest

import recipe
import towns
from plan import FIRST, LAST, LEFT_KERB, RIGHT_KERB, Plan


def town(seed: int) -> Plan:
    """The town of a seed's clip."""
    what = recipe.draw(seed, "clips")
    return towns.town(recipe.stream(seed, "town"), what.drive, what.frames)


class TownsTests(unittest.TestCase):
    def test_same_seed_same_town(self) -> None:
        self.assertEqual(town(3), town(3))
        self.assertNotEqual(town(3), town(4))

    def test_both_sides_are_built_without_gaps(self) -> None:
        for seed in range(30):
            plan = town(seed)
            for side in (-1, 1):
                pieces = [(s0, s1) for at, s0, s1, _ in plan.houses if at == side]
                pieces += [(s0 - 0.2, s1 + 0.2) for s0, s1, t in plan.railings + plan.board_fences if t * side > 0]
                pieces.sort()
                self.assertAlmostEqual(pieces[0][0], FIRST)
                self.assertAlmostEqual(pieces[-1][1], LAST)
                for (_, end), (start, _) in zip(pieces, pieces[1:], strict=False):
                    self.assertAlmostEqual(end, start)

    def test_the_drive_is_free(self) -> None:
        for seed in range(30):
            plan = town(seed)
            for _, _, s, t, _ in plan.parked_cars:
                self.assertGreater(abs(t - plan.drive.lane), 1.9)
                self.assertTrue(t > 0 or s > plan.drive.start + 9)
            for things in (plan.lamps, plan.signals, plan.bollards, plan.bins, plan.letter_boxes):
                self.assertTrue(all(t < LEFT_KERB or t > RIGHT_KERB for _, t in things))

    def test_cyclists_and_parked_cars_keep_apart(self) -> None:
        for seed in range(60):
            plan = town(seed)
            if any(t < 0 for _, t, *_ in plan.cyclists):
                self.assertFalse([t for _, _, _, t, _ in plan.parked_cars if t < 0])


if __name__ == "__main__":
    unittest.main()
