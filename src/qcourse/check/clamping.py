"""For answers that are compared with torch's operator: one gradient of `torch.clamp`, and not that operator.

Up to torch 2.13 the gradient of clamp at a bound is 1, as that of ``torch.fake_quantize_per_tensor_affine``
is; since 2.14 it is 0, or 0.5 where the bounds are tensors. The same answer gets the same verdict with both.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

OPERATORS = "fake_quant"  # in the names of all of torch's, and in no other's
CLAMPS = {"clamp", "clip", "clamp_min", "clamp_max"}  # and the same in place: clamp_ and so on


class GradientOneAtBounds(TorchFunctionMode):
    """Inside, the gradient of clamp is 1 at its bounds, and torch's fake quantization is refused."""

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call ``function``; for a clamp that records a gradient, put its own in place of torch's.

        Raises:
            RuntimeError: it is what exercise 9.1 asks for.
        """
        kwargs = kwargs or {}
        name = getattr(function, "__name__", "")
        if OPERATORS in name:
            raise RuntimeError(f"torch's own {name} is what you are writing here: do not call it.")
        x: Any = args[0] if args else kwargs.get("input")
        learns = isinstance(x, torch.Tensor) and x.requires_grad and torch.is_grad_enabled()
        if not learns or name.removesuffix("_") not in CLAMPS:
            return function(*args, **kwargs)
        before = x.clone()
        clamped = function(*args, **kwargs)
        inside = clamped.detach() == before.detach()
        passed = torch.where(inside, before, clamped.detach())
        return x.copy_(passed) if name.endswith("_") else passed
