# `make help` lists what there is. Needs Python 3.11 or newer, and make; all else goes into $(VENV).

VENV ?= .venv
# The interpreter that makes $(VENV); empty: the first of these that is new enough.
PYTHON ?=
PYTHONS = $(or $(PYTHON),python3.13 python3.12 python3.11 python3.14 python3 python)

FUZZ_SECONDS ?= 60
FAULT_KILLS ?= 200
PYTEST_ARGS ?=
PREFIX ?= /usr/local
BENCH_ARGS ?=
# Nothing: lines alone, which costs nothing on Python 3.12 and newer with COVERAGE_CORE=sysmon.
COVERAGE_ARGS ?= --branch
# The least share that the tests run, in per cent; less than that, and `make coverage` fails.
COVERAGE_FLOOR ?= 80

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip -qq --disable-pip-version-check
# Benchmarks and fuzzing bring heavy and foreign packages; they have a virtualenv of their own.
BENCH_VENV = benchmarks/.venv
BENCH_BIN = $(BENCH_VENV)/bin
# So does learning (scikit-learn).
LEARN_VENV = .venv-learn
# And Spark.
SPARK_VENV = .venv-spark
SERVE_DB = out/serve.db
SERVE_ARGS ?=

define make_venv
@set -e; test -x $(1)/bin/python || { found=; \
	for python in $(PYTHONS); do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then found=$$python; break; fi; \
	done; \
	test -n "$$found" || { echo "make: no Python 3.11 or newer with venv and ensurepip among:" \
		"$(PYTHONS). Install one (on Debian: apt-get install python3-venv), or say make PYTHON=/path/to/python."; \
		exit 1; }; \
	echo "Making $(1) with $$($$found --version)"; $$found -m venv $(1); }
@$(1)/bin/python -m pip -qq --disable-pip-version-check install 'pip>=25.1'
endef

.PHONY: help run serve report day test spark coverage mutation lint bench dist wheels licences sbom fuzz faults samples
.PHONY: data docs docs-site learn manual clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.stamp-run ## Show what it does, on samples/: eight bounces, evidence, three decisions; all of it into out/
	@$(BIN)/python -m tools.first_run

serve: $(VENV)/.stamp-serve ## Answer HTTP requests at 127.0.0.1:8025, from a database of the samples
	@mkdir -p $(dir $(SERVE_DB))
	$(BIN)/dsnparse ingest --quiet samples --db $(SERVE_DB)
	$(BIN)/dsnparse serve --db $(SERVE_DB) $(SERVE_ARGS)

report: $(VENV)/.stamp-run ## Make up a fortnight of bounces, and write the report on it to out/report.html
	$(BIN)/python -m tools.story -o out/story.mbox
	$(BIN)/dsnparse report out/story.mbox -o out/report.html
	@echo "The report: out/report.html"

day: $(VENV)/.stamp-test ## A day in the life, told by its commands: Postfix, listen, report, lift (needs Postfix, and root)
	@PYTHONPATH=tests $(BIN)/python -m ingest.a_day

test: $(VENV)/.stamp-test ## Run the tests (PYTEST_ARGS=… adds options)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

spark: $(SPARK_VENV)/.stamp ## Run the tests with Spark (needs Java 17)
	$(SPARK_VENV)/bin/python -m pytest tests/scale/test_spark.py $(PYTEST_ARGS)

coverage: $(VENV)/.stamp-coverage ## Run the tests, and tell what of dsnparse/ they do not run
	@rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run $(COVERAGE_ARGS) -m pytest $(PYTEST_ARGS)
	@$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=$(COVERAGE_FLOOR)

mutation: $(VENV)/.stamp-mutation ## Change classify/hard.py and store/policy/ in 500 ways: which do no tests notice? (minutes)
	@rm -rf mutants
	$(BIN)/mutmut run
	@$(BIN)/python -m tools.survivors

lint: $(VENV)/.stamp-lint ## ruff format, ruff check, mypy --strict, order of rooms, whether made files are up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/python -m tools.check_rooms
	$(BIN)/python -m tools.compile_data --check
	$(BIN)/python -m tools.write_docs --check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[1-9]*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml

bench: $(BENCH_VENV)/.stamp ## Measure speed (plain and compiled), memory and growth, beside other parsers
	DSNPARSE_BENCH_PYTHONS=$$(benchmarks/editions.sh) $(BENCH_BIN)/python benchmarks/bench.py $(BENCH_ARGS)

dist: $(VENV)/.stamp-release ## The sdist and the wheel into dist/, made twice and compared
	$(BIN)/python -m tools.make_dist --check

licences: $(VENV)/.stamp-release ## Write docs/dependencies.md: the licences of all dependencies
	@$(BIN)/python -m tools.licences

sbom: $(VENV)/.stamp-release ## A bill of materials (CycloneDX) of dsnparse with all extras but Spark's: out/sbom.cdx.json
	@rm -rf out/sbom-venv && mkdir -p out && $(BIN)/python -m venv --without-pip out/sbom-venv
	@$(PIP) --python out/sbom-venv/bin/python install --no-compile '.[all,duckdb]'
	@sed "s/^dynamic = .*/version = \"$$($(BIN)/dsnparse --version | cut -d' ' -f2)\"/" pyproject.toml > out/sbom-venv/project.toml
	$(BIN)/cyclonedx-py environment out/sbom-venv/bin/python --pyproject out/sbom-venv/project.toml --mc-type library \
		--output-reproducible --validate --output-file out/sbom.cdx.json
	@rm -rf out/sbom-venv

