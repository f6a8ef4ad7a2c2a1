# Two commands matter: `make run` and `make test`. They need Python 3.11 (with venv) and nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LOCK := requirements/dev.txt
MANAGE = SUPPORTNET_MODE=$${SUPPORTNET_MODE:-local} $(BIN)/python manage.py

.PHONY: help run test check style types pages migrations sentences facts containers description rules demo bench evening faults backup restore setup messages lock clean
.DEFAULT_GOAL := help

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 20

run: setup ## Start everything on this machine; Ctrl-C stops it
	@SUPPORTNET_MODE=local exec $(BIN)/python manage.py run_local

demo: setup ## Add a made-up person, a circle and eighteen months of history
	@$(MANAGE) migrate --verbosity 0 && $(MANAGE) demo

# More workers than cores, for the long tests mostly wait; whoever is done takes half of what another has
# left. Bytecode is kept: some hundred processes of a run would each compile all of it anew.
test: PYTEST = $(BIN)/pytest -n 5 --dist worksteal
test: export PYTHONDONTWRITEBYTECODE =
test: setup ## All tests, on SQLite and then on PostgreSQL with Valkey
	@$(PYTEST) $(ARGS); sqlite=$$?; \
	  TEST_DATABASE=postgres $(PYTEST) -m "not once" $(ARGS); exit $$((sqlite + $$?))

check: style types pages migrations sentences facts containers description rules ## Everything but the tests; see below

style types pages migrations sentences facts containers description rules: export SUPPORTNET_MODE := local

style: setup ## Python as ruff likes it
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: setup ## Types hold
	$(BIN)/mypy .

pages: setup ## Templates are well formed
	$(BIN)/djlint --lint --quiet templates

migrations: setup ## No model changed without one
	$(BIN)/python manage.py makemigrations --check --dry-run

sentences: setup ## Translations are in step and compiled
	$(BIN)/python manage.py messages --check

facts: setup ## Helplines are well formed
	$(BIN)/python manage.py check_library

containers: setup ## docker-compose.yml is what Compose takes
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

description: setup ## The API's description is whole and valid
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

rules: setup ## House rules, floors, words
	$(BIN)/pytest --quiet tests/test_conventions.py tests/test_words.py

bench: setup ## How fast it is, beside what it is measured against: QUICK=1 a smoke, ONLY=name
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

evening: setup ## The first evening alone, measured
	@$(BIN)/python -m tests.evening

faults: setup ## The fault drill: 42 faults, some hours; QUICK=1 takes eight minutes (chaos/__main__.py)
	@$(BIN)/python -m chaos

backup: setup ## Write a backup, to var/backups or TO=folder
	@$(MANAGE) backup $(if $(TO),--to $(TO))

restore: setup ## Bring a backup back: make restore FILE=path
	@$(MANAGE) restore $(FILE)

messages: setup ## Collect the sentences for translators, and compile them
	@$(MANAGE) messages

lock: ## Renew the locked dependencies from requirements/*.in
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/base.in -o requirements/base.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/dev.in -o requirements/dev.txt

setup: ## Build .venv from the lock, when the lock changed
	@cmp -s $(LOCK) .venv/lock.txt || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    || { echo "SupportNet needs Python 3.11 or newer."; exit 1; }; \
	  echo "Installing into .venv; this takes a minute the first time."; \
	  test -x $(BIN)/python || $(PYTHON) -m venv .venv; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK) \
	    && cp $(LOCK) .venv/lock.txt; }

clean: ## Forget the environment; data in var/ stays
	rm -rf .venv staticfiles
