#!/usr/bin/env bash
# One hash over the sources of the program, so that a committed build that lags them shows without a compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
find protocol/src verifier/src programs/federity/src {protocol,verifier,programs/federity}/Cargo.toml -type f | LC_ALL=C sort |
  xargs sha256sum | sha256sum | cut -d' ' -f1
