"""The Dask cluster that an instructor names, as workers that grade."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dask import config as dask_config
from distributed import CancelledError, Client, Future, KilledWorker, as_completed

from qcourse.errors import UserError
from qcourse.grading.submission import Submission
from qcourse.grading.workers import Failed, Task

# A submission of 16 MB is no large graph of arrays that an instructor had better scatter.
DASK = {"distributed.admin.large-graph-warning-threshold": "1 GB"}


class ClusterWorkers:
    """The workers that ``client`` reaches."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._running: dict[Future[Any], Submission] = {}
        self._completed = as_completed()

    def has_room(self) -> bool:
        """Whether a worker has nothing to do; a cluster may grow."""
        return len(self._running) < max(1, sum(self._client.nthreads().values()))

    def start(self, task: Task, submission: Submission, *args: Any, **kwargs: Any) -> None:
        """Give it to the scheduler."""
        future = self._client.submit(task, *args, **kwargs, pure=False)
        self._running[future] = submission
        self._completed.add(future)

    def next_result(self) -> tuple[Submission, dict[str, Any]]:
        """As in `Workers`.

        Raises:
            CancelledError: the scheduler is gone.
        """
        future = next(self._completed)
        submission = self._running.pop(future)
        try:
            return submission, future.result()
        except CancelledError:
            raise
        except KilledWorker as error:  # the scheduler has tried again itself
            raise Failed(submission, deaths=error.allowed_failures + 1) from None
        except Exception as error:  # of the grader itself: the others go on
            raise Failed(submission, f"{type(error).__name__}: {error}") from None


@contextmanager
def cluster_workers(address: str) -> Iterator[ClusterWorkers]:
    """Those of the scheduler at ``address``.

    Raises:
        UserError: none answers there, or it is gone before the end.
    """
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError):
        raise UserError(
            f"no Dask scheduler answers at {address!r}: use an address such as tcp://host:8786."
        ) from None
    with dask_config.set(DASK), client:
        try:
            yield ClusterWorkers(client)
        except (CancelledError, OSError):
            raise UserError(
                "the Dask scheduler is gone: start it and grade again; what has been graded is kept."
            ) from None
