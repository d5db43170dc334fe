# `make` lists what there is. Each command first sets up what it needs: see .ci/tools.
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := .venv/bin
# words for `readdress demo`, such as DEMO='--generation legacy --language it --headed'
DEMO ?=
# benchmarks for `make bench`, such as BENCH='path help'; WRITE=1 puts the table into the README
BENCH ?=
# seconds for `make fuzz`
FUZZ_S ?= 60
# words for pytest, such as TESTS='-k settings'
TESTS ?=
# a run waits half of its time, so two workers a core, up to eight: each has a browser, a store and a mail server of its own
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$(( cores < 4 ? 2 * cores : 8 )))
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal

.PHONY: help
help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

.PHONY: demo
demo: venv browser ## show the whole path on the built-in store; DEMO='…' passes options on
	@$(BIN)/readdress demo $(DEMO)

.PHONY: test
test: venv browser test-tools ## run the tests; TESTS='…' passes options on
	@$(PYTEST) -m "not full" $(TESTS)

.PHONY: test-full
test-full: venv browser test-tools ## run the long fault matrix only
	@$(PYTEST) -m full $(TESTS)

.PHONY: test-all
test-all: venv browser test-tools ## run all tests, with the long fault matrix instead of its sample
	@$(PYTEST) -m "not sample" $(TESTS)

.PHONY: bench
bench: venv browser test-tools ## measure beside named rivals; BENCH='…' some only, WRITE=1 into the README
	@PYTHONPATH=tests $(BIN)/python -m bench $(if $(WRITE),--write) $(BENCH)

.PHONY: fuzz
fuzz: venv ## let a fuzzer look for letters that break the reading, for a minute (FUZZ_S=…)
	@.ci/tools fuzz
	@PYTHONPATH=tests $(BIN)/python tests/fuzz_letters.py -max_total_time=$(FUZZ_S) -max_len=20000 -verbosity=0 -print_final_stats=1

.PHONY: lint
lint: venv ## check style, format and the generated parts of the README
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/cog -P --check README.md

.PHONY: types
types: venv ## check the types
	@$(BIN)/mypy
	@for each in mail store; do MYPYPATH=fixtures/$$each $(BIN)/mypy fixtures/$$each || exit 1; done

.PHONY: docs
docs: venv ## write the generated parts of the README anew
	@$(BIN)/cog -P -r README.md

.PHONY: lock
lock: ## choose the newest versions and write requirements.lock anew (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: https://docs.astral.sh/uv/'; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev --upgrade \
		pyproject.toml -o requirements.lock --custom-compile-command "make lock"

.PHONY: clean
clean: ## remove what was made here; settings and runs stay
	@rm -rf .venv dist build test-results .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Always looked at, and silent when there is nothing to do.
.PHONY: venv browser test-tools
venv:
	@.ci/tools venv
browser: venv
	@.ci/tools browser
test-tools:
	@.ci/tools tests
