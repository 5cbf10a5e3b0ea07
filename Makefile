# What people do with this project; cargo does the building.

.PHONY: all test lint demo demo-small bench live-redis live-dropbear

all:
	cargo build --release --workspace

# Everything that must hold: units, goldens, live cases.
test:
	cargo test --workspace

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# A redis server of Debian's takes a real security update while 50 clients go on,
# and gives it back. Installs and builds what that needs.
demo:
	scripts/install-deps --live
	$(MAKE) all
	scripts/live-redis

# The same with a small threaded server of our own, in seconds.
demo-small: all
	scripts/demo-small

bench: all
	cargo bench --workspace

# Servers of Debian's, with a real security update; scripts/install-deps --live first.
live-redis: all
	scripts/live-redis

live-dropbear: all
	scripts/live-dropbear
