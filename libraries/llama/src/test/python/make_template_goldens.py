"""Renders the test templates with Python's jinja2, in the environment that transformers uses.

Reads *.jinja and cases.json of src/test/resources/dev/loramill/llama/template and
language-cases.json of .../jinja; writes goldens.jsonl beside each. Needs jinja2 3.1.
"""

import json
import pathlib

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

RESOURCES = pathlib.Path(__file__).parent.parent / "resources/dev/loramill/llama"
BEGINNINGS = {"llama": "<|begin_of_text|>", "mistral": "<s>", "gemma": "<bos>"}
ENDS = {"llama": "<|eot_id|>", "mistral": "</s>", "gemma": "<eos>", "phi": "<|endoftext|>"}


def environment():
    def raise_exception(message):
        raise TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
        )

    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda pattern: pinned_date().strftime(pattern)
    return env


def pinned_date():
    import datetime

    return datetime.datetime(2024, 7, 26)


def token(names, template):
    return next((name for family, name in names.items() if template.startswith(family)), "")


def render(source, variables):
    try:
        return {"text": environment().from_string(source).render(**variables)}
    except Exception as error:
        return {"refused": type(error).__name__}


def write(path, rows):
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


def templates():
    folder = RESOURCES / "template"
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    rows = []
    for path in sorted(folder.glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        chats = [(name, chat, None) for name, chat in cases["chats"].items()]
        chats += [(name, chat, cases["tools"]) for name, chat in cases["toolChats"].items()]
        for name, chat, tools in chats:
            for prompt in (False, True):
                variables = {
                    "messages": chat,
                    "tools": tools,
                    "add_generation_prompt": prompt,
                    "bos_token": token(BEGINNINGS, path.stem),
                    "eos_token": token(ENDS, path.stem),
                }
                rows.append(
                    {"template": path.name, "chat": name, "prompt": prompt}
                    | render(source, variables)
                )
    write(folder / "goldens.jsonl", rows)


def language():
    folder = RESOURCES / "jinja"
    cases = json.loads((folder / "language-cases.json").read_text(encoding="utf-8"))
    write(
        folder / "goldens.jsonl",
        [{"source": case} | render(case, cases["variables"]) for case in cases["templates"]],
    )


templates()
language()
