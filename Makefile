# Every task of the project. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export PATH := $(HOME)/.cargo/bin:$(PATH)
TOOLS := .tools
UV := $(TOOLS)/bin/uv
BIN := .venv/bin
STAMP := .venv/.setup
DEMO := .venv/.demo
INTEROP := $(TOOLS)/interop/.setup $(TOOLS)/rules/.setup
MERGEKIT := $(TOOLS)/mergekit/.setup
EVIDENCE := $(TOOLS)/evidence/.setup

# What the installed packages are made of. The Python sources are installed in place, so they are not listed.
RUST := $(shell find protocol history verifier circuits sdk/native \( -name '*.rs' -o -name Cargo.toml \) -not -path '*/target/*')
LOCKS := uv.lock pyproject.toml sdk/pyproject.toml keeper/pyproject.toml node/pyproject.toml explorer/pyproject.toml Cargo.lock Cargo.toml rust-toolchain.toml

.PHONY: help setup demo test test-fast test-rust test-python test-program test-circuits test-e2e
.PHONY: lint format types bench docs clean toolchain program program-update generate check-generated
.PHONY: demo-explore explorer-pictures explorer-wasm golden-arweave demo-arweave test-arweave man
.PHONY: interop families bench-families cluster test-cluster soak dist test-torch test-keras
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(UV):
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --upgrade pip 'uv>=0.5'

$(STAMP): $(RUST) $(LOCKS) | $(UV)
	$(UV) sync --locked --all-packages
	@touch $(DEMO) $@

# A newcomer's first command waits for no more than the demo itself needs.
$(DEMO): $(RUST) $(LOCKS) | $(UV)
	$(UV) sync --locked --all-packages --no-default-groups --group demo --inexact
	@touch $@

setup: $(STAMP) ## install everything for development into .venv (no root)

# What it did stays in .cache/demo until the next one.
demo: $(DEMO) ## the main job on the embedded chain: three contributors, three rounds, proofs, attacks
	@rm -rf .cache/demo
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/federity demo --progress --keep .cache/demo
	@echo "or: make demo-explore"

demo-explore: $(DEMO) ## the explorer on what the demo did, until Ctrl-C; plays the demo first where there is none
	@[ -d .cache/demo/home/store ] || $(MAKE) --no-print-directory demo
	@FEDERITY_HOME=.cache/demo/home $(BIN)/federity-explorer run

explorer-pictures: setup ## take the pictures of the explorer that its guide shows; needs Chromium
	@[ -d .cache/demo/home/store ] || $(MAKE) --no-print-directory demo
	PYTHONPATH=tests:. $(BIN)/python -m explorer.pictures .cache/demo/home docs/guides/explorer

test: lint types check-generated test-rust test-python ## everything CI checks, on the committed program

toolchain: ## install what rebuilding the program needs; the only target that needs root (Debian 12)
	programs/federity/build/toolchain.sh

# 3: built with another toolchain than the recorded one, so its bytes may differ: its tests decide.
program: ## rebuild the program and compare it with the committed one
	@programs/federity/build/check.sh || { [ $$? = 3 ] && \
	  $(MAKE) setup && FEDERITY_PROGRAM=$(CURDIR)/target/sbf/federity.so $(BIN)/pytest -q tests/program; }

program-update: ## rebuild the program and commit to the result: federity.so, its record, its IDL, generated files
	@programs/federity/build/check.sh update
	@$(MAKE) generate

generate: ## write everything that is generated from the program and the protocol crate
	python3 programs/federity/build/idl.py
	$(if $(wildcard protocol/codegen/generate.py),python3 protocol/codegen/generate.py)

