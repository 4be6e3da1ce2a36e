"""Which notebooks are in Python."""

import pytest
from nbformat import NotebookNode

from qcourse.course.language import refuse_other_languages
from qcourse.errors import UserError


def spec(**kernel):
    return {"kernelspec": kernel}


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": None, "language_info": 7},
        spec(name="python3", display_name="Python 3", language="python"),
        spec(name="my-env", display_name="Of mine", language="Python"),
        spec(name="python3", display_name="x"),
        spec(name="conda-env-x-py", display_name="Python [conda env:x]"),
        spec(name="my-env", display_name="Of mine") | {"language_info": {"name": "ipython"}},
    ],
)
def test_python_runs_whatever_its_kernel_is_called(metadata):
    refuse_other_languages(NotebookNode(metadata=metadata), "a.ipynb")


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        (spec(name="ir", display_name="R", language="R"), "R"),
        (spec(name="python3", display_name="Python 3", language="bash"), "bash"),
        (spec(name="ir", display_name="R") | {"language_info": {"name": "R"}}, "R"),
        (spec(name="bash", display_name="Bash"), "the unknown language of the kernel 'bash Bash'"),
    ],
)
def test_another_language_is_refused_by_name(metadata, language):
    with pytest.raises(UserError, match=rf"^a\.ipynb is in {language}, and only Python runs contained: "):
        refuse_other_languages(NotebookNode(metadata=metadata), "a.ipynb")
