# `make run` and `make test` are all the set-up there is. Everything else is a part of them.

SHELL := /bin/bash
CARGO_TARGET_DIR ?= $(HOME)/.cache/patchwork/target
PATCHWORK_SHARED ?= $(abspath ../shared)
VENV ?= $(HOME)/.cache/patchwork/venv
BIND ?= 127.0.0.1:8080
PLACE ?= data/demo
WORKSPACE ?= data/workspace
CHROMIUM ?= /usr/bin/chromium
# What this machine lacks and needs no root: `tools/setup.sh` brings it here.
TOOLS ?= $(HOME)/.cache/patchwork/tools
# Each test writes here what it left out and why; `make test` reads it out at its end.
PATCHWORK_LEFT_OUT ?= $(CARGO_TARGET_DIR)/left-out.txt
export PATH := $(TOOLS)/bin:$(PATH):$(HOME)/.cargo/bin
export CARGO_TARGET_DIR PATCHWORK_SHARED PATCHWORK_LEFT_OUT

PATCHWORK := $(CARGO_TARGET_DIR)/debug/patchwork
PYTHON := $(VENV)/bin/python

.PHONY: help run build web demo workspace test tested nothing-left-out rust clients schemathesis ets load soak oracle engine attack notebooks browser lint docs deny format bench fuzz kill replicas dirty html keycloak meaning same tools tools-for-tests clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: build workspace ## build, keep the demo borough in a workspace, serve it and print the address and the owner's link
	$(PATCHWORK) serve --workspace $(WORKSPACE) --bind $(BIND)

workspace: demo
	@test -f $(WORKSPACE)/patchwork.sqlite || { $(PATCHWORK) store init $(WORKSPACE) && \
		$(PATCHWORK) store import $(WORKSPACE) $(PLACE) --why "The demo as it was made"; } >/dev/null

build: tools web ## build the program
	cargo build

web: tools ## the map page, which the program holds
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web/dist/index.html; \
	else echo "npm is missing: the program is built without the map page, and / is a plain page. Install Node.js 20.19 or later for the map."; fi

web/node_modules/ready: web/package.json web/package-lock.json
	cd web && npm ci --no-fund --no-audit --loglevel=error
	touch $@

web/dist/index.html: web/node_modules/ready web/index.html web/vite.config.ts $(shell find web/src -type f)
	cd web && npm run --silent build

demo: build ## the made-up borough in data/demo
	@test -f data/demo/place.toml || $(PATCHWORK) demo data/demo

test: tested ## everything; at the end, what was left out and why
	@if [ -s $(PATCHWORK_LEFT_OUT) ]; then echo "Left out on this machine:"; sort -u $(PATCHWORK_LEFT_OUT) | sed 's/^/  - /'; \
	else echo "Nothing was left out."; fi

tested: nothing-left-out lint rust clients oracle engine notebooks browser html

nothing-left-out: tools-for-tests
	@mkdir -p $(dir $(PATCHWORK_LEFT_OUT)) && : > $(PATCHWORK_LEFT_OUT)

rust: tools ## tests in Rust: by hand, oracles, laws, real files
	cargo test

clients: build $(VENV)/ready ## GDAL, geopandas, OWSLib, QGIS, a proxy and schemathesis on the served demo
	cargo build --example layer_files
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

# A Python that has pyspark, and where the job runs.
SPARK_PYTHON ?= $(PYTHON)
SPARK_MASTER ?= local[2]
engine: build $(VENV)/ready ## Spark's cube of dirty records beside ours, byte for byte; RECORDS of them
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) tests/engine_cube.py --records $(or $(RECORDS),100000) --master '$(SPARK_MASTER)' --python $(SPARK_PYTHON)

# How many places, and how many chains of four releases.
N ?= 1000
attack: build $(VENV)/ready ## a reader in Python tries to work out what N random places and chains of releases hide
	$(PYTHON) tests/attack/attack.py --program $(PATCHWORK) --tables $(N) --chains $(N) --weakened $$(( $(N) / 10 ))

notebooks: build $(VENV)/ready ## the notebooks run as they are
	cargo build --example export_network
	PATCHWORK_BIN=$(PATCHWORK) $(PYTHON) -m pytest -q --nbmake --nbmake-timeout=600 notebooks

tests/provider/node_modules/ready: tests/provider/package.json tests/provider/package-lock.json
	@if command -v npm >/dev/null; then cd tests/provider && npm ci --no-fund --no-audit --loglevel=error && touch node_modules/ready; fi

