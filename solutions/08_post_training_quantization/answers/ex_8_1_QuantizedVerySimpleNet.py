# %% right: one module for each step, flatten by a module
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.flatten = nn.Flatten()
        self.linear1 = nn.Linear(28 * 28, 100)
        self.relu1 = nn.ReLU()
        self.linear2 = nn.Linear(100, 100)
        self.relu2 = nn.ReLU()
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, x):
        x = self.flatten(x)
        x = self.quant(x)
        x = self.relu1(self.linear1(x))
        x = self.relu2(self.linear2(x))
        return self.dequant(self.linear3(x))


# %% right: view, functional relu, torch.ao by its own name
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self, hidden_size_1=100, hidden_size_2=100):
        super(QuantizedVerySimpleNet, self).__init__()
        self.quant = torch.ao.quantization.QuantStub()
        self.linear1 = nn.Linear(28 * 28, hidden_size_1)
        self.linear2 = nn.Linear(hidden_size_1, hidden_size_2)
        self.linear3 = nn.Linear(hidden_size_2, 10)
        self.relu = nn.ReLU()
        self.dequant = torch.ao.quantization.DeQuantStub()

    def forward(self, img):
        x = img.view(-1, 28 * 28)
        x = self.quant(x)
        x = F.relu(self.linear1(x))
        x = F.relu(self.linear2(x))
        x = self.linear3(x)
        x = self.dequant(x)
        return x


# %% right: inherits the float network and wraps its forward
class QuantizedVerySimpleNet(models.VerySimpleNet):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()

    def forward(self, images):
        return self.dequant(super().forward(self.quant(images)))


# %% right: stubs of other names, quantized before the flatten, layers in a loop
def make_layers():
    sizes = [784, 100, 100, 10]
    return {f"linear{i + 1}": nn.Linear(a, b) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))}


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.entrance = torch_ao.QuantStub()
        for name, layer in make_layers().items():
            self.add_module(name, layer)
        self.exit = torch_ao.DeQuantStub()

    def forward(self, images):
        x = torch.flatten(self.entrance(images.reshape(len(images), -1)), 1)
        for name in ("linear1", "linear2"):
            x = torch.relu(getattr(self, name)(x))
        return self.exit(self.linear3(x))


# %% wrong: no stubs at all | cause: no QuantStub
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)

    def forward(self, images):
        x = images.reshape(-1, 784)
        return self.linear3(F.relu(self.linear2(F.relu(self.linear1(x)))))


# %% wrong: stubs made and never called | cause: must call the QuantStub
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = images.reshape(-1, 784)
        return self.linear3(self.relu(self.linear2(self.relu(self.linear1(x)))))


# %% wrong: the DeQuantStub is made and not called | cause: DeQuantStub
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        return self.linear3(self.relu(self.linear2(self.relu(self.linear1(x)))))


# %% wrong: no DeQuantStub | cause: no DeQuantStub
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        return self.linear3(F.relu(self.linear2(F.relu(self.linear1(x)))))


# %% wrong: back to floats before the last layer | cause: after linear3
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = F.relu(self.linear2(F.relu(self.linear1(x))))
        return self.linear3(self.dequant(x))


# %% wrong: the QuantStub stands after the first layer | cause: float numbers reached an int8 layer
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(F.relu(self.linear1(images.reshape(-1, 784))))
        return self.dequant(self.linear3(F.relu(self.linear2(x))))


# %% wrong: a ReLU after the last layer | cause: ReLU after the last layer
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        for layer in (self.linear1, self.linear2, self.linear3):
            x = F.relu(layer(x))
        return self.dequant(x)


# %% wrong: no ReLU
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        return self.dequant(self.linear3(self.linear2(self.linear1(x))))


# %% wrong: log-softmax at the end | cause: softmax
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = self.linear3(F.relu(self.linear2(F.relu(self.linear1(x)))))
        return F.log_softmax(self.dequant(x), dim=1)


# %% wrong: only [n, 28, 28] is flattened | cause: a result is unpacked into another count of names than it has
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        n, height, width = images.shape
        x = self.quant(images.reshape(n, height * width))
        return self.dequant(self.linear3(F.relu(self.linear2(F.relu(self.linear1(x))))))


# %% wrong: one image at a time | cause: a reshape must keep the count of elements / one row per image is expected
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(784))
        return self.dequant(self.linear3(F.relu(self.linear2(F.relu(self.linear1(x))))))


