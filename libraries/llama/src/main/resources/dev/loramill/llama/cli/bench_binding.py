"""Measures prefill and decode with llama.cpp's own server, embedded by xllamacpp.

Arguments: the GGUF file, threads, tokens of the prompt, tokens to generate, rounds. Needs xllamacpp.
"""

import json
import sys

import xllamacpp


def main():
    path, threads, prompt, generated, rounds = sys.argv[1], *map(int, sys.argv[2:])
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
    prefill, decode = [], []
    for turn in range(rounds):
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
        prefill.append(timings["prompt_per_second"])
        decode.append(timings["predicted_per_second"])
    print(json.dumps({"prefill": sorted(prefill)[rounds // 2], "decode": sorted(decode)[rounds // 2]}))


main()
