"""The course's networks, and what they take."""

import numpy as np
import pytest
import torch

from qcourse import models


@pytest.mark.parametrize("shape", [(4, 28, 28), (4, 1, 28, 28), (4, 784)])
def test_both_nets_take_every_shape_and_agree_until_converted(shape):
    net, stubbed = models.VerySimpleNet(), models.QuantizedVerySimpleNet()
    stubbed.load_state_dict(net.state_dict())
    x = torch.rand(shape)
    assert net(x).shape == (4, 10)
    assert torch.equal(net(x), stubbed(x))


def test_input_is_scaled_to_one_and_labels_are_int64():
    x = models.to_input(np.array([[[0, 51, 255]]], dtype=np.uint8))
    assert x.tolist() == [[[0.0, pytest.approx(0.2), 1.0]]]
    assert x.dtype == torch.float32
    assert models.to_labels(np.array([3], dtype=np.uint8)).dtype == torch.int64
