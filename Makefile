# The commands of the project. Each does the set-up it needs; `make help` lists them.
# Variables: JOBS (parallel compile jobs), SECONDS_A_PARSER (fuzz), LOAD_SECONDS (load), SEEDS (simulate), LARGE_BYTES (nightly), DATA (check-imports, test-parity-bars), COVERAGE_MIN (per cent), PREFIX and DESTDIR (install).
SHELL := /bin/bash
PREFIX ?= /usr/local
SECONDS_A_PARSER ?= 20
LOAD_SECONDS ?= 300
SEEDS ?= 300
LARGE_BYTES ?= 20000000000
ACTS := build/release/acts

.DEFAULT_GOAL := help
.PHONY: help demo test setup build bench load simulate soak mutants clients test-parity test-parity-bars test-oracle bench-history bench-parity bench-sweep instructions flat-memory nightly charts check-imports test-servers coverage lint format format-check asan tsan fuzz install deb ci clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## the whole path on the bundled real recording, without a network
	@$(ACTS) demo

test: ## build the release and run the unit and integration tests
	@scripts/setup.sh build
	@scripts/test.sh release

setup: ## install every Debian package that building and the checks need
	@scripts/setup.sh build check

build: ## build/release/acts
	@scripts/setup.sh build
	@scripts/build.sh acts

bench: ## run the benchmarks
	@scripts/setup.sh build
	@scripts/bench.sh

load: ## 500 symbols through real sockets, for LOAD_SECONDS=300: rate, processor time, memory
	@scripts/setup.sh build
	@scripts/load.sh $(LOAD_SECONDS)

simulate: ## the collector against a venue of faults in virtual time, SEEDS=300 of them
	@scripts/setup.sh build
	@scripts/simulate.sh $(SEEDS)

soak: ## three days of 200 symbols in virtual time: memory stays as it is
	@scripts/setup.sh build
	@scripts/build.sh test_soak
	@build/release/tests/simulation/test_soak --gtest_brief=1

mutants: ## deliberately broken variants: each must be found by the simulation
	@scripts/setup.sh build
	@scripts/mutants.sh

clients: build ## other people's Binance clients against acts exchange, and readers on a catalog
	@scripts/clients.sh $(ACTS)

test-parity: ## the fills of acts backtest against those of hftbacktest, run beside it
	@scripts/parity.sh

bench-parity: ## the speed of a backtest beside hftbacktest's, on the same data in one run
	@scripts/bench_parity.sh

bench-history: build ## imports beside pandas and polars, hourly candles out of minute ones beside polars: each its least speed, or it fails
	@scripts/bench_import.sh
	@scripts/bench_bars.sh

bench-sweep: build ## 100 sets in one pass beside 100 runs, and beside vectorbt over CANDLES (such as BTC_USDT-5m.json)
	@test -f "$(CANDLES)" || { echo "make bench-sweep: name the candles: make bench-sweep CANDLES=…" >&2; exit 2; }
	@scripts/build.sh bench_sweep
	@build/release/bench/bench_sweep
	@scripts/bench_vectorbt.sh "$(CANDLES)"

charts: build ## the pages of acts plot and acts report in a headless Chromium
	@scripts/charts.sh $(ACTS)

check-imports: build ## every sample file of the folder DATA into a fresh catalog: counts, known defects, sources that agree
	@test -d "$(DATA)" || { echo "make check-imports: name the folder of samples: make check-imports DATA=…" >&2; exit 2; }
	@python3 scripts/check_imports.py "$(DATA)" $(ACTS)

instructions: ## instructions a row of a backtest, counted by valgrind, within 5 % of bench/instructions.txt
	@scripts/setup.sh build check
	@scripts/instructions.sh

test-oracle: ## what acts prints beside what independent references in Python compute of the same data
	@scripts/setup.sh build check
	@scripts/oracle.sh

flat-memory: ## a backtest over ten times the data needs no more memory, to 1 %
	@scripts/setup.sh build check
	@scripts/flat_memory.sh

nightly: ## inputs of LARGE_BYTES=20000000000 in bounded memory: the parts of an import, and acts import itself; Spark on a catalog
	@scripts/setup.sh build check
	@scripts/nightly.sh $(LARGE_BYTES)

test-servers: ## rows into real databases that are killed, frozen, slow and refusing
	@scripts/setup.sh build
	@scripts/test_servers.sh

test-parity-bars: build ## backtests over bars beside backtesting.py, pinned, from PyPI; DATA=… for the candles of a folder of samples
	@DATA="$(DATA)" scripts/parity_bars.sh $(ACTS)

coverage: ## line coverage of src/ and include/, in all and a room; COVERAGE_MIN=90 makes it fail below 90 %
	@scripts/setup.sh build check
	@scripts/coverage.sh

lint: ## clang-tidy over src/ and include/
	@scripts/setup.sh build check
	@scripts/lint.sh

format: ## clang-format over everything
	@scripts/setup.sh check
	@scripts/format.sh

format-check: ## fail where clang-format would change something
	@scripts/setup.sh check
	@scripts/format.sh --check

asan: ## the tests under clang's address and undefined-behaviour sanitizers
	@scripts/setup.sh build check
	@scripts/test.sh asan

tsan: ## the tests in which threads meet under clang's thread sanitizer
	@scripts/setup.sh build check
	@scripts/tsan.sh

fuzz: ## fuzz every parser, SECONDS_A_PARSER=20 each
	@scripts/setup.sh build check
	@scripts/fuzz.sh $(SECONDS_A_PARSER)

install: build ## install the binary, man page, completions and systemd unit below PREFIX (and DESTDIR)
	@scripts/install.sh "$(PREFIX)"

deb: build ## a Debian package in build/
	@scripts/setup.sh build check
	@scripts/deb.sh

ci: ## everything a change must pass: tests, format, lint, sanitizers, fuzzing
	@.ci/run

clean: ## remove build/
	@rm -rf build
