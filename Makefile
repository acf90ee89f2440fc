# Everything a checkout does. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
UV := $(BIN)/uv
CDK := node_modules/.bin/cdk

# Our own tools first; Node.js comes from the environment when the machine has none of its own.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

# Node.js 22 or newer (20 has ended) as the machine's own, or else as a wheel in the environment.
MACHINE_PATH := $(shell path="$$PATH"; echo "$${path//"$(CURDIR)/$(BIN):"/}")
NODE_LOCK := $(shell PATH="$(MACHINE_PATH)" node -e 'process.exit(parseInt(process.versions.node) < 22)' \
  2>/dev/null || echo requirements/node.txt)

SOURCES := $(wildcard layers/roost/python infra functions models localaws)
# What only computes or has an emulator of its own runs side by side; what synthesises or deploys, one after the other.
SIDE_BY_SIDE := $(wildcard $(addprefix tests/,unit contract simulation))
IN_A_ROW := $(wildcard $(addprefix tests/,infrastructure integration e2e))

##@ Everyday

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMPS)/roost $(STAMPS)/node ## Install everything into .venv and node_modules (nothing to do: instant)
	@:

demo: setup ## Deploy to the embedded AWS and walk the whole loop
	@$(BIN)/roost demo

deploy: setup ## Deploy with the CDK to where the AWS variables point (STAGE=staging; YES=1: do not ask)
	@$(BIN)/roost $(if $(STAGE),--stage $(STAGE)) deploy $(if $(YES),--yes)

layers: setup ## Build the Lambda layers and weigh them
	@$(BIN)/python -m infra.layer_build

down: setup ## Stop the embedded AWS
	@$(BIN)/roost down

##@ Quality

test: setup check ## The gate: checks, then every test
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 $(SIDE_BY_SIDE)
	@$(BIN)/python -m pytest $(IN_A_ROW)

check: setup lint types complexity synth ## Lint, format, types, complexity and a synth without warnings

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(if $(SOURCES),$(BIN)/mypy $(SOURCES))

complexity: setup
	@$(if $(SOURCES),$(BIN)/xenon --max-absolute B --max-modules B --max-average A $(SOURCES))

synth: setup
	@$(if $(wildcard cdk.json),$(CDK) synth --quiet --strict --output build/cdk.out)

format: setup ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

##@ Benchmarks

bench: setup ## Measure against the peers, side by side in one run
	@$(BIN)/python -m tests.benchmarks

bench-features: setup ## Measure training sets and streams: windows, point-in-time joins, events a second
	@$(BIN)/python -m tests.benchmarks.features

bench-serving: setup ## Measure scoring: latency, cold start, memory
	@$(BIN)/python -m tests.benchmarks.serving

bench-training: setup ## Measure what training makes: quality beside scikit-learn's defaults
	@$(BIN)/python -m tests.benchmarks.training

##@ Upkeep

COMPILE = $(UV) pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

lock: $(STAMPS)/uv ## Resolve requirements/*.in and layers/*/requirements.in anew (UPGRADE=1: to the newest versions)
	@for name in bootstrap node dev peers feast; do $(COMPILE) "requirements/$$name.in" -o "requirements/$$name.txt"; done
	@for layer in layers/*/requirements.in; do \
	  $(COMPILE) -c requirements/dev.txt "$$layer" -o "requirements/layer-$$(basename "$$(dirname "$$layer")").txt"; done
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## Remove everything that was built or installed
	rm -rf $(VENV) node_modules build cdk.out .roost .mypy_cache .ruff_cache .pytest_cache .hypothesis

# What `setup` does, each step again only when its inputs change.

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Roost needs Python 3.11 or newer: make setup PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(@D) && touch $@

$(STAMPS)/uv: requirements/bootstrap.txt $(STAMPS)/venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(NODE_LOCK) $(STAMPS)/uv
	@$(UV) pip sync --quiet --require-hashes requirements/dev.txt $(NODE_LOCK)
	@touch $@

$(STAMPS)/roost: pyproject.toml $(STAMPS)/dev
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/node: package.json package-lock.json $(STAMPS)/dev
	@npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: help setup demo deploy layers down test check lint types complexity synth format bench bench-features bench-serving lock clean
