# PoliceApp's commands. `make` alone lists them; README.md says more.

PYTHON ?= python3
PORT ?= 8000

# Install exactly the pinned packages. With --no-deps, pip never looks for packages that are not pinned.
PIP = .venv/bin/python -m pip --disable-pip-version-check
PIP_INSTALL = $(PIP) install --quiet --no-deps --only-binary :all: --require-hashes
MANAGE = .venv/bin/python manage.py
# Commands for developers ignore the settings of the shell, because they may be those of a site in production.
SETTINGS = DJANGO_SETTINGS_MODULE $(shell sed -nE 's/.*(env[.][a-z_]+|list_setting)."([A-Z_]+)".*/\2/p' policeapp/settings.py)
WITHOUT_SETTINGS = unset $(SETTINGS);
SAY_IGNORED = for name in $(SETTINGS); do ! printenv $$name >/dev/null || echo "make $@ ignores $$name of your shell."; done
# Settings for development. The key is passed in the environment, because other users can see arguments.
DEVELOPER = $(WITHOUT_SETTINGS) export DEBUG=1 SITE_URL=http://127.0.0.1:$(PORT) SECRET_KEY="$$(cat .secret-key)";
WESTPORT = http://127.0.0.1:$(PORT)/departments/ct/westport-police-department/

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install run admin serve test coverage audit bench faults soak docs pins clean python port

help:     ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

install: .venv/.site ## create .venv and install the site's dependencies

run: port install .secret-key ## run the site and its mail worker for development: make run PORT=8001
	@$(SAY_IGNORED)
	@$(DEVELOPER) $(MANAGE) migrate --verbosity 0
	@$(DEVELOPER) $(MANAGE) populate
	@echo
	@echo "  Westport's page:  $(WESTPORT)"
	@echo "  To log in at /admin/, create an admin in another terminal:  make admin"
	@echo
	@$(DEVELOPER) exec 3<&0; trap 'exit 130' INT TERM HUP; trap 'kill $$mail $$server 2>/dev/null; wait' EXIT; \
	$(MANAGE) send_mail & mail=$$!; \
	$(MANAGE) runserver 127.0.0.1:$(PORT) <&3 & server=$$!; \
	wait $$server

admin: install .secret-key ## create an admin for the site that `make run` serves: make admin EMAIL=alice@example.org
	@$(SAY_IGNORED)
	@$(DEVELOPER) $(MANAGE) migrate --verbosity 0
	@$(DEVELOPER) exec $(MANAGE) create_admin $(EMAIL)

serve: install ## serve the site in production; SECRET_KEY, ALLOWED_HOSTS and SITE_URL must be set
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(MANAGE) migrate --check >/dev/null || { \
	echo "The database is missing or not up to date: run $(MANAGE) migrate first, with the same settings." >&2; exit 1; }
	@exec .venv/bin/python -m gunicorn --config policeapp/gunicorn.py policeapp.wsgi

# ARGS are passed to pytest: make test ARGS="-k feed". Without ARGS, there is one process more than cores, because some
# tests wait for processes of their own.
WORKERS = $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')
PYTEST = .venv/bin/python -m pytest $(or $(ARGS),--numprocesses=$(WORKERS))
FILES = $(if $(ARGS),,--dist=loadfile --no-loadscope-reorder)
WITHOUT_BROWSER = $(if $(ARGS),,--ignore=tests/browser)
BROWSER = $(if $(ARGS),,--dist=worksteal tests/browser)

test: .venv/.tests ## check the code and run every test on SQLite and then on PostgreSQL
	@.venv/bin/python tests/browser_setup.py
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/lint-imports
	.venv/bin/bandit --quiet --recursive --configfile pyproject.toml manage.py policeapp departments jobs
	$(WITHOUT_SETTINGS) DJANGO_SETTINGS_MODULE=tests.settings DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	@$(WITHOUT_SETTINGS) failed=0; static=$$(mktemp -d); trap 'rm -rf "$$static"' EXIT; export TESTS_STATIC_ROOT="$$static"; \
	echo "== Tests on SQLite"; \
	$(PYTEST) $(FILES) $(WITHOUT_BROWSER) || failed=1; \
	$(if $(BROWSER),echo "== Tests in a browser"; $(PYTEST) $(BROWSER) || failed=1;) \
	echo "== Tests on PostgreSQL"; \
	.venv/bin/python tests/postgres.py -- $(PYTEST) $(FILES) $(WITHOUT_BROWSER) || failed=1; \
	exit $$failed

