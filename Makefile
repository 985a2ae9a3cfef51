# Everything is done by config/ops, which needs only the system's python3.
PYTHON ?= $(shell for p in python3.11 python3 /usr/bin/python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
OPS = $(PYTHON) config/ops
export PORT ARGS ENGINE

.DEFAULT_GOAL := help
.PHONY: help setup run test bench docs lint messages contracts lock secret

help: ## Show what each target does
	@grep -hE '^[a-z]+: ## ' $(MAKEFILE_LIST) | sed 's/: ## /\t/' | expand -t 12

setup: ## Install what is missing, make .venv, migrate, load the district and the demo
	@exec $(OPS) setup

run: ## Set up, then start web, worker and clock on 127.0.0.1 (PORT=8000)
	@exec $(OPS) run

test: ## Run all tests on SQLite and on a private PostgreSQL (ENGINE=sqlite|postgres, ARGS='-k word')
	@exec $(OPS) test

bench: ## Measure, one figure a line with its bar; fails when a bar is missed (ARGS=migrate)
	@exec $(OPS) bench

docs: ## Write docs/generated anew from the code
	@exec $(OPS) docs

lint: ## Check style, format, types and the arrows between rooms
	@exec $(OPS) lint

messages: ## Bring the English catalogue up to date with the sources
	@exec $(OPS) messages

contracts: ## Write the import contracts in pyproject.toml anew from the tree
	@exec $(OPS) contracts

lock: ## Resolve requirements.in anew into the lock files with hashes
	@exec $(OPS) lock

secret: ## Print fresh random keys for a production environment
	@exec $(OPS) secret
