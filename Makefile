# Two commands for a fresh machine with Python 3.11 or newer and make:
#   make demo    sets up .venv, runs the main job on data/, says where the results are
#   make test    sets up .venv, runs all the tests
PYTHON ?= $(shell command -v python3 || command -v python)
VENV := .venv
BIN := $(VENV)/bin
OUT ?= 结果

.PHONY: demo test lint docs quality sample clean
.DEFAULT_GOAL := demo

# a stamp for each set of extras: installed again only when pyproject.toml changed
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 或更新的版本，现在是 %d.%d。可以用 make PYTHON=python3.12 指定。" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.core

demo: $(VENV)/.core
	@$(BIN)/expertmatch demo --out "$(OUT)" --force
	@echo "要用自己的表，先激活环境：source $(BIN)/activate，然后：expertmatch match --help"

# a file's tests stay in one process: they share what they have read
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quality: $(VENV)/.dev
	$(BIN)/python benchmarks/quality.py --data ../shared/datasets

# the guide as a site, in build/site; a warning is an error
docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "使用指南在 build/site/index.html，双击就能打开。"

# writes data/ again from its banks; the tests hold that nothing changes
sample: $(VENV)/.dev
	$(BIN)/python data/make_sample.py

clean:
	rm -rf $(VENV) "$(OUT)" dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