# The program's verifier for browsers is committed, with the hash of what it was made of: `make test` compares that.
explorer-wasm: setup ## build the explorer's verifier anew (rustup target add wasm32-unknown-unknown)
	RUSTFLAGS="--remap-path-prefix=$${CARGO_HOME:-$$HOME/.cargo}=cargo" \
	cargo build --locked --quiet -p federity-verifier-wasm --profile wasm --target wasm32-unknown-unknown
	cp target/wasm32-unknown-unknown/wasm/federity_verifier_wasm.wasm \
	  explorer/federity_explorer/static/check/verifier.wasm
	PYTHONPATH=tests $(BIN)/python -c "import explorer.test_checking as t; print(t.sources())" \
	  > explorer/federity_explorer/static/check/verifier.sources

man: setup ## write the manual page anew from the command line's own help
	$(BIN)/python -m federity.cli.manual > sdk/federity.data/data/share/man/man1/federity.1

check-generated: ## fail when a generated file is stale
	programs/federity/build/fresh.sh
	python3 programs/federity/build/idl.py --check
	$(if $(wildcard protocol/codegen/generate.py),python3 protocol/codegen/generate.py --check)

test-fast: setup ## the tests that need neither the program nor the prover; seconds
	@set -e; for files in "$(filter tests/unit/%,$(TORCH_TESTS))" "$(filter tests/unit/%,$(KERAS_TESTS))" \
	  "$(addprefix --ignore=,$(TORCH_TESTS) $(KERAS_TESTS)) tests/unit"; do \
	  $(BIN)/pytest -q -m "not svm and not prover and not network and not gpu" $$files; done

test-rust: setup ## formatting, clippy and the tests of all crates
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	cargo test --workspace --locked --quiet

# One process may load only one machine-learning framework: PyTorch and TensorFlow bring their own, clashing copies of
# the same native libraries. So the files that import one run with their like, the two kinds side by side, and the rest,
# without any, comes last, on two processes. A file stays on one: what it sets up is made once.
TORCH_TESTS = $(shell grep -rlE '^ *(import|from) torch' --include='test_*.py' tests)
KERAS_TESTS = $(shell grep -rlE '^ *(import|from) (keras|tensorflow)' --include='test_*.py' tests)
PYTEST = $(BIN)/pytest -q --durations=30 -m "not network and not gpu and not soak"
test-python: setup $(INTEROP) ## all Python tests that need no network and no accelerator
	$(MAKE) --no-print-directory --output-sync=target -j2 test-torch test-keras
	$(PYTEST) -n 2 --dist loadfile $(addprefix --ignore=,$(TORCH_TESTS) $(KERAS_TESTS)) tests

test-torch: setup ## the tests in which PyTorch is imported
	$(PYTEST) $(TORCH_TESTS)

test-keras: setup ## the tests in which Keras is imported
	$(PYTEST) $(KERAS_TESTS)

soak: setup ## what takes too long for every change: each file operation fails, and is the last one, in turn (hours)
	$(BIN)/pytest -q -m soak $(TORCH_TESTS)
	$(BIN)/pytest -q -m soak $(KERAS_TESTS)
	$(BIN)/pytest -q -m soak $(addprefix --ignore=,$(TORCH_TESTS) $(KERAS_TESTS)) tests

test-program: setup ## the program: its crate, every instruction, every error
	cargo test --locked --quiet -p federity
	$(BIN)/pytest -q tests/program

test-circuits: setup ## the relations: true and broken witnesses, and the Python reference
	cargo test --locked --quiet -p federity-circuits
	$(BIN)/pytest -q $(wildcard tests/circuits)

# Arweave's own JavaScript libraries, at fixed versions.
JS := $(TOOLS)/arweave-js
$(JS)/.setup: tests/interop/arweave/package.json
	mkdir -p $(JS) && cp $< $(JS) && cd $(JS) && npm install --silent --ignore-scripts --no-audit --no-fund
	@touch $@

ARLOCAL := $(TOOLS)/arlocal
$(ARLOCAL)/.setup: tests/interop/arweave/arlocal/package.json
	mkdir -p $(ARLOCAL) && cp $< $(ARLOCAL) && cd $(ARLOCAL) && npm install --silent --no-audit --no-fund
	@touch $@

