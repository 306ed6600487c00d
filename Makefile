# mailstrata: `make demo` shows it, `make test` proves it. Each makes what it needs.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= auto

.PHONY: demo test lint unit docs bless bench-start bench-bounces bench-bounces-memory bench-credentials bench-domain \
  bench-domain-pace bench-relay chaos-relay fuzz-bounces clean requirements

demo: .venv/lab
	@$(BIN)/mailstrata demo

test: lint unit

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/test
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

docs: .venv/test
	$(BIN)/python tools/reference.py
	$(BIN)/python tools/screenshots.py

bless: .venv/test
	$(BIN)/pytest -q -n $(WORKERS) --bless

bench-start: .venv/test
	$(BIN)/python bench/start.py

bench-bounces: .venv/test
	$(BIN)/python -m bench.bounces

bench-bounces-memory: .venv/test
	$(BIN)/python -m bench.bounce_memory

fuzz-bounces: .venv/test
	$(BIN)/python -m bench.mutated

bench-credentials: .venv/test
	$(BIN)/python bench/credentials.py

bench-domain: .venv/test
	$(BIN)/python -m bench.domain

# IDENTITIES= in the account, RATE= requests a second.
bench-domain-pace: .venv/lab
	$(BIN)/python -m bench.domain_pace

bench-relay: .venv/test
	$(BIN)/python -m bench.relay

# SEED= repeats a run, FAULTS= is how often the relay is killed.
chaos-relay: .venv/test
	$(BIN)/python -m bench.relay_chaos

# The environments: pinned with hashes; a marker file says which is installed.
.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/lab: requirements/lab.txt pyproject.toml | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lab.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/test: requirements/test.txt .venv/lab
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

# For developers: resolve the pins anew after a change of the dependencies.
requirements: | .venv/bin/pip
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --allow-unsafe --strip-extras --extra lab --output-file requirements/lab.txt pyproject.toml requirements/build.in
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --allow-unsafe --strip-extras --constraint requirements/lab.txt --output-file requirements/test.txt requirements/test.in

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache bench/results
