"""``qcourse grade``: one Dask task per submission, and one writer for the gradebook."""

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

from qcourse.course.settings import course_settings
from qcourse.errors import Refused, UserError
from qcourse.grading import grade_submission
from qcourse.grading.grade_submission import Result, failed
from qcourse.grading.gradebook import Writer, only_one
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.place import make_place
from qcourse.grading.release import Release
from qcourse.grading.submission import Submission, timestamp

DEATHS = 3  # of workers: a submission that was at work each time is not tried again
DASK = {
    "distributed.scheduler.allowed-failures": 0,  # this module counts itself, and tries again
    # Dask's own bookkeeping, up to 100 times per second, took an eighth of a core with two workers.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.memory.monitor-interval": "2s",
    # LocalCluster gives a worker up for good that is away 15 s after it was lost: when it is lost again, or
    # starts slowly on a loaded machine, the run would wait forever.
    "distributed.deploy.lost-worker-timeout": "1 day",
}


class Options(NamedTuple):
    """The options of ``qcourse grade``."""

    assignment: str
    course: Path = Path()
    student: tuple[str, ...] = ()
    workers: int = 0  # 0: one per core
    scheduler: str = ""
    isolation: str = "auto"
    force: bool = False


def grade(options: Options) -> list[dict[str, Any]]:
    """Grade what is new or changed; return a result for each submission found, in the order of students.

    Raises:
        UserError: nothing could be started.
    """
    config = course_settings(options.course)
    with only_one(Path(config.CourseDirectory.root)), closing(Writer(config, options.assignment)) as writer:
        results, waiting = _intake(writer, options)
        if waiting:
            results |= _grade_all(waiting, writer, options)
    return [{"student": name, **results[name]} for name in sorted(results)]


def _intake(writer: Writer, options: Options) -> tuple[dict[str, Result], list[Submission]]:
    """The results that are known already, by student, and the submissions that must be graded."""
    found = writer.students()
    if missing := set(options.student) - set(found):
        raise UserError(f"no submission of {', '.join(sorted(missing))} in {writer.submitted}.")
    results: dict[str, Result] = {}
    waiting = []
    for student in dict.fromkeys(options.student) or found:
        try:
            submission = writer.take(student)
        except Refused as error:
            results[student] = failed(str(error), writer.release.points)
        except OSError as error:
            results[student] = failed(f"it cannot be read ({error.strerror}).", writer.release.points)
        else:
            before = None if options.force else writer.done(submission)
            if before is None:
                waiting.append(submission)
            else:
                results[student] = before
    return results, waiting


def _grade_all(waiting: list[Submission], writer: Writer, options: Options) -> dict[str, Result]:
    """Grade submissions, and record each result as it comes."""
    results: dict[str, Result] = {}
    with _client(options) as client:
        bar = tqdm(total=len(waiting), desc="grading", file=sys.stdout, disable=not sys.stdout.isatty())
        for submission, result in _graded(client, waiting, writer.release, options.isolation):
            notebooks = result.pop("notebooks", {})
            unanswered = result.pop("unanswered", [])
            stamp_note = timestamp(submission, datetime.now(UTC))[1]
            notes = [*submission.notes, stamp_note, result["reason"]]
            result["reason"] = " ".join(filter(None, notes))
            if result["status"] == "graded":
                writer.record(submission, result, unanswered, notebooks)
            results[submission.student] = result
            bar.set_postfix(failed=sum(r["status"] == "failed" for r in results.values()))
            bar.update()
        bar.close()
    return results


def _graded(
    client: Client, waiting: list[Submission], release: Release, isolation: str
) -> Iterator[tuple[Submission, Result]]:
    """Submissions with their results, in the order in which they are ready.

    There are never more at work than workers, so a worker that dies can be blamed on its submission.

    Raises:
        UserError: the scheduler is gone.
    """
    released = release.as_bytes()  # sent with every task: a worker that holds it may die
    options = {"isolation": isolation, "settings": release.settings}
    deaths: Counter[str] = Counter()
    queue = list(reversed(waiting))
    running: dict[Future[Any], Submission] = {}
    completed = as_completed()

    def start() -> None:
        while queue and len(running) < max(1, sum(client.nthreads().values())):  # a cluster may grow
            submission = queue.pop()
            given = (submission.notebooks, released, submission.read_files() | release.files)
            future = client.submit(grade_submission.grade, *given, **options, pure=False)
            running[future] = submission
            completed.add(future)

    try:
        start()
        for future in completed:
            submission = running.pop(future)
            result = _result(future, submission, deaths, release.points)
            if result is None:
                queue.append(submission)
            start()
            if result is not None:
                yield submission, result
    except (CancelledError, OSError):
        raise UserError(
            "the Dask scheduler is gone: start it and grade again; what has been graded is kept."
        ) from None


def _result(future: Future[Any], submission: Submission, deaths: Counter[str], most: float) -> Result | None:
    """What came of a task; None where its worker died, and it is to be tried again.

    Raises:
        CancelledError: the scheduler is gone.
    """
    try:
        result: Result = future.result()
    except CancelledError:
        raise
    except KilledWorker as error:  # a scheduler that was not started here has tried again itself
        deaths[submission.student] += error.allowed_failures + 1
        if deaths[submission.student] < DEATHS:
            return None
        return failed(f"{deaths[submission.student]} workers died while grading it.", most)
    except Exception as error:  # of the grader itself: the others go on
        return failed(f"the grader failed ({type(error).__name__}: {error}).", most)
    return result


@contextmanager
def _client(options: Options) -> Iterator[Client]:
    """A client of the cluster named, or of one that is started here and ends with it."""
    if not options.scheduler:
        make_place(Limits(), options.isolation).close()  # nothing starts unless the sandbox works here
        with local_cluster(options.workers) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(options.scheduler, timeout=10)
    except (OSError, ValueError):
        raise UserError(
            f"no Dask scheduler answers at {options.scheduler!r}: use an address such as tcp://host:8786."
        ) from None
    with client:
        yield client


@contextmanager
def local_cluster(workers: int = 0) -> Iterator[LocalCluster]:
    """A Dask cluster of ``workers`` processes on this machine; 0 means one per core."""
    options = {"n_workers": workers or None, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with TemporaryDirectory(prefix="qcourse-") as scratch:  # Dask leaves locks behind in its folder
        settings = {**DASK, "temporary-directory": scratch}
        with dask_config.set(settings), LocalCluster(**options, silence_logs=50) as cluster:
            yield cluster
