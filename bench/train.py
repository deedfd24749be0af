"""Peer of training: PyTorch with Adam, the gradients and steps of one epoch.

usage: train.py BATCH TIME_STEPS DIM UNITS LAYERS DIRECTIONS VOCABULARY PACKED BATCHES THREADS [IDS.bin]
IDS.bin: int32 lengths of all sentences, then their ids, one after another; without it random ids, all of TIME_STEPS.
PACKED 1: packed sequences, as real lengths need; 0: padded ones, through oneDNN's fused kernel. Prints sentences a second."""
import sys
import time
import numpy as np
import torch

batch, steps, dim, units, layers, directions, words, packed, batches, threads = map(int, sys.argv[1:11])
torch.set_num_threads(threads)
torch.manual_seed(1)
if len(sys.argv) > 11:
    numbers = np.fromfile(sys.argv[11], dtype=np.int32)
    count = numbers[0]
    lengths = torch.tensor(numbers[1:1 + count].astype(np.int64)).clamp(max=steps)
    ids = torch.zeros(count, steps, dtype=torch.long)
    at = 1 + count
    for i in range(count):
        n = int(numbers[1 + i])
        ids[i, :min(n, steps)] = torch.tensor(numbers[at:at + min(n, steps)].astype(np.int64))
        at += n
else:
    ids = torch.randint(4, words, (batch * batches, steps))
    lengths = torch.full((batch * batches,), steps)
targets = torch.randint(0, 10, (len(ids),))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.table = torch.nn.Embedding(words, dim, padding_idx=0)
        self.net = torch.nn.LSTM(dim, units, layers, batch_first=True, bidirectional=directions == 2)
        self.head = torch.nn.Linear(units * directions, 10)

    def forward(self, x, n):
        e = self.table(x)
        if packed:
            q = torch.nn.utils.rnn.pack_padded_sequence(e, n, batch_first=True, enforce_sorted=False)
            _, (h, _) = self.net(q)
            return self.head(torch.cat([h[-2], h[-1]], 1) if directions == 2 else h[-1])
        out, _ = self.net(e)
        return self.head(out[torch.arange(len(n)), n - 1])


model = Net()
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
order = torch.randperm(len(ids))


def step(at):
    rows = order[at:at + batch]
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(ids[rows], lengths[rows]), targets[rows]).backward()
    optimizer.step()


for at in range(0, 3 * batch, batch):
    step(at)
begin = time.perf_counter()
for at in range(0, batches * batch, batch):
    step(at)
print(batches * batch / (time.perf_counter() - begin))
