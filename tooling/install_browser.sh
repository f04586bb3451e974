#!/usr/bin/env bash
# What the browser tests need: Debian's Chromium with a font, axe-core from npm. Playwright comes with the pinned wheels.
set -euo pipefail
cd "$(dirname "$0")/.."
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
command -v npm >/dev/null || missing+=(nodejs npm)
[ -x /usr/bin/chromium ] || missing+=(chromium fonts-liberation)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

folder=tests/browser
stamp=$folder/node_modules/.installed
if [ ! -e "$stamp" ] || [ "$folder/package-lock.json" -nt "$stamp" ]; then
  echo "Installing $folder from npm"
  (cd "$folder" && npm ci --ignore-scripts --no-progress --loglevel=error)
  touch "$stamp"
fi
