"""TensorFlow: its quantize operators, fake quantization, and the converter to TensorFlow Lite."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import probe
import tensorflow as tf

KERNELS = "tensorflow/core/kernels/{}"


@probe.scheme(
    "tensorflow quantize quint8 MIN_COMBINED", KERNELS.format("quantize_op.cc"), zero_is="the minimum"
)
def min_combined(x):
    codes, low, high = tf.quantization.quantize(x, x.min(), x.max(), tf.quint8)
    low, high = np.float64(low), np.float64(high)
    return codes.numpy().astype(np.int16), np.float32((high - low) / 255), np.float32(low)


@probe.scheme("tensorflow quantize qint8 SCALED", KERNELS.format("quantize_op.cc"))
def scaled(x):
    codes, _, high = tf.quantization.quantize(x, x.min(), x.max(), tf.qint8, mode="SCALED", narrow_range=True)
    return codes.numpy().astype(np.int16), np.float32(high) / np.float32(127), 0


@probe.scheme("tensorflow fake_quant_with_min_max_vars", KERNELS.format("fake_quant_ops_functor.h"))
def fake_quant(x):
    low, high = min(x.min(), np.float32(0)), max(x.max(), np.float32(0))
    back = tf.quantization.fake_quant_with_min_max_vars(x, low, high, 8).numpy()
    scale = (high - low) / np.float32(255)
    zero = np.floor(-low / scale + np.float32(0.5)) if scale else 0
    return np.round(back / scale) + zero if scale else np.zeros(x.size), scale, zero


@probe.scheme("tensorflow quantize_and_dequantize_v2", KERNELS.format("quantize_and_dequantize_op.h"))
def quantize_and_dequantize(x):
    back = tf.quantization.quantize_and_dequantize_v2(x, x.min(), x.max(), range_given=True).numpy()
    scale = max(abs(x.min()) / np.float32(128), abs(x.max()) / np.float32(127))
    return np.round(back / scale) if scale else np.zeros(x.size), scale, 0


probe.main("tensorflow")
