# What people do with this project; cargo does the building.

.PHONY: all test lint demo bench live-redis live-dropbear

all:
	cargo build --release --workspace

# Everything that must hold: units, goldens, live cases.
test:
	cargo test --workspace

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# A small threaded server, updated and taken back while its clients go on.
demo: all
	scripts/demo

bench: all
	cargo bench --workspace

# Servers of Debian's, with a real security update; scripts/install-deps --live first.
live-redis: all
	scripts/live-redis

live-dropbear: all
	scripts/live-dropbear
