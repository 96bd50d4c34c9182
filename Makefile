# make run     start the simulated departments and the gateway, and answer one real query
# make test    everything that CI runs: lint, types, import directions, tests (EXAMPLES=10 draws ten times as many)
# make check   lint, types, import directions only
# make bench   the benchmarks; prints ratios against named baselines
# make lock    resolve pyproject.toml into requirements.lock
# make schema  rewrite the snapshot of the public schema
# make words   rewrite the words of the page that verifies answers
.DEFAULT_GOAL := help
.PHONY: help run test check lint types tests bench lock schema words clean
PY := .venv/bin/python
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)

# One more than there are cores: tests wait a good deal for processes and servers of their own.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

help:
	@sed -n 's/^# //p' Makefile

.venv/installed: requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh .ci/system-packages python3-venv
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	.venv/bin/uv pip sync --quiet --python $(PY) --require-hashes requirements.lock
	@touch $@

run: .venv/installed
	$(PY) -m gateway demo $(ARGS)

check: lint types

lint: .venv/installed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: .venv/installed
	nice .venv/bin/mypy

tests: .venv/installed
	EXAMPLES=$(EXAMPLES) $(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

# The types are checked while the tests run, which leave a core idle wherever they wait.
test: lint
	$(MAKE) --no-print-directory --jobs 2 types tests

bench: .venv/installed
	$(PY) -m tests.benchmarks $(ARGS)

lock: .venv/installed
	.venv/bin/uv pip compile --quiet --universal --generate-hashes --all-extras --no-header --no-emit-index-url pyproject.toml -o requirements.lock

schema: .venv/installed
	$(PY) -m schema.schema > tests/schema/snapshots/schema.graphql

words: .venv/installed
	$(PY) -m gateway.portal.words > gateway/portal/verify/words.js

clean:
	rm -rf .venv var
