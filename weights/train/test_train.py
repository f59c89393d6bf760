"""Checks of the network, of whole runs and of going on, on made-up data, in seconds: python -m unittest"""

from __future__ import annotations

import contextlib
import io
import json
import unittest
from pathlib import Path

import numpy
import torch
from PIL import Image
from safetensors.torch import load_file

import augment
import checkpoint
import evaluate
import forward
import model as models
import optimisation
import preprocess
import train
from classes import NAMES, Problem
from made_up import InFolder, tiny, write_folder


class Networks(InFolder):
    def test_the_lean_head_is_the_head(self) -> None:
        model = tiny().eval()
        model.decode_head.batch_norm.running_mean.normal_()
        pixels = torch.randn(2, 3, 64, 96)
        with torch.no_grad():
            torch.testing.assert_close(forward.logits(model, pixels), model(pixels).logits, rtol=1e-4, atol=1e-5)

    def test_models_that_do_not_fit_are_refused(self) -> None:
        with self.assertRaisesRegex(Problem, "found no config.json"):
            models.read(self.root)
        model = tiny()
        model.config.id2label = {number: f"class {number}" for number in range(len(NAMES))}
        models.write(model, self.root / "m")
        with self.assertRaisesRegex(Problem, "expected the 11 classes sky"):
            models.read(self.root / "m")

    def test_rates(self) -> None:
        model = tiny()
        optimiser = optimisation.optimiser(model, 1.0, 10, 0.01)
        optimisation.set_rate(optimiser, optimisation.rate(1e-3, "poly", 0.25, 500, 100))
        self.assertEqual({round(group["lr"], 6) for group in optimiser.param_groups}, {7.5e-4, 7.5e-3})
        self.assertEqual(sum(len(group["params"]) for group in optimiser.param_groups), len(list(model.parameters())))
        self.assertAlmostEqual(optimisation.rate(1, "cosine", 0.5, 4, 10), 0.25)
        self.assertEqual(optimisation.rate(1, "cosine", 1, 999, 10), 0)

    def test_sizes_are_those_of_ditta(self) -> None:
        for size, wanted in {(480, 360): (640, 480), (640, 360): (853, 480), (320, 227): (677, 480)}.items():
            self.assertEqual(preprocess.fitted(*size), wanted)
        frame = Image.new("RGB", (640, 360), augment.FILL)
        found = preprocess.network_input(frame, torch.device("cpu"))
        self.assertEqual(tuple(found.shape), (1, 3, 480, 864))
        self.assertLess(found.abs().max().item(), 0.02)

    def test_scores(self) -> None:
        matrix = numpy.zeros((11, 11), int)
        matrix[0, 0], matrix[0, 1], matrix[3, 3] = 6, 2, 2
        scores = evaluate.Scores.of(matrix)
        self.assertEqual((scores.iou[0], scores.iou[1], scores.iou[2], scores.iou[3]), (75, 0, None, 100))
        self.assertEqual((scores.mean_iou, scores.accuracy), (87.5, 80))


class Runs(InFolder):
    def setUp(self) -> None:
        super().setUp()
        models.write(tiny(), self.root / "start")
        self.classes = write_folder(self.root / "a", 3, len(NAMES))
        self.groups = write_folder(self.root / "b", 3, 7)

    def train(self, out: str, *more: str, until: int = 99) -> Path:
        """Six steps, or fewer as if by Ctrl-C."""
        words = ["--data", "classes", "1", str(self.classes), "--data", "groups", "1", str(self.groups)]
        words += ["--start", str(self.root / "start"), "--out", str(self.root / out), "--steps", "6", "--batch", "2"]
        words += ["--crop", "32", "64", "--warm-up", "2", "--workers", "0", "--every", "4", *more]
        with contextlib.redirect_stderr(io.StringIO()):
            train.main(words, stop=lambda step: step >= until)
        return self.root / out

    def test_a_resumed_run_equals_an_uninterrupted_one(self) -> None:
        whole = self.train("whole", "--validate", str(self.classes))
        parts = self.train("parts", "--validate", str(self.classes), until=3)
        self.assertEqual(len((parts / "log.jsonl").read_text().splitlines()), 3)
        # As after a crash: a line that the state does not know, and half of one.
        with open(parts / "log.jsonl", "a") as log:
            log.write('{"step": 4, "loss": 9}\n{"step": 5, "lo')
        self.train("parts", "--validate", str(self.classes), "--workers", "1")
        a, b = (torch.load(folder / "state.pt", weights_only=True) for folder in (whole, parts))
        self.assertEqual((a["step"], b["step"]), (6, 6))
        for part in ("model", "average"):
            for name, value in a[part].items():
                self.assertTrue(torch.equal(value, b[part][name]), f"{part} {name}")
        for number, values in a["optimiser"]["state"].items():
            for name, value in values.items():
                self.assertTrue(torch.equal(value, b["optimiser"]["state"][number][name]), f"optimiser {number} {name}")
        logs = [[json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()] for folder in (whole, parts)]
        for line in logs[0] + logs[1]:
            del line["seconds"]
        self.assertEqual(logs[0], logs[1])
        self.assertEqual([line["step"] for line in logs[0] if "validation" in line], [4, 6])
        self.assertFalse([file for file in whole.iterdir() if file.name not in ("state.pt", "log.jsonl", "model")])

    def test_the_result_is_the_mean_of_weights_in_f32(self) -> None:
        out = self.train("out", "--precision", "fp32")
        state = torch.load(out / "state.pt", weights_only=True)
        written = load_file(out / "model" / "model.safetensors")
        self.assertEqual({value.dtype for value in written.values()} - {torch.int64}, {torch.float32})
        for name, value in models.read(out / "model").state_dict().items():
            self.assertTrue(torch.equal(value, state["average"][name]), name)
        config = json.loads((out / "model" / "config.json").read_text())
        self.assertEqual(list(config["id2label"].values()), NAMES)
        self.assertTrue((out / "model" / "preprocessor_config.json").is_file())

    def test_a_run_does_not_go_on_as_another(self) -> None:
        self.train("out", until=1)
        for more, sentence in [(["--lr", "1"], "was made with lr 0.0004, not 1.0"), (["--seed", "1"], "with seed 0, not 1")]:
            with self.assertRaisesRegex(SystemExit, sentence):
                self.train("out", *more)
        (self.root / "out" / "state.pt").write_bytes(b"PK")
        with self.assertRaisesRegex(SystemExit, "cannot be read as a training state"):
            self.train("out")

    def test_states_hold_no_code(self) -> None:
        file = self.root / "state.pt"
        torch.save({"format": checkpoint.FORMAT, "settings": Path("x")}, file)
        with self.assertRaisesRegex(Problem, "cannot be read as a training state"):
            checkpoint.load(file, {}, {})


if __name__ == "__main__":
    unittest.main()
