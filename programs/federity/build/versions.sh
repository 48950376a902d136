#!/usr/bin/env bash
# Prints the versions on which the program's bytes depend, one a line, as comments of federity.so.sha256.
set -euo pipefail
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
for package in rustc-web rust-web-src llvm-22-dev; do
  dpkg-query --show --showformat='# ${Package} ${Version}\n' "$package"
done
sbpf-linker --version | sed 's/^/# /'
