"""Grade a class: one Dask task a submission, one writer, and what one sees of it."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from dask import config as dask_config
from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster, as_completed
from tqdm import tqdm

from qcourse.course.notebooks import NotebookNode, to_bytes
from qcourse.course.settings import nbgrader_settings
from qcourse.errors import UserError
from qcourse.grading import grade_submission
from qcourse.grading.gradebook import Writer, only_one
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.place import enter
from qcourse.grading.submission import Refused, Submission, students, take, timestamp

DEATHS = 3  # workers that one submission may take with it
DASK = {
    "distributed.scheduler.allowed-failures": 0,  # this module counts itself, and tries again
    # What Dask does beside its work, up to 100 times a second, took an eighth of a core with two workers.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.memory.monitor-interval": "2s",
}


class Options(NamedTuple):
    """What ``qcourse grade`` was told."""

    assignment: str
    course: Path = Path()
    student: tuple[str, ...] = ()
    workers: int = 0  # 0: one for each core
    scheduler: str = ""
    isolation: str = "auto"
    force: bool = False


def grade(options: Options) -> list[dict[str, Any]]:
    """Grade what is new or changed; return a result for each submission found, in the order of students.

    Raises:
        UserError: nothing could be started.
    """
    root = options.course.absolute()
    if not (root / "nbgrader_config.py").exists():
        raise UserError(f"{root} is no course folder (it has no nbgrader_config.py): say --course DIR.")
    with only_one(root), closing(Writer(root, nbgrader_settings(root), options.assignment)) as writer:
        found = students(writer.submitted, writer.assignment)
        if missing := set(options.student) - set(found):
            raise UserError(f"no submission of {', '.join(sorted(missing))} lies in {writer.submitted}.")
        results, waiting = {}, []
        for student in dict.fromkeys(options.student) or found:
            try:
                submission = take(writer.submitted, student, writer.assignment, writer.notebook)
            except (Refused, OSError) as error:
                reason = (
                    f"it cannot be read ({error.strerror})." if isinstance(error, OSError) else str(error)
                )
                results[student] = grade_submission.failed(reason, writer.source)
                continue
            before = None if options.force else writer.done(submission)
            if before is None:
                waiting.append(submission)
            else:
                results[student] = before
        if waiting:
            results |= _grade_all(waiting, writer, options)
    return [{"student": name, **results[name]} for name in sorted(results)]


def _grade_all(waiting: list[Submission], writer: Writer, options: Options) -> dict[str, dict[str, Any]]:
    results = {}
    with _client(options) as client:
        bar = tqdm(total=len(waiting), desc="grading", file=sys.stdout, disable=not sys.stdout.isatty())
        for submission, result in _graded(client, waiting, writer.source, options.isolation):
            notebook, unanswered = result.pop("notebook", b""), result.pop("unanswered", [])
            stamp_note = timestamp(submission, datetime.now(UTC))[1]
            notes = [*submission.notes, stamp_note, result["reason"]]
            result["reason"] = " ".join(filter(None, notes))
            if result["status"] == "graded":
                writer.record(submission, result, unanswered, notebook)
            results[submission.student] = result
            bar.set_postfix(failed=sum(r["status"] == "failed" for r in results.values()))
            bar.update()
        bar.close()
    return results


def _graded(
    client: Client, waiting: list[Submission], source: NotebookNode, isolation: str
) -> Iterator[tuple[Submission, dict[str, Any]]]:
    """Submissions with their results as they come; no more are under way than there are workers.

    So a worker that dies can be blamed on the submission that it was grading.

    Raises:
        UserError: the scheduler is gone.
    """
    handed_out = to_bytes(source)  # with every task: a worker that holds it may die
    deaths: Counter[str] = Counter()
    queue = list(reversed(waiting))
    running: dict[Future, Submission] = {}
    completed = as_completed()

    def start() -> None:  # a cluster may grow meanwhile
        while queue and len(running) < max(1, sum(client.nthreads().values())):
            submission = queue.pop()
            future = client.submit(
                grade_submission.grade, submission.content, handed_out, isolation, pure=False
            )
            running[future] = submission
            completed.add(future)

    try:
        start()
        for future in completed:
            submission = running.pop(future)
            try:
                result = future.result()
            except CancelledError:
                raise
            except KilledWorker as error:  # a scheduler that was not started here has tried again itself
                deaths[submission.student] += error.allowed_failures + 1
                if deaths[submission.student] < DEATHS:
                    queue.append(submission)
                    start()
                    continue
                dead = deaths[submission.student]
                result = grade_submission.failed(f"{dead} workers died while they graded it.", source)
            except Exception as error:  # of the engine itself: the others go on
                result = grade_submission.failed(
                    f"the grader failed ({type(error).__name__}: {error}).", source
                )
            start()
            yield submission, result
    except (CancelledError, OSError):
        raise UserError(
            "the Dask scheduler is gone: start it and grade again; what has been graded stays."
        ) from None


@contextmanager
def _client(options: Options) -> Iterator[Client]:
    """A client of the cluster named, or of one that lives as long as this."""
    if not options.scheduler:
        enter(Limits(), options.isolation).close()  # the sandbox works here, or nothing is started
        with local_cluster(options.workers) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(options.scheduler, timeout=10)
    except (OSError, ValueError):
        raise UserError(
            f"no Dask scheduler answers at {options.scheduler!r}: say an address such as tcp://host:8786."
        ) from None
    with client:
        yield client


@contextmanager
def local_cluster(workers: int = 0) -> Iterator[LocalCluster]:
    """A Dask cluster of so many processes on this machine; 0 is one for each core."""
    options = {"n_workers": workers or None, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with TemporaryDirectory(prefix="qcourse-") as scratch:
        # Dask leaves locks behind in its folder.
        settings = {**DASK, "temporary-directory": scratch}
        with dask_config.set(settings), LocalCluster(**options, silence_logs=50) as cluster:
            yield cluster
