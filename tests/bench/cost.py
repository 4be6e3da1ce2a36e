"""What a command costs, with all that it waits for."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def cost(command: Sequence[str], folder: Path, **environment: str) -> tuple[float, float]:
    """Its CPU time (user and system, seconds) and its most memory (MB); RuntimeError where it fails."""
    variables: Mapping[str, str] = os.environ | environment
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env=variables, text=True, **silent) as process:
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exit code {process.returncode} of {command} in {folder}: {said[-1000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 2**10
