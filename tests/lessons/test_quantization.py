"""The finished functions of notebook 06, against torch's own operators and against their laws."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qcourse import quantization as q

BITS = st.integers(2, 16)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(max_dims=3, max_side=6),
    elements=st.floats(-1e4, 1e4, width=32).map(lambda x: x if abs(x) > 1e-4 else 0.0),
)


@given(ARRAYS, BITS)
def test_round_trip_is_within_half_a_step(x, bits):
    codes, scale, zero = q.asymmetric_quantization(x, bits)
    error = np.abs(q.asymmetric_dequantize(codes, scale, zero) - x)
    # The ends may be one more half step away: rounding the zero point shifts the whole grid.
    assert error.max() <= scale * (1 + 1e-6)
    inside = (codes > 0) & (codes < 2**bits - 1)
    assert np.all(error[inside] <= scale / 2 * (1 + 1e-6))


@given(ARRAYS, BITS)
def test_codes_are_int32_in_range_and_zero_is_exact(x, bits):
    codes, scale, zero = q.asymmetric_quantization(x, bits)
    assert codes.dtype == np.int32
    assert codes.shape == x.shape
    assert codes.min() >= 0
    assert codes.max() <= 2**bits - 1
    assert type(zero) is int
    assert 0 <= zero <= 2**bits - 1
    assert q.asymmetric_dequantize(np.array([zero]), scale, zero)[0] == 0.0


@given(ARRAYS)
def test_eight_bits_equal_torch(x):
    codes, scale, zero = q.asymmetric_quantization(x, 8)
    exact = x.astype(np.float64) / scale
    away_from_ties = np.abs(exact - np.floor(exact) - 0.5) > 1e-3  # torch divides in float32
    theirs = torch.quantize_per_tensor(torch.from_numpy(x.copy()).float(), scale, zero, torch.quint8)
    assert np.array_equal(codes[away_from_ties], theirs.int_repr().numpy()[away_from_ties])


@given(ARRAYS, BITS)
def test_symmetric_is_odd_and_leaves_out_the_lowest_code(x, bits):
    codes, scale = q.symmetric_quantization(x, bits)
    mirrored, same_scale = q.symmetric_quantization(-x, bits)
    assert scale == same_scale
    assert np.array_equal(codes, -mirrored)
    assert np.abs(codes).max() <= 2 ** (bits - 1) - 1
    assert np.all(np.abs(q.symmetric_dequantize(codes, scale) - x) <= scale / 2 * (1 + 1e-6))


@pytest.mark.parametrize("quantize", [q.asymmetric_quantization, q.symmetric_quantization])
@pytest.mark.parametrize("bad", [[], [1.0, math.nan], [math.inf], [-math.inf, 0]])
def test_refuses_what_has_no_range(quantize, bad):
    with pytest.raises(ValueError, match="cannot quantize"):
        quantize(np.array(bad), 8)


def test_all_zeros_have_scale_one():
    codes, scale, zero = q.asymmetric_quantization(np.zeros((2, 3)), 4)
    assert (scale, zero) == (1.0, 0)
    assert not codes.any()
    assert q.symmetric_quantization(np.zeros(5), 4)[1] == 1.0


def test_values_outside_a_given_range_saturate():
    codes, scale, zero = q.quantize_range(np.array([-9.0, 0.0, 9.0]), 4, -1.0, 2.0)
    assert codes.tolist() == [0, 5, 15]
    assert (scale, zero) == (pytest.approx(0.2), 5)


@given(hnp.arrays(np.float64, (3, 4, 2), elements=st.floats(-50, 50)), BITS, st.integers(-3, 2))
def test_per_channel_is_per_tensor_on_each_slice(weight, bits, axis):
    codes, scales = q.symmetric_quantization_per_channel(weight, bits, axis)
    assert codes.shape == weight.shape
    assert scales.shape == (weight.shape[axis],)
    for i in range(weight.shape[axis]):
        want, scale = q.symmetric_quantization(np.take(weight, i, axis), bits)
        assert np.array_equal(np.take(codes, i, axis), want)
        assert scales[i] == scale


def test_a_bit_is_worth_six_decibels():
    x = np.random.default_rng(0).uniform(-1, 1, 100_000)
    sqnr = [q.sqnr_db(x, q.symmetric_dequantize(*q.symmetric_quantization(x, bits))) for bits in (8, 12)]
    assert (sqnr[1] - sqnr[0]) / 4 == pytest.approx(20 * math.log10(2), abs=0.05)
    assert q.sqnr_db(x, x) == math.inf
    assert q.quantization_error(np.array([1, 2]), np.array([1, 4])) == 2.0


@pytest.mark.parametrize("per_row", [False, True])
def test_integer_linear_equals_the_float_layer_on_dequantized_codes(per_row):
    rng = np.random.default_rng(1)
    x_q, w_q = rng.integers(0, 256, (5, 7)), rng.integers(-127, 128, (3, 7))
    w_scale = rng.uniform(0.01, 0.1, 3) if per_row else 0.02
    bias = rng.normal(size=3)
    weight = w_q * np.reshape(w_scale, (-1, 1))
    want = (0.05 * (x_q - 13)) @ weight.T + bias
    got = q.integer_linear(x_q.astype(np.int32), 0.05, 13, w_q.astype(np.int32), w_scale, bias)
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_clamp_makes_a_new_array_of_the_same_dtype():
    codes = np.array([-300, 5, 300], dtype=np.int16)
    assert q.clamp(codes, 0, 255).tolist() == [0, 5, 255]
    assert q.clamp(codes, 0, 255).dtype == np.int16
    assert codes.tolist() == [-300, 5, 300]


def test_a_range_has_no_code_for_nan():
    with pytest.raises(ValueError, match="NaN"):
        q.quantize_range(np.array([0.0, np.nan]), 8, 0.0, 1.0)
    codes, _, _ = q.quantize_range(np.array([-np.inf, np.inf]), 8, -1.0, 1.0)
    assert codes.tolist() == [0, 255]


def test_a_range_with_its_ends_swapped_is_refused():
    with pytest.raises(ValueError, match=r"beta, 3, is above alpha, -1"):
        q.quantize_range(np.ones(3), 8, 3.0, -1.0)
