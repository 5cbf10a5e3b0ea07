# What people do with this project; cargo does the building.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
release = target/release

.PHONY: all test matrix lint demo demo-small bench fuzz object-truth install live-redis live-dropbear live-nginx live-apache live-security torture

all:
	cargo build --release --workspace

# What building and testing needs, once for each clone; again after scripts/install-deps changed.
target/.installed: scripts/install-deps
	scripts/install-deps
	mkdir -p target && touch $@

# Everything that must hold: units, goldens, live cases.
test: target/.installed
	cargo test --workspace

# Every live case in every build: compilers and levels, PIE or not, debug information inside or
# apart; prints a table. BUILDS names fewer: `make matrix BUILDS='clang-O2 no-pie'`.
BUILDS ?= all
matrix: target/.installed
	cargo build -p polusc -p polus
	POLUS_MATRIX='$(BUILDS)' cargo test -p polus --test live -- --test-threads=$$(($$(nproc) * 3))

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# A redis server of Debian's takes a real security update while 50 clients go on,
# and gives it back. Installs and builds what that needs.
demo:
	scripts/install-deps --live
	$(MAKE) all
	ROUNDS=0 scripts/live-redis

# The same with a small threaded server of our own, in seconds.
demo-small: all
	scripts/demo-small

# Stages of construction by criterion, then whole commands as one table.
bench: all
	cargo bench -p polus-benches
	benches/whole.sh

# What patches replace against what objects say, for pairs of Debian's source packages.
# Fetches and builds them: an hour, and libraries that scripts/build-server asks for.
object-truth: all
	scripts/object-truth-pairs

# Programs, man pages, completions and polus.mk, below DESTDIR and PREFIX.
# Make them before: `make && sudo make install`.
install:
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(DATADIR)/man/man1' '$(DESTDIR)$(DATADIR)/polus' \
		'$(DESTDIR)$(DATADIR)/bash-completion/completions' '$(DESTDIR)$(DATADIR)/zsh/site-functions' \
		'$(DESTDIR)$(DATADIR)/fish/vendor_completions.d'
	install -m 755 $(release)/polusc $(release)/polus-cc $(release)/polus '$(DESTDIR)$(BINDIR)'
	$(release)/polusc man '$(DESTDIR)$(DATADIR)/man/man1'
	$(release)/polus man '$(DESTDIR)$(DATADIR)/man/man1'
	sed -i -e 's/^\.SH EXTRA$$/.SH NOTES\n.nf/' -e 's/^\.SH VERSION$$/.fi\n.SH VERSION/' \
		'$(DESTDIR)$(DATADIR)/man/man1/'polus*.1
	install -m 644 docs/polus-cc.1 '$(DESTDIR)$(DATADIR)/man/man1'
	install -m 644 polus.mk '$(DESTDIR)$(DATADIR)/polus'
	for name in polusc polus; do \
		$(release)/$$name completions bash >'$(DESTDIR)$(DATADIR)/bash-completion/completions/'$$name && \
		$(release)/$$name completions zsh >'$(DESTDIR)$(DATADIR)/zsh/site-functions/_'$$name && \
		$(release)/$$name completions fish >'$(DESTDIR)$(DATADIR)/fish/vendor_completions.d/'$$name.fish || exit 1; \
	done

# Servers of Debian's, with a real security update; scripts/install-deps --live first.
live-redis: all
	scripts/live-redis

live-dropbear: all
	scripts/live-dropbear

# Several processes as one, ROUNDS=100 times applied and taken back under load.
live-nginx: all
	scripts/live-nginx

live-apache: all
	scripts/live-apache

# Six servers across all the security fixes of their release, changed types with them.
live-security: all
	scripts/live-security

# A threaded program that checks itself on every access is updated in a loop, SECONDS long; then
# the same with the injector killed at random. REST is the share of time, in percent, in which its
# threads are in no function that holds changed variables: an update waits for that.
SECONDS ?= 60
REST ?= 25
torture: target/.installed all
	$(release)/polus-torture --seconds $(SECONDS) --rest $(REST)

# More of what `make test` tries at random: csmith's programs merged, damaged texts and patches.
fuzz: target/.installed
	POLUS_MERGE_SEEDS=200 cargo test --release -p polusc --test merge
	PROPTEST_CASES=20000 cargo test --release -p polusc --test text
	PROPTEST_CASES=5000 cargo test --release -p polus --test patch_file
	PROPTEST_CASES=5000 cargo test --release -p polus-binary --test garbage
