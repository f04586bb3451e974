#!/usr/bin/env bash
# The routes' real counterparts for the tests: AzCopy, Microsoft's JavaScript client and Azurite from npm, smbd from Debian.
set -euo pipefail
cd "$(dirname "$0")/.."
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
command -v npm >/dev/null || missing+=(nodejs npm)
[ -x /usr/sbin/smbd ] || missing+=(samba)
ldconfig -p | grep -q libsecret-1.so.0 || missing+=(libsecret-1-0)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${missing[*]}"
  as_root apt-get update -qq
  # The packages' own services are not started: the tests start theirs on free ports and stop them.
  printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
  as_root chmod +x /usr/sbin/policy-rc.d
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  as_root rm -f /usr/sbin/policy-rc.d
fi

for folder in tests/azcopy tests/azurite; do
  stamp=$folder/node_modules/.installed
  if [ ! -e "$stamp" ] || [ "$folder/package-lock.json" -nt "$stamp" ]; then
    echo "Installing $folder from npm"
    # No package's own script is run; Azurite and the client say Node 22 and run on 18 and 20.
    (cd "$folder" && npm ci --ignore-scripts --no-progress --loglevel=error)
    touch "$stamp"
  fi
done
chmod +x tests/azcopy/node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64
