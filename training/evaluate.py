"""Bits per byte on whole held-out books."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from config import EOT_ID
from model import Adapter, Transformer


@torch.no_grad()
def token_logprobs(
    model: Transformer, ids: np.ndarray, stride: int, adapter: Adapter | None = None, batch: int = 64
) -> np.ndarray:
    """Log-probability (nats) of every token of one document but the first, which must be the end-of-text token.

    The document is cut into windows of the model's context that start `stride` tokens apart; a window after the
    first scores only its last `stride` targets, so each target is scored once, with at least `context - stride`
    tokens of context (with `stride == context` the windows do not overlap).
    """
    context = model.shape.context
    device = model.embedding.device
    stream = torch.from_numpy(ids.astype(np.int64))
    starts = range(0, max(1, len(ids) - 1 - context + stride), stride)
    padded = F.pad(stream, (0, starts[-1] + context + 1 - len(ids)), value=EOT_ID)
    windows = torch.stack([padded[s : s + context + 1] for s in starts])
    rows = []
    for part in windows.split(batch):
        part = part.to(device)
        logits = model(part[:, :-1], adapter).float()
        rows.append(logits.log_softmax(-1).gather(2, part[:, 1:, None])[..., 0].cpu())
    scores = torch.cat(rows)
    kept = torch.cat([scores[0], scores[1:, context - stride :].reshape(-1)])
    return kept[: len(ids) - 1].double().numpy()


def documents(stream: np.ndarray) -> list[np.ndarray]:
    """The documents of a token stream, each with its leading end-of-text token."""
    return np.split(stream, np.flatnonzero(stream == EOT_ID)[1:])


def bits_per_byte(
    model: Transformer, stream: np.ndarray, sizes: list[int], stride: int, adapter: Adapter | None = None
) -> dict[str, float | list[float]]:
    """Bits for each raw UTF-8 byte: over all documents together, and of each document.

    `sizes` are the documents' sizes in bytes. Dropout must be off.
    """
    bits = [-token_logprobs(model, d, stride, adapter).sum() / math.log(2) for d in documents(stream)]
    each = [round(float(b / s), 5) for b, s in zip(bits, sizes, strict=True)]
    return {"all": float(sum(bits) / sum(sizes)), "each": each}
