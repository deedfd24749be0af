#!/usr/bin/env bash
# Makes the files of this folder from news.txt, step by step; `npm run build` first.
set -euo pipefail
cd "$(dirname "$0")/.."
rnn-pipe() { node bin/rnn-pipe.js "$@" --quiet --force; }
rnn-pipe sentences examples/news.txt -o examples/sentences.jsonl
rnn-pipe tokenize examples/sentences.jsonl -o examples/tokens.jsonl
rnn-pipe vocab examples/tokens.jsonl -o examples/vocabulary.json
rnn-pipe encode examples/tokens.jsonl --vocab examples/vocabulary.json -o examples/ids.jsonl
rnn-pipe pad examples/ids.jsonl --length 16 -o examples/padded.jsonl
rnn-pipe embed examples/padded.jsonl --vocab examples/vocabulary.json --dim 4 --seed 1 -o examples/embeddings.jsonl
rnn-pipe rnn examples/embeddings.jsonl --cell lstm --units 3 --seed 1 -o examples/states.jsonl
rnn-pipe output examples/states.jsonl --take last -o examples/outputs.jsonl
rnn-pipe classify examples/outputs.jsonl --labels finance,sports --seed 1 -o examples/predictions.jsonl
