#!/usr/bin/env bash
# Makes (once) a Python environment from a list of packages, and prints its folder.
# usage: bench/venv.sh [REQUIREMENTS]      bench/requirements.txt: the peers; test/requirements.txt: what tests check against
# RNN_PIPE_VENVS names another place than ~/.cache.
set -euo pipefail
requirements=${1:-$(dirname "$0")/requirements.txt}
venv=${RNN_PIPE_VENVS:-$HOME/.cache}/rnn-pipe-$(basename "$(dirname "$(realpath "$requirements")")")
if ! cmp -s "$requirements" "$venv/requirements.txt"; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
  cp "$requirements" "$venv/requirements.txt"
fi
echo "$venv"
