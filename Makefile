# Everything a newcomer needs, from a fresh clone. PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules are kept, whatever the shell says: else every start compiles a thousand again, and so does every process that parses.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo test test-postgresql check audit fuzz long format bench evals figures lock clean

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tickmark needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --require-hashes -r requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

demo: install
	@$(BIN)/tickmark demo

test: install
	@$(BIN)/pytest -n 3 --dist worksteal

# The same suite with every home's records on a PostgreSQL that comes by pip.
test-postgresql: install
	@TICKMARK_TEST_DATABASE=postgresql $(BIN)/pytest -n 3 --dist worksteal

check: install
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/pyright
	@$(BIN)/pytest -n 3 --dist worksteal

# Hashes, licences, known weaknesses of what is installed (api/packages.toml).
audit: install
	@$(BIN)/python -m api.inventory

# Hundreds of damaged files of each kind; `make test` takes a few of each.
fuzz: install
	@TICKMARK_FUZZ=300 $(BIN)/pytest tests/ingestion/test_fuzz.py -n 2

# What takes minutes by itself: damaged files, who may come in where, requests to the API by the thousand, a month through the browser, axe on every page, a small model.
# Also each route's headers, logs and fence, processes that are killed on the way, every layout of an export, a thousand changes behind the application.
LONG_TOO := tests/access tests/backup tests/imports tests/portal tests/security tests/sources tests/trail
long: fuzz
	@TICKMARK_LONG=1 TICKMARK_API_FUZZ=2 $(BIN)/pytest $(LONG_TOO) tests/practice tests/deliverables/test_gate.py tests/evals/test_bench.py tests/evals/test_writer.py tests/night/test_chaos.py tests/web/test_axe.py tests/web/test_browser.py tests/web/test_openapi.py -n 2

format: install
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: install
	@$(BIN)/tickmark bench

evals: install
	@$(BIN)/tickmark evals

# Everything that the pages of figures are made of: hours, on a machine that does nothing else.
figures: install
	@$(BIN)/tickmark evals --keep
	@$(BIN)/tickmark bench --keep

# The lock holds hashes and no address of a registry.
lock: install
	@$(BIN)/uv pip compile pyproject.toml --extra embedder --extra dev --extra bench --extra load --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock

clean:
	@rm -rf .venv .tickmark
