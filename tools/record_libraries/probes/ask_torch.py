"""torch.ao.quantization and torch's own kernels, as the course uses them."""

import warnings

import probe
import torch

warnings.simplefilter("ignore")
from torch.ao.quantization import (  # noqa: E402
    FusedMovingAvgObsFakeQuantize,
    HistogramObserver,
    MinMaxObserver,
    MovingAverageMinMaxObserver,
    PerChannelMinMaxObserver,
)

OBSERVER = "torch/ao/quantization/observer.py UniformQuantizationObserverBase._calculate_qparams"
SYMMETRIC, AFFINE = torch.per_tensor_symmetric, torch.per_tensor_affine


def observed(observer, x):
    observer(x)
    scale, zero = observer.calculate_qparams()
    return scale, zero


def minmax(dtype, qscheme, **options):
    def ask(x):
        x = torch.from_numpy(x)
        observer = MinMaxObserver(dtype=dtype, qscheme=qscheme, **options)
        scale, zero = observed(observer, x)
        codes = torch.quantize_per_tensor(x, scale.item(), zero.item(), dtype).int_repr()
        return codes, scale, zero

    return ask


for name, dtype, qscheme, options in (
    ("qint8 symmetric", torch.qint8, SYMMETRIC, {}),
    (
        "qint8 symmetric -127..127",
        torch.qint8,
        SYMMETRIC,
        {"quant_min": -127, "quant_max": 127, "eps": 2**-12},
    ),
    ("qint8 symmetric reduce_range", torch.qint8, SYMMETRIC, {"reduce_range": True}),
    ("quint8 symmetric", torch.quint8, SYMMETRIC, {}),
    ("quint8 affine", torch.quint8, AFFINE, {}),
    ("qint8 affine", torch.qint8, AFFINE, {}),
    ("quint8 affine reduce_range", torch.quint8, AFFINE, {"reduce_range": True}),
):
    probe.scheme(f"torch.ao MinMaxObserver {name}", OBSERVER)(minmax(dtype, qscheme, **options))


@probe.scheme(
    "torch.ao HistogramObserver quint8 affine", "torch/ao/quantization/observer.py HistogramObserver"
)
def histogram(x):
    x = torch.from_numpy(x)
    scale, zero = observed(HistogramObserver(dtype=torch.quint8, qscheme=AFFINE), x)
    return torch.quantize_per_tensor(x, scale.item(), zero.item(), torch.quint8).int_repr(), scale, zero


@probe.scheme("torch.ao PerChannelMinMaxObserver qint8 symmetric", OBSERVER)
def per_channel(x):
    x = torch.from_numpy(probe.matrix(x))
    scale, zero = observed(
        PerChannelMinMaxObserver(dtype=torch.qint8, qscheme=torch.per_channel_symmetric), x
    )
    return torch.quantize_per_channel(x, scale, zero, 0, torch.qint8).int_repr(), scale, zero


def fused(low, high, dtype, qscheme):
    def ask(x):
        x = torch.from_numpy(x)
        fake = FusedMovingAvgObsFakeQuantize(
            MovingAverageMinMaxObserver, quant_min=low, quant_max=high, dtype=dtype, qscheme=qscheme
        )
        back = fake(x)
        return torch.round(back / fake.scale) + fake.zero_point, fake.scale, fake.zero_point

    return ask


FUSED = "ATen/native/quantized/cpu/fused_obs_fake_quant.cpp, cpu/QuantUtils.h ChooseQuantizationParams"
probe.scheme("torch.ao FusedMovingAvgObsFakeQuantize qint8 symmetric", FUSED)(
    fused(-128, 127, torch.qint8, SYMMETRIC)
)
probe.scheme("torch.ao FusedMovingAvgObsFakeQuantize quint8 affine", FUSED)(
    fused(0, 255, torch.quint8, AFFINE)
)


def fake_quantize(low, high, dtype):
    def ask(x):
        x = torch.from_numpy(x)
        scale, zero = observed(MinMaxObserver(dtype=dtype, qscheme=AFFINE), x)
        back = torch.fake_quantize_per_tensor_affine(x, scale.item(), zero.item(), low, high)
        return torch.round(back / scale) + zero, scale, zero

    return ask


probe.scheme(
    "torch.fake_quantize_per_tensor_affine quint8", "ATen/native/quantized/cpu/kernels/QuantizedOpKernels.cpp"
)(fake_quantize(0, 255, torch.quint8))


def dynamic(reduce_range):
    def ask(x):
        x = torch.from_numpy(x)
        scale, zero = torch._choose_qparams_per_tensor(x, reduce_range)
        return torch.quantize_per_tensor(x, scale, zero, torch.quint8).int_repr(), scale, zero

    return ask


DYNAMIC = "ATen/native/quantized/cpu/QuantUtils.h ChooseQuantizationParams"
probe.scheme("torch quantized.linear_dynamic input", DYNAMIC)(dynamic(False))
probe.scheme("torch quantized.linear_dynamic input reduce_range", DYNAMIC)(dynamic(True))


def embedding(bits):
    def ask(x):
        x = torch.from_numpy(probe.matrix(x))
        even = x if x.shape[1] % 2 == 0 else torch.cat([x, x[:, -1:]], 1)
        prepack = {
            8: torch.ops.quantized.embedding_bag_byte_prepack,
            4: torch.ops.quantized.embedding_bag_4bit_prepack,
        }
        packed = prepack[bits](even)
        width = even.shape[1] * bits // 8
        codes, tail = packed[:, :width], packed[:, width:].reshape(-1).clone().reshape(len(x), -1)
        if bits == 4:
            codes = torch.stack([codes & 15, codes >> 4], 2).reshape(len(x), -1)
        dtype = torch.float32 if bits == 8 else torch.float16
        scale, low = tail.view(dtype).float().T
        return codes[:, : x.shape[1]], scale, low

    return ask


EMBEDDING = "ATen/native/quantized/cpu/qembeddingbag_prepack.cpp"
probe.scheme("torch embedding_bag_byte_prepack uint8", EMBEDDING, zero_is="the row's minimum")(embedding(8))
probe.scheme("torch embedding_bag_4bit_prepack uint4", EMBEDDING, zero_is="the row's minimum")(embedding(4))

probe.main("torch")
