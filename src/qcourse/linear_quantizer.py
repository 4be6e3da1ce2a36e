"""The smallest quantizer of torchao's PT2E: what enters a linear layer, and its weight, are rounded.

torchao's own for x86, `X86InductorQuantizer`, marks the same tensors of the course's network. Its import also
loads the compiler for which it is made, one second of CPU time (torchao 0.18, torch 2.13), and no notebook
compiles. torchao is optional: import this module where it is installed.
"""

import torch
from torchao.quantization.pt2e.quantizer import QuantizationAnnotation, QuantizationSpec, Quantizer


class LinearQuantizer(Quantizer):
    """Marks the input and the weight of each linear layer with a specification: the qconfig of PT2E."""

    def __init__(self, activation: QuantizationSpec, weight: QuantizationSpec) -> None:
        super().__init__()
        self.activation, self.weight = activation, weight

    def annotate(self, exported: torch.fx.GraphModule) -> torch.fx.GraphModule:
        """Mark the nodes of an exported graph, in place."""
        for node in exported.graph.nodes:
            if node.target is torch.ops.aten.linear.default:
                marks = dict(zip(node.args, (self.activation, self.weight)))
                node.meta["quantization_annotation"] = QuantizationAnnotation(marks, _annotated=True)
        return exported

    def validate(self, model: torch.fx.GraphModule) -> None:
        """Nothing to check: any graph will do."""
