#!/usr/bin/env bash
# libsndfile (soundfile): the same floating-point samples written with 16 bits as WAV, AIFF and FLAC.
# Guess before it was run: the same codes; the formats differ in how they store them, and FLAC loses nothing.
# Found: other codes. FLAC rounds to the nearest. WAV and AIFF round down, because soundfile switches clipping
# on and the samples are then scaled to 32 bits and shifted: a largest error of a whole step, and a mean error
# of half a step, which is a constant offset in silence.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet soundfile==0.14.0 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import soundfile

STEP = 2.0**-15
samples = np.random.default_rng(0).uniform(-0.5, 0.5, 10_000)
steps = {}
for name in ("wav", "aiff", "flac"):
    soundfile.write(f"sound.{name}", samples, 8000, subtype="PCM_16")
    error = (soundfile.read(f"sound.{name}")[0] - samples) / STEP
    steps[name] = error
    print(f"{name}: mean error {error.mean():+.2f} steps, from {error.min():+.2f} to {error.max():+.2f}")
print(f"soundfile {soundfile.__version__}, {soundfile.__libsndfile_version__}")
for name in ("wav", "aiff"):
    assert steps[name].max() <= 0 and steps[name].min() < -0.99 and abs(steps[name].mean() + 0.5) < 0.01
assert abs(steps["flac"]).max() <= 0.5 and abs(steps["flac"].mean()) < 0.01
TEXT
venv/bin/python run.py
