#!/usr/bin/env bash
# Pins every requirement with its hashes: requirements.txt (what runs), requirements-dev.txt (what tests need too),
# tooling/requirements-build.txt (what installs and builds), deploy/try/requirements.txt (the mail catcher's),
# tests/scikit_rt/requirements.txt (what scikit-rt needs, in an environment of its own).
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
options=(--quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header)
"$uv" pip compile "${options[@]}" pyproject.toml -o requirements.txt
"$uv" pip compile "${options[@]}" pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
# What makes the environment itself: the installer and the build backend.
printf '%s\n' uv hatchling editables | "$uv" pip compile "${options[@]}" -c requirements-dev.txt - -o tooling/requirements-build.txt
echo aiosmtpd | "$uv" pip compile "${options[@]}" -c requirements-dev.txt - -o deploy/try/requirements.txt
"$uv" pip compile "${options[@]}" --only-binary :all: tests/scikit_rt/requirements.in -o tests/scikit_rt/requirements.txt
