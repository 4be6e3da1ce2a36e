# Every task by name; CI calls the same targets. The first one sets everything up.
PYTHON ?= python3
VENV := .venv
BIN := $(abspath $(VENV))/bin
export PATH := $(BIN):$(PATH)
export OMP_NUM_THREADS := 1

SETUP := $(VENV)/.installed
SOURCES := $(shell find src solutions notebooks tests -name '*.py' -o -name '*.ipynb') nbgrader_config.py

.PHONY: help demo test build verify judge mutants lint lab bench clean setup

help: ## list the tasks
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(SETUP) ## make .venv with everything in it

$(SETUP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v >= (3, 11) else "qcourse needs Python 3.11 or newer, this is %d.%d: say which, as in: make demo PYTHON=python3.11" % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,pt2e]'
	@touch $@

demo: verify ## the course built, checked, and a demo class graded: a table and pictures in build/demo
	@python -m qcourse.authoring.demo

test: $(SETUP) ## every test, the summary last
	@python -m pytest -m "" -n 2 --dist loadgroup

build: $(SETUP) ## solutions and student versions from their text
	@python -m qcourse.authoring.build

verify: build build/verified ## the gates: nothing stale, nothing leaked, solved 100 %, unsolved 0

build/verified: $(SOURCES)
	@python -m qcourse.authoring.verify
	@mkdir -p build && touch $@

judge: $(SETUP) ## every check against every right and wrong answer in the answer bank
	@python -m qcourse.authoring.judge

mutants: $(SETUP) ## every check against small changes to the reference solutions
	@python -m qcourse.authoring.mutants

lint: $(SETUP) ## format, lint and types
	ruff format --check src tests
	ruff check src tests
	mypy

bench: $(SETUP) ## how fast: cold notebooks, the PTQ flow; figures in build/bench.json
	@python tests/bench/bench.py

lab: $(SETUP) ## JupyterLab on the student version
	jupyter lab notebooks

clean: ## remove what was made, except .venv and downloads
	rm -rf build .pytest_cache .ruff_cache .mypy_cache .hypothesis
