"""Peer of `rnn`: PyTorch's nn.LSTM over padded headlines, model time only: padded, through all time steps; and packed, with lengths.

usage: rnn.py INPUTS.f32 LENGTHS.i32 TIME_STEPS INPUT_SIZE UNITS BATCH THREADS      prints JSON: {"padded": seconds, "packed": seconds}"""
import json
import sys
import time

import numpy
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

time_steps, input_size, units, batch, threads = map(int, sys.argv[3:8])
torch.set_num_threads(threads)
torch.manual_seed(1)
inputs = torch.from_numpy(numpy.fromfile(sys.argv[1], dtype=numpy.float32).reshape(-1, time_steps, input_size))
lengths = torch.from_numpy(numpy.fromfile(sys.argv[2], dtype=numpy.int32).astype(numpy.int64))
net = torch.nn.LSTM(input_size, units, batch_first=True).eval()


def padded(begin, end):
    return net(inputs[begin:end])[0]


def packed(begin, end):
    rows = pack_padded_sequence(inputs[begin:end], lengths[begin:end], batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(net(rows)[0], batch_first=True, total_length=time_steps)[0]


def seconds(run):
    begin = time.perf_counter()
    for at in range(0, len(inputs), batch):
        run(at, at + batch)
    return time.perf_counter() - begin


with torch.inference_mode():
    for run in (padded, packed):
        for at in range(0, min(len(inputs), 20 * batch), batch):
            run(at, at + batch)
    print(json.dumps({'padded': seconds(padded), 'packed': seconds(packed)}))