# %% wrong: layers in a Sequential, so the names differ | cause: named otherwise / other names
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.layers = nn.Sequential(
            nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10))
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        return self.dequant(self.layers(self.quant(images.reshape(-1, 784))))


# %% wrong: stubs around every layer | cause: it needs one QuantStub among its modules
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant1, self.quant2, self.quant3 = (torch_ao.QuantStub() for _ in range(3))
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = images.reshape(-1, 784)
        x = F.relu(self.dequant(self.linear1(self.quant1(x))))
        x = F.relu(self.dequant(self.linear2(self.quant2(x))))
        return self.dequant(self.linear3(self.quant3(x)))


# %% wrong: the constructor needs arguments | cause: a function is called with other arguments than its def line
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, hidden)
        self.linear2 = nn.Linear(hidden, hidden)
        self.linear3 = nn.Linear(hidden, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        return self.dequant(self.linear3(F.relu(self.linear2(F.relu(self.linear1(x))))))


# %% wrong: borrows the finished class | cause: write it yourself
class QuantizedVerySimpleNet(models.QuantizedVerySimpleNet):
    pass


# %% wrong: borrows the finished forward | cause: write it yourself
class QuantizedVerySimpleNet(models.VerySimpleNet):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.dequant = torch_ao.DeQuantStub()

    forward = models.QuantizedVerySimpleNet.forward


# %% wrong: softmax between the stubs | cause: a softmax at the end
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = self.linear3(F.relu(self.linear2(F.relu(self.linear1(x)))))
        return self.dequant(x.softmax(dim=1))


# %% wrong: super().__init__() is forgotten | cause: super().__init__() must come first in __init__
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)

    def forward(self, images):
        return self.linear1(self.quant(images))


# %% wrong: ReLU written out, which codes cannot do | cause: an operation between the stubs has no version for codes
import torch.nn.functional as F


class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = self.linear1(x)
        x = (x > 0) * x
        return self.dequant(self.linear3(F.relu(self.linear2(x))))


# %% right: a named nn.Sequential as the base class
from collections import OrderedDict

class QuantizedVerySimpleNet(nn.Sequential):
    def __init__(self):
        super().__init__(OrderedDict([
            ("flatten", nn.Flatten(1)), ("quant", torch_ao.QuantStub()),
            ("linear1", nn.Linear(784, 100)), ("relu1", nn.ReLU()),
            ("linear2", nn.Linear(100, 100)), ("relu2", nn.ReLU()),
            ("linear3", nn.Linear(100, 10)), ("dequant", torch_ao.DeQuantStub()),
        ]))


# %% wrong: quantized twice | cause: calls it twice
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = images.reshape(-1, 784)
        x = self.quant(self.quant(x))
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        x = self.linear3(x)
        return self.dequant(x)


# %% wrong: nn.Module is not the base class | cause: the class is not derived from nn.Module
class QuantizedVerySimpleNet:
    def __init__(self):
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.dequant(self.linear3(x))


# %% wrong: hidden layers of 128 units | cause: a layer has another size than the float network's
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 128)
        self.linear2 = nn.Linear(128, 128)
        self.linear3 = nn.Linear(128, 10)
        self.relu = nn.ReLU()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.dequant(self.linear3(x))


# %% wrong: the QuantStub has a qconfig of its own, which the caller's cannot replace
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub(torch_ao.get_default_qconfig("x86"))
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.dequant(self.linear3(x))


# %% wrong: layers without biases | cause: a layer has no bias / the layers have other names
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100, bias=False)
        self.linear2 = nn.Linear(100, 100, bias=False)
        self.linear3 = nn.Linear(100, 10, bias=False)
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = torch.relu(self.linear1(x))
        x = torch.relu(self.linear2(x))
        return self.dequant(self.linear3(x))


# %% wrong: the ReLU is made in forward, and not called | cause: make it in __init__ and call it
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()
        self.linear1, self.linear2 = nn.Linear(784, 100), nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)

    def forward(self, x):
        x = nn.ReLU(self.linear1(self.quant(x.reshape(-1, 784))))
        x = nn.ReLU(self.linear2(x))
        return self.dequant(self.linear3(x))


# %% wrong: ReLU6, which is ReLU up to 6
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU6()
        self.dequant = torch_ao.DeQuantStub()

    def forward(self, images):
        x = self.quant(images.reshape(-1, 784))
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.dequant(self.linear3(x))
