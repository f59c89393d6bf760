"""Writes lenses.json: points that OpenCV projects, for tests of our lenses.

python3 -m venv venv && venv/bin/pip install opencv-python-headless numpy && venv/bin/python lenses.py
"""

import json
import pathlib

import cv2
import numpy as np

random = np.random.default_rng(3)
rotation, _ = cv2.Rodrigues(np.array([0.2, -0.3, 0.1]))
shift = np.array([0.1, -0.2, 0.3])
intrinsics = [610.5, 598.25, 322.75, 241.5]
fx, fy, cx, cy = intrinsics
matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])

# Directions within some 35° of the axis, where each of these lenses is one to one, at 1 to 20 m.
camera = np.column_stack([random.uniform(-0.7, 0.7, 60), random.uniform(-0.6, 0.6, 60), np.ones(60)])
camera *= random.uniform(1, 20, 60)[:, None]
points = (camera - shift) @ rotation

lenses = [
    ("none", []),
    ("opencv", [-0.12, 0.03, 0.001, -0.002]),
    ("opencv", [-0.12, 0.03, 0.001, -0.002, 0.004]),
    ("opencv", [0.2, -0.05, 0.001, -0.002, 0.004, 0.3, 0.02, -0.01]),
    ("opencv", [0.2, -0.05, 0.001, -0.002, 0.004, 0.3, 0.02, -0.01, 0.003, -0.001, 0.002, 0.0005]),
    ("fisheye", [0.05, -0.01, 0.003, -0.001]),
]
cases = []
for model, k in lenses:
    if model == "fisheye":
        pixels, _ = cv2.fisheye.projectPoints(points[:, None], cv2.Rodrigues(rotation)[0], shift, matrix, np.array(k))
    else:
        pixels, _ = cv2.projectPoints(points, rotation, shift, matrix, np.array(k))
    cases.append({"model": model, "k": k, "pixels": pixels.reshape(-1).tolist()})

golden = {
    "intrinsics": intrinsics,
    "cameraFromCloud": np.column_stack([rotation, shift]).reshape(-1).tolist(),
    "points": points.reshape(-1).tolist(),
    "cases": cases,
}
pathlib.Path(__file__).with_name("lenses.json").write_text(json.dumps(golden))
