"""The same training run in PEFT: prints a JSON object a step, then one with the totals.

    python peft_bench.py PLAN.json
    python peft_bench.py --check     # says what the interpreter lacks

The plan names the base's GGUF file, the folder of the initial adapter, the batches as tokens and
labels, the hyper-parameters, and the folder of another run's adapter. At the end both adapters are
evaluated on the base in single precision: bfloat16 rounds what a young adapter adds to a layer's
output away, and so hides part of what it has learnt.
"""

import importlib.util
import json
import resource
import sys
import time
from pathlib import Path

NEEDED = ["torch", "transformers", "peft", "safetensors", "gguf"]


def check():
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit("it lacks " + ", ".join(missing) + "; install them there with pip")


if sys.argv[1:] == ["--check"]:
    check()
    sys.exit(0)


def say(**line):
    print(json.dumps(line), flush=True)


say(state="importing torch, transformers and peft")

import torch  # noqa: E402
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from transformers import AutoModelForCausalLM, get_scheduler  # noqa: E402

IGNORED = -100


def padded(documents):
    width = max(len(d["tokens"]) for d in documents)
    tokens = torch.zeros(len(documents), width, dtype=torch.long)
    labels = torch.full((len(documents), width), IGNORED)
    mask = torch.zeros(len(documents), width, dtype=torch.long)
    for i, d in enumerate(documents):
        n = len(d["tokens"])
        tokens[i, :n] = torch.tensor(d["tokens"])
        mask[i, :n] = 1
        learnt = torch.tensor(d["labels"], dtype=torch.bool)
        labels[i, :n] = torch.where(learnt, tokens[i, :n], IGNORED)
    return dict(input_ids=tokens, attention_mask=mask, labels=labels)


def evaluate(model, batches):
    total, count = 0.0, 0
    model.eval()
    with torch.no_grad():
        for documents in batches:
            batch = padded(documents)
            learnt = int((batch["labels"][:, 1:] != IGNORED).sum())
            total += model(**batch).loss.item() * learnt
            count += learnt
    model.train()
    return total / count


def main():
    plan = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(plan["threads"])
    torch.manual_seed(plan["seed"])
    dtype = dict(bf16=torch.bfloat16, fp32=torch.float32)[plan["precision"]]
    base = Path(plan["base"])
    say(state="loading the base")
    model = AutoModelForCausalLM.from_pretrained(base.parent, gguf_file=base.name, dtype=dtype)
    model.config.use_cache = False
    config = json.loads((Path(plan["adapter"]) / "adapter_config.json").read_text())
    model = get_peft_model(
        model,
        LoraConfig(
            r=config["r"],
            lora_alpha=config["lora_alpha"],
            lora_dropout=config["lora_dropout"],
            use_rslora=config["use_rslora"],
            target_modules=config["target_modules"],
            task_type="CAUSAL_LM",
        ),
    )
    state = load_file(Path(plan["adapter"]) / "adapter_model.safetensors")
    set_peft_model_state_dict(model, state)
    model.train()
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        trainable, lr=plan["learningRate"], weight_decay=plan["weightDecay"]
    )
    schedule = get_scheduler(
        plan["schedule"], optimizer, plan["warmupSteps"], plan["totalSteps"]
    )
    for step, documents in enumerate(plan["batches"]):
        started = time.perf_counter()
        loss = model(**padded(documents)).loss
        loss.backward()
        if plan["gradientClip"] > 0:
            torch.nn.utils.clip_grad_norm_(trainable, plan["gradientClip"])
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        value = loss.item()
        seconds = time.perf_counter() - started
        tokens = sum(len(d["tokens"]) for d in documents)
        say(step=step + 1, loss=value, tokens=tokens, seconds=seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    say(state="evaluating")
    reported = evaluate(model, plan["evalBatches"])
    say(state="evaluating both adapters in single precision")
    model.float()
    own = evaluate(model, plan["evalBatches"])
    other = load_file(Path(plan["otherAdapter"]) / "adapter_model.safetensors")
    set_peft_model_state_dict(model, other)
    say(
        evalLoss=reported,
        adapterEvalLoss=own,
        otherAdapterEvalLoss=evaluate(model, plan["evalBatches"]),
        peakMemoryBytes=peak,
    )


main()
