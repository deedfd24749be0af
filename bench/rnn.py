"""Peer of `rnn`: PyTorch's nn.LSTM over padded headlines, model time only.

usage: rnn.py SENTENCES TIME_STEPS INPUT_SIZE UNITS BATCH THREADS RUNS      prints a JSON list of seconds, one a run"""
import json
import sys
import time
import torch

sentences, time_steps, input_size, units, batch, threads, runs = map(int, sys.argv[1:8])
torch.set_num_threads(threads)
torch.manual_seed(1)
inputs = torch.randn(sentences, time_steps, input_size)
net = torch.nn.LSTM(input_size, units, batch_first=True).eval()
seconds = []
with torch.inference_mode():
    net(inputs[:batch])
    for _ in range(runs):
        begin = time.perf_counter()
        for at in range(0, sentences, batch):
            net(inputs[at:at + batch])
        seconds.append(time.perf_counter() - begin)
print(json.dumps(seconds))
