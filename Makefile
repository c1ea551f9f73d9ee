# Bare `make` lists what there is. A star marks what you need every day.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Node comes from PyPI with the rest of .venv; npm finds it there.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm --silent --prefix ui
MODULES := ui/node_modules/.ready
PAGE := ui/dist/page.js
PAGE_SOURCES := $(shell find ui/host salesforce/main/default/lwc -type f) ui/rollup.config.js

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Create .venv and install everything, from the lock file

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(READY)

demo: $(READY) ## * Watch the whole job on emulated vendors; needs no account
	@$(BIN)/connector demo

browser-demo: $(PAGE) ## * The same in your browser: click through the Salesforce app
	@$(BIN)/connector demo --browser

ui: $(PAGE) ## Build the page of the browser demo and get a browser for its tests

$(MODULES): $(READY) ui/package.json ui/package-lock.json
	$(NPM) ci --ignore-scripts
	@touch $@

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	$(NPM) run build

test: $(READY) $(PAGE) ## * Run all tests
	$(NPM) test
	$(BIN)/pytest -n 2 --dist loadfile

screenshots: $(PAGE) ## Take the pictures in docs/images anew
	$(BIN)/pytest -q tests/browser
	cd docs/images && for picture in *.png; do cp "../../ui/screenshots/$$picture" .; done

check: $(READY) $(MODULES) ## * Format, lint, types, import contracts, spelling, package, docs, mirrors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(NPM) run lint
	$(NPM) run convert
	$(BIN)/pytest -q tests/docs
	$(BIN)/python tests/mirrors/measure.py

fix: $(READY) $(MODULES) ## * Format and mend what a machine can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NPM) run fix

test-lowest: ## Run all tests on the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[emulator,dev]'
	.venv-lowest/bin/pytest -n 2 --dist loadfile

lock: $(READY) ## Write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --extra emulator --extra dev --no-emit-index-url --custom-compile-command 'make lock' \
	  pyproject.toml --output-file requirements.lock

clean: ## Remove what the other commands made
	rm -rf $(VENV) .venv-lowest build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf ui/node_modules ui/dist ui/screenshots

.PHONY: help setup demo browser-demo ui test screenshots check fix test-lowest lock clean
