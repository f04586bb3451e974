#!/usr/bin/env bash
# What tests start themselves: from Debian's packages Redis, PostgreSQL, strace, Tesseract, promtool and XFS's tools; scikit-rt from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."
tooling/install_scikit_rt.sh
missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing+=(postgresql-15)
command -v strace >/dev/null || missing+=(strace)
command -v tesseract >/dev/null || missing+=(tesseract-ocr)
command -v promtool >/dev/null || missing+=(prometheus)
[ -x /usr/sbin/mkfs.xfs ] || missing+=(xfsprogs)
[ ${#missing[@]} -eq 0 ] && exit 0
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
echo "Installing ${missing[*]}"
as_root apt-get update -qq
# The packages' own services are not started: the tests start theirs on free ports and stop them.
printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
as_root chmod +x /usr/sbin/policy-rc.d
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
as_root rm -f /usr/sbin/policy-rc.d
