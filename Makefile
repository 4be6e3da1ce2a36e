# Every task by name; CI calls the same targets. The first one sets everything up.
PYTHON ?= python3
VENV := .venv
BIN := $(abspath $(VENV))/bin
export PATH := $(BIN):$(PATH)
export OMP_NUM_THREADS := 1
# Whatever the shell says: each process would compile the package and the tests again.
export PYTHONDONTWRITEBYTECODE :=

# Groups of tests share a class or a browser; tests/conftest.py says what is started first.
PARALLEL := -n 3 --dist loadgroup --no-loadscope-reorder
# Cells have no annotations, use a name again for something else, and hand models around that torch types loosely.
CELLS := --allow-redefinition --allow-untyped-defs --allow-incomplete-defs --allow-any-generics \
  $(foreach code,no-redef var-annotated assignment operator union-attr empty-body arg-type misc index \
  call-overload,--disable-error-code $(code))
SETUP := $(VENV)/.installed
SOURCES := $(shell find src solutions notebooks tests -name '*.py' -o -name '*.ipynb') nbgrader_config.py

.PHONY: help demo test quick build verify judge mutants lint pins lab bench class engines clean setup

help: ## list the tasks
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(SETUP) ## make .venv with everything in it

$(SETUP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 14) else "qcourse needs Python 3.11 to 3.14, this is %d.%d: name another, as in: make demo PYTHON=python3.11" % v)'
	@echo "Installing into $(VENV): this takes some minutes, without a word."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,pt2e]'
	@touch $@

demo: verify ## build and check the course, grade a demo class in build/demo, and show its points
	@qcourse demo

# As tests/conftest.py does for all that pytest starts; pytest itself would have imported the slow library.
test quick: export PYTHONPATH := $(abspath tests/light_imports)$(if $(PYTHONPATH),:$(PYTHONPATH))

test: $(SETUP) ## every test, the summary last
	@python -m pytest -m "" $(PARALLEL) --durations=15

quick: $(SETUP) ## the fast tests, under a minute
	@python -m pytest $(PARALLEL)

build: $(SETUP) ## solutions and student versions from their text; make build ONLY=06
	@qcourse build $(ONLY)

verify: build/verified ## the gates: nothing stale, nothing leaked, solved 100 %, unsolved 0

build/verified: $(SETUP) $(SOURCES) | build
	@qcourse verify
	@mkdir -p build && touch $@

judge: $(SETUP) ## every check against the answer bank; make judge ONLY=6.7
	@qcourse judge $(ONLY)

mutants: $(SETUP) ## every check against small changes to the solutions; takes ONLY, too
	@qcourse mutants $(ONLY)

lint: $(SETUP) ## format, lint and types
	ruff format --check src tests solutions tools
	ruff check src tests solutions tools
	mypy
	mypy $(CELLS) $(filter-out %_closing.py,$(wildcard solutions/*/[0-9]*.py)) solutions/*/hidden/*.py
	mypy $(CELLS) --disable-error-code name-defined solutions/*/*_closing.py

pins: ## remake constraints.txt: the newest versions that fit, from a fresh environment
	@PYTHON=$(PYTHON) bash .ci/pins

bench: $(SETUP) ## how fast: cold notebooks, the PTQ flow, grading; make bench AGAINST=COMMIT: starts, in pairs
	@python tests/bench/$(if $(CLASSES),bench_grading.py $(CLASSES),bench.py $(AGAINST))

class: $(SETUP) ## 60 made-up students, four assignments: from hand-ins to exported points, timed
	@python tests/bench/class_of_60.py

engines: $(SETUP) ## 08 and 09 on every engine and instruction set of this machine; table in docs/engines.md
	@python tools/engines.py

lab: $(SETUP) ## JupyterLab on the student version
	jupyter lab notebooks

clean: ## remove what was made, except .venv and downloads
	rm -rf build .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage
