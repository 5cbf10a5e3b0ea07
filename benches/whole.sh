#!/usr/bin/env bash
# Whole commands as tables: updates, redirected calls, and construction against a build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[[ ${1:-} != --help && ${1:-} != -h ]] || {
	cat <<-'END'
	Usage: benches/whole.sh

	Environment, for a real pair:
	  POLUS_BENCH_TREES=old,new      trees that hold a polus-capture each
	  POLUS_BENCH_PROGRAM=NAME       the program in them
	  POLUS_BENCH_BINARY=EXE         the executable of the old one
	END
	exit 0
}
cargo build --release --quiet --workspace
echo "machine: $(nproc) processors, Linux $(uname -r | cut -d. -f1,2), $(gcc --version | head -n 1)"
echo
exec target/release/polus-whole
