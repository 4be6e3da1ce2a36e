"""What one submission may use."""

import resource
from typing import NamedTuple

PROCESSES = 4  # times the limit of processes: how many the system itself allows, threads among them


class Limits(NamedTuple):
    """What one submission may use. A wall limit of ``10 ×`` the CPU time stands behind the CPU limits."""

    cell_cpu: float = 60  # seconds, of one cell
    cpu: float = 300  # seconds, of the whole submission
    wall: float = 10  # times the CPU limit
    idle: float = 60  # seconds of wall time, without computing anything
    memory: int = 2 * 2**30  # bytes, all processes together, above what the warm process shares
    processes: int = 64  # and threads are not counted
    disk: int = 256 * 2**20  # bytes, in the scratch space
    files: int = 50_000  # in the scratch space: each holds memory of the system
    output: int = 16 * 2**20  # bytes, of all cells together
    restarts: int = 5  # kernels that may be lost


def rlimits(limits: Limits, size: int = 0, data: int = 0) -> dict[int, int]:
    """What the system holds each process to; ``size`` and ``data`` bytes of memory it has already."""
    return {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(limits.cpu) + 1,
        resource.RLIMIT_DATA: data + limits.memory,
        resource.RLIMIT_AS: size + 2 * limits.memory,  # memory shared with nobody is in no other limit
        resource.RLIMIT_FSIZE: limits.disk,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_NPROC: PROCESSES * limits.processes,
    }
