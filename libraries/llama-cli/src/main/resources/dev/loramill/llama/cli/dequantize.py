"""Dequantizes Q8_0 and Q4_K blocks into bfloat16 with torch operations.

Usage: dequantize.py WEIGHTS THREADS; for each line of standard input, which names a type, prints
milliseconds as JSON. Both ways are taken, the whole layer at once and pieces that stay in the
cache, and the faster one is told.
"""

import json
import sys
import time

import torch

weights, threads = (int(argument) for argument in sys.argv[1:3])
torch.set_num_threads(threads)
torch.manual_seed(1)
PIECE = 1 << 18


def q8_0(blocks):
    """blocks: [count, 34] bytes: scale as float16, 32 signed bytes."""
    scale = blocks[:, :2].contiguous().view(torch.float16).to(torch.float32)
    return (blocks[:, 2:].view(torch.int8) * scale).to(torch.bfloat16)


def q4_k(blocks):
    """blocks: [count, 144] bytes: scale, minimum, 12 bytes of 6-bit pairs, 128 bytes of nibbles."""
    d = blocks[:, 0:2].contiguous().view(torch.float16).to(torch.float32)
    dmin = blocks[:, 2:4].contiguous().view(torch.float16).to(torch.float32)
    low, middle, high = blocks[:, 4:8], blocks[:, 8:12], blocks[:, 12:16]
    scales = torch.cat([low & 63, (high & 15) | ((low >> 6) << 4)], dim=1)
    minima = torch.cat([middle & 63, (high >> 4) | ((middle >> 6) << 4)], dim=1)
    packed = blocks[:, 16:].reshape(-1, 4, 1, 32)
    q = torch.cat([packed & 15, packed >> 4], dim=2).reshape(-1, 8, 32)
    return torch.addcmul(-(dmin * minima).unsqueeze(2), (d * scales).unsqueeze(2), q).to(
        torch.bfloat16
    )


# Function, weights and bytes of a block, halves at its start.
TYPES = {"Q8_0": (q8_0, 32, 34, 1), "Q4_K": (q4_k, 256, 144, 2)}
layers = {}


def layer(name):
    if name not in layers:
        function, block_size, type_size, halves = TYPES[name]
        count = weights // block_size
        blocks = torch.randint(0, 256, (count, type_size), dtype=torch.uint8)
        blocks[:, : halves * 2] = (
            (torch.randn(count, halves) * 0.01).to(torch.float16).view(torch.uint8)
        )
        layers[name] = (function, blocks, torch.empty(weights, dtype=torch.bfloat16))
    return layers[name]


def milliseconds(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def in_pieces(function, blocks, result):
    block_size = result.numel() // blocks.shape[0]
    for part, target in zip(
        blocks.split(PIECE // block_size), result.view(-1, block_size).split(PIECE // block_size)
    ):
        target.copy_(function(part).view(-1, block_size))


with torch.no_grad():
    for line in sys.stdin:
        function, blocks, result = layer(line.strip())
        whole = milliseconds(lambda: function(blocks))
        pieces = milliseconds(lambda: in_pieces(function, blocks, result))
        print(json.dumps({"ms": min(whole, pieces), "whole": whole, "pieces": pieces}), flush=True)
