"""Checks of labels, losses and samples on made-up data, in seconds: python -m unittest"""

from __future__ import annotations

import unittest

import numpy
import torch
from PIL import Image

import augment
import losses
import mixing
from classes import FIRST_GROUP, GROUP_OF_CLASS, KINDS, LABELS, NAMES, NONE
from data import scan
from made_up import HEIGHT, WIDTH, InFolder, write_folder


class Losses(unittest.TestCase):
    def test_groups_are_sums_of_probabilities(self) -> None:
        torch.manual_seed(0)
        logits = 3 * torch.randn(2, len(NAMES), 4, 5, dtype=torch.float64)
        found = losses.label_log_probabilities(logits)
        probabilities = logits.softmax(1)
        for group in range(max(GROUP_OF_CLASS) + 1):
            total = sum(probabilities[:, number] for number in range(len(NAMES)) if GROUP_OF_CLASS[number] == group)
            torch.testing.assert_close(found[:, FIRST_GROUP + group].exp(), total)
        torch.testing.assert_close(found[:, : len(NAMES)].exp(), probabilities)

    def test_mean_is_weighted_and_leaves_out_none(self) -> None:
        torch.manual_seed(1)
        logits = torch.randn(1, len(NAMES), 2, 3)
        labels = torch.tensor([[[0, 10, NONE], [FIRST_GROUP + 2, 3, NONE]]])
        weights = torch.ones(LABELS)
        weights[10] = 4
        p = logits.softmax(1)[0]
        living = p[9, 1, 0] + p[10, 1, 0]
        expected = -(p[0, 0, 0].log() + 4 * p[10, 0, 1].log() + living.log() + p[3, 1, 1].log()) / 7
        torch.testing.assert_close(losses.cross_entropy(logits, labels, weights), expected)
        self.assertEqual(losses.cross_entropy(logits, torch.full((1, 2, 3), NONE), weights).item(), 0)

    def test_impossible_groups_stay_finite(self) -> None:
        logits = torch.zeros(1, len(NAMES), 1, 1)
        logits[:, 0] = 1e4
        logits.requires_grad_()
        loss = losses.cross_entropy(logits, torch.tensor([[[FIRST_GROUP + 2]]]), torch.ones(LABELS))
        loss.backward()
        self.assertAlmostEqual(loss.item(), 1e4, delta=1)
        self.assertTrue(torch.isfinite(logits.grad).all())


