"""In the place of a library that makes a parser when it is imported, which takes two seconds of CPU time.

jsonschema imports it, so every process that reads a notebook does; it needs it for a format that no schema of
a notebook has, and does without where it is not installed.
"""

raise ImportError("tests/conftest.py put this on $PYTHONPATH")
