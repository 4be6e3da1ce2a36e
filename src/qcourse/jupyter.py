"""Whether this code runs in a notebook."""

import sys


def in_notebook() -> bool:
    """True inside a Jupyter kernel, where output can be rich; False in a terminal or a test."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")