browser: build web tests/provider/node_modules/ready ## the map page: its types, and in Chromium, by mouse and by keyboard
	@left_out() { echo "$$1" | tee -a $(PATCHWORK_LEFT_OUT); }; \
	if ! command -v npm >/dev/null; then left_out "the map page: npm is not installed (Node.js 20.19 or later)"; exit; fi; \
	(cd web && npm run --silent check) || exit 1; \
	if test -x "$(CHROMIUM)"; then CHROMIUM=$(CHROMIUM) PATCHWORK_BIN=$(PATCHWORK) python3 tests/browser.py; \
	else left_out "the map page in a browser: Chromium is not at CHROMIUM=$(CHROMIUM) (apt-get install chromium)"; fi

lint: tools ## format, lints, and the documentation of the code
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo update --quiet --workspace --locked --manifest-path fuzz/Cargo.toml # the fuzzers have a list of libraries of their own
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links -A rustdoc::redundant_explicit_links" cargo doc --quiet --no-deps --lib --document-private-items

docs: export PATCHWORK_WRITE_DOCS = 1
docs: tools ## the pages of the manual that come from the code, and the manual as a book where mdbook is there
	cargo test --test it reference::
	rm -rf target/manual && mkdir -p target/manual && cp -r docs/. target/manual
	cp METHODS.md target/manual/methods.md && cp GLOSSARY.md target/manual/glossary.md
	sed -i 's#](\.\./METHODS\.md#](methods.md#g; s#](\.\./GLOSSARY\.md#](glossary.md#g; s#](docs/#](#g' target/manual/*.md
	@if command -v mdbook >/dev/null; then mdbook build; else echo "the book was not made: cargo install --locked mdbook"; fi

deny: tools ## licences, sources and known faults of the dependencies (cargo-deny)
	@command -v cargo-deny >/dev/null || { echo "cargo-deny is missing: cargo install --locked cargo-deny"; exit 1; }
	cargo deny check licenses bans sources
	cargo deny check advisories || echo "advisories were not checked, or tell of something: see above (RustSec's database must be reachable)"

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

same: build $(VENV)/ready ## every public answer of OLD=a program built earlier, against this build, byte for byte
	$(PYTHON) tests/same_answers.py $(OLD) $(PATCHWORK)

keycloak: build $(VENV)/ready ## people of a real Keycloak sign in; KEYCLOAK=its unpacked distribution
	$(PYTHON) tests/keycloak.py $(KEYCLOAK)

meaning: tools ## tables made by chance with a known meaning, TABLES of them: right or asked about, never wrong in silence
	cargo run --example meaning -- $(or $(TABLES),100000)

fuzz: build ## damaged files of whole places for FUZZ_SECONDS; `bash fuzz/run.sh` is libFuzzer on every reader
	python3 fuzz/places.py $(PATCHWORK) $(or $(FUZZ_SECONDS),600)

kill: build ## the server of a workspace is killed KILLS times while eight clients work: nothing acknowledged is lost
	python3 tests/kill.py $(PATCHWORK) $(or $(KILLS),1000)

replicas: build ## three replicas on PostgreSQL: published on one, REQUESTS to all, the database away, replicas killed
	python3 tests/replicas.py $(PATCHWORK) $(or $(REQUESTS),100000)

dirty: build $(VENV)/ready ## SHEETS dirty spreadsheets through the upload, and files no server should swallow
	$(PYTHON) tests/dirty.py $(PATCHWORK) $(or $(SHEETS),200)

# The Nu HTML checker is Java: `npm install vnu-jar` somewhere, and say where the jar is.
VNU ?= $(TOOLS)/vnu.jar
html: build ## every page for people through the Nu HTML checker (vnu), where it is there
	@if command -v java >/dev/null && test -f "$(VNU)"; then python3 tests/checked_html.py $(PATCHWORK) "$(VNU)"; \
	else echo "the pages by the Nu HTML checker: Java 17 or its jar is not there (VNU=$(VNU))" | tee -a $(PATCHWORK_LEFT_OUT); fi

$(VENV)/ready: tests/requirements.txt | tools-for-tests
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install -q -r tests/requirements.txt
	touch $@

tools:
	@tools/setup.sh run $(TOOLS) $(CARGO_TARGET_DIR)

tools-for-tests:
	@tools/setup.sh test $(TOOLS) $(CARGO_TARGET_DIR)

clean: ## forget the demo; what was compiled stays in CARGO_TARGET_DIR
	rm -rf data/demo data/workspace
