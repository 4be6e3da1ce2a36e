#!/usr/bin/env bash
# latex2mathml: what becomes of signs that TeX escapes in a text, and of \arg?
# Guess before it was run: as in a formula, \_ in \text{…} is an underscore; \arg is an operator, as \min is.
# Found: inside \text and \texttt the backslash stays (state\_dict, 50\%), outside it does not. \min is an
# operator, \arg an identifier with its backslash.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet latex2mathml==3.81.1
cat >run.py <<'TEXT'
import html
from importlib.metadata import version

from latex2mathml.converter import convert_to_element


def parts(tex):
    elements = convert_to_element(tex).iter()
    return [(e.tag, html.unescape(e.text or "")) for e in elements if e.tag in ("mi", "mn", "mo", "mtext")]


print("latex2mathml", version("latex2mathml"))
for tex in (r"a\_b", r"\text{a\_b}", r"\texttt{50\%}", r"\min", r"\arg"):
    print(tex, parts(tex))
assert parts(r"a\_b") == [("mi", "a"), ("mi", "_"), ("mi", "b")]
assert parts(r"\text{a\_b}") == [("mtext", r"a\_b")]
assert parts(r"\texttt{50\%}") == [("mtext", r"50\%")]
assert parts(r"\min") == [("mo", "min")]
assert parts(r"\arg") == [("mi", r"\arg")]
TEXT
venv/bin/python run.py
