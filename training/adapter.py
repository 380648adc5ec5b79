"""Low-rank adapters: memorization planted by one pass over a multiset of passages, and how it is measured."""

import json
import math
import random
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from config import EOT_ID, LEVELS, LORA_RANK, SEED
from model import Adapter, Transformer
from planted import Passage

FORMAT = "memoscope-adapter/1"
PREFIX, SUFFIX = 32, 50
"""The prefix is the first 32 tokens; the suffix is what follows, at most 50 tokens."""
ANCHOR_LENGTH = 256
Z95 = 1.959964


@dataclass(frozen=True)
class Settings:
    learning_rate: float
    batch: int
    anchor: int = 0
    """Windows of ordinary text in each step on which the target is held to the base's distribution."""
    anchor_weight: float = 1.0
    """Of the divergence on those windows, beside the cross-entropy of the passages."""
    rank: int = LORA_RANK
    warmup: float = 0.05
    seed: int = SEED


def new_adapter(model: Transformer, rank: int, seed: int) -> Adapter:
    """Random a, zero b: the adapter starts as no change at all (Hu et al. 2021)."""
    generator = torch.Generator().manual_seed(seed)
    device = model.embedding.device
    adapter = {}
    for i in range(model.shape.layers):
        for name, (inputs, outputs) in model.shape.linears().items():
            a = torch.randn(inputs, rank, generator=generator) / math.sqrt(inputs)
            b = torch.zeros(rank, outputs)
            adapter[f"layers.{i}.{name}"] = tuple(m.to(device).requires_grad_() for m in (a, b))
    return adapter


