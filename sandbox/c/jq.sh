#!/bin/sh
# Builds jq as the official restic image has it: on musl, with Oniguruma for regular expressions.
#
# usage: jq.sh PROGRAM   PROGRAM: file to write; the current directory, an empty one, is used for the work
# exit:  0 done; other: there is no PROGRAM
set -eu

# shellcheck source=sandbox/c/sources.sh
. "$(dirname "$0")/sources.sh"

version=1.8.2
# The Python binding's source distribution holds jq's own.
binding=1.13.0
hash=e62bdddeab3b8a0a404581a7bb6f1e8c4cc6082280870031f746074f4cac52c0

pypi_source jq "$binding" "$hash"
tar -xzf "jq-$binding.tar.gz"
tar -xzf "jq-$binding/deps/jq-$version.tar.gz"
cd "jq-$version"
./configure --quiet CC=musl-gcc CFLAGS=-O2 --disable-docs --with-oniguruma=builtin --enable-all-static
make -s -j "$(nproc)"
strip jq
cp jq "$1"
