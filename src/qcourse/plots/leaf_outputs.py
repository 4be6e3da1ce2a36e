"""What each module of a network gives for some images, for the pictures of notebook 08."""

from collections.abc import Callable

import torch
from torch import nn


@torch.no_grad()
def leaf_outputs(model: nn.Module, images: torch.Tensor) -> list[tuple[str, torch.Tensor]]:
    """Name and output of each leaf module, call by call; observers and packed weights do not count."""
    calls: list[tuple[str, torch.Tensor]] = []

    def remember(name: str) -> Callable[..., None]:
        return lambda module, args, output: calls.append((name, output.detach()))

    hooks = [
        module.register_forward_hook(remember(name))
        for name, module in model.named_modules()
        if name and _is_leaf(name, module)
    ]
    try:
        model(images)
    finally:
        for hook in hooks:
            hook.remove()
    return calls


def _is_leaf(name: str, module: nn.Module) -> bool:
    children = [child for child, _ in module.named_children()]
    return "activation_post_process" not in name and set(children) <= {
        "activation_post_process",
        "_packed_params",
    }
