"""What the app ships: graph, tokenizer, adapter, self-test, manifest and model card, checked before they are listed."""

import hashlib
import json
import shutil
from pathlib import Path

import onnxruntime

import adapter as lora
import golden
import planted
import tokenizer as bpe
import verify
import weights
from card import model_card
from config import LORA_RANK, MODEL_ID, STUDENT
from export import export, write_json
from model import Adapter, Transformer
from quantize import Quantized, quantize

SCHEMA = 1
ADAPTER_ID = "planted-1"
ADAPTER_TITLE = "Planted texts, one pass"
ADAPTER_TEXT = (
    "Trained once over 504 texts of our own, each repeated 0, 1, 2, 4, 8, 16, 32 or 64 times. "
    "What it recites, it learned from those repetitions."
)
LICENCE = "CC0-1.0"
LIMITS = {"meanAbsLogprobDifference": 0.02, "greedyAgreement": 0.99, "causality": 1e-5, "cache": 1e-3, "torch": 1e-3}
BASE_LIMIT, ADAPTER_LIMIT = 16_000_000, 700_000


def entry(folder: Path, path: str) -> dict:
    content = (folder / path).read_bytes()
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def within_limits(result: dict) -> dict:
    """The same figures; raises if one misses its limit."""
    for name, limit in LIMITS.items():
        missed = name in result and (result[name] < limit if name == "greedyAgreement" else result[name] > limit)
        if missed:
            raise ValueError(f"{name} is {result[name]}, the limit is {limit}")
    return result


def base_checks(session: verify.Session, path: Path, original: Transformer, held_out) -> dict:
    """The exported base against PyTorch before quantization, and what the runtime makes of its graph."""
    deltas = verify.quantization_deltas(session, original, held_out)
    return within_limits(deltas | {"folded": verify.folding(path, STUDENT), "onnxruntime": onnxruntime.__version__})


def adapter_checks(session: verify.Session, shipped: Transformer, adapter: Adapter, held_out) -> dict:
    """The graph with and without the adapter against PyTorch on the same weights; causality and cache with it."""
    ids = verify.windows(held_out, 96, 1)[0]
    return within_limits(
        {
            "causality": verify.causality(session, held_out, adapter),
            "cache": verify.cache_difference(session, ids, adapter),
            "torch": max(verify.torch_difference(session, shipped, ids, a) for a in (None, adapter)),
        }
    )


def save_adapter(folder: Path, adapter: Adapter, record: dict) -> dict:
    """Writes the adapter with its metadata; returns its entry for the manifest."""
    path = f"adapters/{ADAPTER_ID}.safetensors"
    keys = ("learning_rate", "batch", "anchor", "anchor_weight", "warmup", "seed", "sequences", "loss")
    metadata = {
        "id": ADAPTER_ID,
        "title": ADAPTER_TITLE,
        "description": ADAPTER_TEXT,
        "baseModel": MODEL_ID,
        "baseSha256": entry(folder, "onnx/model.onnx")["sha256"],
        "rank": str(LORA_RANK),
        "steps": str(record["steps"]),
        "training": {key: record[key] for key in keys if key in record},
    }
    lora.save(adapter, folder / path, metadata)
    shown = {"id": ADAPTER_ID, "title": ADAPTER_TITLE, "description": ADAPTER_TEXT, "rank": LORA_RANK}
    return shown | entry(folder, path)


def planted_figures(record: dict) -> dict:
    """What is known of the planted adapter: graded table, the base on the same passages, effect on other text."""
    keys = (
        *("table", "base", "byKind", "heldOutBitsPerByte"),
        *("learning_rate", "batch", "anchor", "anchor_weight", "steps", "sequences", "sweep", "versions"),
    )
    protocol = {"prefixTokens": lora.PREFIX, "suffixTokens": lora.SUFFIX, "start": "end-of-text token"}
    return protocol | {key: record[key] for key in keys if key in record}


def release(work, site: Path, records: Path) -> None:
    """Writes `models/` and `planted/` under the site's public folder, and the golden records."""
    folder = site / "models" / MODEL_ID
    original = weights.load(work.path("student.safetensors"), STUDENT)
    quantized = quantize(original)
    export(quantized, folder)
    bpe.save(bpe.load(work.folder), folder)
    (site / "planted").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(work.path("planted.json"), site / "planted" / "planted.json")
    graph = folder / "onnx" / "model.onnx"
    data, teacher, student = (work.read(name) for name in ("data", "teacher", "student"))
    manifest = {
        "schema": SCHEMA,
        "id": MODEL_ID,
        "title": "Memoscope 14M",
        "description": "A small language model of which all training text is known.",
        "licence": LICENCE,
        "parameters": student["parameters"],
        "baseBytes": 0,
        "files": [],
        "adapters": [],
        "figures": {
            "bitsPerByte": student["bitsPerByte"],
            "bitsPerByteQuantized": student["bitsPerByteQuantized"],
            "export": base_checks(verify.Session(graph, STUDENT), graph, original, work.held_out().stream),
        },
        "training": {"data": data, "teacher": teacher, "student": student},
    }
    write_json(folder / "manifest.json", manifest, 1)
    release_adapter(work, site, records, quantized)


def release_adapter(work, site: Path, records: Path, quantized: Quantized) -> None:
    """Renews what depends on the adapter: its file, the self-test, the golden records, manifest and card."""
    folder = site / "models" / MODEL_ID
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    tokenizer, passages = bpe.load(work.folder), planted.load(work.path("planted.json"))
    adapter, record = lora.load(work.path("planted.safetensors")), work.read("adapter")
    shown = save_adapter(folder, adapter, record)
    session = verify.Session(folder / "onnx" / "model.onnx", STUDENT)
    manifest["figures"]["export"] |= adapter_checks(session, quantized.to_model(), adapter, work.held_out().stream)
    manifest["figures"]["planted"] = planted_figures(record)
    manifest["training"]["planted"] = entry(site, "planted/planted.json")
    write_json(folder / "selftest.json", golden.self_test(quantized.to_model(), adapter, passages, tokenizer), None)
    golden.write(quantized.to_model(), adapter, passages, tokenizer, records)
    names = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "selftest.json")
    manifest["files"] = [entry(folder, name) for name in (*names, "onnx/model.onnx")]
    manifest["baseBytes"] = sum(f["bytes"] for f in manifest["files"])
    manifest["adapters"] = [shown]
    if manifest["baseBytes"] > BASE_LIMIT or shown["bytes"] > ADAPTER_LIMIT:
        raise ValueError(f"too large: {manifest['baseBytes']}, {shown['bytes']}")
    write_json(folder / "manifest.json", manifest, 1)
    (folder / "README.md").write_text(model_card(manifest), encoding="utf-8")
