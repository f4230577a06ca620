"""Makes the golden numbers that the trainer is tested against.

For each case a tiny random model is made with transformers and adapted with PEFT; written are its
GGUF file and one safetensors file with the initial adapter, the batches, logits, loss, every
gradient of the adapter, and the losses and gradient norms of 20 optimizer steps.

    python make_goldens.py OUTPUT_DIRECTORY

Adapter vectors are flat, in the trainer's own order: blocks, then q k v o gate up down, then A
[rank, in] and B [out, rank]; rows of q and k of architecture llama in the order GGUF stores them.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from safetensors.numpy import save_file
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    get_scheduler,
)

MODULES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
STEPS = 20
WARMUP = 4
LEARNING_RATE = 5e-3
WEIGHT_DECAY = 0.01
CLIP = 1.0

SIZES = dict(
    vocab_size=96,
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
    rms_norm_eps=1e-5,
    attn_implementation="eager",
)
LLAMA3_SCALING = dict(
    rope_type="llama3",
    rope_theta=10000.0,
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=64,
)


def plain(theta=10000.0):
    return dict(rope_type="default", rope_theta=theta)


CASES = {
    "llama-tied": dict(
        arch="llama",
        model=LlamaForCausalLM,
        config=LlamaConfig(**SIZES, tie_word_embeddings=True, rope_parameters=plain()),
        rank=4,
        alpha=8,
        rslora=False,
        targets=list(MODULES),
    ),
    "llama-untied-factors": dict(
        arch="llama",
        model=LlamaForCausalLM,
        config=LlamaConfig(**SIZES, tie_word_embeddings=False, rope_parameters=LLAMA3_SCALING),
        rank=3,
        alpha=5,
        rslora=True,
        targets=list(MODULES),
    ),
    "llama-some-targets": dict(
        arch="llama",
        model=LlamaForCausalLM,
        config=LlamaConfig(**SIZES, tie_word_embeddings=True, rope_parameters=plain(100000.0)),
        rank=2,
        alpha=2,
        rslora=False,
        targets=["q_proj", "v_proj", "up_proj"],
    ),
    "qwen2": dict(
        arch="qwen2",
        model=Qwen2ForCausalLM,
        config=Qwen2Config(**SIZES, tie_word_embeddings=True, rope_parameters=plain()),
        rank=4,
        alpha=8,
        rslora=False,
        targets=list(MODULES),
    ),
    "qwen3": dict(
        arch="qwen3",
        model=Qwen3ForCausalLM,
        config=Qwen3Config(
            **SIZES, head_dim=32, tie_word_embeddings=True, rope_parameters=plain()
        ),
        rank=4,
        alpha=8,
        rslora=False,
        targets=list(MODULES),
    ),
}


def interleave(rows: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a projection from transformers' rotary order to that of GGUF."""
    shape = rows.shape
    return (
        rows.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)
    )


def to_gguf_rows(case: dict, module: str, rows: np.ndarray) -> np.ndarray:
    if case["arch"] != "llama" or module not in ("q_proj", "k_proj"):
        return rows
    config = case["config"]
    heads = config.num_attention_heads if module == "q_proj" else config.num_key_value_heads
    return interleave(rows, heads)


def draw(model, generator) -> None:
    """Fills the model with numbers that half precision holds exactly."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                center = 0.0 if name.endswith("bias") else 1.0
                values = center + 0.2 * torch.randn(parameter.shape, generator=generator)
            elif "embed_tokens" in name or "lm_head" in name:
                values = 0.3 * torch.randn(parameter.shape, generator=generator)
            else:
                values = torch.randn(parameter.shape, generator=generator) / parameter.shape[1] ** 0.5
            parameter.copy_(values.half().float())


def write_gguf(path: Path, case: dict, model) -> None:
    config, arch = case["config"], case["arch"]
    writer = gguf.GGUFWriter(str(path), arch)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    state = model.state_dict()

    def add(name: str, tensor, half=True) -> None:
        array = np.ascontiguousarray(tensor)
        writer.add_tensor(name, array.astype(np.float16 if half else np.float32))

    add("token_embd.weight", state["model.embed_tokens.weight"].numpy())
    add("output_norm.weight", state["model.norm.weight"].numpy(), half=False)
    if not config.tie_word_embeddings:
        add("output.weight", state["lm_head.weight"].numpy())
    if config.rope_parameters["rope_type"] == "llama3":
        base = config.rope_parameters["rope_theta"]
        plain_frequencies = 1.0 / base ** (torch.arange(0, head, 2, dtype=torch.float32) / head)
        scaled = model.model.rotary_emb.inv_freq
        add("rope_freqs.weight", (plain_frequencies / scaled).numpy(), half=False)
    for layer in range(config.num_hidden_layers):
        source, target = f"model.layers.{layer}.", f"blk.{layer}."
        add(target + "attn_norm.weight", state[source + "input_layernorm.weight"].numpy(), False)
        add(
            target + "ffn_norm.weight",
            state[source + "post_attention_layernorm.weight"].numpy(),
            False,
        )
        for module, name in MODULES.items():
            part = "self_attn." if name.startswith("attn") else "mlp."
            weight = state[source + part + module + ".weight"].numpy()
            add(target + name + ".weight", to_gguf_rows(case, module, weight))
            bias = state.get(source + part + module + ".bias")
            if bias is not None:
                add(target + name + ".bias", bias.numpy(), half=False)
        for module in ("q_norm", "k_norm"):
            weight = state.get(source + "self_attn." + module + ".weight")
            if weight is not None:
                add(target + "attn_" + module + ".weight", weight.numpy(), half=False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def adapter_parts(case: dict, model):
    """Yields (module, half, parameter) in the trainer's order."""
    parameters = dict(model.named_parameters())
    for layer in range(case["config"].num_hidden_layers):
        for module in MODULES:
            if module not in case["targets"]:
                continue
            part = "mlp" if module in ("gate_proj", "up_proj", "down_proj") else "self_attn"
            stem = f"base_model.model.model.layers.{layer}.{part}.{module}.lora_"
            yield module, "A", parameters[stem + "A.default.weight"]
            yield module, "B", parameters[stem + "B.default.weight"]


