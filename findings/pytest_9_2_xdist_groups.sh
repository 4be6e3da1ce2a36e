#!/usr/bin/env bash
# Do the tests of an xdist_group still run on one worker with pytest 9.2?
# Guess before it was run: yes; pytest-xdist 3.8 does not limit pytest from above.
# Found: no. With 9.2.0 the tests of a group are spread over both workers.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
cat >test_group.py <<'TEXT'
import os, time
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("i", range(12))
def test_one(i):
    time.sleep(0.1)
    with open("workers", "a") as stream:
        stream.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
TEXT
for pytest in 9.1.1 9.2.0; do
  python3 -m venv --clear venv
  venv/bin/python -m pip install --quiet pytest==$pytest pytest-xdist==3.8.0
  rm -f workers
  venv/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist loadgroup >/dev/null
  workers=$(sort -u workers | wc -l)
  echo "pytest $pytest, pytest-xdist 3.8.0: one group ran on $workers worker(s)"
  if [ $pytest = 9.1.1 ]; then [ "$workers" = 1 ]; else [ "$workers" = 2 ]; fi
done
