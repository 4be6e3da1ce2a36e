"""The course's network: three linear layers, 784-100-100-10."""

import numpy as np
import torch
from torch import nn

from qcourse import torch_ao


class VerySimpleNet(nn.Module):
    """Float network: images ``[n, 28, 28]``, ``[n, 1, 28, 28]`` or ``[n, 784]`` -> logits ``[n, 10]``."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The logits of ``images``, in the shapes named above."""
        x = images.reshape(-1, 784)
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.linear3(x)


class QuantizedVerySimpleNet(VerySimpleNet):
    """The same network between a QuantStub and a DeQuantStub, with equal parameter names.

    Until it is prepared and converted, it computes in float, exactly as `VerySimpleNet` does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The logits of ``images``, as `VerySimpleNet` gives them."""
        return self.dequant(super().forward(self.quant(images)))


def to_input(images: np.ndarray) -> torch.Tensor:
    """uint8 ``[n, 28, 28]`` -> float32 ``[n, 28, 28]`` between 0 and 1, the network's input."""
    return torch.from_numpy(np.array(images)).to(torch.float32).div_(255)  # a third of NumPy's time


def to_labels(labels: np.ndarray) -> torch.Tensor:
    """uint8 ``[n]`` -> int64 ``[n]``, as ``cross_entropy`` takes them."""
    return torch.from_numpy(np.asarray(labels, dtype=np.int64))
