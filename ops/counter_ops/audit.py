#!/usr/bin/env bash
# Asks what is known against the locked packages: vulnerabilities, and versions that were withdrawn.
# Where nobody can be asked, GitHub fails, and another machine is told what it doesn't know.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0

unknown() {
  if [[ "${GITHUB_ACTIONS:-}" == true ]]; then
    echo "error: $1" >&2
    failed=1
  else
    echo "warning: $1" >&2
  fi
}

if cargo deny fetch db; then
  for folder in . bench/contenders fuzz; do
    echo "Rust packages, $folder:"
    cargo deny --locked --manifest-path "$folder/Cargo.toml" --config deny.toml check advisories || failed=1
  done
else
  unknown "the Rust packages were not audited: RustSec's advisories can't be fetched, see above."
fi

for lock in requirements-dev.txt infra/requirements.txt bench/contenders/python/requirements.txt; do
  echo "Python packages, $lock:"
  # By default, it would pass over what PyPI doesn't know. It prints a table only of what it found.
  if ! found=$(pip-audit --strict --disable-pip --progress-spinner off --requirement "$lock"); then
    if [[ -n "$found" ]]; then
      echo "$found"
      failed=1
    else
      unknown "the Python packages were not audited: PyPI doesn't answer for them, see above."
    fi
  fi
done

exit "$failed"
