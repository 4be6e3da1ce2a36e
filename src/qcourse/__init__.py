"""Helpers for the quantization course: data, models, training, measurements, plots and checks."""

import atexit
import gc

__version__ = "1.0.0"

# What is imported stays. By default the collector looks at all of it again and again, 0.4 s in notebook 09,
# and once more as the process ends.
gc.freeze()
gc.set_threshold(10_000, 10, 10)
atexit.register(gc.freeze)
