"""Import this before nbformat: it saves a second of CPU time in every command.

jsonschema, which nbformat uses, compiles a grammar for internationalized addresses where rfc3987_syntax is
installed (Jupyter brings it along): 1.1 s, for a format that no notebook holds. Without it jsonschema
skips that format.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # "not installed"
