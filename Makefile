# Everything a developer does here. Each target brings what it needs: `.venv` is made from
# requirements-dev.txt, and made anew when that changes.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The tools of `.venv` go before those of the machine. Without it, nothing changes.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

ARCHIVE := target/lambda/visitor-counter/bootstrap.zip
VENV := .venv/.complete

# Runs Linux programs for arm64 where the machine doesn't.
QEMU := $(if $(filter Linux-aarch64,$(shell uname -sm | tr ' ' -)),,qemu-aarch64-static)

.PHONY: help
help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: rust
rust:
	@command -v cargo >/dev/null || \
		{ echo 'error: cargo is missing. Install Rust: https://rustup.rs' >&2; exit 1; }

.PHONY: run
run: rust ## Run the counter on this machine (PORT=3000).
	@cargo run --locked --package visitor-counter-local

.PHONY: test
test: lint test-rust test-infra test-api ## Check and test everything.

.PHONY: lint
lint: rust $(VENV) ## Check formats, lints, docs and types.
	cargo fmt --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --locked --workspace --no-deps --document-private-items
	ruff format --check
	ruff check
	basedpyright

.PHONY: test-rust
test-rust: rust ## Test the handler and the local run.
	cargo test --locked --workspace

.PHONY: test-infra
test-infra: rust $(VENV) ## Test the infrastructure, and deploy it to an emulator.
	pytest infra/tests

.PHONY: test-api
test-api: rust $(VENV) ## Test the API of a local run as its users see it.
	pytest tests

.PHONY: package
package: rust $(VENV) ## Build the function for Lambda (arm64).
	python handler/package.py

.PHONY: test-package
test-package: package ## Test the packaged function as a process (in qemu where this isn't arm64).
	@for tool in unzip $(QEMU); do command -v "$$tool" >/dev/null || \
		{ echo "error: $$tool is missing. Debian: apt install unzip qemu-user-static libc6-arm64-cross" >&2; exit 1; }; done
	rm -rf target/package
	unzip -q $(ARCHIVE) -d target/package
	BOOTSTRAP=target/package/bootstrap \
	BOOTSTRAP_RUNNER="$(if $(QEMU),$$(command -v $(QEMU)) -L /usr/aarch64-linux-gnu)" \
		cargo test --locked --package visitor-counter --test behaviour -- process:: events::

.PHONY: fmt
fmt: $(VENV) ## Format the code.
	cargo fmt
	ruff format
	ruff check --fix

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock'

.PHONY: lock
lock: $(VENV) ## Lock the newest versions of the Python packages.
	$(COMPILE) --upgrade --output-file infra/requirements.txt pyproject.toml
	$(COMPILE) --upgrade --output-file requirements-dev.txt --constraint infra/requirements.txt \
		--group dev pyproject.toml

# From the machine's own Python, also where `.venv` is on the PATH already.
$(VENV): requirements-dev.txt
	@command -v python3 >/dev/null && python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'error: python3 is missing or older than 3.11. Install Python 3.11 or later.' >&2; exit 1; }
	python=$$(python3 -c 'import sys; print(sys._base_executable)'); \
		rm -rf .venv; "$$python" -m venv .venv
	@# Most of pulumi-aws is never imported: compiling it would take longer than all the rest.
	.venv/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
		--requirement $<
	@touch $@