coverage: .venv/.tests ## measure the coverage of the tests on SQLite; fails below the minimum
	@$(WITHOUT_SETTINGS) $(PYTEST) $(FILES) $(WITHOUT_BROWSER) --cov --cov-report=term-missing:skip-covered

audit: .venv/.tests ## check the pinned packages for known vulnerabilities; needs access to PyPI
	@.venv/bin/python tests/audit.py $(ARGS)

bench: .venv/.tests ## benchmark the site at national scale in about 20 minutes: make bench ARGS="--quick near"
	@$(WITHOUT_SETTINGS) .venv/bin/python -m tests.benchmarks $(ARGS)

faults: .venv/.tests ## test the running site under faults in under ten minutes: make faults ARGS="--quick reload"
	@$(WITHOUT_SETTINGS) .venv/bin/python -m tests.faults $(ARGS)

soak: .venv/.tests ## test it under faults for an hour or two: make soak ARGS=garbage
	@$(WITHOUT_SETTINGS) .venv/bin/python -m tests.faults --soak $(ARGS)

docs: .venv/.tests ## write the tables of settings and import columns into the README files
	@.venv/bin/python -m tests.documents

pins: .venv/.tests ## recompile the requirements from pyproject.toml; ARGS=--upgrade for newer versions
	@.venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	echo "Compile the pins with the oldest supported Python: make pins PYTHON=python3.11." >&2; exit 1; }
	@$(COMPILE) --output-file requirements.txt pyproject.toml
	@$(COMPILE) --extra test --constraint requirements.txt --output-file tests/requirements.txt pyproject.toml

COMPILE = CUSTOM_COMPILE_COMMAND="make pins" .venv/bin/python -m piptools compile --quiet $(ARGS) --generate-hashes \
	--allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean: ## remove .venv and the files of tools, but not the database or the uploads
	rm -rf .venv staticfiles .coverage .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The steps of the commands above

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	found="$$($(PYTHON) --version 2>&1)" || found="not installed"; \
	echo "PoliceApp needs Python 3.11 or newer, but $(PYTHON) is $$found. Choose another: make run PYTHON=python3.12." >&2; \
	exit 1; }

port: python
	@$(PYTHON) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT)))' 2>/dev/null || { \
	echo "Port $(PORT) is in use or not allowed. Choose another: make run PORT=$(if $(filter 8001,$(PORT)),8002,8001)." >&2; exit 1; }

.secret-key: | python
	@umask 077; $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))' > $@

# This file changes only when Python or the path of the checkout changes. Then .venv is created again.
.venv/.python: python
	@now="$$($(PYTHON) -c 'import sys; print(sys.version.split()[0], sys.base_prefix)') $(CURDIR)"; \
	[ "$$now" != "$$(cat $@ 2>/dev/null)" ] || exit 0; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	echo "$(PYTHON) cannot create virtual environments. Install Debian's package python3-venv, or its equivalent on your system." >&2; exit 1; }; \
	echo "Creating .venv with Python $${now%% *}"; \
	rm -rf .venv && $(PYTHON) -m venv .venv && echo "$$now" > $@

.venv/.site: requirements.txt .venv/.python
	@echo "Installing the site's dependencies"
	@$(PIP_INSTALL) --requirement requirements.txt
	@$(PIP) check >/dev/null || { $(PIP) check >&2; exit 1; }
	@touch $@

.venv/.tests: tests/requirements.txt .venv/.site
	@echo "Installing the tests' dependencies"
	@$(PIP_INSTALL) --requirement tests/requirements.txt
	@$(PIP) check >/dev/null || { $(PIP) check >&2; exit 1; }
	@touch $@
