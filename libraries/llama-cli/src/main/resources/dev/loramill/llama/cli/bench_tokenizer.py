"""Tokenizes texts with Hugging Face tokenizers built from the same GGUF file.

Arguments: the GGUF file, a JSON list of texts. Measures once for each line of standard input, so
that it takes turns with others. Needs tokenizers and gguf.
"""

import hashlib
import json
import struct
import sys
import time

from gguf import GGUFReader
from tokenizers import Tokenizer, models, pre_tokenizers


def strings(reader, key):
    field = reader.fields[key]
    return [bytes(field.parts[index]).decode("utf-8") for index in field.data]


def main():
    reader = GGUFReader(sys.argv[1])
    vocabulary = {token: index for index, token in enumerate(strings(reader, "tokenizer.ggml.tokens"))}
    merges = [tuple(merge.split(" ")) for merge in strings(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    with open(sys.argv[2], encoding="utf-8") as file:
        texts = json.load(file)
    size = sum(len(text.encode("utf-8")) for text in texts)
    for _ in sys.stdin:
        start = time.perf_counter()
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        elapsed = time.perf_counter() - start
        digest = hashlib.sha256()
        for text in ids:
            digest.update(struct.pack(f"<{len(text) + 1}i", *text, -1))
        print(
            json.dumps({"mb_per_s": size / 1e6 / elapsed, "ids_sha256": digest.hexdigest()}),
            flush=True,
        )


main()
