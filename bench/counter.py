"""Peer of `vocab` and `encode`: a Counter over the tokens of JSON lines, then the same lines with their ids.

usage: counter.py TOKENS.jsonl VOCABULARY.json IDS.jsonl
Reads and writes what rnn-pipe's two steps read and write: whole records, tokens in falling count, ties by code point."""
import collections
import json
import sys

source, vocabulary_file, target = sys.argv[1:4]
counts = collections.Counter()
with open(source, encoding='utf8') as lines:
    for line in lines:
        counts.update(json.loads(line)['tokens'])
tokens = ['<pad>', '<unk>', '<bos>', '<eos>'] + [token for token, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
with open(vocabulary_file, 'w', encoding='utf8') as out:
    json.dump({'tokens': tokens, 'counts': [counts[token] for token in tokens]}, out, ensure_ascii=False)
ids = {token: i for i, token in enumerate(tokens)}
with open(source, encoding='utf8') as lines, open(target, 'w', encoding='utf8') as out:
    for line in lines:
        record = json.loads(line)
        record['ids'] = [ids.get(token, 1) for token in record['tokens']]
        out.write(json.dumps(record, ensure_ascii=False, separators=(',', ':')) + '\n')
