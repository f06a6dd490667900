# make serve   install, make a registry with the shipped data on first run, serve it; after an
#              upgrade its search index is derived again first
# make test    install with the test tools and run everything
# make bench   compare with Oxigraph's own server          (SIZES="1000 200000")
# make frontend build the query page's editor again
# make torture kill the writer 200 times                    (RUNS=200)
# make attack  attack the server again and again            (ROUNDS=5)

PYTHON ?= python3
DATA ?= registry-data
HOST ?= 127.0.0.1
PORT ?= 8000
SIZES ?= 1000 200000
RUNS ?= 200
ROUNDS ?= 5
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve test lint bench torture attack frontend screenshots clean

serve: $(VENV)/.installed
	@test -e "$(DATA)/current" || $(BIN)/faces --data-dir "$(DATA)" init
	@$(BIN)/faces --data-dir "$(DATA)" reindex --if-needed
	@exec $(BIN)/faces --data-dir "$(DATA)" serve --host "$(HOST)" --port "$(PORT)"

test: $(VENV)/.installed-test lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not alone"
	$(BIN)/python -m pytest -m alone

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/run.py $(SIZES)

torture: $(VENV)/.installed-test
	TORTURE_RUNS=$(RUNS) $(BIN)/python -m pytest tests/releases/test_torture.py -s

attack: $(VENV)/.installed-test
	ATTACK_ROUNDS=$(ROUNDS) ATTACK_DEADLINE=5 $(BIN)/python -m pytest tests/security

frontend:
	cd registry/web/frontend && npm ci --no-audit --no-fund && npm run build

screenshots: $(VENV)/.installed-test
	$(BIN)/python docs/screenshots/make.py

$(VENV)/bin/python:
	./.ci/ensure-python "$(PYTHON)" "$(VENV)"

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml .ci/ensure-test-packages
	./.ci/ensure-test-packages
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: $(VENV)/bin/python pyproject.toml .ci/ensure-bench-packages
	./.ci/ensure-bench-packages
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
