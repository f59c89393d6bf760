"""Makes `preprocessor.json`: what transformers makes of a picture by forms of preprocessor_config.json.

    pip install torch==2.15.0 torchvision transformers==5.23.0 numpy
    python Tests/NetworksTests/Golden/make_preprocessor.py

The picture is 80x48 pixels of one colour, so that no resampling changes it. Each entry has the `file`, the `size` [width, height]
it becomes, and the `color` it has then.
"""

import json
import pathlib
import tempfile

import numpy
from transformers import AutoImageProcessor

HERE = pathlib.Path(__file__).parent
CONFIGURATION = HERE / "small-b0" / "config.json"

FORMS = [
    {"do_resize": False},
    {"do_resize": None},
    {"image_processor_type": "SegformerImageProcessorFast", "do_resize": False},
    {"feature_extractor_type": "SegformerFeatureExtractor", "do_resize": False, "reduce_labels": True},
    {"do_resize": False, "do_reduce_labels": True, "do_convert_rgb": True, "do_pad": False, "do_center_crop": None},
    {"do_resize": False, "do_normalize": False},
    {"do_resize": False, "do_normalize": None, "image_mean": None},
    {"do_resize": False, "do_rescale": False},
    {"do_resize": False, "do_rescale": None, "rescale_factor": 0.5},
    {"do_resize": False, "rescale_factor": 0.01},
    {"do_resize": False, "image_mean": 0.5, "image_std": 0.5},
    {"do_resize": False, "image_mean": [0.5], "image_std": [0.25]},
    {"do_resize": False, "image_mean": [0.1, 0.2, 0.3], "image_std": 0.5},
    {},
    {"size": 64},
    {"size": [64, 32]},
    {"feature_extractor_type": "SegformerFeatureExtractor", "size": [64, 32]},
    {"size": {"height": 64, "width": 32}},
    {"size": 64, "default_to_square": False},
    {"size": {"shortest_edge": 63}},
    {"size": {"shortest_edge": 64, "longest_edge": None}},
]


def prepared(form: dict) -> dict:
    picture = numpy.empty((48, 80, 3), numpy.uint8)
    picture[:] = 95, 130, 194
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "config.json").write_bytes(CONFIGURATION.read_bytes())
        (pathlib.Path(folder) / "preprocessor_config.json").write_text(json.dumps(form))
        pixels = AutoImageProcessor.from_pretrained(folder)(picture, return_tensors="pt")["pixel_values"][0]
    return {"file": form, "size": [pixels.shape[2], pixels.shape[1]], "color": pixels[:, 0, 0].tolist()}


if __name__ == "__main__":
    lines = [json.dumps(prepared(form)) for form in FORMS]
    (HERE / "preprocessor.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
