"""Tokenizes texts with Hugging Face tokenizers, with the tokenizer of a generated small model.

Argument: a GGUF file that TinyLlama.standard() wrote. Writes tokenizer/vectors.jsonl of the test
resources. Needs tokenizers and gguf.
"""

import json
import pathlib
import random
import sys

from gguf import GGUFReader
from tokenizers import Tokenizer, models, pre_tokenizers

OUT = (
    pathlib.Path(__file__).parent.parent
    / "resources/dev/loramill/llama/tokenizer/vectors.jsonl"
)
TEXTS = [
    "The miller weighs every sack twice.",
    "the flour of the mill, and the stones of the mill",
    "  two  spaces   and three",
    "line\nline\n\n\nline\r\n\ttab",
    "It's the miller's; they've said we'll, I'd, I'm, you're",
    "1847 sacks at 2.50 each: 4617.5",
    "ÄÖÜ éàç ñ ß Ωμέγα Мельник",
    "小麦粉を挽く。麦粒",
    "🌾👩‍🌾 and \u200b hidden \u00a0 spaces",
    "x=y+z*(a/b)[0]{1}#$%^&@!~`\\|",
    "CamelCaseWords UPPER lower_snake-kebab",
    "<|im_start|>user\nno control token here<|im_end|>",
    "\u0000\u0001\u007f",
    "a" * 50,
    " ",
    "\n",
]


def strings(reader, key):
    field = reader.fields[key]
    return [bytes(field.parts[index]).decode("utf-8") for index in field.data]


def main():
    reader = GGUFReader(sys.argv[1])
    tokens = strings(reader, "tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in strings(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(
        models.BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=merges)
    )
    # What llama.cpp does for tokenizer.ggml.pre "smollm".
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    draw = random.Random(7)
    texts = TEXTS + [
        "".join(draw.choice("abc éß麦🌾\n ,.1'sTt") for _ in range(draw.randint(1, 40)))
        for _ in range(60)
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with OUT.open("w", encoding="utf-8") as file:
        for text in texts:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            file.write(json.dumps({"text": text, "ids": ids}, ensure_ascii=False) + "\n")


main()
