.PHONY: run tour test clients images push fmt release

# Starts the three services.
run:
	cargo run -p cluster

# Starts them and walks through what they do.
tour:
	cargo run -p cluster -- tour

# Checks everything; tests/setup installs what this takes.
test:
	./tests/run

# Generates clients in Go, Python, TypeScript and Java into gen/, where the tools for them are here.
clients:
	tests/setup
	tests/clients/generate

# Builds the images of the services, with docker or what BUILDER names, and pushes them. A cluster
# takes a new image only under a new TAG:
# make images push REGISTRY=registry.example.com TAG=0.1.0-$(git rev-parse --short HEAD)
BUILDER ?= docker
version := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
REGISTRY ?= localhost
TAG ?= $(version)
services := onboarding relationship ordering
images: $(services:%=%.image)
%.image:
	$(BUILDER) build --target $* --tag $(REGISTRY)/csp-channel/$*:$(TAG) \
		--build-arg CSP_COMMIT=$(shell git rev-parse HEAD) .
push: $(services:%=%.push)
%.push:
	$(BUILDER) push $(REGISTRY)/csp-channel/$*:$(TAG)

# Records the contracts as those of a release, from which `make test` then lets nothing be taken away.
release:
	.tools/node_modules/.bin/buf build --exclude-source-info --output proto/released.binpb

# Formats code and contracts.
fmt:
	cargo fmt --all
	.tools/node_modules/.bin/buf format --write
