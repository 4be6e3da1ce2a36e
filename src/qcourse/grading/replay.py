"""Go on after a lost kernel: in which order cells run, in as many kernels as it takes."""

from collections.abc import Iterable, Iterator

from qcourse.course.cells import is_test
from qcourse.course.notebooks import NotebookNode


class Replay:
    """The cells ``numbers`` of a notebook, each to be run once, though kernels are lost on the way.

    A cell that costs its kernel is stopped, and no later kernel runs it. A fresh kernel first runs the
    earlier cells again, except tests, and then goes on after the cell that was stopped. Use it like this::

        while replay.goes_on:
            ...  # start a kernel
            for number, again in replay.turns():
                ...  # run the cell; where the kernel is lost: replay.lose(reason)

    ``lost`` holds the reasons by the index of the cell that was stopped.
    """

    def __init__(self, notebook: NotebookNode, numbers: Iterable[int], restarts: int) -> None:
        self._cells = notebook.cells
        self._numbers = list(numbers)
        self._restarts = restarts
        self._done = 0
        self.lost: dict[int, str] = {}

    @property
    def waiting(self) -> list[int]:
        """The indices of the cells that have not been run."""
        return self._numbers[self._done :]

    @property
    def goes_on(self) -> bool:
        """Whether a kernel is to be started, the first one or another."""
        return bool(self.waiting) and len(self.lost) <= self._restarts

    def turns(self) -> Iterator[tuple[int, bool]]:
        """What a fresh kernel runs: the index of each cell, and whether it has been run before.

        It ends when `lose` has been called. An earlier cell keeps what it showed the first time.
        """
        lost = len(self.lost)
        earlier = [
            n for n in self._numbers[: self._done] if n not in self.lost and not is_test(self._cells[n])
        ]
        for number in earlier:
            cell = self._cells[number]
            shown, count = cell.outputs, cell.execution_count
            yield number, True
            cell.outputs, cell.execution_count = shown, count
            if len(self.lost) > lost:
                return
        for number in self.waiting:
            yield number, False
            if len(self.lost) > lost:
                return
            self._done += 1

    def lose(self, reason: str) -> int:
        """The kernel is lost; return the index of the cell that is stopped for it.

        It is the first one that has not been run: an earlier cell that fails only now, by chance, is not to
        blame.
        """
        number = self.waiting[0]
        self.lost[number] = reason
        self._done += 1
        return number
