# `make run` and `make test` are all the set-up there is. Everything else is a part of them.

SHELL := /bin/bash
CARGO_TARGET_DIR ?= $(HOME)/.cache/patchwork/target
PATCHWORK_SHARED ?= $(abspath ../shared)
VENV ?= $(HOME)/.cache/patchwork/venv
BIND ?= 127.0.0.1:8080
PLACE ?= data/demo
export CARGO_TARGET_DIR PATCHWORK_SHARED

PATCHWORK := $(CARGO_TARGET_DIR)/debug/patchwork
PYTHON := $(VENV)/bin/python

.PHONY: help run build demo test rust clients oracle notebooks lint format bench fuzz tools clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: build demo ## build, make the demo borough, serve it and print the address
	$(PATCHWORK) serve $(PLACE) --bind $(BIND)

build: tools ## build the program
	cargo build

demo: build ## the made-up borough in data/demo
	@test -f data/demo/place.toml || $(PATCHWORK) demo data/demo

test: lint rust clients oracle notebooks ## everything

rust: tools ## tests in Rust: by hand, oracles, laws, real files
	cargo test

clients: build $(VENV)/ready ## GDAL, geopandas and OWSLib read the served demo
	cargo build --example layer_files
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q tests/clients

oracle: build $(VENV)/ready ## walking distances against scipy, coverage against OpenRouteService
	cargo build --examples
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q tests/oracle

notebooks: build $(VENV)/ready ## the notebooks run as they are
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q --nbmake --nbmake-timeout=600 notebooks

lint: tools ## format and lints
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

format: ## lay out the code
	cargo fmt

bench: tools $(VENV)/ready ## speed, next to pandana and scipy in one run
	$(PYTHON) -m pip install -q pandana
	cargo bench --profile dev
	$(PYTHON) benches/peers/nearest.py

fuzz: tools ## every loader, FUZZ_SECONDS each (needs the nightly toolchain and cargo-fuzz)
	bash fuzz/run.sh $(or $(FUZZ_SECONDS),90)

$(VENV)/ready: tests/requirements.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install -q -r tests/requirements.txt
	touch $@

tools:
	@command -v cargo >/dev/null || { echo "Rust is missing: install rustup, then run this again 1.95 or later"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing: apt-get install build-essential"; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "python3 with venv is missing: apt-get install python3 python3-venv"; exit 1; }

clean: ## forget the demo; what was compiled stays in CARGO_TARGET_DIR
	rm -rf data/demo
