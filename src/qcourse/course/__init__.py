"""A course folder: its assignments, the text of its lessons, and notebooks.

jsonschema, which nbformat uses, imports whatever is installed for formats that no notebook holds, such as
internationalized addresses, for which one library compiles a grammar: 1.2 s of CPU time in every command.
Without them it skips these formats; this must be said before nbformat is imported.
"""

import sys

for name in ("isoduration", "rfc3986_validator", "rfc3987_syntax"):
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # "not installed"
