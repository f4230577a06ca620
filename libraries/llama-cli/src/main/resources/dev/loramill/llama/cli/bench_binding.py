"""Measures prefill and decode with llama.cpp's own server, embedded by xllamacpp.

Arguments: the GGUF file, threads, tokens of the prompt, tokens to generate. Measures once for each
line of standard input, so that it takes turns with others. Needs xllamacpp.
"""

import json
import sys

import xllamacpp


def main():
    path, threads, prompt, generated = sys.argv[1], *map(int, sys.argv[2:])
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = prompt + generated + 64
    params.n_parallel = 1
    params.n_batch = 512
    params.n_ubatch = 512
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    params.warmup = True
    params.verbosity = 0
    server = xllamacpp.Server(params)
    for turn, _ in enumerate(sys.stdin):
        answer = server.handle_completions(
            {
                "prompt": [5 + (turn * 7 + i) % 200 for i in range(prompt)],
                "n_predict": generated,
                "temperature": 0,
                "cache_prompt": False,
                "ignore_eos": True,
            }
        )
        timings = answer["timings"]
        print(
            json.dumps(
                {
                    "prefill": timings["prompt_per_second"],
                    "decode": timings["predicted_per_second"],
                }
            ),
            flush=True,
        )


main()
