"""The definitions of `ditta eval`, written down a second time: whole videos in memory, one window after the other.

    python3 reference.py random > random.json        small random videos with their scores
    python3 reference.py labels DIRECTORY            scores of a corrupted copy of labels against themselves

street.json is from ../../Fixtures/street/labels. Needs numpy only; the files were made with Python 3.11 and numpy 2.4.6.
"""

import json
import random
import struct
import sys
import zlib
from pathlib import Path

import numpy as np

VOID = -1


def classes_of(stored, classes, ignore, offset):
    """Stored truth ids to class ids or VOID."""
    shifted = stored.astype(int) + offset
    void = np.isin(stored, list(ignore)) | (shifted < 0) | (shifted >= classes)
    return np.where(void, VOID, shifted)


def percent(value):
    return None if np.isnan(value) else 100 * float(value)


def mean(values):
    values = [value for value in values if not np.isnan(value)]
    return float(np.mean(values)) if values else float("nan")


def divide(part, whole):
    return part / whole if whole else float("nan")


def consistency(videos, n):
    """mVC_n: VSPW, without void, strict, and the number of windows with constant truth."""
    vspw, without_void, strict = [], [], []
    for predictions, truth in videos:
        for start in range(len(truth) - n):
            constant_truth = np.all([truth[start + j] == truth[start] for j in range(1, n)], axis=0)
            constant_prediction = np.all([predictions[start + j] == predictions[start] for j in range(1, n)], axis=0)
            right = np.all([predictions[start + j] == truth[start + j] for j in range(n)], axis=0)
            valid = constant_truth & (truth[start] != VOID)
            vspw.append(divide((constant_prediction & constant_truth).sum(), constant_truth.sum()))
            without_void.append(divide((constant_prediction & valid).sum(), valid.sum()))
            strict.append(divide((constant_prediction & valid & right).sum(), valid.sum()))
    return mean(vspw), mean(without_void), mean(strict), int(np.sum(~np.isnan(vspw)))


def flicker(videos):
    changes = [(frames[t] != frames[t - 1]).ravel() for frames in videos for t in range(1, len(frames))]
    return np.concatenate(changes).mean() if changes else float("nan")


def score(videos, classes, ignore, offset):
    """Scores of [(predictions, stored truth)], each [frames, height, width]."""
    videos = [(predictions, classes_of(truth, classes, ignore, offset)) for predictions, truth in videos]
    predicted = np.concatenate([predictions.ravel() for predictions, _ in videos])
    actual = np.concatenate([truth.ravel() for _, truth in videos])
    predicted, actual = predicted[actual != VOID], actual[actual != VOID]

    overlap, weight = [], []
    for c in range(classes):
        both = ((predicted == c) & (actual == c)).sum()
        overlap.append(divide(both, ((predicted == c) | (actual == c)).sum()))
        weight.append((actual == c).sum())
    present = [c for c in range(classes) if weight[c] > 0]
    weighted = sum(weight[c] * overlap[c] for c in present) / sum(weight) if present else float("nan")
    eight, sixteen = consistency(videos, 8), consistency(videos, 16)
    return {
        "mIoU": percent(mean([overlap[c] for c in present])),
        "mIoUStrict": percent(mean(overlap)),
        "wIoU": percent(weighted),
        "pixelAccuracy": percent(divide((predicted == actual).sum(), len(actual))),
        "mVC8": percent(eight[0]), "mVC8WithoutVoid": percent(eight[1]), "mVC8Strict": percent(eight[2]),
        "mVC16": percent(sixteen[0]), "mVC16WithoutVoid": percent(sixteen[1]), "mVC16Strict": percent(sixteen[2]),
        "flicker": percent(flicker([predictions for predictions, _ in videos])),
        "flickerTruth": percent(flicker([truth for _, truth in videos])),
        "IoU": [percent(value) for value in overlap],
        "windows": [eight[3], sixteen[3]],
    }


