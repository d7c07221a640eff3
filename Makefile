# 一事联办. `make` lists what can be done.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := libs/lianban services/intake services/orchestrator services/dept-adapters services/notify sandbox deploy/stack rehearsal
STAMP := $(VENV)/.installed
WORKERS ?= auto

.PHONY: help setup lock compiled demo up down status test check bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# uv takes a third of the time. It knows nothing of an index that is set for pip, nor of what else pip may need to get
# through: where there is one, or uv does not succeed, pip does it.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --link-mode copy --compile-bytecode
EDITABLE := --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))

# Stamped: nothing is installed again until the lock or a pyproject changes.
$(STAMP): requirements.lock $(addsuffix /pyproject.toml,$(PACKAGES))
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@awk '/^uv==/ {own = 1} own {print} own && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.lock
	$(PIP) --require-hashes -r $(VENV)/uv.lock
	@if ! $(BIN)/python -m pip config list | grep -q index-url && $(UV) --require-hashes -r requirements.lock; then \
		$(UV) $(EDITABLE); \
	else \
		echo 'installing with pip'; $(PIP) --require-hashes -r requirements.lock && $(PIP) $(EDITABLE); \
	fi
	@touch $@

setup: compiled ## install everything into .venv (once)

lock: $(STAMP) ## resolve requirements.in into requirements.lock (hashed)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-find-links --no-emit-index-url --upgrade requirements.in -o requirements.lock

# What is installed is compiled, not the sources it links to. Where PYTHONDONTWRITEBYTECODE is set Python does not either,
# and every start of the stack would do it eight times over, for twice the processor time.
compiled: $(STAMP)
	@$(BIN)/python -m compileall -q $(addsuffix /src,$(PACKAGES))

demo: compiled ## five cases from filing to parcel, in a stack of their own
	@$(BIN)/python -m lianban_stack demo

up: compiled ## start everything in the background and say where it is
	@$(BIN)/python -m lianban_stack up

down: $(STAMP) ## stop everything; what was stored stays
	@$(BIN)/python -m lianban_stack down

status: $(STAMP) ## show each program and its health
	@$(BIN)/python -m lianban_stack status

check: $(STAMP) ## style, types, import rules, catalogue, calendar
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lianban catalog check catalog
	$(BIN)/lianban calendar check

# A file's tests stay together, for they share a database; the order is that of tests/fixtures/parallel.py.
test: check compiled ## check, then every test, in several processes (WORKERS=n)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: compiled ## cases per second against bare Temporal, in a stack of its own
	$(BIN)/python bench

clean: ## stop the stack, remove .venv and .state
	@if [ -e $(STAMP) ] && [ -d .state ]; then $(BIN)/python -m lianban_stack down; fi
	rm -rf $(VENV) .state
