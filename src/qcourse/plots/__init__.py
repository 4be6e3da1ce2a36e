"""The notebooks' figures: one module per notebook, loaded when it first draws.

Importing matplotlib takes longer than everything else that notebook 06 imports, and a check needs no figure.
"""

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    spec = find_spec(f"{__name__}.{name}")
    if spec is None or spec.loader is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    spec.loader = LazyLoader(spec.loader)
    module = globals()[name] = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
