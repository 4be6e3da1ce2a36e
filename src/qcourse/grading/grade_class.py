"""``qcourse grade``: one task per submission, and one writer for the gradebook."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from qcourse.course.settings import course_settings
from qcourse.errors import Refused, UserError
from qcourse.grading import grade_submission
from qcourse.grading.database import only_one
from qcourse.grading.grade_submission import Result, failed
from qcourse.grading.gradebook import Writer
from qcourse.grading.kernels.preload import wanted
from qcourse.grading.kernels.provisioner import forkserver
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.place import make_place
from qcourse.grading.release import Release
from qcourse.grading.report import Table, shown
from qcourse.grading.submission import Submission
from qcourse.grading.workers import Failed, LocalWorkers, Workers

tqdm.monitor_interval = 0  # its thread would be in the way of forks
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


def grade(options: Options, table: Table | None = None) -> list[dict[str, Any]]:
    """Grade what is new or changed; return a result for each submission found, in the order of students.

    A ``table`` shows each as it comes.

    Raises:
        UserError: nothing could be started.
    """
    config = course_settings(options.course)
    with only_one(Path(config.CourseDirectory.root)), closing(Writer(config, options.assignment)) as writer:
        if writer.notice:
            print(f"qcourse: {writer.notice}", file=sys.stderr)
        students = _chosen(writer, options)
        if table and students:
            table.start([shown(student, writer.names.get(student, "")) for student in students])
        elif table:
            table.nothing(f"{writer.submitted}/STUDENT/{writer.assignment}/")
        results = _grade_all(writer, students, options, table)
    return [results[name] for name in sorted(results)]


def _chosen(writer: Writer, options: Options) -> list[str]:
    """The students whose submissions are looked at."""
    found = writer.students()
    if missing := set(options.student) - set(found):
        raise UserError(f"no submission of {', '.join(sorted(missing))} in {writer.submitted}.")
    return list(dict.fromkeys(options.student)) or found


def _grade_all(
    writer: Writer, students: list[str], options: Options, table: Table | None
) -> dict[str, Result]:
    """Grade submissions, and record each result as it comes: none is kept with its notebooks."""
    results: dict[str, Result] = {}
    known: dict[Any, Any] = {}

    def enter(submission: Submission, result: Result) -> None:
        told = _recorded(writer, submission, result)
        cells = {sys.intern(key): known.setdefault(tuple(c.values()), c) for key, c in told["cells"].items()}
        who = {"student": submission.student, "name": writer.names.get(submission.student, "")}
        results[submission.student] = who | told | {"cells": cells}  # most are equal in a class
        if table:
            table.add(results[submission.student])
        bar.set_postfix(failed=sum(r["status"] == "failed" for r in results.values()))
        bar.update()

    waiting = _waiting(writer, students, options, enter)
    off = not sys.stdout.isatty()
    with tqdm(total=len(students), desc="grading", file=sys.stdout, disable=off) as bar:
        if (first := next(waiting, None)) is not None:
            with _workers(options, writer.release) as workers:
                for submission, result in _graded(
                    workers, chain([first], waiting), writer.release, options.isolation
                ):
                    enter(submission, result)
    return results


def _waiting(
    writer: Writer, students: list[str], options: Options, enter: Callable[[Submission, Result], None]
) -> Iterator[Submission]:
    """The submissions that must be graded, each read when it is asked for; ``enter`` takes what is known."""
    for student in students:
        try:
            submission = writer.take(student)
        except (Refused, OSError) as error:
            reason = str(error) if isinstance(error, Refused) else f"it cannot be read ({error.strerror})."
            refused = Submission(student, {}, writer.stamp(student), [])
            enter(refused, failed(reason, writer.release.points))
        else:
            before = None if options.force else writer.done(submission)
            if before is None:
                yield submission
            else:
                enter(submission, before | {"unchanged": "notebooks" not in before})
        writer.set_time_right(student)


def _recorded(writer: Writer, submission: Submission, result: Result) -> Result:
    """What the instructor is told of a result, which is now in the gradebook."""
    notes = [*submission.notes, writer.time_note(submission), result["reason"]]
    if result["status"] == "graded":
        change = writer.record(submission, result)
        result |= {"penalty": change.penalty, "changed": change.cells, "penalty_before": change.before}
        notes.append(f"late: a penalty of {change.penalty:g} is taken off." if change.penalty else "")
    elif writer.refuse(submission, result["reason"]):
        notes.append("The last grade stays.")
    told = {name: value for name, value in result.items() if name not in ("notebooks", "unanswered")}
    return told | {"reason": " ".join(filter(None, notes))}


def _graded(
    workers: Workers, waiting: Iterator[Submission], release: Release, isolation: str
) -> Iterator[tuple[Submission, Result]]:
    """Submissions with their results, in the order in which they are ready."""
    released = release.as_bytes()  # sent with every task: a worker that holds it may die
    options = {"isolation": isolation, "settings": release.settings}
    deaths: Counter[str] = Counter()
    coming, running = next(waiting, None), 0
    while coming or running:
        while coming and workers.has_room():
            given = (coming.notebooks, released, coming.read_files() | release.files)
            workers.start(grade_submission.grade, coming, *given, **options)
            coming, running = next(waiting, None), running + 1
        running -= 1
        try:
            yield workers.next_result()
        except Failed as failure:
            submission = failure.submission
            deaths[submission.student] += failure.deaths
            if not failure.deaths:  # the others go on
                yield submission, failed(f"the grader failed ({failure}).", release.points)
            elif deaths[submission.student] < DEATHS:
                coming, waiting = submission, chain([coming] if coming else [], waiting)
            else:
                reason = f"{deaths[submission.student]} workers died while grading it."
                yield submission, failed(reason, release.points)


@contextmanager
def _workers(options: Options, release: Release) -> Iterator[Workers]:
    """Those of the cluster named, or of this machine."""
    if options.scheduler:
        from qcourse.grading.cluster import cluster_workers  # it takes a second

        with cluster_workers(options.scheduler) as workers:
            yield workers
        return
    make_place(Limits(), options.isolation).close()  # nothing starts unless the sandbox works here
    parts = wanted(*release.notebooks.values())
    warm = forkserver(parts, wait=False)  # of all workers: they inherit it
    with closing(LocalWorkers(options.workers, partial(warm.warm, parts))) as local:
        yield local
