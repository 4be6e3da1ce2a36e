"""What the student version shows in place of a solution. nbgrader_config.py names this preprocessor."""

import re

from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions


class ClearSolutions(NbgraderClearSolutions):
    """nbgrader's own, with a stub that says which exercise is not written yet.

    ``### BEGIN SOLUTION Exercise 6.1: limit the codes`` becomes
    ``raise NotImplementedError("Exercise 6.1: limit the codes")``.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        """Set the stub from the delimiter's line, then do as nbgrader does."""
        found = re.search(rf"{self.begin_solution_delimeter} *(.+)", cell.source)
        if found and cell.cell_type == "code":
            stub = f'# YOUR CODE HERE\nraise NotImplementedError("{found[1].strip()}")'
            self.code_stub = {"python": stub}
        return super().preprocess_cell(cell, resources, cell_index)
