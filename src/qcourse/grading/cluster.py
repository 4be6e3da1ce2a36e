"""The Dask cluster that grades a class where none is named: processes of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from dask import config as dask_config
from distributed import LocalCluster

DASK = {
    "distributed.scheduler.allowed-failures": 0,  # grade_class counts, and tries again
    # Dask's own bookkeeping, up to 100 times per second, took an eighth of a core with two workers.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.memory.monitor-interval": "2s",
    # LocalCluster gives a worker up for good that is away 15 s after it was lost: when it is lost again, or
    # starts slowly on a loaded machine, the run would wait forever.
    "distributed.deploy.lost-worker-timeout": "1 day",
    # A submission of 16 MB is no large graph of arrays that an instructor had better scatter.
    "distributed.admin.large-graph-warning-threshold": "1 GB",
}


@contextmanager
def local_cluster(workers: int = 0) -> Iterator[LocalCluster]:
    """A Dask cluster of ``workers`` processes on this machine; 0 means one per core."""
    options = {"n_workers": workers or None, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with TemporaryDirectory(prefix="qcourse-") as scratch:  # Dask leaves locks behind in its folder
        settings = {**DASK, "temporary-directory": scratch}
        with dask_config.set(settings), LocalCluster(**options, silence_logs=50) as cluster:
            yield cluster
