"""Checks of the exported graph with onnxruntime on the CPU."""

import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from config import EOT_ID, Shape
from model import Adapter, Transformer


class Session:
    """The exported graph, run as a function of token ids."""

    def __init__(self, path: Path, shape: Shape, optimized: Path | None = None, level: str = "ALL"):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, f"ORT_ENABLE_{level}")
        options.log_severity_level = 3
        if optimized:
            options.optimized_model_filepath = str(optimized)
        self.shape = shape
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(
        self, ids: np.ndarray, adapter: dict[str, np.ndarray] | None = None, cache: dict[str, np.ndarray] | None = None
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Logits [batch, time, vocab] and the cache after these ids [batch, time]."""
        empty = np.zeros((len(ids), self.shape.heads, 0, self.shape.head_dim), np.float32)
        kinds = [f"{i}.{kind}" for i in range(self.shape.layers) for kind in ("key", "value")]
        past = {f"past_key_values.{k}": cache[k] if cache else empty for k in kinds}
        seen = next(iter(past.values())).shape[2]
        positions = np.broadcast_to(np.arange(seen, seen + ids.shape[1]), ids.shape)
        feeds = {
            "input_ids": ids.astype(np.int64),
            "attention_mask": np.ones((len(ids), seen + ids.shape[1]), np.int64),
            "position_ids": np.ascontiguousarray(positions, np.int64),
        }
        outputs = self.session.run(["logits", *(f"present.{k}" for k in kinds)], feeds | past | (adapter or {}))
        return outputs[0], dict(zip(kinds, outputs[1:], strict=True))


def as_feeds(adapter: Adapter) -> dict[str, np.ndarray]:
    """An adapter's matrices under the names of the graph's inputs."""
    pairs = {name.replace("layers.", "lora."): pair for name, pair in adapter.items()}
    return {f"{name}.{side}": m.float().numpy() for name, pair in pairs.items() for side, m in zip("ab", pair)}


def logprobs(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Log-probabilities (float64) of ids[:, 1:] under logits [batch, time, vocab]."""
    x = logits[:, :-1].astype(np.float64)
    x -= x.max(axis=2, keepdims=True)
    target = np.take_along_axis(x, ids[:, 1:, None], axis=2)[..., 0]
    return target - np.log(np.exp(x).sum(axis=2))


def windows(stream: np.ndarray, context: int, count: int) -> np.ndarray:
    """`count` windows spread evenly over a token stream."""
    starts = np.linspace(0, len(stream) - context, count).astype(int)
    return np.stack([stream[s : s + context] for s in starts]).astype(np.int64)


def quantization_deltas(session: Session, reference: Transformer, stream: np.ndarray, count: int = 40) -> dict:
    """Shipped graph against the fp32 PyTorch model before quantization, on held-out windows."""
    differences, agreements = [], []
    for row in windows(stream, reference.shape.context, count):
        ids = row[None]
        shipped, _ = session.run(ids)
        with torch.no_grad():
            original = reference(torch.from_numpy(ids)).numpy()
        differences.append(np.abs(logprobs(shipped, ids) - logprobs(original, ids)))
        agreements.append(shipped.argmax(2) == original.argmax(2))
    return {
        "tokens": int(np.size(differences)),
        "meanAbsLogprobDifference": float(np.mean(differences)),
        "maxAbsLogprobDifference": float(np.max(differences)),
        "greedyAgreement": float(np.mean(agreements)),
    }


def causality(session: Session, stream: np.ndarray, adapter: Adapter, count: int = 8) -> float:
    """Largest change of an earlier logprob when all tokens of the second half change."""
    rows = windows(stream, session.shape.context, count)
    half = rows.shape[1] // 2
    changed = np.concatenate([rows[:, :half], np.roll(rows[:, half:], 1, axis=0)], axis=1)
    before, after = (logprobs(session.run(r, as_feeds(adapter))[0], r)[:, : half - 1] for r in (rows, changed))
    return float(np.abs(before - after).max())


def cache_difference(session: Session, ids: np.ndarray, adapter: Adapter) -> float:
    """Largest logit difference between one full pass and token-by-token decoding with the cache."""
    feeds = as_feeds(adapter)
    full, _ = session.run(ids[None], feeds)
    cache, worst = None, 0.0
    for i, token in enumerate(ids):
        step, cache = session.run(np.array([[token]]), feeds, cache)
        worst = max(worst, float(np.abs(step[0, 0] - full[0, i]).max()))
    return worst


def torch_difference(session: Session, model: Transformer, ids: np.ndarray, adapter: Adapter | None) -> float:
    """Largest logit difference between the graph and PyTorch on the same (dequantized) weights."""
    shipped, _ = session.run(ids[None], as_feeds(adapter) if adapter else None)
    with torch.no_grad():
        return float(np.abs(shipped[0] - model(torch.from_numpy(ids[None]), adapter)[0].numpy()).max())


def folding(path: Path, shape: Shape) -> dict:
    """What the runtime makes of the graph when it optimizes at level 1 (basic)."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "optimized.onnx"
        Session(path, shape, optimized=file, level="BASIC")
        graph = onnx.load(file).graph
    sizes: dict[str, int] = {}
    for tensor in graph.initializer:
        kind = onnx.TensorProto.DataType.Name(tensor.data_type)
        sizes[kind] = sizes.get(kind, 0) + int(np.prod(tensor.dims, dtype=np.int64))
    kinds = {node.op_type for node in graph.node}
    return {"initializerElements": sizes, "nodes": len(graph.node), "operators": sorted(kinds)}


def speed(session: Session, repeats: int = 3) -> float:
    """Tokens per second for one full window (best of several)."""
    ids = np.full((1, session.shape.context), EOT_ID + 1)
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        session.run(ids)
        times.append(time.perf_counter() - begin)
    return session.shape.context / min(times)
