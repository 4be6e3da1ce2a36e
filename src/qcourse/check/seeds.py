"""Inputs of hidden tests: the same for a class and each regrade, others for another course."""

import hmac

_secret = b""  # of the course; without one, a seed is what the test names


def set_secret(secret: bytes) -> None:
    """From now on seeds follow from ``secret``."""
    global _secret
    _secret = secret


def seed(number: str, name: int) -> int:
    """The seed ``name`` of exercise ``number``, 0 to 2**31 - 1: for NumPy, torch and Python alike."""
    if not _secret:
        return name
    made = hmac.digest(_secret, f"{number}:{name}".encode(), "sha256")
    return int.from_bytes(made[:4], "big") >> 1
