# Needs Python 3.11 or newer, pip and make; `make setup` brings the rest into .venv and .tools.

PYTHON ?= python3
STAGE ?= local
RUN := .venv/bin/python -m
LOCK := .venv/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11
ENVIRONMENTS := .venv/.installed .tools/sam/.installed .tools/aws/.installed
OTHERS := .tools/bench/.installed

# Nothing of ours is told to anybody.
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: setup check test demo demo-blackboard up down build deploy invoke logs discord lock bench cost help

setup: ## Install the project, the SAM CLI and the local AWS, each in its own environment
	@$(MAKE) --silent --jobs=3 .venv/bin/switchyard $(ENVIRONMENTS)

check: setup ## Format, lint, types, import contracts, template, generated docs
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.tools/sam/bin/sam validate --lint
	$(RUN) scripts.generate --check

test: setup ## Run every test; starts and stops a local AWS for them
	@$(RUN) scripts.test

demo: setup ## Start, deploy and run the main job on sample input
	$(RUN) scripts.demo

demo-blackboard: setup ## Start, deploy and have three agents reach a goal together
	$(RUN) scripts.demo_blackboard

up: setup ## Start the local AWS and deploy to it; again: deploy what changed
	@$(RUN) scripts.up

down: setup ## Stop the local AWS; its state stays in .local
	@$(RUN) scripts.down

build: setup ## Build with SAM (STAGE=local|prod)
	@$(RUN) scripts.build $(STAGE)

deploy: setup ## Build and deploy: to the local AWS, or STAGE=prod to a real account
	@$(RUN) $(if $(filter local,$(STAGE)),scripts.up,scripts.deploy $(STAGE))

invoke: setup ## Send events/<F>.json to the deployed function (F=<folder in functions/>)
	@$(RUN) scripts.invoke "$(F)"

logs: setup ## Show the logs of a deployed function (F=<folder in functions/>)
	@$(RUN) scripts.invoke --logs "$(F)"

discord: setup ## Be somebody on the stand-in of Discord: use commands, press buttons, see what is said
	@$(RUN) scripts.discord

lock: setup ## Pin all requirements anew, with hashes
	$(LOCK) --custom-compile-command "make lock" --group dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --custom-compile-command "make lock (never edit this file by hand)" -c requirements/dev.txt \
		pyproject.toml -o layers/dependencies/requirements.txt
	$(LOCK) --custom-compile-command "make lock" requirements/sam.in -o requirements/sam.txt
	$(LOCK) --custom-compile-command "make lock" requirements/local-aws.in -o requirements/local-aws.txt
	$(LOCK) --custom-compile-command "make lock" requirements/bench.in -o requirements/bench.txt

bench: setup .tools/bench/.installed ## Measure cold starts, imports, transitions, write units, matches and claims per second
	$(RUN) scripts.bench

cost: setup ## Count what one listing's life uses of AWS, and what a million cost
	@$(RUN) scripts.cost

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# An environment holds what its file names and nothing else: it is made anew when the file changes, and pip resolves
# nothing (the pip of Python 3.11 also cannot match hashes of packages that are asked for with and without extras).
.venv/.installed: requirements/dev.txt
.tools/sam/.installed: requirements/sam.txt
.tools/aws/.installed: requirements/local-aws.txt
$(OTHERS): requirements/bench.txt
$(ENVIRONMENTS) $(OTHERS): %/.installed:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Switchyard needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "setup: $* from $^"
	@$(PYTHON) -m venv --clear $*
	@$*/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r $^
	@touch $@

# The `switchyard` command. Nothing is fetched: its dependencies and its build tool are already in .venv.
.venv/bin/switchyard: pyproject.toml .venv/.installed
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@
