# `make demo` explains three photographs, `make test` runs the tests but the slowest, `make test-all`
# those too; `make docs` builds the documentation. All need Python 3.11 or newer and set up everything
# else in .venv, once.

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: setup weights demo docs test test-all

setup: $(READY)

# torch comes first, through the constraints: a newer one brings gigabytes of CUDA packages.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "emograph needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet -c constraints.txt torch
	$(VENV)/bin/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $(READY)

weights: $(READY)
	$(VENV)/bin/emograph models fetch

demo: weights
	$(VENV)/bin/python examples/demo.py

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --site-dir build/docs

# The tests of a file share what is costly to make, so a file stays in one process.
test: weights
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: weights
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile
