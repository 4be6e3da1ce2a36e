"""``qcourse grade``: one Dask task per submission, and one writer for the gradebook."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dask import config as dask_config
from distributed import CancelledError, Client, Future, KilledWorker, as_completed
from tqdm import tqdm

from qcourse.course.settings import course_settings
from qcourse.errors import Refused, UserError
from qcourse.grading import grade_submission
from qcourse.grading.cluster import DASK, local_cluster
from qcourse.grading.database import only_one
from qcourse.grading.grade_submission import Result, failed
from qcourse.grading.gradebook import Writer
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.place import make_place
from qcourse.grading.release import Release
from qcourse.grading.submission import Submission

DEATHS = 3  # of workers: a submission that was at work each time is not tried again


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
        if writer.notice:
            print(f"qcourse: {writer.notice}", file=sys.stderr)
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
        except (Refused, OSError) as error:
            reason = str(error) if isinstance(error, Refused) else f"it cannot be read ({error.strerror})."
            result = failed(reason, writer.release.points)
            results[student] = _recorded(writer, Submission(student, {}, writer.stamp(student), []), result)
        else:
            before = None if options.force else writer.done(submission)
            if before is None:
                waiting.append(submission)
            else:
                results[student] = _recorded(writer, submission, before)
        writer.set_time_right(student)
    return results, waiting


def _recorded(writer: Writer, submission: Submission, result: Result) -> Result:
    """What the instructor is told of a result, which is now in the gradebook."""
    notes = [*submission.notes, writer.time_note(submission), result["reason"]]
    if result["status"] == "graded":
        change = writer.record(submission, result)
        result |= {"penalty": change.penalty, "changed": change.cells, "penalty_before": change.before}
        notes.append(f"late: {change.penalty:g} points are taken off." if change.penalty else "")
    elif writer.refuse(submission):
        notes.append("The last grade stays.")
    told = {name: value for name, value in result.items() if name not in ("notebooks", "unanswered")}
    return told | {"reason": " ".join(filter(None, notes))}


def _grade_all(waiting: list[Submission], writer: Writer, options: Options) -> dict[str, Result]:
    """Grade submissions, and record each result as it comes."""
    results: dict[str, Result] = {}
    with _client(options) as client:
        bar = tqdm(total=len(waiting), desc="grading", file=sys.stdout, disable=not sys.stdout.isatty())
        for submission, result in _graded(client, waiting, writer.release, options.isolation):
            results[submission.student] = _recorded(writer, submission, result)
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
    with dask_config.set(DASK), client:
        yield client
