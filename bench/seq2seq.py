"""Peer of sequence to sequence: PyTorch, a bidirectional LSTM and a decoder with attention and input feeding, as torch_seq2seq.py has it.

usage: seq2seq.py ALL TRAIN TEXTS EPOCHS BEAM THREADS UNIT [MODEL]
Lines of source<TAB>target, the target cut to words or characters (UNIT: word, char). ALL: what the vocabularies are of; TRAIN: what is learnt;
TEXTS: what is translated, and judged by. The learning rate falls to 0 in a line. MODEL: a file that what was learnt goes to, or with 0 epochs
that it comes from.
Prints pairs a second of training (after 3 steps), target tokens a pair, texts a second of beam search, tokens said a text, and of the targets
of TEXTS the perplexity and the share of tokens that would have been said next."""
import collections
import math
import random
import re
import sys
import time
import torch
from torch import nn

whole, learnt, texts = sys.argv[1:4]
epochs, width, threads = map(int, sys.argv[4:7])
unit = sys.argv[7]
model = sys.argv[8] if len(sys.argv) > 8 else None
torch.set_num_threads(threads)
torch.manual_seed(1)
random.seed(1)
PAD, UNK, BOS, EOS = range(4)
MOST, DIM, UNITS, DROP, BATCH = 60, 128, 256, 0.3, 64


def read(path):
    rows = [line.rstrip('\n').split('\t') for line in open(path, encoding='utf8')]
    characters = lambda s: [c for c in s if not c.isspace()]
    words = lambda s: re.findall(r"\w+(?:'\w+)*|[^\w\s]", s.lower().replace('\u2019', "'"))
    cut = words if unit == 'word' else characters
    return [(characters(source), cut(target)) for source, target in rows]


def vocabulary(sentences):
    counts = collections.Counter(w for s in sentences for w in s)
    return {w: i for i, w in enumerate(['<pad>', '<unk>', '<s>', '</s>'] + [w for w, c in counts.most_common() if c >= 2])}


known = read(whole)
source_ids, target_ids = vocabulary(s for s, _ in known), vocabulary(t for _, t in known)


def pad(rows):
    n = max(map(len, rows))
    return torch.tensor([r + [PAD] * (n - len(r)) for r in rows])


def sources(rows):
    return pad([[source_ids.get(w, UNK) for w in s] or [UNK] for s, _ in rows])


