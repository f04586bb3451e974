# What people run. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
OUT ?= demo-out

SERVERS := services or routes or chaos or compose or browser or release or live

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

setup: ## .venv with everything pinned by hash
	@tooling/venv.sh dev

demo: setup ## the main job: sites' zips on four routes, ingested, with archive and reports in OUT (demo-out)
	@$(PY) -m ingest.cli demo --out $(OUT)

test: setup ## everything: installs what it needs, runs every tier
	@tooling/test.sh

test-fast: setup lint ## lint, types, unit and property tests; no services; under a minute
	@$(PYTEST) tests/unit -n 2 -m "fast and not ($(SERVERS))"

.PHONY: fuzz
fuzz: setup ## N (1000000) mutated zips and DICOM files; goes on where it stopped; SECONDS, JOBS; ONE=input; figures into docs/reliability.md, but of a part (FIRST=input)
	@$(PY) tooling/fuzz.py --inputs $(or $(N),1000000) --jobs $(or $(JOBS),2) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONE),--one $(ONE)) $(if $(FIRST),--first $(FIRST),--write)

chaos: setup ## a storm of N harms (50) over the whole service, with the account after it; SEED; needs root
	@$(PY) tooling/chaos.py $(or $(N),50) --seed $(or $(SEED),1)

test-release: setup ## what is too long for CI: a thousand harms, every system call, everything marked release
	@tooling/install_services.sh && $(PYTEST) tests -m release -n 2 --dist loadfile

lint: setup ## ruff, mypy --strict, import-linter, generated documents, what Windows can run
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports --no-logo >/dev/null && $(PY) tooling/write_finding_codes.py --check && $(PY) tooling/write_shipped_trial.py --check && $(PY) tooling/check_windows.py

format: setup ## put the code in its form
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

wheel: setup ## dist/: the wheel that a site installs to check a zip before it sends it
	@.venv/bin/python -m hatchling build -t wheel -d dist

docs: setup ## write the generated documents
	@$(PY) tooling/write_finding_codes.py && $(PY) tooling/write_shipped_trial.py

bench: setup ## a zip's whole way beside the yardstick; writes docs/performance.md; PEERS=1 adds Orthanc; ROUNDS, ROWS, APART
	@$(if $(APART),BENCH_APART=1) $(PY) tooling/bench.py --write --rounds $(or $(ROUNDS),5) $(if $(ROWS),--rows $(ROWS)) $(if $(PEERS),--peers)

bench-compare: setup ## the same job beside that of an earlier revision: BASE=revision
	@$(PY) tooling/bench.py --base $(BASE) --rounds $(or $(ROUNDS),5)

bench-workers: setup ## 1, 2 and 4 heavy workers on the same 200 zips, and wake-ups in an idle service; needs root; WORKERS
	@$(PY) tooling/bench_workers.py --workers $(or $(WORKERS),1 2 4) --plot docs/images/workers.svg
	@$(PY) tooling/bench_workers.py --wakes 20

bench-ledger: setup ## the ledger alone on PostgreSQL, under 50 sites x 200 subjects x 30 zips
	@PYTHONPATH=. $(PY) tooling/bench_ledger.py

bench-archive: setup ## filing beside plain writing, versions of 1 %, verify; ROUNDS
	@PYTHONPATH=. $(PY) tooling/bench_archive.py --write --rounds $(or $(ROUNDS),5)

bench-catalogue: setup ## the catalogue's lists with 100,000 instances, on SQLite and PostgreSQL; ROUNDS
	@PYTHONPATH=. $(PY) tooling/bench_catalogue.py --write --rounds $(or $(ROUNDS),7)

bench-reports: setup ## reports: a subject of 4,000 instances, a site of 500 subjects
	@$(PY) tooling/bench_reports.py

bench-inspect: setup ## every element walked, judged and its facts read, beside pydicom's reading of headers; ROUNDS
	@$(PY) tooling/bench_inspect.py --rounds $(or $(ROUNDS),5)

compare: setup ## the radiotherapy checks beside dicom-discovery, mutation by mutation
	@$(PY) tooling/compare_discovery.py

lock: ## pin every requirement again
	@tooling/lock.sh

.PHONY: help setup wheel demo test test-release chaos test-fast lint format docs bench bench-compare bench-workers bench-ledger bench-inspect bench-reports compare lock bench-archive bench-catalogue
