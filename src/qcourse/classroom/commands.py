"""The subcommands of the instructor's desk."""

import argparse
from pathlib import Path

from qcourse.subcommand import Subcommands, at_least_one, command, takes_course, try_json, write_json


def add(commands: Subcommands) -> None:
    """Add them all, in the order in which a class meets them."""
    for add_one in (_add_handout, _add_collect, _add_grade, _add_report, _add_feedback, _add_export):
        add_one(commands)


def _add_handout(commands: Subcommands) -> None:
    what = "make what students get: notebooks, package, guide; as a folder and a zip file"
    handout = command(commands, "handout", _handout, what)
    handout.add_argument("choice", metavar="ASSIGNMENT", nargs="*", help="06, 6 or a name (default: all)")
    handout.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to put it")
    takes_course(handout)


def _add_collect(commands: Subcommands) -> None:
    what = "put hand-ins of Moodle, Canvas or folders into submitted/, and names into the gradebook"
    collect = command(commands, "collect", _collect, what)
    collect.add_argument("assignment", metavar="ASSIGNMENT", help="its name or a unique prefix, as in 06")
    collect.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help="a zip file as downloaded, or a folder"
    )
    collect.add_argument(
        "--roster", metavar="CSV", type=Path, help="Moodle's list of participants, or Canvas's gradebook"
    )
    takes_course(collect)


def _add_grade(commands: Subcommands) -> None:
    grade = command(commands, "grade", _grade, "grade a class, contained, into nbgrader's gradebook")
    grade.add_argument("assignment", metavar="ASSIGNMENT", help="its name or a unique prefix, as in 06")
    takes_course(grade)
    grade.add_argument(
        "--student", metavar="ID", action="append", default=[],
        help="grade only this student; repeatable (default: all students)",
    )  # fmt: skip
    grade.add_argument(
        "--workers", metavar="N", type=at_least_one, default=0, help="processes (default: one per core)"
    )
    grade.add_argument(
        "--scheduler", metavar="URL", default="",
        help="a running Dask cluster to grade on (default: this machine)",
    )  # fmt: skip
    grade.add_argument(
        "--isolation", choices=("auto", "bwrap", "none"), default="auto",
        help="how submissions are contained; none: not at all (default: %(default)s)",
    )  # fmt: skip
    grade.add_argument("--force", action="store_true", help="grade unchanged submissions again")
    grade.add_argument("--json", metavar="FILE", type=Path, help="also write the results to FILE")


def _add_report(commands: Subcommands) -> None:
    what = "show how a class did: points, exercises, causes, who is missing"
    report = command(commands, "report", _report, what)
    report.add_argument("assignment", metavar="ASSIGNMENT", help="its name or a unique prefix, as in 06")
    report.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to put it")
    report.add_argument("--names", action="store_true", help="show names and ids (default: pseudonyms)")
    takes_course(report)


def _add_feedback(commands: Subcommands) -> None:
    feedback = command(
        commands, "feedback", _feedback, "write a page for each student: points, and why not more"
    )
    feedback.add_argument("assignment", metavar="ASSIGNMENT", help="its name or a unique prefix, as in 06")
    feedback.add_argument(
        "--student", metavar="ID", action="append", default=[],
        help="write the page of this student only; repeatable (default: all students)",
    )  # fmt: skip
    takes_course(feedback)


def _add_export(commands: Subcommands) -> None:
    what = "write points as a CSV file, for Moodle, for Canvas or with a column for each exercise"
    export = command(commands, "export", _export, what)
    export.add_argument("assignments", metavar="ASSIGNMENT", nargs="+", help="a name or a unique prefix")
    export.add_argument("--format", choices=("moodle", "canvas", "csv"), required=True)
    export.add_argument("--out", metavar="FILE", type=Path, required=True, help="where to write it")
    takes_course(export)


def _handout(options: argparse.Namespace) -> int:
    from qcourse.classroom import handout

    return handout.run(options.course, options.choice, options.out)


def _collect(options: argparse.Namespace) -> int:
    from qcourse.classroom import collect

    return collect.run(options.course, options.assignment, options.files, options.roster)


def _grade(options: argparse.Namespace) -> int:
    try_json(options.json)
    if options.scheduler:
        return _graded(options)
    from qcourse.grading.kernels.head_start import head_start

    with head_start(options.course, options.assignment):
        return _graded(options)


def _graded(options: argparse.Namespace) -> int:
    from qcourse.grading import grade_class, report

    known = vars(options) | {"student": tuple(options.student)}
    given = {name: known[name] for name in grade_class.Options._fields}
    results = grade_class.grade(grade_class.Options(**given), report.Table())
    if results:
        print(report.ending(results))
    write_json(options.json, results)
    return int(any(result["status"] == "failed" for result in results))


def _feedback(options: argparse.Namespace) -> int:
    from qcourse.classroom import feedback

    return feedback.run(options.course, options.assignment, options.student)


def _report(options: argparse.Namespace) -> int:
    from qcourse.classroom import report

    return report.run(options.course, options.assignment, options.out, names=options.names)


def _export(options: argparse.Namespace) -> int:
    from qcourse.classroom import export

    return export.run(options.course, options.assignments, options.format, options.out)
