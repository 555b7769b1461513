.PHONY: run tour check deny test fuzz clients sbom images push fmt release

# Starts the three services and the console in one process.
run:
	cargo run -p cluster

# Plays the programme's scenarios against a new cluster.
tour:
	cargo run -p cluster -- tour

# The fast checks while working: format, contracts, lints, the tests of the crates on SQLite with few cases
# of each property, and tests/tidy.
check:
	cargo fmt --all --check
	.tools/node_modules/.bin/buf lint
	.tools/node_modules/.bin/buf format --diff --exit-code
	cargo clippy --workspace --lib --bins --locked -- -D warnings
	PROPTEST_CASES=64 cargo test --workspace --lib --test tidy --locked -- --skip on_postgres

# Checks crates from outside against deny.toml. Builds cargo-deny, which takes minutes, on first use.
deny:
	tests/setup cargo-deny
	.tools/bin/cargo-deny --locked check bans licenses sources
	if .tools/bin/cargo-deny fetch db; then .tools/bin/cargo-deny check advisories; \
	else echo "No database of advisories is reachable: they are not checked."; fi

# Checks everything. tests/setup installs or lists missing tools.
test:
	./tests/run

# Calls each parser of callers' bytes with mutated inputs for this many seconds. With FUZZ_KEEP=1, inputs with
# new outcomes are appended to libs/*/corpus.
FUZZ_SECONDS ?= 60
fuzz:
	FUZZ_SECONDS=$(FUZZ_SECONDS) cargo test --workspace --lib --locked --no-fail-fast -- --nocapture fuzzing

# Generates clients in Go, Python, TypeScript and Java into gen/, for the languages with tools here.
clients:
	tests/setup
	tests/clients/generate

# Writes the bill of materials of the program `cluster`, which contains the services, to gen/sbom.cdx.json
# (CycloneDX). Builds cargo-cyclonedx, which takes minutes, on first use; it writes a file for each crate.
sbom:
	tests/setup cargo-cyclonedx
	.tools/bin/cargo-cyclonedx cyclonedx -qq --format json --spec-version 1.5 --no-build-deps \
		--override-filename sbom.cdx
	mkdir -p gen
	sed 's|$(CURDIR)||g' services/cluster/sbom.cdx.json >gen/sbom.cdx.json
	rm libs/*/sbom.cdx.json services/*/sbom.cdx.json tests/sbom.cdx.json

# Builds the images of the services and the console with docker (or BUILDER) and pushes them. Kubernetes pulls a new
# image only under a new TAG:
# make images push REGISTRY=registry.example.com TAG=0.2.0-$(git rev-parse --short HEAD)
BUILDER ?= docker
version := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
REGISTRY ?= localhost
TAG ?= $(version)
programs := onboarding relationship ordering console
images: $(programs:%=%.image)
%.image:
	$(BUILDER) build --target $* --tag $(REGISTRY)/csp-channel/$*:$(TAG) \
		--build-arg CSP_COMMIT=$(shell git rev-parse HEAD) .
push: $(programs:%=%.push)
%.push:
	$(BUILDER) push $(REGISTRY)/csp-channel/$*:$(TAG)

# Records the contracts as released; `make test` then rejects incompatible changes.
release:
	.tools/node_modules/.bin/buf build --exclude-source-info --output proto/released.binpb

# Formats code and contracts.
fmt:
	cargo fmt --all
	.tools/node_modules/.bin/buf format --write
