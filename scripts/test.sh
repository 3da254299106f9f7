#!/usr/bin/env bash
# All tests, tier by tier: the quick ones on two cores, those that start browsers, servers and whole batches one by one.
# Every tier runs, also when one before it failed. An empty tier is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
tier() {
  local name=$1
  shift
  printf '\n=== tests/%s\n' "$name"
  # The clock says which tier to look at when the suite becomes slow.
  local begun=$SECONDS
  .venv/bin/python -m pytest "tests/$name" -q --durations=5 "$@" || failed+=("$name")
  printf '=== tests/%s: %s s\n' "$name" $((SECONDS - begun))
}

tier unit -n 2
tier stores
tier render
tier chaos
tier monitoring
tier api_server
tier cluster --timeout=900

if [ ${#failed[@]} != 0 ]; then
  printf '\nfailed: %s\n' "${failed[*]}"
  exit 1
fi
printf '\nall tests passed in %s s\n' "$SECONDS"
