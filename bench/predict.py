"""Peer of prediction: PyTorch's LSTM classifier with weights drawn at random: the same work, labels without a meaning.

usage: predict.py ids BATCH TIME_STEPS SIZE VOCABULARY BATCHES THREADS     sentences a second, ids to labels: prints JSON {"padded", "packed"}
       predict.py text LINES OUT WORDS TIME_STEPS SIZE BATCH THREADS       raw text to labels as one process: jieba, ids, LSTM, one label a line;
                                                                           WORDS: the vocabulary, a token a line"""
import json
import sys
import time


def model(torch, words, size):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.nn.Embedding(words, size, padding_idx=0)
            self.net = torch.nn.LSTM(size, size, batch_first=True)
            self.head = torch.nn.Linear(size, 10)

        def forward(self, ids, lengths, packed):
            vectors = self.table(ids)
            if packed:
                rows = torch.nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
                return self.head(self.net(rows)[1][0][0])
            states, _ = self.net(vectors)
            return self.head(states[torch.arange(len(lengths)), lengths - 1])

    return Net().eval()


def from_ids(batch, steps, size, words, batches, threads):
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = model(torch, words, size)
    ids = torch.randint(4, words, (batch * batches, steps))
    lengths = torch.full((batch,), steps)
    result = {}
    with torch.inference_mode():
        for name, packed in (('padded', False), ('packed', True)):
            for at in range(-5 * batch, len(ids), batch):
                if at == 0:
                    begin = time.perf_counter()
                net(ids[max(at, 0):max(at, 0) + batch], lengths, packed).argmax(1)
            result[name] = len(ids) / (time.perf_counter() - begin)
    print(json.dumps(result))


def from_text(lines, out, words, steps, size, batch, threads):
    import jieba
    jieba.setLogLevel(60)
    rows = [jieba.lcut(line, HMM=False)[:steps] or [' '] for line in open(lines, encoding='utf8').read().split('\n')[:-1]]
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    known = {word: i + 4 for i, word in enumerate(open(words, encoding='utf8').read().split('\n')[:-1])}
    net = model(torch, len(known) + 4, size)
    answers = [''] * len(rows)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            some = order[at:at + batch]
            width = len(rows[some[-1]])
            ids = torch.tensor([[known.get(word, 1) for word in rows[i]] + [0] * (width - len(rows[i])) for i in some])
            lengths = torch.tensor([len(rows[i]) for i in some])
            for i, label in zip(some, net(ids, lengths, True).argmax(1).tolist()):
                answers[i] = f'label{label}'
    with open(out, 'w', encoding='utf8') as file:
        file.write('\n'.join(answers) + '\n')


if sys.argv[1] == 'ids':
    from_ids(*map(int, sys.argv[2:]))
else:
    from_text(*sys.argv[2:5], *map(int, sys.argv[5:]))
