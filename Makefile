.PHONY: run tour test fmt

# Starts the three services.
run:
	cargo run -p cluster

# Starts them and walks through what they do.
tour:
	cargo run -p cluster -- tour

# Checks everything; tests/setup installs what this takes.
test:
	./tests/run

# Formats code and contracts.
fmt:
	cargo fmt --all
	.tools/node_modules/.bin/buf format --write
