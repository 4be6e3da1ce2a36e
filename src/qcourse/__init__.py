"""Helpers for the quantization course: data, models, training, measurements, plots and checks."""

__version__ = "1.0.0"
