# `make check` is what "done" means; CI runs the same. Everything uses the virtual environment of the README.
PYTHON = .venv/bin/python

.PHONY: check format test lessons soak bench

check:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -n auto
	$(PYTHON) -m ormtutor check

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

test:
	$(PYTHON) -m pytest -n auto

lessons:
	$(PYTHON) -m ormtutor check

bench:
	$(PYTHON) -m benchmarks.report

soak:
	$(PYTHON) -m pytest -n auto -m soak -s
