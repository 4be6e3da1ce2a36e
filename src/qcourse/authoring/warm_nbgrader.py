"""Imported by the process that nbgrader's commands are forked from: what each would import or make itself."""

import gc
import importlib

from sqlalchemy.orm import configure_mappers

from qcourse.course.notebooks import from_json

for name in (
    *("nbgrader.apps.nbgraderapp", "qcourse.course.preprocessors", "qcourse.grading.grade_class"),
    *("qcourse.course.markdown", "sqlalchemy.dialects.sqlite", "nbconvert.exporters.html", "IPython"),
):
    importlib.import_module(name)
configure_mappers()
from_json({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})  # compiles the schema
gc.freeze()  # a collection in a fork would touch, and so copy, all of it
