"""Texts of causes that two or more exercises share."""

NO_GUARD = (
    "no guard that raises ValueError: check first whether the array is empty or holds NaN or infinity "
    "(np.isfinite)"
)
NOT_INT32 = "the codes are not int32: cast with astype(np.int32), as the last step"
SWAPPED_ENDS = "the two ends are swapped: quantize_range(params, bits, beta, alpha) takes the lower one first"
NOT_RESTORED = "the elements are compared with their codes: dequantize these first, with scale and zero"
EIGHT_BITS = "the number of bits is ignored: the codes are always those of 8 bits"
ALWAYS_8_BITS = "the bits are ignored: always 8 bits"
ONE_LEVEL_TOO_MANY = "off by one in the levels: the largest code is 2**(bits - 1) - 1, not 2**(bits - 1)"
FLOOR = "floor instead of round: codes are up to one too low; np.round finds the nearest"
CUT_OFF = "cut off instead of rounded: astype(int) cuts towards zero, np.round finds the nearest"
HALF_CUT = "int(x + 0.5) rounds negative values up: np.round finds the nearest on both sides of 0"
