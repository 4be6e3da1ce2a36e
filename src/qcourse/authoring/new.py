"""``qcourse new``: an assignment with one small exercise that works, to be made into one's own."""

import re
from itertools import chain
from pathlib import Path

from qcourse.course.folder import number, text_path
from qcourse.course.settings import settings_path
from qcourse.errors import UserError
from qcourse.files import replace

LESSON = '''\
# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: nbgrader,tags,-all
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # {title}
#
# What one can do at the end, what it needs, and how long it takes.

# %% [markdown]
# ## Exercise {exercise}: step size
#
# A grid of $2^b$ codes from $\\beta$ to $\\alpha$ has the step $(\\alpha - \\beta) / (2^b - 1)$.
# Write `step_size(beta, alpha, bits)`, which returns it as a float.
#
# <details><summary>Hint</summary>Between n codes there are n − 1 steps.</details>


# %% tags=["answer:step_size"]
def step_size(beta: float, alpha: float, bits: int) -> float:
    """The distance of neighbouring codes."""
    ### BEGIN SOLUTION Exercise {exercise}: one step of the grid
    number_of_steps = 2**bits - 1
    return (alpha - beta) / number_of_steps
    ### END SOLUTION


# %% tags=["check:step_size"]
import qcourse.check


@qcourse.check.exercise("{exercise}", step_size)
def check_step_size(ex):
    ex.equal("the step", ex.call(-1.0, 2.0, 2, case="2 bits from -1 to 2"), 1.0)


# %% tags=["hidden:step_size"]

# %% [markdown]
# A bit more halves the step, nearly.

# %% tags=["experiment"]
print([step_size(-1.0, 1.0, bits) for bits in (2, 3, 4)])

# %% [markdown]
# ## Question
#
# What does the step say about the error of rounding? Two sentences.

# %% [markdown] tags=["question:question"]
# ### BEGIN SOLUTION
# The error is at most half a step. So a bit more halves it, nearly.
# ### END SOLUTION
'''
HIDDEN = '''\
"""Hidden tests of exercise {exercise}."""

import qcourse.check

step_size = None  # here the student's answer


# %%
@qcourse.check.exercise("{exercise}", step_size, hidden=True)
def hidden_step_size(ex):
    for beta, alpha, bits in ((0.0, 1.0, 1), (-3.0, 4.0, 8), (5.0, 6.0, 4)):
        want = (alpha - beta) / (2**bits - 1)
        ex.equal("the step", ex.call(beta, alpha, bits, case=f"{bits} bits"), want)
'''
ANSWERS = """\
# %% right: in one line
def step_size(beta, alpha, bits):
    return (alpha - beta) / (2**bits - 1)


# %% wrong: as many steps as codes
def step_size(beta, alpha, bits):
    return (alpha - beta) / 2**bits


# %% wrong: the sum of the ends
def step_size(beta, alpha, bits):
    return (alpha + beta) / (2**bits - 1)
"""


def run(root: Path, name: str) -> int:
    """Write the files of a new assignment below ``solutions/``.

    Raises:
        UserError: the name is not as in 10_my_topic, or is taken, or the files cannot be written.
    """
    settings_path(root)  # without it this is no course folder
    places = (root / "solutions").glob("*/*.*"), (root / "notebooks").glob("*/*.ipynb")
    taken = sorted({path.stem for path in chain(*places) if path.stem == path.parent.name})
    if not re.fullmatch(r"\d\d_[a-z][a-z0-9_]*", name):
        raise UserError(f"{name!r} is no name of an assignment: use two digits and words, as in 10_my_topic.")
    if same := [other for other in taken if number(other) == number(name)]:
        raise UserError(f"{same[0]} has the number {number(name)}: use another.")
    exercise = f"{int(number(name))}.1"
    file = f"ex_{exercise.replace('.', '_')}_step_size.py"
    path = text_path(root, name)
    texts = {path: LESSON, path.parent / "hidden" / file: HIDDEN, path.parent / "answers" / file: ANSWERS}
    title = name.partition("_")[2].replace("_", " ").capitalize()
    try:
        for target, text in texts.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            content = text.replace("{title}", title).replace("{exercise}", exercise)
            replace(target, content.encode())
            print(target)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be written ({error.strerror}).") from None
    print(
        f"Now edit them, and run qcourse build {number(name)}, qcourse judge {number(name)}, qcourse verify."
    )
    return 0
