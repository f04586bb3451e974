#!/usr/bin/env bash
# Makes .venv with everything pinned by hash. Needs python3 (3.11); where Debian's venv is missing it is installed.
#   tooling/venv.sh [runtime|dev]
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-dev}
requirements=requirements.txt
[ "$kind" = dev ] && requirements="requirements-dev.txt"
stamp=.venv/.installed-$kind
if [ -e "$stamp" ] && [ ! "$requirements" -nt "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ]; then exit 0; fi

python=${PYTHON:-python3}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo 'Installing python3-venv'
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv ca-certificates
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
# uv installs in seconds what pip installs in a minute; hatchling builds this project. Both are pinned by hash.
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r tooling/requirements-build.txt
.venv/bin/uv pip install -q --python .venv/bin/python --compile-bytecode --require-hashes -r "$requirements"
.venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
# Where nothing may be written later (PYTHONDONTWRITEBYTECODE), a start would compile everything anew each time.
.venv/bin/python -m compileall -q ingest workers
touch "$stamp"
