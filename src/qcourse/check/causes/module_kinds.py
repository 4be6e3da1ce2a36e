"""The kinds of modules in a model, by name: 8.1 and 8.3."""

from torch import nn


def kinds(model: nn.Module) -> list[str]:
    """The names of the classes of all modules, the model's own first."""
    return [module._get_name() for module in model.modules()]
