"""A course folder: its assignments, the text of its lessons, and notebooks.

jsonschema, which nbformat uses, compiles a grammar for internationalized addresses where rfc3987_syntax is
installed (Jupyter brings it along): 1.1 s of CPU time in every command, for a format that no notebook holds.
Without it jsonschema skips that format; this must be said before nbformat is imported.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # "not installed"
