"""Known mistakes of exercise 9.6, ``ptq_vs_qat``."""

from typing import Any

from qcourse.check.registry import Causes

known = Causes()


def _pairs(result: Any) -> list[tuple[float, float]]:
    return [(float(ptq), float(qat)) for ptq, qat in result.values()]


def _text(result, args, kwargs):
    return isinstance(result, dict) and all(isinstance(key, str) for key in result)


known.symptom("the keys are text: use the numbers of bits themselves", _text)


def _of_stand_ins(result, args, kwargs):
    """Whether it is the visible check's call, and not right: (0.25, 0.75) for every number of bits."""
    return len(args) == 5 and {*_pairs(result)} != {(0.25, 0.75)} and max(map(max, _pairs(result))) <= 1


def _turned(result, args, kwargs):
    return _of_stand_ins(result, args, kwargs) and {*_pairs(result)} == {(0.75, 0.25)}


known.symptom(
    "each pair is the wrong way round, or holds shares of wrong answers, not of right ones", _turned
)


def _first_alone(result, args, kwargs):
    bits = list(kwargs.get("bits", (8, 4, 3, 2)))
    return isinstance(result, dict) and list(result) == bits[:1] != bits


known.symptom("returned inside the loop, after the first width: return after the loop", _first_alone)


def _other_bits(result, args, kwargs):
    numbers = isinstance(result, dict) and all(isinstance(key, int) for key in result)
    return numbers and set(result) != set(kwargs.get("bits", (8, 4, 3, 2)))


known.symptom("bits is ignored: measure the numbers of bits that are asked for", _other_bits)


known.error(
    "low_bit_qconfig is given all numbers of bits at once: give it one at a time, inside the loop",
    lambda error, args, kwargs: "unsupported operand type(s)" in str(error) and "'tuple'" in str(error),
)
known.error(
    "train_qat trains the model in place and returns the losses: convert the model, not what it returns",
    lambda error, args, kwargs: str(error).startswith("'list' object has no attribute"),
)
known.error(
    "labels stand where images belong: it is train_qat(model, images, labels)",
    lambda error, args, kwargs: "is invalid for input of size" in str(error),
)


def _percent(result, args, kwargs):
    return 1 < max(map(max, _pairs(result))) <= 100


known.symptom("these are percentages, or numbers of images: an accuracy is a fraction, 0 to 1", _percent)


known.symptom(
    "PTQ never trains; QAT calls train_qat on images and labels; each is measured on the test images",
    _of_stand_ins,
)


def _error_rates(result, args, kwargs):
    return 8 in result and max(_pairs({8: result[8]})[0]) < 0.2


known.symptom("these are error rates: an accuracy is the fraction that is right", _error_rates)


def _swapped(result, args, kwargs):
    ptq, qat = _pairs({3: result[3]})[0]
    return ptq > 0.7 and qat < 0.6 and min(_pairs({8: result.get(8, (1, 1))})[0]) > 0.7


known.symptom("PTQ and QAT are the wrong way round: each value is (ptq, qat), two accuracies", _swapped)


def _unlearned(result, args, kwargs):
    return any(qat < ptq - 0.3 for ptq, qat in _pairs(result))


known.symptom(
    "QAT has unlearned the task: do the labels belong to the images, does it start from net's weights?",
    _unlearned,
)


def _twice(result, args, kwargs):
    return all(ptq == qat for ptq, qat in _pairs(result))


known.symptom(
    "PTQ and QAT give the same: is one model measured twice, PTQ trained, or given other bits?", _twice
)


def _ptq_trained(result, args, kwargs):
    ptq, qat = _pairs({3: result[3]})[0]
    return abs(ptq - qat) < 0.1 and ptq > 0.6


known.symptom(
    "PTQ is as good as QAT where it must fail: was the model trained before, or are the bits different?",
    _ptq_trained,
)


def _qat_not_trained(result, args, kwargs):
    return max(_pairs({3: result[3]})[0]) < 0.6


known.symptom(
    "QAT is as bad as PTQ: is the model that train_qat trained the one that is converted? "
    "Do the labels belong to the images?",
    _qat_not_trained,
)
