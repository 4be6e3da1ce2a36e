"""Hidden tests of exercise 8.5, `quantized_linear_by_hand`.

Shapes, zero points, one weight scale and one per output row, outputs that fit and that saturate: each code
must be the nearest to the exact value. Two layers that torch converted: the codes must be those of the layer.
"""

import numpy as np
import torch
from torch import nn

import qcourse.check
from qcourse import torch_ao


def quantized_linear_by_hand(
    x_q: np.ndarray, x_scale: float, x_zero: int, w_q: np.ndarray, w_scale: float | np.ndarray,
    bias: np.ndarray, out_scale: float, out_zero: int,
) -> np.ndarray: ...  # fmt: skip


# %%
@qcourse.check.exercise("8.5", quantized_linear_by_hand, hidden=True)
def hidden_quantized_linear_by_hand(ex):
    def check(case, arguments, want, exact, slack, share):
        """At least ``share`` of the codes are within ``slack`` of ``exact``, and none more than 1 away."""
        got = ex.call(*arguments, case=case)
        ex.true(type(got) is np.ndarray, "the codes must be a NumPy array.", got=type(got).__name__)
        ex.true(
            got.dtype == np.uint8, "the codes have the wrong dtype.", expected="uint8", got=str(got.dtype)
        )
        ex.true(
            got.shape == want.shape,
            "the codes have the wrong shape.",
            expected=str(want.shape),
            got=str(got.shape),
        )
        away = np.abs(got - exact)
        far = away > slack
        ex.true(
            far.mean() <= 1 - share and away.max() <= 1,
            f"{far.sum()} of {far.size} codes are not the nearest to the exact value.",
            expected=f"{want[far][:4]}",
            got=f"{got[far][:4]}",
        )

    generator = np.random.default_rng(ex.seed(851))
    for batch, n_in, n_out, x_zero, out_zero, per_row in (
        (40, 300, 30, 128, 130, False),
        (33, 257, 7, 0, 0, True),
        (1, 90, 1, 255, 255, False),
        (25, 301, 12, 77, 20, True),
        (64, 500, 9, 3, 84, False),
        (7, 784, 100, 200, 64, True),
    ):
        x_q = generator.integers(0, 256, (batch, n_in)).astype(np.uint8)
        w_q = generator.integers(-127, 128, (n_out, n_in)).astype(np.int8)
        if per_row:  # transposed in memory: the values are the same
            x_q, w_q = np.asfortranarray(x_q), np.asfortranarray(w_q)
        x_scale = float(generator.uniform(0.002, 0.02))
        w_scale = generator.uniform(0.001, 0.01, n_out) if per_row else float(generator.uniform(0.001, 0.01))
        unit = x_scale * np.asarray(w_scale)
        total = (x_q.astype(np.int64) - x_zero) @ w_q.astype(np.int64).T
        bias = (total.std() * unit.max() * generator.normal(0, 0.5, n_out)).astype(np.float32)
        exact = total * unit + bias.astype(np.float64)
        for reach in (
            6.0,
            2.0,
        ):  # standard deviations that the 256 codes span: nothing saturates, or some does
            out_scale = float(exact.std() * reach / 256) if exact.size > 1 else float(abs(exact).max() / 100)
            place = np.clip(exact / out_scale + out_zero, 0, 255)
            case = f"batch {batch}, {n_in} -> {n_out}, zeros {x_zero}, {out_zero}, scales per row: {per_row}"
            arguments = x_q, x_scale, x_zero, w_q, w_scale, bias, out_scale, out_zero
            slack = (
                0.5 + 1e-3 + 0.5 * unit.max() / out_scale
            )  # float32 arithmetic; the bias rounded to its unit
            check(case, arguments, np.round(place).astype(np.uint8), place, slack, share=1)
            if batch > 1:
                place = place[::-1]
                arguments = (x_q[::-1].copy(), *arguments[1:])
                check(f"{case}, upside down", arguments, np.round(place).astype(np.uint8), place, slack, 1)

    per_channel = torch_ao.PerChannelMinMaxObserver.with_args(
        dtype=torch.qint8, qscheme=torch.per_channel_symmetric
    )
    for seed, weight_observer in enumerate((torch_ao.default_qconfig.weight, per_channel), start=852):
        torch.manual_seed(ex.seed(seed))
        float_layer = nn.Sequential(torch_ao.QuantStub(), nn.Linear(300, 40)).eval()
        float_layer.qconfig = torch_ao.QConfig(torch_ao.default_qconfig.activation, weight_observer)
        prepared, images = torch_ao.prepare(float_layer), torch.randn(100, 300)
        with torch.no_grad():
            prepared(images)
            stub, layer = torch_ao.convert(prepared)
            x = stub(images)
            want = layer(x).int_repr().numpy()
        w = layer.weight()
        w_scale = w.q_scale() if w.qscheme() == torch.per_tensor_affine else w.q_per_channel_scales().numpy()
        arguments = (
            x.int_repr().numpy(), float(x.q_scale()), int(x.q_zero_point()), w.int_repr().numpy(), w_scale,
            layer.bias().detach().numpy(), float(layer.scale), int(layer.zero_point),
        )  # fmt: skip
        check("a layer that torch converted", arguments, want, want.astype(int), slack=0, share=0.998)
