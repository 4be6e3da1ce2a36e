"""Memory in huge pages, for a process that is forked many times."""

import ctypes
import sys
from pathlib import Path

MADV_COLLAPSE = 25  # since Linux 6.1
MANY = 40  # forks: it takes half a second where torch is loaded, which the next 20 save


def use_huge_pages() -> None:
    """Bring what is loaded into huge pages, where Linux can: a fork of it then costs a third."""
    if sys.platform != "linux":
        return
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        addresses, rights, _, _, _, *path = line.split()
        if rights == "rw-p" and path in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in addresses.split("-"))
            madvise(start, end - start, MADV_COLLAPSE)  # what cannot be brought there stays