TURBO := $(TOOLS)/turbo
$(TURBO)/.setup: tests/interop/arweave/turbo/package.json
	mkdir -p $(TURBO) && cp $< $(TURBO) && cd $(TURBO) && npm install --silent --ignore-scripts --no-audit --no-fund
	@touch $@

test-arweave: setup $(JS)/.setup $(ARLOCAL)/.setup $(TURBO)/.setup ## others' libraries upload to the doubles of Arweave; the main job on an arlocal process (npm, 1.2 GB)
	FEDERITY_ARWEAVE_JS=$(CURDIR)/$(JS)/node_modules FEDERITY_ARLOCAL=$(CURDIR)/$(ARLOCAL) \
	FEDERITY_TURBO=$(CURDIR)/$(TURBO)/node_modules \
	  $(BIN)/pytest -q -m network tests/interop/test_arweave.py

demo-arweave: setup ## the main job with its blobs on a double of Arweave: three rounds, all read back from there alone
	PYTHONPATH=tests $(BIN)/python tests/support/arweave_demo.py

golden-arweave: $(JS)/.setup ## make the golden data items and data roots anew with Arweave's own libraries (node, npm)
	NODE_PATH=$(JS)/node_modules node tests/interop/arweave/golden.js tests/unit/storage/golden.json

# An environment of its own for what cannot share ours, at the versions in a list.
define PEERS
	$(UV) venv --quiet --clear $(@D)
	$(UV) pip install --quiet --python $(@D)/bin/python -r $<
	@touch $@
endef

$(TOOLS)/interop/.setup: tests/interop/requirements.txt | $(UV)
	$(PEERS)

# byzfl is made of torch: the version of our own environment, so its files are shared and not fetched twice.
$(TOOLS)/rules/.setup: tests/interop/requirements-rules.txt | $(UV)
	$(PEERS)

# mergekit is made of torch, too; its environment is made only for `make interop`.
$(MERGEKIT): tests/interop/requirements-mergekit.txt | $(UV)
	$(PEERS)

$(EVIDENCE): tests/interop/requirements-evidence.txt | $(UV)
	$(PEERS)

$(TOOLS)/kit/.setup: $(addprefix tests/interop/kit/,package.json package-lock.json peer.js)
	@mkdir -p $(@D)
	cp $^ $(@D)
	npm ci --prefix $(@D) --no-audit --no-fund --silent
	@touch $@

interop: setup $(INTEROP) $(MERGEKIT) $(EVIDENCE) $(TOOLS)/kit/.setup ## other clients (of the IDL alone, Solana's in Python and JavaScript), aggregation rules, mergekit, validators of evidence; needs npm
	$(BIN)/pytest -q tests/interop

comma := ,
# RocksDB is hours of C++; where its Java package has it ready, in the version that agave wants, that is taken.
ROCKSDB := $(TOOLS)/rocksdb
ifeq ($(shell uname -sm),Linux x86_64)
READY := $(ROCKSDB)/librocksdb.so
endif
ROCKSDB_JAR := https://repo1.maven.org/maven2/org/rocksdb/rocksdbjni/10.4.2/rocksdbjni-10.4.2-linux64.jar
ROCKSDB_SHA256 := 36d6570459a9ed6b01b0de4adae6d19e19cf9671d59ac878e21fc4a6da487607
$(ROCKSDB)/librocksdb.so:
	mkdir -p $(@D) && curl -fsSL -o $(@D)/package.jar $(ROCKSDB_JAR)
	python3 -c "import zipfile; open('$@', 'wb').write(zipfile.ZipFile('$(@D)/package.jar').read('librocksdbjni-linux64.so'))"
	echo "$(ROCKSDB_SHA256)  $@" | sha256sum --check --quiet
	rm $(@D)/package.jar

