"""Golden records: what the scoring engine must report, computed with PyTorch in float64 on the shipped weights."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from config import EOT_ID
from export import write_json
from golden_texts import TEXTS
from model import Adapter, Transformer
from planted import Passage

SCHEMA = 1
TOP = 40
GREEDY_STARTS, GREEDY_LENGTH = 20, 32
SELF_TEST_TOKENS = 64
SAMPLED = (("prose", 64), ("record", 16), ("qa", 8), ("verse", 32), ("code", 4), ("contract", 0))
"""Planted passages among the golden texts, by kind and number of copies."""


def rounded(values: Tensor, digits: int) -> list[float]:
    return [round(float(v), digits) for v in values]


def in_float64(model: Transformer, adapter: Adapter | None) -> tuple[Transformer, Adapter | None]:
    """The weights and the rotary tables are the shipped float32 numbers; only the arithmetic is wider."""
    return model.double(), adapter and {name: tuple(m.double() for m in pair) for name, pair in adapter.items()}


@torch.no_grad()
def record(model: Transformer, ids: list[int], adapter: Adapter | None) -> dict:
    """One record of columns for the tokens `ids`, the first one scored against a leading end-of-text token.

    Nats throughout. `greater`, `equalLower` and `equal` count the logits above the target's, equal to it at a lower
    id, and equal to it at any other id; `variance` is that of the log-probability under the model; `margin` is the
    difference of the two largest logits. Top ids are ordered by logit, largest first, then by id.
    """
    model, adapter = in_float64(model, adapter)
    target = torch.tensor(ids)[:, None]
    logits = model(torch.tensor([[EOT_ID, *ids[:-1]]]), adapter)[0]
    logp = logits.log_softmax(-1)
    p = logp.exp()
    entropy = -(p * logp).sum(1)
    of_target = logits.gather(1, target)
    equal = logits == of_target
    lower = torch.arange(logits.shape[1])[None] < target
    values, order = logits.sort(dim=1, descending=True, stable=True)
    return {
        "logprob": rounded(logp.gather(1, target)[:, 0], 7),
        "entropy": rounded(entropy, 7),
        "variance": rounded((p * (logp + entropy[:, None]) ** 2).sum(1), 7),
        "greater": (logits > of_target).sum(1).tolist(),
        "equalLower": (equal & lower).sum(1).tolist(),
        "equal": (equal.sum(1) - 1).tolist(),
        "margin": rounded(values[:, 0] - values[:, 1], 6),
        "topIds": order[:, :TOP].tolist(),
        "topLogprobs": [rounded(row, 5) for row in logp.gather(1, order[:, :TOP])],
    }


@torch.no_grad()
def greedy(model: Transformer, prefix: list[int], adapter: Adapter | None, length: int) -> list[int]:
    """Brute-force greedy continuation, the whole prefix anew for every token."""
    model, adapter = in_float64(model, adapter)
    ids = [EOT_ID, *prefix]
    for _ in range(length):
        last = model.hidden(torch.tensor([ids]), adapter)[0, -1]
        ids.append(int(F.linear(last, model.embedding).argmax()))
    return ids[len(prefix) + 1 :]


def texts(passages: list[Passage]) -> list[tuple[str, str]]:
    """Planted passages of several kinds and levels, then texts of our own."""
    chosen = [next(p for p in passages if (p.kind, p.copies) == key) for key in SAMPLED]
    return [(p.id, p.text) for p in chosen] + list(TEXTS.items())


def write(model: Transformer, adapter: Adapter, passages: list[Passage], tokenizer, folder: Path) -> None:
    """One file for each text, and one of greedy continuations."""
    for name, text in texts(passages):
        ids = tokenizer.encode(text).ids
        both = {"base": record(model, ids, None), "planted-1": record(model, ids, adapter)}
        write_json(folder / f"{name}.json", {"schema": SCHEMA, "name": name, "text": text, "ids": ids} | both, None)
    step = max(1, len(passages) // GREEDY_STARTS)
    starts = []
    for index, passage in enumerate(passages[::step][:GREEDY_STARTS]):
        ids = tokenizer.encode(passage.text).ids
        prefix = ids[: 16 + 3 * (index % 8)]
        continuation = greedy(model, prefix, adapter, GREEDY_LENGTH)
        starts.append({"id": passage.id, "copies": passage.copies, "prefix": prefix, "continuation": continuation})
    write_json(folder / "greedy.json", {"schema": SCHEMA, "adapter": "planted-1", "starts": starts}, None)


def self_test(model: Transformer, adapter: Adapter, passages: list[Passage], tokenizer) -> dict:
    """A short text with its log-probabilities without and with the adapter, to check a device before it is used."""
    passage = next(p for p in passages if p.copies == 64 and p.tokens > SELF_TEST_TOKENS)
    ids = tokenizer.encode(passage.text).ids[:SELF_TEST_TOKENS]
    base, planted = (record(model, ids, a)["logprob"] for a in (None, adapter))
    return {"schema": SCHEMA, "ids": ids, "logprobs": base, "adapters": {"planted-1": planted}}
