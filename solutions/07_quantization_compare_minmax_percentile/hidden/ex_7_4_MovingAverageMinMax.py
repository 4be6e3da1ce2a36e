"""Hidden tests of exercise 7.4, `MovingAverageMinMax`.

Streams of batches against torch's observer with five momenta, the default among them: ends of exactly 0,
one sign, other shapes, float32; a buffer used again for every batch; two trackers at once.
"""

import copy
from typing import Any

import numpy as np
import torch

import qcourse.check
from qcourse import torch_ao

MovingAverageMinMax: Any = ...  # the student's answer


# %%
@qcourse.check.exercise("7.4", MovingAverageMinMax, hidden=True)
def hidden_MovingAverageMinMax(ex):
    rng = np.random.default_rng(ex.seed(7401))

    def ranges_after(batches, **settings):
        tracker, seen = ex.answer(**settings), []
        for batch in batches:
            tracker.update(batch)
            seen.append(copy.copy(tracker.range))
        return seen

    def torch_ranges(batches, momentum=0.01):
        observer, seen = torch_ao.MovingAverageMinMaxObserver(averaging_constant=momentum), []
        for batch in batches:
            observer(torch.from_numpy(np.atleast_1d(batch)).float())
            seen.append((observer.min_val.item(), observer.max_val.item()))
        return seen

    wide = [rng.normal(0, 3, 40) for _ in range(6)]
    streams = {
        "mixed signs": [rng.normal(0, 1, 50) for _ in range(12)],
        "growing batches": [rng.normal(0, 1 + n, 20 + n) for n in range(8)],
        "shrinking batches": [rng.normal(0, 9 - n, 20) for n in range(8)],
        "first minimum exactly 0": [np.abs(wide[0]) * (wide[0] > 0), *wide[1:]],
        "first maximum exactly 0": [-np.abs(wide[0]) * (wide[0] > 0), *wide[1:]],
        "first batch all zeros": [np.zeros(40), *wide[1:]],
        "negative values only": [-rng.exponential(2, 30) - 3 for _ in range(6)],
        "positive values only": [rng.exponential(2, 30) + 5 for _ in range(6)],
        "several dimensions, float32": [rng.normal(1, 2, (3, 4, 5)).astype(np.float32) for _ in range(5)],
        "all kinds of shapes": [rng.normal(0, 2, shape) for shape in ((7,), (2, 3), (1, 1, 4, 2), (1,))],
        "transposed": [rng.normal(0, 2, (3, 8)).T for _ in range(3)],
        "one batch": [rng.normal(0, 2, 9)],
        "the same batch twice": [np.array([-2.0, 5.0])] * 2,
    }
    tries: list[dict] = [{}, {"momentum": 0.1}, {"momentum": 0.37}, {"momentum": 1.0}, {"momentum": 0.0}]
    for case, batches in streams.items():
        for settings in tries:
            told = settings or "default momentum"
            seen = ex.call(batches, function=ranges_after, case=f"{case}, {told}", **settings)
            for number, (got, want) in enumerate(zip(seen, torch_ranges(batches, **settings)), start=1):
                ex.true(not callable(got), "range is a method: make it an attribute or a property.")
                ex.true(
                    isinstance(got, tuple | list) and len(got) == 2, "range must be (beta, alpha).", got=got
                )
                # torch keeps its range in float32
                ex.equal(f"beta after batch {number}", got[0], want[0], rtol=1e-5, atol=1e-6)
                ex.equal(f"alpha after batch {number}", got[1], want[1], rtol=1e-5, atol=1e-6)

    def one_buffer(batches):
        """The range after all batches, read twice; each batch comes in the same array, as from a loader."""
        tracker, buffer = ex.answer(0.5), np.empty_like(batches[0])
        for batch in batches:
            buffer[...] = batch
            tracker.update(buffer)
        return [tuple(tracker.range), tuple(tracker.range)]

    once, again = ex.call(
        [np.array([-1.0, 3.0]), np.array([-2.0, 8.0]), np.array([-0.5, 2.5])],
        function=one_buffer,
        case="three batches passed in the same array, one after the other; the range is read after the last",
    )
    late = "update must take in each batch when it arrives, not when range is read."
    ex.true(np.allclose(once, (-1.0, 4.0)), late)
    ex.true(once == again, "reading range must not change it.")

    def two_trackers(first, second):
        one, other = ex.answer(0.5), ex.answer(0.25)
        one.update(first)
        other.update(second)
        one.update(second)
        return [tuple(one.range), tuple(other.range)]

    pair = ex.call(
        np.array([-1.0, 3.0]), np.array([-2.0, 8.0]), function=two_trackers, case="two trackers at once"
    )
    ex.true(
        np.allclose(pair, [(-1.5, 5.5), (-2.0, 8.0)]), "two trackers must not share their range or momentum."
    )
