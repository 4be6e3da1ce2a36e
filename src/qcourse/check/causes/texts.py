"""Texts of causes that two exercises or more tell."""

NO_GUARD = "no guard: first look whether the array is empty or holds NaN or infinity (np.isfinite)"
EIGHT_BITS = "the number of bits is ignored: the codes are always those of 8 bits"
