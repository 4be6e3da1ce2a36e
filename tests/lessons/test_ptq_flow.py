"""The claims that the course makes of accuracy and size, measured on whatever data is there."""

import os

import pytest
from ptq_flow import ptq_flow


@pytest.mark.slow
def test_post_training_quantization_keeps_the_accuracy():
    figures = ptq_flow()
    assert figures["float_accuracy"] >= (0.97 if os.environ.get("QCOURSE_DATA") else 0.96)
    assert abs(figures["float_accuracy"] - figures["int8_accuracy"]) <= 0.005
    assert 0.72 <= 1 - figures["int8_kb"] / figures["float_kb"] <= 0.74
