# make demo   a throw-away desk in the console        make test    the whole suite
# make check  style, types, floors, stale documents   make bench   the measurements
# make docs   documents that are made from the code   make clean   what was made here
# make test-long   ten thousand random histories on both databases, and every property on twenty times the examples
# make mutants     the code changed in 200 places: which changes do the tests notice?

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test test-long check bench mutants docs clean
.DEFAULT_GOAL := demo

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "deskterm needs Python 3.11 or newer: install it, or say which with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml | $(BIN)/python
	@$(PIP) install --editable .
	@touch $@

.venv/.installed-dev: pyproject.toml | $(BIN)/python
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --editable '.[postgres]' --group dev
	@touch $@ .venv/.installed

demo: .venv/.installed
	@$(BIN)/deskterm demo

test: .venv/.installed-dev
	@$(BIN)/python -m pytest -n auto --dist worksteal

test-long: .venv/.installed-dev
	@DESKTERM_TIMES_EXAMPLES=20 $(BIN)/python -m pytest -n auto --dist worksteal -m 'long or hypothesis'

check: .venv/.installed-dev
	@$(BIN)/ruff check --quiet src tests bench docs
	@$(BIN)/ruff format --quiet --check src tests bench docs
	@$(BIN)/mypy
	@$(BIN)/lint-imports --verbose >/dev/null 2>&1 || { $(BIN)/lint-imports; exit 1; }
	@$(BIN)/python docs/unused.py
	@$(BIN)/deptry src >/dev/null 2>&1 || { $(BIN)/deptry src; exit 1; }
	@$(BIN)/codespell
	@$(BIN)/python docs/generate.py --check

docs: .venv/.installed-dev
	@$(BIN)/python docs/generate.py

.venv/.installed-bench: .venv/.installed-dev
	@$(PIP) install --group bench
	@touch $@

bench: .venv/.installed-bench
	@$(BIN)/python bench/run.py

.venv/.installed-mutants: .venv/.installed-dev
	@$(PIP) install --group mutants
	@touch $@

mutants: .venv/.installed-mutants
	@$(BIN)/python bench/mutants.py

clean:
	@rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .mutants
