"""What feedback keeps to itself. nbgrader_config.py names this preprocessor."""

from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_locked


class HideTests(ClearHiddenTests):
    """Take the source of hidden tests out of feedback: nbgrader's own shows them to the student.

    Only locked test cells are touched: their source is the instructor's, and so are its delimiters.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        """Cut what lies between the delimiters, and the lines of it that a traceback quotes."""
        test = cell.cell_type == "code" and is_grade(cell) and is_locked(cell)
        if test and self._remove_hidden_test_region(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = output.traceback[-1:]
        return cell, resources
