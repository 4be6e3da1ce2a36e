"""What real libraries make of one tensor: scale, zero point and codes, each as the library computes them.
NumPy only.

``quantize(name, x)`` gives one library's answer, ``compare(x)`` holds sixteen against each other,
``explain(name)`` says where it is written. Every entry of ``CONVENTIONS`` equals, to the last bit of the
scale, what the library itself answered to 245 tensors (tools/record_libraries; docs/libraries.md has the
table, and what is not reproduced).
"""

from qcourse.conventions.comparing import CONVENTIONS, SIXTEEN, Difference, compare, explain, quantize, table

__all__ = ["CONVENTIONS", "SIXTEEN", "Difference", "compare", "explain", "quantize", "table"]