def flat(case: dict, model, gradients: bool) -> np.ndarray:
    pieces = []
    for module, half, parameter in adapter_parts(case, model):
        array = (parameter.grad if gradients else parameter).detach().numpy()
        if half == "B":
            array = to_gguf_rows(case, module, array)
        pieces.append(array.ravel())
    return np.concatenate(pieces).astype(np.float32)


def loss_of(model, documents):
    """Mean over the learnt tokens of all documents, each seen alone."""
    total, count = 0.0, 0
    for tokens, labels in documents:
        logits = model(input_ids=torch.tensor([tokens])).logits[0, :-1]
        learnt = torch.tensor(labels[1:])
        losses = torch.nn.functional.cross_entropy(
            logits, torch.tensor(tokens[1:]), reduction="none"
        )
        total = total + (losses * learnt).sum()
        count += int(learnt.sum())
    return total / count, count


def make(name: str, case: dict, folder: Path) -> None:
    generator = torch.Generator().manual_seed(sum(name.encode()))
    torch.manual_seed(1)
    model = case["model"](case["config"]).float()
    draw(model, generator)
    model.tie_weights()
    write_gguf(folder / f"{name}.gguf", case, model)
    model = get_peft_model(
        model,
        LoraConfig(
            r=case["rank"],
            lora_alpha=case["alpha"],
            target_modules=case["targets"],
            lora_dropout=0.0,
            use_rslora=case["rslora"],
            task_type="CAUSAL_LM",
        ),
    )
    model.train()
    with torch.no_grad():
        for _, half, parameter in adapter_parts(case, model):
            width = parameter.shape[1]
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / width**0.5 / 2)

    batches = []
    for _ in range(3):
        documents = []
        for length in torch.randint(5, 40, (3,), generator=generator).tolist():
            tokens = torch.randint(0, case["config"].vocab_size, (length,), generator=generator)
            learnt_from = int(torch.randint(1, length, (1,), generator=generator))
            documents.append((tokens.tolist(), [int(i >= learnt_from) for i in range(length)]))
        batches.append(documents)

    out = {"adapter": flat(case, model, gradients=False)}
    for index, documents in enumerate(batches):
        out[f"batch.{index}.lengths"] = np.array([len(t) for t, _ in documents], np.int32)
        out[f"batch.{index}.tokens"] = np.array([x for t, _ in documents for x in t], np.int32)
        out[f"batch.{index}.labels"] = np.array([x for _, m in documents for x in m], np.int32)
    with torch.no_grad():
        first = batches[0][0][0]
        out["logits"] = model(input_ids=torch.tensor([first])).logits[0].numpy()
    loss, _ = loss_of(model, batches[0])
    loss.backward()
    out["loss"] = np.array([loss.item()], np.float32)
    out["gradients"] = flat(case, model, gradients=True)
    model.zero_grad()

    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = get_scheduler("linear", optimizer, WARMUP, STEPS)
    losses, norms = [], []
    for step in range(STEPS):
        loss, _ = loss_of(model, batches[step % len(batches)])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(trainable, CLIP).item())
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    out["losses"] = np.array(losses, np.float32)
    out["norms"] = np.array(norms, np.float32)
    out["trained"] = flat(case, model, gradients=False)
    about = dict(
        rank=case["rank"],
        alpha=case["alpha"],
        rslora=case["rslora"],
        targets=[MODULES[t] for t in case["targets"]],
        learning_rate=LEARNING_RATE,
        weight_decay=WEIGHT_DECAY,
        warmup=WARMUP,
        clip=CLIP,
    )
    save_file(out, folder / f"{name}.safetensors", {"about": json.dumps(about)})
    print(f"{name}: loss {loss.item():.4f} after {STEPS} steps")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, case in CASES.items():
        make(name, case, folder)


main()
