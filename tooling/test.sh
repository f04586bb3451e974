#!/usr/bin/env bash
# Every tier of tests, the fast ones first; each says how long it took. A skipped test is a failure.
#   tooling/test.sh [TIER …]
set -euo pipefail
cd "$(dirname "$0")/.."
pytest=(.venv/bin/python -m pytest --junit-xml)
servers='services or routes or chaos or compose or browser or release or live'
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

run_tier() {
  local started=$SECONDS
  printf '\n== %s\n' "$1"
  "tier_$1"
  printf '== %s: %d s\n' "$1" $((SECONDS - started))
}

tier_lint() { make -s lint; }
tier_fast() { "${pytest[@]}" "$results/fast.xml" tests/unit -n 2 -m "fast and not ($servers)"; }
tier_property() { "${pytest[@]}" "$results/property.xml" tests -n 2 -m "not fast and not ($servers)"; }
tier_services() { tooling/install_services.sh; "${pytest[@]}" "$results/services.xml" tests -n 2 -m "services and not (chaos or release)"; }
tier_routes() { tooling/install_routes.sh; "${pytest[@]}" "$results/routes.xml" tests -m "routes and not release"; }
tier_chaos() { tooling/install_services.sh; "${pytest[@]}" "$results/chaos.xml" tests -m "chaos and not release"; }
tier_compose() { tooling/install_compose.sh; "${pytest[@]}" "$results/compose.xml" tests -m "compose and not release"; }
tier_browser() { tooling/install_browser.sh; "${pytest[@]}" "$results/browser.xml" tests -m "browser and not release"; }

tiers=("$@")
[ ${#tiers[@]} -gt 0 ] || tiers=(lint fast property services routes chaos compose browser)
for tier in "${tiers[@]}"; do run_tier "$tier"; done

.venv/bin/python tooling/count_tests.py "$results"/*.xml
