PYTHON ?= python3
BIN := .venv/bin
PACKAGES := assistant indexes semantic_layer evals ui

.PHONY: install demo test check gate gate-tiny verdicts bench clean

.venv/.runtime: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Because needs Python 3.11 or newer; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

.venv/.dev: .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

install: .venv/.dev

demo: .venv/.runtime
	$(BIN)/because demo --workspace workspace

test: .venv/.dev
	$(BIN)/python -m pytest -n 2

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

gate: .venv/.runtime
	$(BIN)/because demo --workspace workspace --no-serve
	$(BIN)/because eval run --gate --workspace workspace

gate-tiny: .venv/.runtime
	$(BIN)/because demo --size tiny --workspace workspace-tiny --no-serve
	$(BIN)/because eval run --gate --verdicts .ci/verdicts.json --workspace workspace-tiny

verdicts: .venv/.runtime
	$(BIN)/because demo --size tiny --workspace workspace-tiny --no-serve
	$(BIN)/because eval run --workspace workspace-tiny
	$(BIN)/python -m benchmarks.verdicts workspace-tiny > .ci/verdicts.json

bench: .venv/.dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv workspace workspace-tiny
