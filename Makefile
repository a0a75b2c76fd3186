# Every command of the project. Bare `make` is what to run before a commit.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SPARK_STAMP := .venv/.installed-spark
PEERS_STAMP := .venv/peers/.installed
RETURNS := $(BIN)/returns
SETUP_BROWSER := apt-get install --yes --no-install-recommends chromium
SETUP_DATABASE := apt-get install --yes --no-install-recommends postgresql

.DEFAULT_GOAL := check
.PHONY: check setup run test lint format types layers sql tests sandbox rehearse dashboard dagster soak \
	screenshots spark bench doctor lock clean browser database rebuild

check: lint types layers tests

setup: $(STAMP) browser database

# Set-up is done once per lock file: the stamp is newer than what it was made from.
$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up .venv (once, a few minutes)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

# The browser tests drive the system's own Chromium.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests"; \
		apt-get update --quiet && $(SETUP_BROWSER); \
	else \
		echo "Chromium is missing: the browser tests need it. Run: sudo $(SETUP_BROWSER)"; \
	fi

# The ledger is tested on a PostgreSQL that the tests start for themselves.
database:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing PostgreSQL for the tests of the ledger"; \
		apt-get update --quiet && $(SETUP_DATABASE); \
	else \
		echo "PostgreSQL is missing: the tests of the ledger need it. Run: sudo $(SETUP_DATABASE)"; \
	fi

# The same environment with Spark in it: 460 MB, which `make setup` does not ask of everyone.
$(SPARK_STAMP): $(STAMP) requirements-spark.lock
	@echo "Adding Spark to .venv (once, a minute or more)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements-spark.lock
	@touch $(SPARK_STAMP)

# What the benchmarks compare with has an environment of its own: some of it refuses our versions.
$(PEERS_STAMP): $(STAMP) requirements-bench.lock
	@echo "Installing the peers of the benchmarks into .venv/peers (once, a minute)"
	$(PYTHON) -m venv .venv/peers
	.venv/peers/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements-bench.lock
	@touch $(PEERS_STAMP)

run: $(STAMP)
	$(RETURNS) run

rebuild: $(STAMP)
	$(RETURNS) rebuild

sandbox: $(STAMP)
	$(RETURNS) sandbox

# make rehearse DIR=tests/scenarios ONLY=clean_single_return,two_partial_returns
DIR ?= tests/scenarios
SEED ?= 1
rehearse: $(STAMP)
	$(RETURNS) rehearse $(DIR) $(if $(ONLY),--only $(ONLY))

dashboard: $(STAMP)
	$(RETURNS) dashboard

# Pictures of every page, light and dark, of the home that RETURNS_HOME names.
screenshots: $(STAMP) browser
	$(BIN)/python -m tests.browser.screenshots $(or $(RETURNS_HOME),data) $(if $(filter file,$(origin DIR)),docs/pages,$(DIR))

dagster: $(STAMP)
	$(RETURNS) dagster

doctor: $(STAMP)
	$(RETURNS) doctor

# What reads the code is done side by side, and before what runs it.
test: setup
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint types layers sql
	$(MAKE) --no-print-directory tests

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

sql: $(STAMP)
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models

# Two workers more than the smallest machine has cores: browsers and other processes are waited for.
# What tests write is gone with them, so it stays in memory where there is a folder with room for it.
# Bytecode is kept whatever the shell says: else each process they start compiles the project anew.
ROOM := $(shell df -kP /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8 * 1024 * 1024 {print "/dev/shm"}')
tests: $(STAMP)
	PYTHONDONTWRITEBYTECODE= TMPDIR=$(or $(ROOM),$(TMPDIR),/tmp) $(BIN)/pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --ignore tests/browser/test_dagster.py

# Both engines build the golden flows, then 20,000 generated returns, and their tables are held equal;
# needs Java 17 or newer.
spark: $(SPARK_STAMP)
	RETURNS_SPARK=1 RETURNS_SPARK_RETURNS=20000 $(BIN)/pytest tests/spark

# make bench SIZE=small ONLY=extraction,variance
SIZE ?= full
bench: $(PEERS_STAMP)
	$(BIN)/python -m tests.benchmarks --size $(SIZE) $(if $(ONLY),--only $(ONLY))

# The long versions of the random tests: twenty killed runs, six hundred drawn flows, thirty changes;
# then the campaign of faults, 170 killed extractions, two hundred small ones and as many of stores
# that move while they are read.
# Then 10,000 steps of interleaved syncs, 48 killed ones, and one that is started in Dagster's own pages.
soak: $(STAMP)
	RETURNS_KILLS=20 RETURNS_FLOWS=600 RETURNS_CHANGES=30 RETURNS_SEED=$(SEED) $(BIN)/pytest \
		tests/orchestration/test_killed_runs.py tests/cli/test_commands.py \
		tests/dbt_project/test_builds_of_changes.py -s -k "killed or drawn or changes"
	RETURNS_FAULTS=540 RETURNS_EXTRACTION_KILLS=50 RETURNS_RUNS=200 RETURNS_SEED=$(SEED) \
		$(BIN)/pytest tests/faults tests/extract/test_shopify_windows.py -s
	RETURNS_STEPS=10000 RETURNS_SYNC_KILLS=48 RETURNS_SEED=$(SEED) $(BIN)/pytest \
		tests/sync/test_interleaved.py tests/sync/test_killed_syncs.py -s
	$(BIN)/pytest tests/browser/test_dagster.py

# Resolves pyproject.toml anew; needs uv on the path.
lock:
	uv pip compile pyproject.toml --extra dev --extra s3 --generate-hashes --no-annotate --no-header \
		--no-strip-extras --no-emit-index-url --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --extra s3 --extra spark --constraint requirements.lock \
		--generate-hashes --no-annotate --no-header --no-strip-extras --no-emit-index-url \
		--output-file requirements-spark.lock
	uv pip compile --group pyproject.toml:bench --generate-hashes --no-annotate --no-header \
		--no-strip-extras --no-emit-index-url --output-file requirements-bench.lock

# Derived state only: evidence (landing) and decisions (ledger) stay.
clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache dbt_project/target
