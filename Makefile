# `make demo` compiles a real model, runs it and compares it; `make check` runs every test;
# `make bench` times all workloads beside other libraries (an hour or two, on a machine at rest).
# Needs Python 3.11 or newer (with venv) and a C compiler; everything else goes into $(VENV).

VENV   ?= .venv
PYTHON ?= python3
PIP     = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
RUN     = PATH="$(abspath $(VENV))/bin:$$PATH"

.PHONY: demo bench check conformance zoo fuzz lint clean

demo: $(VENV)/.demo-installed
	$(RUN) python test/benchmarks/demo.py

bench: $(VENV)/.demo-installed
	$(RUN) sdfg-bench --threads 1,all --json build/bench/report.json \
	  --html build/bench/report.html

check: lint
	$(RUN) python -m pytest -n 2 --dist=worksteal

conformance: $(VENV)/.test-installed
	cd test && $(RUN) python -W ignore -m conformance

zoo: $(VENV)/.test-installed
	cd test && $(RUN) python -W ignore -m zoo

fuzz: $(VENV)/.test-installed
	cd test && for kind in models torch files; do \
	  $(RUN) python -m fuzz $$kind --count 2000 || exit 1; done

lint: $(VENV)/.test-installed
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) pyright --pythonpath "$(abspath $(VENV))/bin/python"
	$(RUN) lint-imports

# torch first and by its exact version: what else asks for torch is then content with it, and
# pip does not exchange it for a newer build.
$(VENV)/.demo-installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) 'torch==2.13.0'
	$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.test-installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) 'torch==2.13.0'
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.demo-installed

$(VENV)/bin/python:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "error: no '$(PYTHON)' on this machine" >&2; \
	  echo "hint: install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1), older than Python 3.11" >&2; \
	  echo "hint: name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: '$(PYTHON)' cannot make virtual environments" >&2; \
	  echo "hint: install its venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"

clean:
	rm -rf build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
