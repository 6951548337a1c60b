# `make run` and `make test` are all the set-up there is. Everything else is a part of them.

SHELL := /bin/bash
CARGO_TARGET_DIR ?= $(HOME)/.cache/patchwork/target
PATCHWORK_SHARED ?= $(abspath ../shared)
VENV ?= $(HOME)/.cache/patchwork/venv
BIND ?= 127.0.0.1:8080
PLACE ?= data/demo
CHROMIUM ?= /usr/bin/chromium
export CARGO_TARGET_DIR PATCHWORK_SHARED

PATCHWORK := $(CARGO_TARGET_DIR)/debug/patchwork
PYTHON := $(VENV)/bin/python

.PHONY: help run build web demo test rust clients schemathesis ets load soak oracle notebooks browser lint format bench fuzz tools clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: build demo ## build, make the demo borough, serve it and print the address
	$(PATCHWORK) serve $(PLACE) --bind $(BIND)

build: tools web ## build the program
	cargo build

ifeq ($(and $(shell command -v node),$(shell command -v npm)),)
web:
	@echo "node and npm are missing: the program is built without the map page, and / is a plain page. Install Node.js 20.19 or later for the map."
else
web: web/dist/index.html ## the map page, which the program holds
endif

web/node_modules/ready: web/package.json web/package-lock.json
	cd web && npm ci --no-fund --no-audit --loglevel=error
	touch $@

web/dist/index.html: web/node_modules/ready web/index.html web/vite.config.ts $(shell find web/src -type f)
	cd web && npm run --silent build

demo: build ## the made-up borough in data/demo
	@test -f data/demo/place.toml || $(PATCHWORK) demo data/demo

test: lint rust clients oracle notebooks browser ## everything

rust: tools ## tests in Rust: by hand, oracles, laws, real files
	cargo test

clients: build $(VENV)/ready ## GDAL, geopandas, OWSLib, QGIS, a proxy and schemathesis on the served demo
	cargo build --example layer_files
	@/usr/bin/python3 -c 'import qgis.core' 2>/dev/null || echo "QGIS is left out: it is not installed (apt-get install qgis python3-qgis)"
	@test -x /usr/sbin/nginx || command -v nginx >/dev/null || echo "the proxy is left out: nginx is not installed (apt-get install nginx openssl)"
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q -rs tests/clients

schemathesis: build $(VENV)/ready ## a longer run of made-up requests against our OpenAPI document; EXAMPLES each
	SCHEMATHESIS_EXAMPLES=$(or $(EXAMPLES),50) PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q tests/clients/test_schemathesis.py

ets: build $(VENV)/ready ## OGC's official test suites on the served demo (Java, Maven), where they can be had
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) tests/ets/run.py

load: export CARGO_PROFILE_DEV_OPT_LEVEL = 3
load: build demo $(VENV)/ready ## requests a second next to pygeoapi, tipg, Martin and nginx in one run
	$(PYTHON) -m pip install -q pygeoapi tipg gunicorn uvicorn sqlalchemy geoalchemy2 pygeofilter psycopg2-binary
	$(PYTHON) benches/peers/serving.py $(PATCHWORK) $(PLACE)

soak: export CARGO_PROFILE_DEV_OPT_LEVEL = 3
soak: build $(VENV)/ready ## ten minutes of high load with reloads: whole answers, flat memory
	$(PYTHON) benches/soak.py $(PATCHWORK)

oracle: build $(VENV)/ready ## walking distances against scipy on the demo and two real cities
	cargo build --example export_network
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q tests/oracle

notebooks: build $(VENV)/ready ## the notebooks run as they are
	cargo build --example export_network
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q --nbmake --nbmake-timeout=600 notebooks

browser: build ## the map page in Chromium, by mouse and by keyboard
	@if command -v npm >/dev/null && test -x "$(CHROMIUM)"; then \
		(cd web && npm run --silent check) && CHROMIUM=$(CHROMIUM) PATCHWORK_BIN=$(PATCHWORK) python3 tests/browser.py; \
	else echo "left out, the map page was not tested: it needs npm, and Chromium at CHROMIUM=$(CHROMIUM)"; fi

lint: tools ## format and lints
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

format: ## lay out the code
	cargo fmt

bench: export CARGO_PROFILE_DEV_OPT_LEVEL = 3
bench: tools $(VENV)/ready ## speed, next to pandana, scipy, spopt and HiGHS in one run; INPUTS has their inputs
	cargo bench --profile dev --bench nearest
	cargo build --bin patchwork --example time_nearest
	$(PYTHON) benches/first_item.py $(PATCHWORK)
	@at=$$(mktemp -d) && $(PATCHWORK) demo $$at/borough >/dev/null && $(PATCHWORK) demo $$at/ten-times --residents 2160000 >/dev/null && \
		cargo bench --profile dev --bench what_if -- $$at/borough $$at/ten-times; rm -rf $$at
	@if [ -n "$(INPUTS)" ]; then $(PYTHON) benches/peers/nearest.py $(CARGO_TARGET_DIR)/debug/examples/time_nearest $(INPUTS) && \
		$(PYTHON) benches/peers/siting.py $(PATCHWORK) $(PATCHWORK_SHARED) --inputs $(INPUTS); \
	else echo "the comparison was left out: give INPUTS, a folder written by ../shared/peers/00_make_inputs.py net siting"; fi

fuzz: build ## damaged files of whole places for FUZZ_SECONDS; `bash fuzz/run.sh` adds libFuzzer (nightly Rust)
	python3 fuzz/places.py $(PATCHWORK) $(or $(FUZZ_SECONDS),600)

$(VENV)/ready: tests/requirements.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install -q -r tests/requirements.txt
	touch $@

tools:
	@command -v cargo >/dev/null || { echo "Rust is missing: install Rust 1.95 or later with rustup"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing: apt-get install build-essential"; exit 1; }
	@command -v cmake >/dev/null || { echo "cmake is missing (it builds the HiGHS solver): apt-get install cmake"; exit 1; }
	@ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* >/dev/null 2>&1 || [ -n "$$LIBCLANG_PATH" ] || { echo "libclang is missing (it reads HiGHS's headers): apt-get install libclang-dev, or set LIBCLANG_PATH"; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "python3 with venv is missing: apt-get install python3 python3-venv"; exit 1; }

clean: ## forget the demo; what was compiled stays in CARGO_TARGET_DIR
	rm -rf data/demo
