# Insyn: `make demo` and `make test` are all you need; each does its own set-up. `make help` lists the rest.
# The set-up itself (virtual environment, assets, catalogues, browser) is .ci/setup.py.

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check lint format types style setup setup-tests assets messages messages-check bench soak lock wheel clean
MAKEFLAGS += --no-print-directory

# Hundreds of processes are started by the tests: compiled modules are kept (git and the wheel ignore them).
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first Python of the machine that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2
CODE := portal tests .ci
# What the quick check leaves to `make test`.
SLOW := postgresql or journey or fault or slow or soak or bench

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup ## Start the whole demonstration: client side, staff side, worker, identity providers, invented people
	@$(BIN)/portal demo

demo-reset: setup ## Start the demonstration afresh with its first data
	@$(BIN)/portal demo --reset

test: lint ## Everything: lint, types, contracts, and every test on SQLite and PostgreSQL, journeys in a browser (about 16 min)
	@$(PYTEST) -q -n $(WORKERS) --dist loadgroup -m "not soak and not bench" $(ARGS)

check: lint ## The quick part of `make test`: lint, types, contracts, fast tests on SQLite (about 8 min)
	@$(PYTEST) -q -n $(WORKERS) --dist loadgroup -m "not ($(SLOW))" $(ARGS)

lint: setup-tests
	@$(MAKE) -j 2 types style

style: messages-check
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo 'run: make format'; exit 1; }
	@$(BIN)/ruff check --quiet $(CODE)
	@# ruff's S rules are bandit's lesser ones, with a reason on the line where one is set aside.
	@$(BIN)/bandit --quiet --recursive portal --severity-level high
	@$(BIN)/djlint --lint --quiet templates

types: setup-tests
	@$(BIN)/mypy --no-error-summary portal tests/support tests/architecture tests/conftest.py .ci
	@$(BIN)/lint-imports --no-logo > .venv/contracts.txt || { cat .venv/contracts.txt; exit 1; }

format: setup-tests ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet $(CODE) || true
	@$(BIN)/ruff format --quiet $(CODE)

setup: ## Set-up alone: virtual environment, assets, catalogues
	@$(PYTHON) .ci/setup.py runtime

setup-tests: ## The set-up of the tests: the same, and the tools and a browser
	@$(PYTHON) .ci/setup.py tests

assets: ## Build static/dist anew
	@$(PYTHON) .ci/setup.py runtime --again assets

messages: setup-tests ## Collect the texts to translate: messages.pot and every messages.po
	@$(BIN)/python .ci/messages.py update

messages-check: setup-tests ## Catalogues: up to date, English whole, place-holders and tags as in Swedish
	@$(BIN)/python .ci/messages.py check

bench: setup-tests ## Measure what a page costs
	@$(PYTEST) tests/bench -m bench -p no:xdist -s $(ARGS)

soak: setup-tests ## The long runs: many hours' worth of what the tests do briefly
	@$(PYTEST) -m soak -n 0 --timeout 0 $(ARGS)

lock: ## Make the three lock files anew from pyproject.toml
	@$(PYTHON) .ci/lock.py

wheel: setup-tests ## Build a wheel with assets and catalogues into dist/
	@$(BIN)/python -m hatchling build -t wheel -d dist

clean: ## Take away everything that the set-up made
	@rm -rf .venv .venv-tools build dist static/dist static/node_modules tests/support/node_modules
	@find portal tests .ci -name __pycache__ -prune -exec rm -rf {} +
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
