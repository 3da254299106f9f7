#!/usr/bin/env bash
# All tests, tier by tier, on two cores but for those whose tests share a server or a cluster.
# Every tier runs, also when one before it failed. An empty tier is a failure.
#
# Kubernetes' programs, Helm, a DNS server, Prometheus and KEDA are built from Go modules, and the images from their
# Containerfiles: half an hour of two cores the first time, then cached. That goes on beside the tiers that do without
# them, at the lowest priority: it takes the time that they leave.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
say() { printf '%s\n' "$*" >&2; }

build_log=$(mktemp)
building=
begin_to_build() {
  local why
  if ! why=$(.venv/bin/python -m devcluster check 2>&1); then
    say "nothing of Kubernetes will be tested on this machine: $why"
    return
  fi
  # In a group of its own, which ends as a whole.
  setsid chrt --idle 0 .venv/bin/python -m devcluster build --monitoring --images >"$build_log" 2>&1 &
  building=$!
}
stop_building() {
  [ -z "$building" ] || kill -- "-$building" 2>/dev/null
  rm -f "$build_log"
}
trap stop_building EXIT
wait_for_build() {
  [ -n "$building" ] || return 0
  local begun=$SECONDS
  # From here on nothing else is to be done: no longer at the lowest priority.
  for process in $(ps -o pid= -s "$building"); do chrt --other --all-tasks --pid 0 "$process" 2>/dev/null; done
  wait "$building" || { failed+=("build") && cat "$build_log"; }
  building=
  printf '\n=== waited %s s for what the cluster is built from\n' $((SECONDS - begun))
}

tier() {
  local name=$1
  shift
  printf '\n=== tests/%s\n' "$name"
  # The clock says which tier to look at when the suite becomes slow.
  local begun=$SECONDS
  .venv/bin/python -m pytest "tests/$name" -q --durations=10 "$@" || failed+=("$name")
  printf '=== tests/%s: %s s\n' "$name" $((SECONDS - begun))
}

begin_to_build
tier unit -n 2
tier stores
tier render -n 2 --dist loadfile
tier chaos -n 2
tier schedulers
wait_for_build
tier chart -n 2
tier monitoring
tier api_server -n 2 --dist loadfile
tier cluster --timeout=900

if [ ${#failed[@]} != 0 ]; then
  printf '\nfailed: %s\n' "${failed[*]}"
  exit 1
fi
printf '\nall tests passed in %s s\n' "$SECONDS"