class Samples(InFolder):
    def test_crops_keep_frame_and_label_together(self) -> None:
        folder = scan(write_folder(self.root / "a", 4, len(NAMES)), "classes")
        crop = augment.Crop(64, 96, (0.05, 1.0))
        compared = 0
        for number in range(40):
            random = numpy.random.default_rng(number)
            pair, wanted = mixing.Source(folder, 1).draw(random)
            frame, label = (numpy.array(part).astype(int) for part in crop(*pair.load(folder.kind), wanted, random))
            self.assertEqual((frame.shape, label.shape), ((64, 96, 3), (64, 96)))
            if wanted is not None:
                self.assertIn(wanted, label)
            # Inside a block the grey is exactly its label's; at edges it is a mixture.
            flat = (frame[..., 0] - 10) % 12 == 0
            flat[:, 1:-1] &= (frame[:, 2:, 0] == frame[:, :-2, 0]) & (frame[:, 1:-1, 0] == frame[:, :-2, 0])
            flat[1:-1] &= (frame[2:, :, 0] == frame[:-2, :, 0]) & (frame[1:-1, :, 0] == frame[:-2, :, 0])
            flat[[0, -1]], flat[:, [0, -1]] = False, False
            flat &= (label != NONE) & (frame[..., 0] != augment.FILL[0])
            self.assertTrue((frame[..., 0][flat] == 10 + 12 * label[flat]).all())
            compared += int(flat.sum())
            beside = (frame == augment.FILL).all(2)
            self.assertTrue((label[beside] == NONE).all())
            self.assertEqual(augment.appearance(Image.fromarray(frame.astype(numpy.uint8)), random).shape, frame.shape)
        self.assertGreater(compared, 20_000)

    def test_a_sample_depends_on_seed_and_number_alone(self) -> None:
        sources = [mixing.Source(scan(write_folder(self.root / "a", 3, len(NAMES)), "classes"), 1)]
        sources.append(mixing.Source(scan(write_folder(self.root / "b", 2, 7), "groups"), 2))
        first, second, other = (mixing.Mixture(sources, augment.Crop(32, 64), seed) for seed in (5, 5, 6))
        for number in (9, 2):
            self.assertTrue(all(torch.equal(a, b) for a, b in zip(first[number], second[number], strict=True)))
        self.assertFalse(torch.equal(first[2][0], other[2][0]))
        # Two of three samples are of the second folder, whose labels are groups.
        share = sum((first[number][1] >= FIRST_GROUP).any().item() for number in range(120)) / 120
        self.assertAlmostEqual(share, 2 / 3, delta=0.12)

    def test_rare_labels_are_drawn_and_weigh_more(self) -> None:
        folder = scan(write_folder(self.root / "a", 40, 1), "classes")
        folder.counts[7, 10] = 60
        source = mixing.Source(folder, 1)
        random = numpy.random.default_rng(0)
        drawn = [source.draw(random)[1] for _ in range(400)]
        self.assertGreater(drawn.count(10), 70)
        weights = mixing.label_weights([source], 0.25)
        self.assertGreater(weights[10], 2 * weights[0])
        self.assertTrue((mixing.label_weights([source], 0) == 1).all())


class Folders(InFolder):
    def test_labels_are_read_by_kind(self) -> None:
        camvid = scan(write_folder(self.root / "a", 2, 3, none=11), "classes")
        self.assertEqual(set(numpy.unique(camvid.pairs[0].load(camvid.kind)[1])) - {0, 1, 2}, {NONE})
        coarse = scan(write_folder(self.root / "b", 2, 7), "groups")
        self.assertGreaterEqual(int(numpy.array(coarse.pairs[0].load(coarse.kind)[1]).min()), FIRST_GROUP)
        drive = write_folder(self.root / "world" / "seed-000001", 2, 3)
        self.fails("has no meta.json", "world", self.root / "world")
        (drive / "meta.json").write_text("{}")
        (self.root / "world" / "seed-000002.partial" / "frames").mkdir(parents=True)
        self.assertEqual(len(scan(self.root / "world", "world").pairs), 2)

    def test_what_is_wrong_is_one_sentence(self) -> None:
        self.fails("no such folder", "classes", self.root / "none")
        folder = write_folder(self.root / "a", 2, 3)
        self.fails("no meta.json", "world", self.root)
        Image.fromarray(numpy.full((HEIGHT, WIDTH), 12, numpy.uint8)).save(folder / "labels" / "000001.png")
        self.fails(r"000001.png: expected ids 0 to 10, or 11 or 255 for none, found 12 on 3840 pixels", "classes", folder)
        Image.fromarray(numpy.zeros((8, 9), numpy.uint8)).save(folder / "labels" / "000001.png")
        self.fails("expected 80x48 pixels as its frame has, found 9x8", "classes", folder)
        Image.fromarray(numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)).save(folder / "labels" / "000001.png")
        self.fails("one 8-bit id a pixel, found a picture of mode RGB", "classes", folder)
        (folder / "labels" / "000001.png").write_bytes(b"no picture")
        self.fails("cannot be read", "classes", folder)
        (folder / "labels" / "000001.png").unlink()
        self.fails("has no label", "classes", folder)

    def test_every_kind_covers_its_ids(self) -> None:
        self.assertEqual([KINDS["groups"].table()[number] for number in (0, 6, 7, 255)], [11, 17, None, NONE])
        self.assertEqual([KINDS["world"].table()[number] for number in (0, 10, 11, 255)], [0, 10, None, NONE])


if __name__ == "__main__":
    unittest.main()
