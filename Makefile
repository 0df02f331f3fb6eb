# The tasks of a working day. `make setup` first; PYTHON=python3.12 chooses another interpreter.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: setup test lint docs bless bench truth

setup:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q "pip>=25.1"
	$(BIN)/python -m pip install -q -e . --group dev

test:
	$(BIN)/python -m pytest -n 2

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict leaklint
	$(BIN)/leaklint leaklint tests hatch_build.py

# What is made from the program: tables of the rule format, schemas, pages of the site (`mkdocs build` renders them).
docs:
	$(BIN)/python -m leaklint.catalog.reference rules/README.md
	$(BIN)/python -m leaklint.settings.reference
	$(BIN)/python -m tests.site

# Outputs shown in the README, made anew; look at the difference before you commit it.
bless:
	$(BIN)/python -m tests.documents

# Time of a whole run over the standard library, uncached.
bench:
	time $(BIN)/leaklint --no-cache --exit-zero --statistics --isolated $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')

# Ten thousand generated functions, executed and compared with the verdicts.
truth:
	$(BIN)/python -m pytest -m oracle
