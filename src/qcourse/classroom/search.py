"""A search for solutions and hidden tests in what is handed out: it looks into every file, line by line."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qcourse.course.cells import secret_and_public_lines
from qcourse.course.folder import assignments, solution_path
from qcourse.course.notebooks import read

SHORTEST = 12  # characters of a line that tells something: `return x` does not
# The finished functions of 06 and those of 8.1 and 8.4, which later notebooks need (docs/architecture.md).
FINISHED = ("qcourse/quantization.py", "qcourse/models.py", "qcourse/measure.py")
# Lines that any program with PyTorch or NumPy may have; they stand in training loops and in known mistakes.
ORDINARY = frozenset(
    line.strip()
    for line in """
    )  # fmt: skip
    buffer = io.BytesIO()
    for name, ends in ranges.items():
    loss.backward()
    losses.append(total / len(images))
    model = copy.deepcopy(net).eval()
    model = torch_ao.prepare(model)
    model(batch)
    model(images)
    model.qconfig = qconfig
    return losses
    return torch_ao.convert(model)
    steps = epochs * math.ceil(len(images) / batch_size)
    top = 2 ** (bits - 1) - 1
    torch.manual_seed(seed)
    total += loss.item() * len(batch)
    """.strip().split("\n")
)


def found(root: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    """A sentence for each line of a solution or a hidden test of the course that one of ``files`` holds.

    Files are searched as they are read: strings of a notebook, files of an archive.
    """
    secret: set[str] = set()
    public: set[str] = set()
    for name in assignments(root):
        hidden, shown = secret_and_public_lines(read(solution_path(root, name)))
        secret |= hidden
        public |= shown
    telling = {line for line in secret - public - ORDINARY if len(line) >= SHORTEST}
    for path, content in _opened(files):
        if not path.endswith(FINISHED):
            held = {line.strip() for text in _texts(path, content) for line in text.split("\n")}
            yield from (f"{path} shows: {line}" for line in sorted(held & telling))


def _opened(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for path, content in files.items():
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from _opened({f"{path}/{name}": archive.read(name) for name in archive.namelist()})
        else:
            yield path, content


def _texts(path: str, content: bytes) -> Iterator[str]:
    text = content.decode(errors="replace")
    yield text
    if path.endswith(".ipynb"):
        yield from _strings(json.loads(text))


def _strings(value: Any) -> Iterator[str]:
    """Every string in JSON; a list of strings is the lines of one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for part in value.values() for text in _strings(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in _strings(part))
