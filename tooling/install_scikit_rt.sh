#!/usr/bin/env bash
# scikit-rt, which reads exports, in an environment of its own (tests/scikit_rt/.venv): it pins pydicom 2.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=tests/scikit_rt
stamp=$folder/.venv/.installed
if [ -e "$stamp" ] && [ ! "$folder/requirements.txt" -nt "$stamp" ] && [ ! "$folder/scikit-rt.txt" -nt "$stamp" ]; then exit 0; fi

echo 'Installing scikit-rt'
uv=.venv/bin/uv
rm -rf "$folder/.venv"
"$uv" venv -q --python .venv/bin/python "$folder/.venv"
"$uv" pip install -q --python "$folder/.venv/bin/python" --no-deps --require-hashes -r "$folder/requirements.txt"
"$uv" pip install -q --python "$folder/.venv/bin/python" --no-deps --require-hashes -r "$folder/scikit-rt.txt"
touch "$stamp"
