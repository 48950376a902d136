# Every task of the project. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
TOOLS := .tools
UV := $(TOOLS)/bin/uv
RUN := $(UV) run --no-sync

.PHONY: help setup
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(UV):
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --upgrade pip 'uv>=0.5'

setup: $(UV) ## install everything for development into .venv (no root)
	$(UV) sync --all-packages
