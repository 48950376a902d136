#!/usr/bin/env bash
# Checks the committed program without a compiler: its hash, its shipped copy, and that it was built from these sources.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/.."
sha256sum --check --quiet federity.so.sha256
cmp federity.so ../../sdk/federity/_generated/federity.so
if ! grep -qx "# source $("$here/source.sh")" federity.so.sha256; then
  echo "programs/federity/federity.so was built from other sources: run 'make program-update' and commit." >&2
  exit 1
fi
