#!/usr/bin/env bash
# Builds target/sbf/federity.so from registry packages alone: Debian's rustc-web and cargo-web, and sbpf-linker.
# Why each flag is there: README.md beside this file.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
unset RUSTUP_TOOLCHAIN CARGO_ENCODED_RUSTFLAGS RUSTFLAGS
# The linker goes by name, not by path, and paths are mapped: flags and folders must not reach the bytes.
export PATH="$here:$cargo_home/bin:$PATH"
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTC_BOOTSTRAP_SYNTHETIC_TARGET=1
flags=(
  --cfg 'target_arch="csky"' --cfg 'target_os="solana"' -A explicit_builtin_cfgs_in_flags
  -Zunstable-options -C panic=immediate-abort -C relocation-model=static -C target-cpu=v2
  -C target-feature=+allows-misaligned-mem-access
  --remap-path-prefix="$root=/federity" --remap-path-prefix="$cargo_home=/cargo"
  -C linker=link.sh
  -C link-arg=--arch=v0 -C link-arg=--export=entrypoint
  -C link-arg=--disable-math-builtins -C link-arg=--ignore-inline-never
  -C link-arg=--llvm-args=--bpf-stack-size=4096
  -C link-arg=--llvm-args=-inline-threshold=100000 -C link-arg=--llvm-args=-inlinecold-threshold=100000
)
printf -v CARGO_ENCODED_RUSTFLAGS '%s\x1f' "${flags[@]}"
export CARGO_ENCODED_RUSTFLAGS="${CARGO_ENCODED_RUSTFLAGS%$'\x1f'}"
cd "$root"
/usr/bin/cargo build --release --lib -p federity --target "$here/sbpf.json" --target-dir target/sbf \
  -Zjson-target-spec -Zbuild-std=std,panic_abort -Zbuild-std-features=compiler-builtins-mem \
  -Zpanic-immediate-abort --config 'profile.release.panic="immediate-abort"' "$@"
cp target/sbf/sbpf/release/libfederity.so target/sbf/federity.so
