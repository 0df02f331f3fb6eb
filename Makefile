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

# leaklint beside ruff, flake8 and pylint on pinned packages; writes benchmarks/RESULTS.md. FILES=0 means all of them.
FILES = 0
bench:
	$(BIN)/python benchmarks/run.py --work .bench --files $(FILES)

# Ten thousand generated functions, executed and compared with the verdicts.
truth:
	$(BIN)/python -m pytest -m oracle
