"""What one submission may use."""

from typing import NamedTuple

# RLIMIT_NPROC, which counts threads too, is this many times the limit of processes.
SYSTEM_PROCESS_FACTOR = 4


class Limits(NamedTuple):
    """What one submission may use. Load on the machine changes no grade, so the limits are of CPU time.

    Limits of wall time stand behind them, for code that waits.
    """

    cell_cpu: float = 60  # seconds of CPU time per cell
    slow_cpu: float = 25  # the same, for all cells together that call an answer which used up that time
    cpu_total: float = 300  # seconds of CPU time per submission
    wall_factor: float = 10  # wall time per CPU time
    idle: float = 60  # seconds of wall time without computing anything
    memory: int = 2 * 2**30  # bytes, all processes together, above what the warm process shares
    processes: int = 64  # threads are not counted
    disk: int = 256 * 2**20  # bytes in the scratch space
    files: int = 50_000  # in the scratch space: each takes memory of the system
    output: int = 16 * 2**20  # bytes, all cells together
    restarts: int = 5  # kernels that may be lost

    @property
    def cell_wall(self) -> float:
        """Seconds of wall time per cell."""
        return self.wall_factor * self.cell_cpu

    @property
    def wall_total(self) -> float:
        """Seconds of wall time per submission."""
        return self.wall_factor * self.cpu_total


def rlimits(limits: Limits, size: int = 0, data: int = 0) -> dict[int, int]:
    """The limits that the system enforces per process; one already has ``size`` and ``data`` bytes."""
    import resource  # Windows has none, and needs the limits only

    return {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(limits.cpu_total) + 1,
        resource.RLIMIT_DATA: data + limits.memory,
        resource.RLIMIT_AS: size + 2 * limits.memory,  # memory shared with nobody is in no other limit
        resource.RLIMIT_FSIZE: limits.disk,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_NPROC: SYSTEM_PROCESS_FACTOR * limits.processes,
    }
