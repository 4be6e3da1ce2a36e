"""Torchao, the successor of torch.ao: whether it is there, and how to import it without a word.

It is optional and takes seconds to load, so notebooks import it where they use it. Checked in 2026-11 with
torchao 0.18 and torch 2.13.
"""

import contextlib
import logging
from collections.abc import Iterator
from importlib.util import find_spec


def installed() -> bool:
    """Whether torchao is installed (``pip install torchao``)."""
    return find_spec("torchao") is not None


@contextlib.contextmanager
def quiet_import() -> Iterator[None]:
    """Inside, torchao does not log GPU extensions that cannot load, nor names that it will change."""
    loggers = [logging.getLogger(name) for name in ("torchao", "torch.utils._pytree")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
