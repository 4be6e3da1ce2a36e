"""Download MNIST with torchvision: ``python -m qcourse.download_mnist FOLDER``.

This is a process of its own because importing torchvision may end the process that does it: where compiled
operators are registered twice, C++ aborts. That must not be a student's kernel.
"""

import socket
import sys
from types import ModuleType

TIMEOUT = 10  # seconds without an answer; a dead network must not hang the notebook


_declared: list[object] = []  # operators exist as long as the object that declared them


def import_datasets() -> ModuleType:
    """Import ``torchvision.datasets``, also where torchvision's operators do not fit this torch.

    A CUDA build of torchvision beside a CPU build of torch stops with "operator torchvision::nms does not
    exist". The data sets use no operator, so declaring the missing ones is enough. They are declared only
    after torchvision itself has failed to find them: declaring one that exists is what aborts.
    """
    try:
        from torchvision import datasets
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        import torch

        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]  # half imported
        library = torch.library.Library("torchvision", "FRAGMENT")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        from torchvision import datasets

        _declared.append(library)
    return datasets


def main() -> None:
    """Write ``FOLDER/MNIST/raw``, or end with exit code 1 and the reason as the last line of stdout."""
    socket.setdefaulttimeout(TIMEOUT)
    try:
        import_datasets().MNIST(sys.argv[1], download=True)
    except Exception as error:  # torchvision reports failed mirrors as one RuntimeError
        print(_in_one_line(str(error) or repr(error)))
        sys.exit(1)


def _in_one_line(reason: str) -> str:
    """Every mirror's cause; that torchvision's check sum does not fit means that another page has come."""
    lines = filter(None, map(str.strip, reason.splitlines()))
    text = "; ".join(lines).replace(":; ", ": ")
    return text.replace("File not found or corrupted.", "not that file (a login page of your network?)")


if __name__ == "__main__":
    main()
