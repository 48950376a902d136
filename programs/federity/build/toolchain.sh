#!/usr/bin/env bash
# Installs what build.sh needs on Debian 12: four packages (root) and the linker, built by rustup's stable cargo.
set -euo pipefail
linker_version=0.2.6
packages=(rustc-web cargo-web rust-web-src llvm-22-dev)
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
export PATH="$cargo_home/bin:$PATH"
if ! dpkg-query --show "${packages[@]}" >/dev/null 2>&1; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update --quiet
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install --yes --quiet "${packages[@]}"
fi
if ! sbpf-linker --version 2>/dev/null | grep -q "sbpf-linker $linker_version"; then
  # Inside the repository, so that its pinned toolchain is used.
  cd "$(dirname "${BASH_SOURCE[0]}")"
  LLVM_SYS_221_PREFIX=/usr/lib/llvm-22 RUSTFLAGS="-L /usr/lib/llvm-22/lib" \
    cargo install sbpf-linker --version "$linker_version" --locked --no-default-features --features bpf-linker/llvm-22
fi