# --- Small random videos -------------------------------------------------------------------------------------------

def random_video(generator, length, height, width, truth_ids, classes, offset):
    """Labels that mostly stay as they are, and predictions that mostly follow them; both change now and then."""
    truth = np.zeros((length, height, width), int)
    predictions = np.zeros_like(truth)
    for t in range(length):
        for y in range(height):
            for x in range(width):
                keep = t > 0 and generator.random() > 0.03
                truth[t, y, x] = truth[t - 1, y, x] if keep else generator.choice(truth_ids)
                right = (truth[t, y, x] + offset) % classes
                follow = generator.randrange(classes) if generator.random() < 0.3 else right
                keep = t > 0 and generator.random() > 0.04
                predictions[t, y, x] = predictions[t - 1, y, x] if keep else follow
    return predictions, truth


def random_cases():
    # name, seed, classes, predicted classes, ids in the truth, ignored ids, offset, lengths of the videos
    settings = [
        ("void and three videos", 1, 5, 5, [0, 1, 2, 3, 4, 255], [255], 0, [24, 17, 9]),
        ("classes from 1 on", 2, 4, 4, [0, 1, 2, 3, 4, 255], [255], -1, [20, 18]),
        ("class never in the truth", 3, 6, 6, [0, 1, 2], [255], 0, [19]),
        ("class never predicted", 4, 6, 3, [0, 1, 2, 3, 4, 5], [255], 0, [19]),
        ("two ignored ids and ids outside", 5, 4, 4, [0, 1, 2, 3, 4, 9], [2, 255], 0, [21]),
        ("as long as a window", 6, 3, 3, [0, 1, 2], [255], 0, [8, 16]),
    ]
    for name, seed, classes, predicted, ids, ignore, offset, lengths in settings:
        generator = random.Random(seed)
        videos = [random_video(generator, length, 3, 5, ids, predicted, offset) for length in lengths]
        yield {
            "name": name, "classes": classes, "ignore": ignore, "offset": offset, "width": 5, "height": 3,
            "videos": [
                {"predictions": [frame.ravel().tolist() for frame in predictions],
                 "truth": [frame.ravel().tolist() for frame in truth]}
                for predictions, truth in videos
            ],
            "scores": score(videos, classes, ignore, offset),
        }


# --- Label images --------------------------------------------------------------------------------------------------

def read_png(path):
    """An 8-bit grey PNG as [height, width]."""
    data, position, header, packed = path.read_bytes(), 8, None, b""
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        body = data[position + 8:position + 8 + length]
        header = body if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        position += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    assert (depth, colour) == (8, 0), f"{path}: expected 8-bit grey"
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, width + 1)
    picture = np.zeros((height + 1, width + 1), int)  # with a row above and a column to the left
    for y in range(height):
        kind, row, out, above = rows[y, 0], rows[y, 1:].astype(int), picture[y + 1], picture[y]
        for x in range(width):
            a, b, c = out[x], above[x + 1], above[x]
            paeth = min((a, b, c), key=lambda v: abs(a + b - c - v))
            out[x + 1] = (row[x] + (0, a, b, (a + b) // 2, paeth)[kind]) % 256
    return picture[1:, 1:]


def corrupt(stored, t, classes):
    """Frame t as a bad prediction: 2 pixels to the right in odd frames; pavement (4) and no label become road (3)."""
    width = stored.shape[1]
    moved = stored[:, np.maximum(np.arange(width) - 2 * (t % 2), 0)]
    return np.where((moved >= classes) | (moved == 4), 3, moved)


def main():
    if sys.argv[1] == "random":
        print(json.dumps(list(random_cases()), separators=(",", ":")))
    else:
        truth = np.stack([read_png(path) for path in sorted(Path(sys.argv[2]).glob("*.png"))])
        predictions = np.stack([corrupt(frame, t, 11) for t, frame in enumerate(truth)])
        print(json.dumps(score([(predictions, truth)], 11, [255], 0), indent=2))


main()