wheels: ## Compiled wheels into dist/, for each Python from 3.11 to 3.13 that is here (some minutes each)
	@set -e; for version in 3.11 3.12 3.13; do \
		for python in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python3; do \
			if $$python -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$$version')" 2>/dev/null; then \
				echo "Compiling for Python $$version"; rm -rf build; \
				DSNPARSE_MYPYC=1 $$python -m pip --quiet --disable-pip-version-check wheel --no-deps \
					--wheel-dir dist .; break; \
			fi; \
		done; \
	done; rm -rf build

fuzz: $(BENCH_VENV)/.stamp-fuzz ## Look for messages that break a law, for FUZZ_SECONDS=60
	$(BENCH_BIN)/python benchmarks/fuzz.py --seconds $(FUZZ_SECONDS)

faults: $(VENV)/.stamp-test ## Kill dsnparse FAULT_KILLS=200 times, take its database away, fill its disk, give it bad hooks
	$(BIN)/python benchmarks/faults.py --kills $(FAULT_KILLS)

samples: $(VENV)/.stamp-run ## Make the samples of real mail servers anew (says what it needs)
	$(BIN)/python samples/regenerate.py

data: $(VENV)/.stamp-run ## Check and compile the tables in dsnparse/data (after a change to a .toml there)
	@$(BIN)/python -m tools.compile_data

learn: $(LEARN_VENV)/.stamp ## Learn anew what replies of each reason look like (after many changes to rules or tools/learned)
	$(LEARN_VENV)/bin/python -m tools.learn_replies --collect

docs: $(VENV)/.stamp-docs ## Write the pages of docs/ that are made: codes, reasons, policy, schemas, …
	@$(BIN)/python -m tools.write_docs

docs-site: $(VENV)/.stamp-docs ## Build the documentation site into out/site, with every internal link checked
	@rm -rf out/site
	@$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --fresh-env -c docs -d out/site-cache . out/site
	@$(BIN)/python -m tools.docs_site.check out/site
	@echo "The documentation: out/site/index.html"

manual: $(VENV)/.stamp-run ## Write manual pages and the shells' completions into PREFIX=/usr/local
	@mkdir -p $(addprefix $(PREFIX)/share/,bash-completion/completions zsh/site-functions fish/vendor_completions.d)
	$(BIN)/dsnparse manual $(PREFIX)/share/man/man1
	$(BIN)/dsnparse completion bash > $(PREFIX)/share/bash-completion/completions/dsnparse
	$(BIN)/dsnparse completion zsh > $(PREFIX)/share/zsh/site-functions/_dsnparse
	$(BIN)/dsnparse completion fish > $(PREFIX)/share/fish/vendor_completions.d/dsnparse.fish

clean: ## Remove what make has made, the virtualenvs too
	rm -rf $(VENV) $(BENCH_VENV) benchmarks/.venv-* $(LEARN_VENV) $(SPARK_VENV) build dist out fuzz-corpus mutants
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
	rm -rf *.egg-info
	find dsnparse tests benchmarks samples tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.stamp-run: pyproject.toml
	$(call make_venv,$(VENV))
	@$(PIP) install --editable '.[report]'
	@touch $@

$(VENV)/.stamp-serve: pyproject.toml
	$(call make_venv,$(VENV))
	@$(PIP) install --editable '.[serve]'
	@touch $@

$(VENV)/.stamp-docs: pyproject.toml
	$(call make_venv,$(VENV))
	@$(PIP) install --editable '.[store,report]' --group docs
	@touch $@ $(VENV)/.stamp-run

$(VENV)/.stamp-test: pyproject.toml
	$(call make_venv,$(VENV))
	@$(PIP) install --editable '.[all]' --group test
	@touch $@ $(VENV)/.stamp-docs $(VENV)/.stamp-run $(VENV)/.stamp-serve

$(VENV)/.stamp-lint: pyproject.toml
	$(call make_venv,$(VENV))
	@$(PIP) install --editable '.[all]' --group test --group lint
	@touch $@ $(VENV)/.stamp-test $(VENV)/.stamp-docs $(VENV)/.stamp-run $(VENV)/.stamp-serve

$(VENV)/.stamp-coverage: $(VENV)/.stamp-test
	@$(PIP) install --group coverage
	@touch $@

$(VENV)/.stamp-mutation: $(VENV)/.stamp-test
	@$(PIP) install --group mutation
	@touch $@

$(VENV)/.stamp-release: $(VENV)/.stamp-test
	@$(PIP) install --group release
	@touch $@

$(SPARK_VENV)/.stamp: pyproject.toml
	$(call make_venv,$(SPARK_VENV))
	$(SPARK_VENV)/bin/python -m pip -qq --disable-pip-version-check install --no-compile \
		--editable '.[store,spark,zstd]' --group test
	@touch $@

$(LEARN_VENV)/.stamp: pyproject.toml
	$(call make_venv,$(LEARN_VENV))
	$(LEARN_VENV)/bin/python -m pip -qq --disable-pip-version-check install --editable . --group learn
	@touch $@

$(BENCH_VENV)/.stamp: pyproject.toml benchmarks/requirements.txt
	$(call make_venv,$(BENCH_VENV))
	$(BENCH_BIN)/python -m pip -qq --disable-pip-version-check install --editable '.[store]' \
		--requirement benchmarks/requirements.txt
	@touch $@

$(BENCH_VENV)/.stamp-fuzz: $(BENCH_VENV)/.stamp
	$(BENCH_BIN)/python -m pip -qq --disable-pip-version-check install 'atheris>=3'
	@touch $@
