# Everything here works on a fresh machine with Python 3.11 or newer; each target installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test lint bench chaos clean lock
help:            ## show this list
	@grep -E '^[a-z]+: .*##|^[a-z]+:  +##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: $(VENV)/run.stamp     ## collect news, explain it and post it into a local Slack workspace
	@$(BIN)/plainwire demo $(ARGS)

test: $(VENV)/dev.stamp     ## run all tests
	@$(BIN)/python -m pytest -n 6 --dist worksteal $(ARGS)

lint: $(VENV)/dev.stamp     ## style, types and the one-way rule of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp    ## measure start, memory and model calls (docs/measurements.md)
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: $(VENV)/dev.stamp    ## stage faults for up to half an hour, and count digests (docs/measurements.md)
	@$(BIN)/python -m tests.chaos --minutes 26 $(ARGS)

lock: $(VENV)/dev.stamp     ## write the locked versions anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --extra lint --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  --upgrade --quiet --output-file requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --constraint requirements-dev.lock \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  --quiet --output-file requirements.lock

clean:           ## remove the local environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist

# The environment: locked versions, hashes checked; the project itself is linked, not copied.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Plainwire needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Creating $(VENV) failed. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/run.stamp: $(VENV)/pyvenv.cfg requirements.lock pyproject.toml
	@echo "Installing Plainwire into $(VENV) (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	@echo "Installing what tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
