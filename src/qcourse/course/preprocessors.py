"""nbgrader's steps that this course changes; nbgrader_config.py names them."""

import copy
import html
import json
import re
from typing import Any

from nbconvert.filters import strip_ansi
from nbconvert.preprocessors import Preprocessor
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

from qcourse.course.cells import grade_id, is_challenge, is_test, metadata
from qcourse.course.harmless import reduce_outputs
from qcourse.course.notebooks import METADATA, NotebookNode

SHORTEST = 3  # signs of a line of a hidden test that tell nothing, such as "):"
Step = tuple[NotebookNode, dict[str, Any]]


class ClearSolutions(NbgraderClearSolutions):
    """nbgrader's own, with a stub that says which exercise is not written yet.

    ``### BEGIN SOLUTION Exercise 6.1: limit the codes`` becomes
    ``raise NotImplementedError("Exercise 6.1: limit the codes")``.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], cell_index: int) -> Step:
        """Do as nbgrader does, in a challenge too."""
        if is_challenge(cell):  # else nbgrader would ask for grading metadata
            self._replace_solution_region(cell, resources["language"])
        done: Step = super().preprocess_cell(cell, resources, cell_index)
        return done

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        """Give each part of a solution the stub of its own delimiter's line."""
        titles = iter(re.findall(rf"{self.begin_solution_delimeter} *(.*)", cell.source))
        replaced: bool = super()._replace_solution_region(cell, language)

        def own(stub: re.Match[str]) -> str:
            title = next(titles).strip()
            return (
                f"{stub[1]}({json.dumps(title, ensure_ascii=False) if title else ''})"  # whatever it quotes
            )

        if cell.cell_type == "code":
            pattern = r"(# YOUR CODE HERE\n *raise NotImplementedError)\(\)"
            cell.source = re.sub(pattern, own, cell.source)
        return replaced


class GoOn(NbGraderPreprocessor):
    """Let "Run all" go on below a check that fails: whoever is stuck in one exercise still sees the rest."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], cell_index: int) -> Step:
        """Give a test the tag that JupyterLab and nbclient know."""
        if cell.cell_type == "code" and is_test(cell):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "raises-exception"]
        return cell, resources


class HideTests(ClearHiddenTests):
    """Take the source of hidden tests out of feedback: nbgrader's own shows them to the student.

    Only locked test cells are touched: their source is the instructor's, and so are its delimiters.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], cell_index: int) -> Step:
        """Cut what lies between the delimiters, and the lines of it that a traceback or a warning quotes."""
        before = cell.source
        if cell.cell_type == "code" and is_test(cell) and self._remove_hidden_test_region(cell):
            lines = {*before.splitlines()} - {*cell.source.splitlines()}
            secret = tuple(_plain(line) for line in lines if len(line.strip()) > SHORTEST)
            for output in cell.outputs:
                _hide(output, secret)
        return cell, resources


def _plain(line: str) -> str:
    return f" {' '.join(line.split())}"  # the blank: a quoted line is more than the end of a word


def _hide(output: NotebookNode, secret: tuple[str, ...]) -> None:
    """Take the lines that end as one of ``secret`` does out of an output, in place."""

    def hidden(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if not _plain(strip_ansi(line)).endswith(secret))

    if output.output_type == "error":
        output.evalue, output.traceback = hidden(output.evalue), [*map(hidden, output.traceback[-1:])]
    elif output.output_type == "stream":
        output.text = hidden(output.text)
    else:
        data = output.data
        markup = html.unescape(re.sub(r"<[^<>]*>", "\n", data.get("text/html", "")))
        if hidden(markup) != markup:
            del data["text/html"]
        if "text/plain" in data:
            data["text/plain"] = hidden(data["text/plain"])


class Harmless(Preprocessor):
    """Before a notebook becomes a page of formgrader or feedback, take out of it what could act there.

    Outputs have been reduced when they were graded, unless an earlier version or stock nbgrader graded. The
    source of Markdown is left to the filter `qcourse.course.markdown.markdown2html`.
    """

    # Formgrader's page holds them as they are.
    NAMES = ("student", "first_name", "last_name", "notebook_path")

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Step:
        """Reduce outputs and metadata in place, and escape the student's name."""
        reduce_outputs(nb)
        nb.metadata = NotebookNode(copy.deepcopy(METADATA))
        for cell in nb.cells:
            known = metadata(cell) if re.fullmatch(r"[\w.-]+", grade_id(cell)) else None
            cell.metadata = NotebookNode(nbgrader=known) if known else NotebookNode()
        for name in self.NAMES:
            if isinstance(given := resources.get(name), str):
                resources[name] = html.escape(given)
        return nb, resources
