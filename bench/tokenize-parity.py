"""Each line of a gzipped text on stdin's first argument, cut by Python jieba without HMM: `line TAB tokens of its Han runs, one space between`.

Usage: python tokenize-parity.py corpus.txt.gz [lines]
"""

import gzip
import itertools
import re
import sys

import jieba

jieba.setLogLevel(60)
RUNS = re.compile("[\u4E00-\u9FD5]+")
limit = int(sys.argv[2]) if len(sys.argv) > 2 else None
with gzip.open(sys.argv[1], "rb") as corpus, open(sys.stdout.fileno(), "wb", closefd=False, buffering=1 << 20) as out:
    for raw in itertools.islice(corpus, limit):
        line = raw.decode("utf-8").rstrip("\n")
        words = [word for run in RUNS.findall(line) for word in jieba.cut(run, HMM=False)]
        out.write((line + "\t\t" + " ".join(words) + "\n").encode("utf-8"))