VALIDATOR := $(TOOLS)/agave/bin/solana-test-validator
$(VALIDATOR): | $(READY)
	$(if $(READY),ROCKSDB_LIB_DIR=$(CURDIR)/$(ROCKSDB) RUSTFLAGS="-C link-arg=-Wl$(comma)-rpath$(comma)$(CURDIR)/$(ROCKSDB)") \
	CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
	CARGO_PROFILE_RELEASE_DEBUG=0 nice -n 19 \
	cargo install agave-validator --version 4.2.2 --locked --bin solana-test-validator --root $(TOOLS)/agave

cluster: $(VALIDATOR) ## build a real local validator from crates (20 minutes; needs clang, protobuf, libudev, libssl, curl)

test-cluster: setup cluster ## start the validator, deploy by the migrations, run the chain's contract suite and stories on it
	PYTHONPATH=tests:. $(BIN)/python -m contract.cluster $(VALIDATOR) \
	  $(BIN)/pytest -q -m network tests/contract tests/cluster tests/migrations tests/e2e/test_demo_cluster.py

families: setup ## play a round of every model family of examples/ from three seeds and print the table (minutes)
	@$(BIN)/python examples/families.py

test-e2e: setup ## user stories through the real commands
	$(BIN)/pytest -q -m "not network and not gpu and not soak" tests/e2e

lint: setup ## ruff (rules and format) and the layers
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	cd explorer && ../$(BIN)/lint-imports

format: setup ## format Python and Rust
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	cargo fmt --all

types: setup ## mypy, strict
	$(BIN)/mypy $(wildcard sdk/federity keeper/federity_keeper node/federity_node explorer/federity_explorer migrations bench)

dist: setup ## build what a release publishes into dist/: portable wheel (manylinux_2_28), source distributions
	cd sdk && ../$(UV) tool run --from 'maturin[zig]>=1.7,<2' maturin build --release --locked --zig \
	  --compatibility manylinux_2_28 --out ../dist
	$(UV) build --package federity --sdist --out-dir dist
	$(UV) build --package federity-keeper --out-dir dist
	$(UV) build --package federity-node --out-dir dist
	$(UV) build --package federity-explorer --out-dir dist

# Other tools that version models, at fixed versions: what they are compared with. git-lfs is made with go, or
# it is the system's; one that cannot be had says so in its row.
VERSIONS := $(TOOLS)/git-theta/.setup $(TOOLS)/dvc/.setup $(TOOLS)/git-lfs/.setup
$(TOOLS)/git-theta/.setup: | $(UV)
	$(UV) venv --quiet --clear --python 3.11 $(@D)
	$(UV) pip install --quiet --python $(@D)/bin/python git-theta==0.2.0 safetensors==0.8.0 prompt-toolkit==3.0.53
	@touch $@

$(TOOLS)/dvc/.setup: | $(UV)
	$(UV) venv --quiet --clear $(@D)
	$(UV) pip install --quiet --python $(@D)/bin/python dvc==3.67.1
	@touch $@

$(TOOLS)/git-lfs/.setup:
	mkdir -p $(@D)/bin
	command -v git-lfs > /dev/null || GOBIN=$(CURDIR)/$(@D)/bin go install github.com/git-lfs/git-lfs/v3@v3.6.1 || true
	@touch $@

bench: setup $(TOOLS)/rules/.setup $(VERSIONS) ## measure, print, and write docs/benchmarks.md
	$(BIN)/python -m bench

bench-families: setup ## compression over all model families in both frameworks (two hours; goes on where it stopped)
	$(BIN)/python -m bench families

docs: setup ## check that every instruction, error, command and setting is documented and every link leads somewhere
	$(BIN)/pytest -q tests/test_docs.py

clean: ## remove everything built; keeps sources and locks
	rm -rf target .venv $(TOOLS) .cache dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