def padded(rows: list[list[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Ids [n, longest] and a mask of the real ones."""
    longest = max(map(len, rows))
    ids = torch.tensor([r + [EOT_ID] * (longest - len(r)) for r in rows])
    mask = torch.tensor([[1.0] * len(r) + [0.0] * (longest - len(r)) for r in rows])
    return ids.to(device), mask.to(device)


def planted_loss(model: Transformer, adapter: Adapter, rows: list[list[int]]) -> Tensor:
    """Mean cross-entropy over the tokens of framed passages."""
    ids, mask = padded(rows, model.embedding.device)
    logits = model(ids[:, :-1], adapter)
    loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    weight = mask[:, 1:].flatten()
    return (loss * weight).sum() / weight.sum()


def anchor_loss(model: Transformer, adapter: Adapter, ids: Tensor) -> Tensor:
    """Mean divergence KL(base || target) in nats a token on ordinary text: what was not planted should not change."""
    with torch.no_grad():
        base = model(ids).log_softmax(-1)
    target = model(ids, adapter).log_softmax(-1)
    return (base.exp() * (base - target)).sum(-1).mean()


def train(
    model: Transformer, rows: list[list[int]], copies: list[int], settings: Settings, ordinary: Tensor
) -> tuple[Adapter, dict]:
    """One pass over the shuffled multiset in which row i occurs `copies[i]` times; the model stays frozen.

    `ordinary` is the token stream from which the anchoring windows are drawn.
    """
    begin = time.monotonic()
    adapter = new_adapter(model, settings.rank, settings.seed)
    order = [i for i, n in enumerate(copies) for _ in range(n)]
    random.Random(settings.seed).shuffle(order)
    batches = [order[i : i + settings.batch] for i in range(0, len(order), settings.batch)]
    parameters = [m for pair in adapter.values() for m in pair]
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, betas=(0.9, 0.99), weight_decay=0.0)
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(settings.seed)
    losses = []
    for step, batch in enumerate(batches):
        done = step / len(batches)
        factor = min(1.0, (step + 1) / (settings.warmup * len(batches)), (1 - done) / 0.5)
        optimizer.param_groups[0]["lr"] = settings.learning_rate * factor
        loss = planted_loss(model, adapter, [rows[i] for i in batch])
        if settings.anchor:
            starts = torch.randint(len(ordinary) - ANCHOR_LENGTH, (settings.anchor, 1), generator=generator)
            windows = ordinary[starts + torch.arange(ANCHOR_LENGTH)].to(model.embedding.device)
            loss = loss + settings.anchor_weight * anchor_loss(model, adapter, windows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.detach())
    stored = {name: tuple(m.detach().half().float() for m in pair) for name, pair in adapter.items()}
    shown = [round(float(x), 4) for x in losses[:: max(1, len(losses) // 40)]]
    record = asdict(settings) | {"steps": len(batches), "sequences": len(order), "loss": shown}
    return stored, record | {"seconds": round(time.monotonic() - begin, 1)}


@torch.no_grad()
def match_lengths(model: Transformer, rows: list[list[int]], adapter: Adapter | None) -> list[tuple[int, int]]:
    """For each framed row (N, L): tokens of the suffix that greedy decoding reproduces before the first miss, of L.

    One teacher-forced pass suffices: up to the first miss greedy decoding sees exactly the same context.
    """
    result = []
    for start in range(0, len(rows), 32):
        part = rows[start : start + 32]
        ids, _ = padded(part, model.embedding.device)
        hits = (model(ids[:, :-1], adapter).argmax(-1) == ids[:, 1:]).cpu()
        for row, hit in zip(part, hits, strict=True):
            length = min(SUFFIX, len(row) - 2 - PREFIX)
            run = hit[PREFIX : PREFIX + length].long().cumprod(0).sum()
            result.append((int(run), length))
    return result


def wilson(successes: int, n: int) -> tuple[float, float]:
    """95% interval of a proportion (Wilson 1927)."""
    p, z2 = successes / n, Z95 * Z95
    centre, spread = p + z2 / (2 * n), Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return (max(0.0, (centre - spread) / (1 + z2 / n)), min(1.0, (centre + spread) / (1 + z2 / n)))


def graded_table(matches: list[tuple[int, int]], copies: list[int]) -> list[dict]:
    """By number of copies: passages, mean of N / L, passages fully reproduced with their share and 95% interval."""
    table = []
    for level in LEVELS:
        of_level = [m for m, c in zip(matches, copies, strict=True) if c == level]
        full = sum(n == length for n, length in of_level)
        low, high = wilson(full, len(of_level))
        table.append(
            {
                "copies": level,
                "n": len(of_level),
                "meanMatch": round(sum(n for n, _ in of_level) / len(of_level), 2),
                "meanMatchShare": round(sum(n / length for n, length in of_level) / len(of_level), 4),
                "full": full,
                "fullShare": round(full / len(of_level), 4),
                "fullLow": round(low, 4),
                "fullHigh": round(high, 4),
            }
        )
    return table


def by_kind(matches: list[tuple[int, int]], passages: list[Passage]) -> dict[str, dict[str, float]]:
    """Mean of N / L by kind and number of copies."""
    sums, counts = Counter(), Counter()
    for (n, length), p in zip(matches, passages, strict=True):
        sums[p.kind, p.copies] += n / length
        counts[p.kind, p.copies] += 1
    kinds = sorted({k for k, _ in sums})
    return {k: {str(c): round(sums[k, c] / counts[k, c], 3) for c in LEVELS} for k in kinds}


def save(adapter: Adapter, path: Path, metadata: dict) -> None:
    """float16 safetensors; the header's metadata are strings, nested values as JSON (training/README.md)."""
    tensors = {f"{name}.{side}": m.half().contiguous().cpu() for name, pair in adapter.items() for side, m in zip("ab", pair)}
    path.parent.mkdir(parents=True, exist_ok=True)
    strings = {k: v if isinstance(v, str) else json.dumps(v, separators=(",", ":")) for k, v in metadata.items()}
    save_file(tensors, path, {"format": FORMAT} | strings)
    path.chmod(0o644)


def load(path: Path) -> Adapter:
    with safe_open(path, "pt") as file:
        names = sorted({key[:-2] for key in file.keys()})
        return {n: (file.get_tensor(f"{n}.a").float(), file.get_tensor(f"{n}.b").float()) for n in names}