def targets(rows):
    return pad([[BOS] + [target_ids.get(w, UNK) for w in t] + [EOS] for _, t in rows])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        d, h = DIM, UNITS
        self.source, self.target = (nn.Embedding(len(v), d, padding_idx=PAD) for v in (source_ids, target_ids))
        self.encoder, self.bridge = nn.LSTM(d, h // 2, batch_first=True, bidirectional=True), nn.Linear(h, 2 * h)
        self.decoder, self.query, self.mix = nn.LSTMCell(d + h, h), nn.Linear(h, h, bias=False), nn.Linear(2 * h, h)
        self.out, self.drop = nn.Linear(h, len(target_ids)), nn.Dropout(DROP)

    def encode(self, x):
        mask = x > PAD
        q = nn.utils.rnn.pack_padded_sequence(self.drop(self.source(x)), mask.sum(1), batch_first=True, enforce_sorted=False)
        states, (h, _) = self.encoder(q)
        memory = self.drop(nn.utils.rnn.pad_packed_sequence(states, batch_first=True)[0])
        h, c = torch.tanh(self.bridge(torch.cat([h[0], h[1]], 1))).chunk(2, 1)
        return memory, mask, (h, c, torch.zeros_like(h))

    def step(self, y, state, memory, mask):
        h, c = self.decoder(torch.cat([self.drop(self.target(y)), state[2]], 1), state[:2])
        w = torch.bmm(memory, self.query(h).unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9).softmax(1)
        o = self.drop(torch.tanh(self.mix(torch.cat([h, torch.bmm(w.unsqueeze(1), memory).squeeze(1)], 1))))
        return o, (h, c, o)

    def logits(self, x, y):
        """Of every token of the targets, given those before it; and those tokens."""
        memory, mask, state = self.encode(x)
        said = []
        for t in range(y.shape[1] - 1):
            o, state = self.step(y[:, t], state, memory, mask)
            said.append(o)
        on = y[:, 1:] > PAD
        return self.out(torch.stack(said, 1)[on]), y[:, 1:][on]

    def beam(self, x, k):
        n, v = len(x), len(target_ids)
        memory, mask, state = self.encode(x)
        pool = [[] for _ in range(n)]
        memory, mask, state = memory.repeat_interleave(k, 0), mask.repeat_interleave(k, 0), tuple(s.repeat_interleave(k, 0) for s in state)
        score = torch.full((n, k), -1e9)
        score[:, 0] = 0
        y, said = torch.full((n * k,), BOS), torch.zeros(n * k, 0, dtype=torch.long)
        for t in range(MOST):
            o, state = self.step(y, state, memory, mask)
            lp = self.out(o).log_softmax(1)
            lp[:, [PAD, UNK, BOS]] = -1e9
            score, at = (score.view(n, k, 1) + lp.view(n, k, v)).flatten(1).topk(k)
            row, y = (at // v + torch.arange(n).unsqueeze(1) * k).flatten(), (at % v).flatten()
            said, state = torch.cat([said[row], y.unsqueeze(1)], 1), tuple(s[row] for s in state)
            for r in ((y == EOS) | (t == MOST - 1)).nonzero().flatten().tolist():
                s = score[r // k, r % k].item()
                if s > -1e8:
                    pool[r // k].append((s / (t + 1), said[r].tolist()))
            score = score.masked_fill((y == EOS).view(n, k), -1e9)
            if all(len(q) >= k for q in pool):
                break
        return [max(q)[1] for q in pool]


net = Net()
optimizer = torch.optim.Adam(net.parameters(), 2e-3)
train, test = read(learnt), read(texts)
steps, done, begin = 0, 0, 0
all_steps = epochs * -(-len(train) // BATCH)
for _ in range(epochs):
    order = sorted(range(len(train)), key=lambda i: len(train[i][1]) + random.random())
    for i in random.sample(range(0, len(order), BATCH), -(-len(order) // BATCH)):
        if steps == 3:
            begin = time.perf_counter()
        rows = [train[j] for j in order[i:i + BATCH]]
        optimizer.zero_grad()
        optimizer.param_groups[0]['lr'] = 2e-3 * (1 - steps / all_steps)
        loss = nn.functional.cross_entropy(*net.logits(sources(rows), targets(rows)), label_smoothing=0.1)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        loss.item()
        done += len(rows) if steps >= 3 else 0
        steps += 1
training = done / (time.perf_counter() - begin)
if model and epochs == 0:
    net.load_state_dict(torch.load(model, weights_only=True))
elif model:
    torch.save(net.state_dict(), model)

net.eval()
with torch.inference_mode():
    begin = time.perf_counter()
    order, length = sorted(range(len(test)), key=lambda i: len(test[i][0])), 0
    for i in range(0, len(order), 64):
        for row in net.beam(sources([test[j] for j in order[i:i + 64]]), width):
            length += row.index(EOS) if EOS in row else len(row)
    seconds = time.perf_counter() - begin
    loss, right, tokens = 0, 0, 0
    for i in range(0, len(order), 64):
        rows = [test[j] for j in order[i:i + 64]]
        logits, wanted = net.logits(sources(rows), targets(rows))
        loss += nn.functional.cross_entropy(logits, wanted, reduction='sum').item()
        right += (logits.argmax(1) == wanted).sum().item()
        tokens += len(wanted)
print(training, sum(len(t) + 1 for _, t in train) / len(train), len(test) / seconds, length / len(test), math.exp(loss / tokens), right / tokens)
