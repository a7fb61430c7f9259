# Everything that is done here, one target each. Bare `make` lists them.

export CARGO_TARGET_DIR ?= $(HOME)/.cache/mittari/target
VENV := $(HOME)/.cache/mittari/venv
CARGO := cargo
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the program, ready to run
	$(CARGO) build --release --locked -p mittari
	@echo "The program: $(CARGO_TARGET_DIR)/release/mittari"

.PHONY: demo
demo: build ## make up a company of two years, import it, show its scorecard and write its report
	$(CARGO_TARGET_DIR)/release/mittari demo

.PHONY: test
test: check oracle ## everything, from a fresh machine

.PHONY: check
check: tools format lint deny unit catalogue ## what CI runs, but for the second oracle

.PHONY: format
format: ## see that the code is formatted
	$(CARGO) fmt --all --check

.PHONY: lint
lint: ## clippy
	$(CARGO) clippy --workspace --all-targets --locked

.PHONY: deny
deny: ## licences, sources and doubled crates
	$(CARGO) deny --all-features check bans licenses sources

.PHONY: unit
unit: ## all tests written in Rust
	$(CARGO) nextest run --workspace --locked --no-fail-fast

.PHONY: catalogue
catalogue: ## run the worked examples of every metric
	$(CARGO) run --locked -q -p mittari -- check

.PHONY: oracle
oracle: $(VENV)/.ready ## the same facts from DuckDB, on random data
	$(CARGO) build --locked -q -p mittari
	$(VENV)/bin/python tests/oracle/run.py --mittari $(CARGO_TARGET_DIR)/debug/mittari

.PHONY: bench
bench: build $(VENV)/.ready ## Mittari and DuckDB side by side; N=conversations
	$(CARGO) build --release --locked -p mittari-core --example business_durations
	$(VENV)/bin/python bench/run.py --mittari $(CARGO_TARGET_DIR)/release/mittari --conversations $(or $(N),10000000) \
		--business $(CARGO_TARGET_DIR)/release/examples/business_durations --half

.PHONY: dist
dist: ## the program as it is handed out: smaller, slower to build
	$(CARGO) build --profile dist --locked -p mittari

.PHONY: tools
tools: ## the tools that the checks need, where they are missing
	@command -v cargo-nextest >/dev/null || $(CARGO) install --locked cargo-nextest
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	@rustup component list --installed 2>/dev/null | grep -q clippy || rustup component add clippy rustfmt

$(VENV)/.ready: bench/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement bench/requirements.txt
	@touch $@
