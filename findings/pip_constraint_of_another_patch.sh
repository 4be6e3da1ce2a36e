#!/usr/bin/env bash
# pip and soupsieve: a constraint that was written on Python 3.11.7, used for 3.11.4 and for 3.11.5.
# Guess before it was run: both install, because packages ask for a minor version of Python.
# Found: soupsieve 4.1.2 asks for Python 3.11.5 or later. For 3.11.4 pip 23.0.1, the one of Debian 12, speaks of a
# conflict between beautifulsoup4 4.15.0, which "depends on soupsieve>=1.6.1", and the constraint
# soupsieve==4.1.2, which fulfils that. No line of the error names Python, the reason.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet pip==23.0.1
echo soupsieve==4.1.2 >constraints.txt
for python in 3.11.4 3.11.5; do
  code=0
  venv/bin/python -m pip download --dest "$python" --only-binary=:all: --python-version "$python" \
    --constraint constraints.txt beautifulsoup4==4.15.0 >"log$python" 2>&1 || code=$?
  echo "$python: exit code $code"
done
grep -E "depends on soupsieve|\(constraint\)" log3.11.4
ls 3.11.5 | grep soupsieve-4.1.2
if ls 3.11.4 | grep . || grep "ERROR.*Python" log3.11.4; then exit 1; fi
