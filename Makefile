# Each target makes the virtual environment it needs; `make` alone says what there is.

PYTHON ?= python3
ARGS ?=
WORKERS ?= auto
HISTORIES ?= 10000
SEED ?= $(shell $(PYTHON) -c 'import random; print(random.SystemRandom().randrange(2 ** 32))')
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo demo-transports test fuzz chaos lint format bench lock clean

help: ## show this list
	@echo "Usage: make TARGET [ARGS=\"...\"] [PYTHON=python3.12]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(INSTALLED) ## grow the example library in a bundled PostgreSQL; ARGS="--count 1000 --seed 7"
	@$(BIN)/ascetic-ddd demo $(ARGS)

demo-transports: $(INSTALLED) ## grow the example bookshop by each way into it, the same each time; ARGS="--count 2000 --seed 7"
	@$(BIN)/python -m examples.bookshop.demo $(ARGS)

test: $(INSTALLED) ## run the tests, one process a core; ARGS="tests/unit -k skew" runs some, WORKERS=0 in this process
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

fuzz: SEED := $(SEED)
fuzz: $(INSTALLED) ## play random histories on random graphs; HISTORIES=10000 SEED=7
	@echo "$(HISTORIES) histories; again by: make fuzz HISTORIES=$(HISTORIES) SEED=$(SEED)"
	@ASCETIC_DDD_FUZZ=$(HISTORIES) $(BIN)/python -m pytest tests/fuzz --hypothesis-seed=$(SEED) $(ARGS)

chaos: $(INSTALLED) ## kill, freeze and starve runs, and check what comes out; ARGS="--kills 30 --seed 5 --lanes 4"
	@$(BIN)/python -m tests.chaos $(ARGS)

lint: $(INSTALLED) ## check style, format, types and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## put the code into the common format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## measure speed; ARGS="--help" lists the choices
	@$(BIN)/python -m benchmarks.run $(ARGS)

lock: ## write requirements.lock anew, with the newest versions that pyproject.toml allows
	rm -rf $(VENV)-lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --editable '.[dev]'
	grep '^#' requirements.lock > $(VENV)-lock/requirements.lock
	$(VENV)-lock/bin/python -m pip freeze --exclude-editable >> $(VENV)-lock/requirements.lock
	mv $(VENV)-lock/requirements.lock requirements.lock
	rm -rf $(VENV)-lock

clean: ## remove the virtual environment and all caches
	rm -rf $(VENV) $(VENV)-lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The locked versions, then this checkout, editable, with the locked build backend. The file is touched last, so an
# interrupted installation is done again.
$(INSTALLED): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, '$(PYTHON)' is not that. Name another one: make PYTHON=python3.12 ..." >&2; \
		exit 1; }
	@echo "Installing into $(VENV), once; this takes about a minute ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --requirement requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
