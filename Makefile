# Every target sets up all that it needs in .venv.
PYTHON ?= python3
BIN := .venv/bin
REQUIREMENTS := requirements.txt requirements-dev.txt
export DJANGO_SETTINGS_MODULE := duologue.settings
# empty is unset: without its cache Python compiles a thousand modules each time a command starts
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-all check bench screens migrations requirements assets format

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/ready: $(REQUIREMENTS) pyproject.toml build_hook.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes $(foreach file,$(REQUIREMENTS),-r $(file))
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 -x node_modules duologue # once, and not in each of the processes that import it first
	@touch $@

migrations: .venv/ready  ## write each floor's first migration anew from its models
	@tools/migrations

check: .venv/ready  ## style, types, floors, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy duologue

format: .venv/ready  ## write the code as ruff would
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

test: assets  ## everything that proves behaviour, in under five minutes
	tools/test

test-all: assets  ## test, then Debian's PostgreSQL, Spark, the long crash tests and a hundred seeds
	tools/test --all

serve: assets  ## run Duologue on http://127.0.0.1:8000
	$(BIN)/duologue serve

demo: assets  ## a living workspace to look at
	$(BIN)/duologue demo

bench: .venv/ready  ## the product beside the raw limit, as ratios
	@tools/parts wrk
	$(BIN)/python -m bench

assets: .venv/ready  ## build the pages' scripts and styles anew
	@$(BIN)/python build_hook.py

screens: assets  ## pictures of every page, light and dark, wide and narrow, in ./screens
	@DUOLOGUE_SCREENS=1 $(BIN)/python -m pytest -n0 -m browser $(foreach shows,screens broadcasts brand segments texts ready_made buyers moves,tests/web/browser/test_$(shows).py)

requirements:  ## pin and hash what pyproject.toml and requirements-dev.in ask for
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate --no-header requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate --no-header requirements-spark.in -c requirements.txt -c requirements-dev.txt -o requirements-spark.txt
