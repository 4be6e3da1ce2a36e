#!/usr/bin/env bash
# OpenCV: float32 to 8 bits (convertScaleAbs), for 300, 1e9, 1e10 and infinity.
# Guess before it was run: 255 for each; its conversions saturate, as the documentation says.
# Found: 255, 255, 0, 0. A float becomes an int32 first, and what does not fit there becomes the smallest
# int32, and so the smallest code: the brightest pixels turn black. To int8 they become -128.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet opencv-python-headless==5.0.0.93 numpy==2.4.6
cat >run.py <<'TEXT'
import cv2
import numpy as np

bright = np.array([[300, 1e9, 1e10, np.inf]], np.float32)
unsigned = cv2.convertScaleAbs(bright)[0].tolist()
signed = cv2.multiply(bright, 1.0, dtype=cv2.CV_8S)[0].tolist()
print(f"OpenCV {cv2.__version__}: uint8 {unsigned}, int8 {signed}")
assert unsigned == [255, 255, 0, 0] and signed == [127, 127, -128, -128]
TEXT
venv/bin/python run.py
