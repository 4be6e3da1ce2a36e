# %% right: the position in the buffer
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return buffer.tell() / 1e3


# %% right: getbuffer and nbytes, numpy float
def model_size_kb(model):
    with io.BytesIO() as memory:
        torch.save(model.state_dict(), memory)
        return np.float64(memory.getbuffer().nbytes) * 1e-3


# %% right: seek to the end, a helper, own import
from io import BytesIO


def _n_bytes(state):
    f = BytesIO()
    torch.save(state, f)
    return f.seek(0, 2)


def model_size_kb(model):
    kb = _n_bytes(model.state_dict()) / 1000
    print("Size (KB):", kb)
    return kb


# %% right: a temporary file of the system, removed at once
def model_size_kb(model):
    import os
    import tempfile

    with tempfile.NamedTemporaryFile() as f:
        torch.save(model.state_dict(), f)
        f.flush()
        return os.path.getsize(f.name) / 1000


# %% wrong: divided by 1024 | cause: 1024
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer.getvalue()) / 1024


# %% wrong: bytes | cause: unit is bytes
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer.getvalue())


# %% wrong: megabytes | cause: MB
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer.getvalue()) / 1e6


# %% wrong: parameters only | cause: only parameters
def model_size_kb(model):
    return sum(p.numel() * p.element_size() for p in model.parameters()) / 1000


# %% wrong: 4 bytes for each parameter | cause: only parameters
def model_size_kb(model):
    total = 0
    for p in model.parameters():
        total += p.numel() * 4
    return total / 1000


# %% wrong: the tensors of the state_dict, without packing | cause: only parameters
def model_size_kb(model):
    tensors = [v for v in model.state_dict().values() if isinstance(v, torch.Tensor)]
    return sum(v.numel() * v.element_size() for v in tensors) / 1000


# %% wrong: the whole model | cause: whole model
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model, buffer)
    return len(buffer.getvalue()) / 1000


# %% wrong: pickles the whole model | cause: whole model
import pickle


def model_size_kb(model):
    return len(pickle.dumps(model)) / 1000


# %% wrong: a file beside the notebook, removed (source notes) | cause: a file was written next to the notebook
def model_size_kb(model):
    import os

    torch.save(model.state_dict(), "temp_delme.p")
    size = os.path.getsize("temp_delme.p") / 1e3
    os.remove("temp_delme.p")
    return size


# %% wrong: sys.getsizeof of the state_dict | cause: sys.getsizeof measures the Python object alone
def model_size_kb(model):
    import sys

    return sys.getsizeof(model.state_dict()) / 1000


# %% wrong: sys.getsizeof of the model | cause: sys.getsizeof measures the Python object alone
def model_size_kb(model):
    import sys

    return sys.getsizeof(model) / 1000


# %% wrong: the number of parameters | cause: only parameters
def model_size_kb(model):
    return sum(p.numel() for p in model.parameters()) / 1000


# %% wrong: reads the buffer from its end | cause: nothing is measured
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer.read()) / 1000


# %% wrong: kilobits | cause: kilobits
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return 8 * len(buffer.getvalue()) / 1000


# %% wrong: the known result for the float network
def model_size_kb(model):
    return 361.237


# %% wrong: a string | cause: a text is returned
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return f"{len(buffer.getvalue()) / 1000:.1f} KB"


# %% wrong: cut off to whole kB | cause: cut off to whole kilobytes
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer.getvalue()) // 1000


# %% wrong: printed, not returned | cause: the size is printed
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    print("Size (KB):", len(buffer.getvalue()) / 1000)


# %% wrong: the parameters as a list
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(list(model.parameters()), buffer)
    return len(buffer.getvalue()) / 1000


# %% wrong: borrows the finished function | cause: write it yourself
def model_size_kb(model):
    return size_kb(model)


# %% wrong: compressed
def model_size_kb(model):
    import zlib

    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(zlib.compress(buffer.getvalue())) / 1000


# %% wrong: one byte for each number, as if every model were int8 | cause: only parameters are counted
def model_size_kb(model):
    return sum(v.numel() for v in model.state_dict().values() if hasattr(v, "numel")) / 1000


# %% right: a file-like object that only counts
import io as _io

class _Counter(_io.RawIOBase):
    def __init__(self):
        self.n = 0
    def writable(self):
        return True
    def write(self, data):
        self.n += memoryview(data).nbytes
        return memoryview(data).nbytes

def model_size_kb(model):
    counter = _Counter()
    torch.save(model.state_dict(), counter)
    return counter.n * 1e-3


# %% right: torch.save with keywords
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(obj=model.state_dict(), f=buffer)
    return buffer.getbuffer().nbytes / 1000


# %% right: SpooledTemporaryFile that stays in memory
import tempfile

def model_size_kb(model):
    with tempfile.SpooledTemporaryFile() as f:
        torch.save(model.state_dict(), f)
        return f.tell() / 1000


# %% wrong: a file in the temporary folder left behind | cause: a file is left on the disk
import os
import tempfile


def model_size_kb(model):
    path = os.path.join(tempfile.mkdtemp(), "model.pt")
    torch.save(model.state_dict(), path)
    return os.path.getsize(path) / 1000


# %% wrong: rounded to a whole number | cause: every size is a whole number of kB
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return float(round(len(buffer.getvalue()) / 1000))


# %% wrong: the bytes themselves are divided | cause: count them, with len()
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return buffer.getvalue() / 1000


# %% wrong: the length of the buffer | cause: the buffer has no length
def model_size_kb(model):
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer) / 1000


# %% wrong: sys.getsizeof of the buffer | cause: the room that a buffer keeps
def model_size_kb(model):
    import sys

    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return sys.getsizeof(buffer) / 1000


# %% wrong: pickle in place of torch.save | cause: pickle.dumps packs otherwise
def model_size_kb(model):
    import pickle

    return len(pickle.dumps(model.state_dict())) / 1000
