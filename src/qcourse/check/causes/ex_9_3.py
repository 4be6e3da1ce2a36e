"""Known mistakes of exercise 9.3, ``train_qat``."""

from qcourse.check.registry import Causes

known = Causes()

known.error(
    "model.apply takes the function itself: disable_observer, without parentheses",
    lambda error, args, kwargs: "disable_observer() missing" in str(error),
)
known.error(
    "the loss is that of predictions, which have no gradient: cross_entropy takes the logits",
    lambda error, args, kwargs: "floating point type for target with class probabilities" in str(error),
)
