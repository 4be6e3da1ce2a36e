"""A plugin of pytest, beside nbval: writes what the cells printed to the file that $NBVAL_RECORD names."""

import json
import os
from pathlib import Path


def pytest_configure(config):
    config.printed = []


def pytest_runtest_teardown(item):
    for output in getattr(item, "test_outputs", None) or []:
        item.config.printed.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))


def pytest_sessionfinish(session):
    Path(os.environ["NBVAL_RECORD"]).write_text(json.dumps(session.config.printed), encoding="utf-8")
