"""Dequantizes Q8_0 and Q4_K blocks into bfloat16 with torch operations.

Usage: dequantize.py WEIGHTS THREADS ROUNDS; prints milliseconds by type as JSON.
"""

import json
import statistics
import sys
import time

import torch

weights, threads, rounds = (int(argument) for argument in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(1)


def q8_0(blocks):
    """blocks: [count, 34] bytes: scale as float16, 32 signed bytes."""
    scale = blocks[:, :2].contiguous().view(torch.float16).to(torch.float32)
    values = blocks[:, 2:].contiguous().view(torch.int8).to(torch.float32)
    return (values * scale).to(torch.bfloat16)


def q4_k(blocks):
    """blocks: [count, 144] bytes: scale, minimum, 12 bytes of 6-bit pairs, 128 bytes of nibbles."""
    d = blocks[:, 0:2].contiguous().view(torch.float16).to(torch.float32)
    dmin = blocks[:, 2:4].contiguous().view(torch.float16).to(torch.float32)
    low, middle, high = blocks[:, 4:8], blocks[:, 8:12], blocks[:, 12:16]
    scales = torch.cat([low & 63, (high & 15) | ((low >> 6) << 4)], dim=1)
    minima = torch.cat([middle & 63, (high >> 4) | ((middle >> 6) << 4)], dim=1)
    packed = blocks[:, 16:].reshape(-1, 4, 1, 32)
    q = torch.cat([packed & 15, packed >> 4], dim=2).reshape(-1, 8, 32)
    values = (d * scales).unsqueeze(2) * q - (dmin * minima).unsqueeze(2)
    return values.to(torch.bfloat16)


def finite_halves(count, columns):
    return (torch.randn(count, columns) * 0.01).to(torch.float16).view(torch.uint8)


def measure(function, block_size, type_size, scale_columns):
    count = weights // block_size
    blocks = torch.randint(0, 256, (count, type_size), dtype=torch.uint8)
    blocks[:, : scale_columns * 2] = finite_halves(count, scale_columns)
    times = []
    with torch.no_grad():
        function(blocks)
        for _ in range(rounds):
            start = time.perf_counter()
            function(blocks)
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


print(json.dumps({"Q8_0": measure(q8_0, 32, 34, 1), "Q4_K": measure(q4_k, 256, 144, 2)}))
