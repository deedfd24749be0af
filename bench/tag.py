"""Peer of tagging: PyTorch, a bidirectional LSTM over characters and bigrams with a linear-chain CRF, as torch_tag.py --seg --bigram has it.

usage: tag.py ALL TRAIN TEXTS EPOCHS THREADS
ALL: lines of words divided by spaces, which the vocabulary is of; TRAIN: those that are learnt; TEXTS: those that are cut.
Prints sentences a second of training (after 3 steps), of cutting (features and Viterbi counted, files not), and their number."""
import collections
import random
import sys
import time
import torch
from torch import nn

whole, learnt, texts = sys.argv[1:4]
epochs, threads = int(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(threads)
torch.manual_seed(1)
random.seed(1)
TAGS, DIM, BIDIM, UNITS, DROP, BATCH = 'BEMS', 128, 64, 128, 0.4, 32


def read(path):
    """[(characters, numbers of their tags)]"""
    out = []
    for line in open(path, encoding='utf8'):
        words = line.split()
        if words:
            marks = ''.join('S' if len(w) == 1 else 'B' + 'M' * (len(w) - 2) + 'E' for w in words)
            out.append((list(''.join(words)), [TAGS.index(m) for m in marks]))
    return out


pairs = lambda s: list(zip(s, s[1:] + ['</s>']))
vocabulary = lambda items: {w: i + 2 for i, (w, c) in enumerate(collections.Counter(items).most_common()) if c >= 2}
known = read(whole)
tokens, bigrams = vocabulary(w for s, _ in known for w in s), vocabulary(b for s, _ in known for b in pairs(s))


def pad(rows, n):
    return torch.tensor([r + [0] * (n - len(r)) for r in rows])


def batch(sentences):
    n = max(len(s) for s, _ in sentences)
    x = pad([[tokens.get(w, 1) for w in s] for s, _ in sentences], n)
    b = pad([[bigrams.get(q, 1) for q in pairs(s)] for s, _ in sentences], n)
    return x, b, pad([t for _, t in sentences], n), x > 0


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        k = len(TAGS)
        self.tokens = nn.Embedding(len(tokens) + 2, DIM, padding_idx=0)
        self.bigrams = nn.Embedding(len(bigrams) + 2, BIDIM, padding_idx=0, sparse=True)
        self.lstm = nn.LSTM(DIM + BIDIM, UNITS, batch_first=True, bidirectional=True)
        self.out, self.drop = nn.Linear(2 * UNITS, k), nn.Dropout(DROP)
        self.moves, self.first, self.last = (nn.Parameter(torch.zeros(*n)) for n in ((k, k), (k,), (k,)))

    def scores(self, x, b, mask):
        vectors = self.drop(torch.cat([self.tokens(x), self.bigrams(b)], 2))
        q = nn.utils.rnn.pack_padded_sequence(vectors, mask.sum(1), batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(q)[0], batch_first=True)
        return self.out(self.drop(h))

    def loss(self, x, b, y, mask):
        s = self.scores(x, b, mask)
        end = y.gather(1, mask.sum(1, keepdim=True) - 1).squeeze(1)
        gold = (s.gather(2, y.unsqueeze(2)).squeeze(2) * mask).sum(1) + (self.moves[y[:, :-1], y[:, 1:]] * mask[:, 1:]).sum(1)
        gold = gold + self.first[y[:, 0]] + self.last[end]
        a = self.first + s[:, 0]
        for t in range(1, s.shape[1]):
            a = torch.where(mask[:, t, None], torch.logsumexp(a.unsqueeze(2) + self.moves, 1) + s[:, t], a)
        return (torch.logsumexp(a + self.last, 1) - gold).mean()

    def decode(self, x, b, mask):
        s, n = self.scores(x, b, mask), mask.sum(1).tolist()
        v, back, stay = self.first + s[:, 0], [], torch.arange(len(TAGS)).expand(len(n), -1)
        for t in range(1, s.shape[1]):
            best, arg = (v.unsqueeze(2) + self.moves).max(1)
            on = mask[:, t, None]
            back.append(torch.where(on, arg, stay))
            v = torch.where(on, best + s[:, t], v)
        path = [(v + self.last).argmax(1)]
        for arg in reversed(back):
            path.append(arg.gather(1, path[-1].unsqueeze(1)).squeeze(1))
        return [r[:k] for r, k in zip(torch.stack(path[::-1], 1).tolist(), n)]


net = Tagger()
sparse = list(net.bigrams.parameters())
dense = [q for q in net.parameters() if all(q is not r for r in sparse)]
optimizers = [torch.optim.Adam(dense, 2e-3), torch.optim.SparseAdam(sparse, 2e-3)]
train, test = read(learnt), read(texts)
steps, done, begin = 0, 0, 0
for _ in range(epochs):
    order = sorted(range(len(train)), key=lambda i: len(train[i][0]) + random.uniform(-3, 3))
    for i in random.sample(range(0, len(order), BATCH), -(-len(order) // BATCH)):
        if steps == 3:
            begin = time.perf_counter()
        some = [train[j] for j in order[i:i + BATCH]]
        for o in optimizers:
            o.zero_grad()
        loss = net.loss(*batch(some))
        loss.backward()
        nn.utils.clip_grad_norm_(dense, 5.0)
        for o in optimizers:
            o.step()
        loss.item()
        done += len(some) if steps >= 3 else 0
        steps += 1
training = done / (time.perf_counter() - begin)

net.eval()
with torch.inference_mode():
    begin = time.perf_counter()
    order, guess = sorted(range(len(test)), key=lambda i: len(test[i][0])), [None] * len(test)
    for i in range(0, len(order), 64):
        rows = order[i:i + 64]
        x, b, _, mask = batch([test[j] for j in rows])
        for j, path in zip(rows, net.decode(x, b, mask)):
            guess[j] = [TAGS[k] for k in path]
    print(training, len(test) / (time.perf_counter() - begin))
