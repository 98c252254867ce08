# Copydesk. Every target sets up what it needs in .venv, from the lock files, where that is missing or stale.
# Needed on the machine: make and a Python from 3.11 to 3.13 (PYTHON=… names one).

BUNDLE ?= seeds
OUT ?= data
KILLS ?= 200
RUNS ?= 20
export PYTHON

.DEFAULT_GOAL := help
# Every target that the help lists is a name, not a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*.. .*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile | while IFS='	' read -r name text; do printf '  make %-20s %s\n' "$$name" "$$text"; done

pipeline: ## clean BUNDLE (default: seeds) into OUT (default: data)
	@.ci/setup runtime
	.venv/bin/copydesk run $(BUNDLE) --out $(OUT)

test: ## the test suite
	@.ci/setup dev
	.venv/bin/python -m pytest -n 2

test-slow: ## schedules and pages of a real server, runs that overlap, Dask with a worker that dies
	@.ci/setup dev
	@.ci/browser || echo "test-slow: without a browser nobody looks at Prefect's page" >&2
	.venv/bin/python -m pytest -m slow tests/slow

test-browser: ## look at the report in headless Chromium (installs Debian's where there is none)
	@.ci/setup dev
	@.ci/browser
	.venv/bin/python -m pytest tests/browser

check: ## style and types
	@.ci/setup dev
	.venv/bin/ruff check .
	.venv/bin/mypy

crash: ## kill runs at KILLS random moments over RUNS bundles (200, 20) while readers loop
	@.ci/setup dev
	.venv/bin/python tests/write/crash.py --kills $(KILLS) --runs $(RUNS)

gate: ## run on the real articles in ../shared and score the outcome
	@.ci/setup dev
	.venv/bin/python tests/gate/gate.py

bad-inputs-each: ## a run for each way to break one, with limits of its own (needs ../shared; half an hour)
	@.ci/setup dev
	.venv/bin/python ../shared/data/bad_inputs/check.py --each --copydesk .venv/bin/copydesk

bench-orchestration: ## what Prefect costs, against an empty flow
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/orchestration.py

bench-scaling: ## orchestration, memory and two cores over PAGES real pages (default: 20,000), against the bare functions (needs ../shared)
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/scaling.py

bench-deduplicate: ## find wire copy, beside the tools of the field (needs ../shared)
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/deduplicate.py --data ../shared/data/copies --check ../shared/checks/score.py
	.venv/bin/python tests/benchmarks/deduplicate.py --data ../shared/data/copies --documents 20000 --tools ours,rensa,gaoya,datasketch,text-dedup
	.venv/bin/python tests/benchmarks/deduplicate.py --data ../shared/data/copies --documents 200000 --tools ours,rensa,gaoya
	.venv/bin/python tests/benchmarks/deduplicate.py --data ../shared/data/copies --documents 1000000 --tools ours

bench-split: ## splitting beside the bare readers, its memory, the guard, character sets
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/split.py

bench-normalize: ## headlines, authors, dates, outlets beside the tools of the field, and in cross-validation (needs ../shared)
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/normalize.py --data ../shared/data/pages --check ../shared/checks/score.py
	.venv/bin/python tests/gate/date_traps.py ../shared/data/dates/traps.json
	work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && .venv/bin/python tests/benchmarks/normalize_dates.py --data ../shared/data/pages --texts ../shared/data/lines/texts.jsonl.gz --work $$work \
		&& .venv/bin/python -m tests.train.headlines --work $$work && .venv/bin/python -m tests.train.people --work $$work

spark: ## read every dataset with Spark (needs Java; PySpark goes into an environment of its own)
	@.ci/setup dev
	.venv/bin/python tests/write/spark.py

bench-write: ## what writing costs, choice by choice (FROM names published outputs whose text is taken)
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/write.py $(FROM)

bench-report: ## what the report costs, up to 1,000,000 documents
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/report.py

bench-strip-text: ## text with debris, beside simple line rules, in cross-validation; texts a processor second (needs ../shared)
	@.ci/setup dev
	.venv/bin/python -m tests.benchmarks.strip_text

train-lines: ## train the line model anew (needs ../shared)
	@.ci/setup dev
	.venv/bin/python -m tests.train.lines

train-people: ## fit the ranking of names in bylines anew (needs ../shared)
	@.ci/setup dev
	.venv/bin/python -m tests.train.people --write

train-headlines: ## fit the ranking of headlines anew (needs ../shared)
	@.ci/setup dev
	.venv/bin/python -m tests.train.headlines --write

bench-strip: ## the body of pages, beside the extractors of the field, in cross-validation (needs ../shared)
	@.ci/setup dev
	.venv/bin/python -m tests.benchmarks.strip

train-pages: ## train the page model anew (needs ../shared)
	@.ci/setup dev
	.venv/bin/python -m tests.train.pages

first-run: ## start the flow in ten fresh homes
	@.ci/setup dev
	.venv/bin/python tests/benchmarks/first_run.py

lock: ## resolve the lock files anew
	@.ci/setup dev
	.venv/bin/uv pip compile $(LOCKING) pyproject.toml --extra build -o requirements.lock
	.venv/bin/uv pip compile $(LOCKING) pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock
	.venv/bin/uv pip compile $(LOCKING) tests/browser/requirements.in -c requirements-dev.lock -o tests/browser/requirements.lock

LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

setup: ## only set up, tools of development included
	@.ci/setup dev

clean: ## remove .venv and what the pipeline wrote
	rm -rf .venv $(OUT)
