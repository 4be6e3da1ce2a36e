"""nbgrader's settings for this course: stock nbgrader and formgrader read this file too."""

from nbgrader import preprocessors
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback

from qcourse.course.harmless import clean
from qcourse.course.markdown import markdown2html
from qcourse.course.preprocessors import ClearSolutions, GoOn, Harmless, HideTests
from qcourse.classroom.quoted_csv import QuotedCsv
from qcourse.course.settings import QUIET, STAYING
from qcourse.grading.execute import ContainedExecute
from qcourse.grading.restore import RestoreCells

c = get_config()  # noqa: F821  (traitlets defines it)

c.CourseDirectory.course_id = "qcourse"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
# nbgrader copies every other file of solutions/NAME to students: the text, hidden tests, answers.
c.CourseDirectory.ignore = [
    *(".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"),
    *("*.py", "*.toml", "hidden", "answers"),
]

# nbgrader's own steps, with stubs that name the exercise; "Run all" goes on below a check that fails.
c.GenerateAssignment.preprocessors = [
    ClearSolutions if step is preprocessors.ClearSolutions else step
    for step in GenerateAssignment.preprocessors.default()
] + [GoOn]
c.ClearSolutions.begin_solution_delimeter = "### BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "### END SOLUTION"
c.ClearHiddenTests.begin_test_delimeter = "### BEGIN HIDDEN TESTS"
c.ClearHiddenTests.end_test_delimeter = "### END HIDDEN TESTS"
c.ClearSolutions.text_stub = "*Write your answer here.*"

# nbgrader's own feedback shows the source of the hidden tests.
c.GenerateFeedback.preprocessors = [HideTests, *GenerateFeedback.preprocessors.default()]

# Nothing that students wrote can act on the pages of formgrader and feedback: nbgrader shows it as it is.
c.HTMLExporter.preprocessors = [Harmless]
c.HTMLExporter.filters = {"markdown2html": markdown2html, "clean_html": clean}

# What students did to cells is repaired, here as under qcourse grade.
c.Autograde.sanitize_preprocessors = [
    RestoreCells if step is preprocessors.DeduplicateIds else step
    for step in Autograde.sanitize_preprocessors.default()
]

# Submissions run contained, here as under qcourse grade: in formgrader and by nbgrader autograde.
c.Autograde.autograde_preprocessors = [
    ContainedExecute if step is preprocessors.Execute else step
    for step in Autograde.autograde_preprocessors.default()
]
c.OverwriteCells.add_missing_cells = True  # a test cell that a student has deleted

# For what still runs by nbgrader's own Execute, such as the Validate button of a student's JupyterLab.
c.Execute.timeout = 300  # seconds for one cell: a loaded machine must not cost a student points
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", QUIET, STAYING]
c.Execute.shutdown_kernel = "immediate"  # a kernel that stays despite `exit` is not asked to end

# nbgrader's own exporter quotes nothing: a comma in a name would shift the columns.
c.ExportApp.plugin_class = QuotedCsv
