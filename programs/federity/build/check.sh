#!/usr/bin/env bash
# Rebuilds the program. With the recorded toolchain its bytes must equal the committed ones (exit 1 when not); with
# another the build goes into use for the program's tests (exit 3). `check.sh update` records a new build.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
cd "$root"
committed=programs/federity/federity.so
record=$committed.sha256
shipped=sdk/federity/_generated/federity.so
built=target/sbf/federity.so
"$here/build.sh" --quiet
versions="$("$here/versions.sh")"
hash="$(sha256sum "$built" | cut -d' ' -f1)"
if [ "${1:-}" = update ]; then
  mkdir -p "$(dirname "$shipped")"
  cp "$built" "$committed"
  cp "$built" "$shipped"
  printf '%s\n# source %s\n%s  federity.so\n' "$versions" "$("$here/source.sh")" "$hash" > "$record"
  echo "$committed: $hash, $(stat -c %s "$built") bytes"
  exit
fi
if [ "$(grep '^# ' "$record" | grep -v '^# source ')" != "$versions" ]; then
  echo "The toolchain differs from the one recorded in $record; built $built ($hash)." >&2
  exit 3
fi
if ! cmp --quiet "$built" "$committed"; then
  echo "$committed is not what its source builds to: run 'make program-update' and commit the result." >&2
  exit 1
fi
echo "$committed: rebuilt, byte for byte the same ($hash)"
