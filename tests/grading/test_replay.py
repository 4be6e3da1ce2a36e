"""In which order cells run, and in which kernel."""

from nbformat.v4 import new_code_cell, new_notebook, new_output

from qcourse.grading.replay import Replay

TEST = {"nbgrader": {"grade": True, "solution": False, "grade_id": "a-check"}}


def run(notebook, fails, restarts=5):
    """The cells that each kernel ran, and the replay; ``fails(kernel, number)``: does it cost the kernel?"""
    replay = Replay(notebook, range(len(notebook.cells)), restarts)
    kernels = []
    while replay.goes_on:
        kernels.append("")
        for number, again in replay.turns():
            kernels[-1] += f"{number}{'r' * again} "
            notebook.cells[number].outputs = [new_output("stream", text=f"kernel {len(kernels)}")]
            if fails(len(kernels), number):
                replay.lose(f"cell {number}")
    return [kernel.strip() for kernel in kernels], replay


def cells(*tests, count=5):
    return new_notebook(cells=[new_code_cell(metadata=TEST if i in tests else {}) for i in range(count)])


def test_without_a_loss_each_cell_runs_once():
    kernels, replay = run(cells(), lambda kernel, number: False)
    assert (kernels, replay.lost, replay.waiting) == (["0 1 2 3 4"], {}, [])


def test_after_a_loss_earlier_cells_run_again_tests_and_lost_ones_do_not():
    notebook = cells(1)
    kernels, replay = run(notebook, lambda kernel, number: number in (2, 3))
    assert kernels == ["0 1 2", "0r 3", "0r 4"]
    assert replay.lost == {2: "cell 2", 3: "cell 3"}
    shown = [cell.outputs[0].text for cell in notebook.cells]
    assert shown == ["kernel 1", "kernel 1", "kernel 1", "kernel 2", "kernel 3"]


def test_the_last_cell_may_be_lost():
    kernels, replay = run(cells(), lambda kernel, number: number == 4)
    assert (kernels, list(replay.lost)) == (["0 1 2 3 4"], [4])


def test_an_earlier_cell_that_fails_by_chance_is_not_blamed_and_the_run_ends():
    kernels, replay = run(cells(), lambda kernel, number: number == (2 if kernel == 1 else 0) and kernel < 3)
    assert kernels == ["0 1 2", "0r", "0r 1r 4"]
    assert replay.lost == {2: "cell 2", 3: "cell 0"}


def test_so_many_kernels_may_be_lost_and_no_more():
    kernels, replay = run(cells(), lambda kernel, number: True, restarts=2)
    assert (len(kernels), list(replay.lost), replay.waiting) == (3, [0, 1, 2], [3, 4])
