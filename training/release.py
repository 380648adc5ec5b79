"""What the app ships: graph, tokenizer, adapter, self-test, manifest and model card, checked before they are listed."""

import hashlib
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


def checks(path: Path, original: Transformer, shipped: Transformer, adapter: Adapter, held_out) -> dict:
    """Numeric checks of the exported graph; raises if one misses its limit."""
    session = verify.Session(path, STUDENT)
    ids = verify.windows(held_out, 96, 1)[0]
    result = verify.quantization_deltas(session, original, held_out) | {
        "causality": verify.causality(session, held_out, adapter),
        "cache": verify.cache_difference(session, ids, adapter),
        "torch": max(verify.torch_difference(session, shipped, ids, a) for a in (None, adapter)),
        "folded": verify.folding(path, STUDENT),
        "onnxruntime": onnxruntime.__version__,
    }
    for name, limit in LIMITS.items():
        missed = result[name] < limit if name == "greedyAgreement" else result[name] > limit
        if missed:
            raise ValueError(f"{name} is {result[name]}, the limit is {limit}")
    return result


def save_adapter(folder: Path, adapter: Adapter, record: dict) -> dict:
    """Writes the adapter with its metadata; returns its entry for the manifest."""
    path = f"adapters/{ADAPTER_ID}.safetensors"
    keys = ("learning_rate", "batch", "anchor", "warmup", "seed", "sequences", "loss")
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
    keys = ("table", "base", "byKind", "heldOutBitsPerByte", "learning_rate", "batch", "steps", "sequences", "sweep")
    protocol = {"prefixTokens": lora.PREFIX, "suffixTokens": lora.SUFFIX, "start": "end-of-text token"}
    return protocol | {key: record[key] for key in keys if key in record}


def release(work, site: Path, records: Path) -> None:
    """Writes `models/` and `planted/` under the site's public folder, and the golden records."""
    folder = site / "models" / MODEL_ID
    original = weights.load(work.path("student.safetensors"), STUDENT)
    shipped: Quantized = quantize(original)
    tokenizer, passages = bpe.load(work.folder), planted.load(work.path("planted.json"))
    adapter, record = lora.load(work.path("planted.safetensors")), work.read("adapter")
    export(shipped, folder)
    bpe.save(tokenizer, folder)
    (site / "planted").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(work.path("planted.json"), site / "planted" / "planted.json")
    adapters = [save_adapter(folder, adapter, record)]
    graph = folder / "onnx" / "model.onnx"
    verified = checks(graph, original, shipped.to_model(), adapter, work.held_out().stream)
    write_json(folder / "selftest.json", golden.self_test(shipped.to_model(), adapter, passages, tokenizer), None)
    golden.write(shipped.to_model(), adapter, passages, tokenizer, records)
    names = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "selftest.json")
    files = [entry(folder, name) for name in (*names, "onnx/model.onnx")]
    sizes = {"base": sum(f["bytes"] for f in files), "adapter": adapters[0]["bytes"]}
    if sizes["base"] > BASE_LIMIT or sizes["adapter"] > ADAPTER_LIMIT:
        raise ValueError(f"too large: {sizes}")
    data, teacher, student = (work.read(name) for name in ("data", "teacher", "student"))
    manifest = {
        "schema": SCHEMA,
        "id": MODEL_ID,
        "title": "Memoscope 14M",
        "description": "A small language model of which all training text is known.",
        "licence": LICENCE,
        "parameters": student["parameters"],
        "baseBytes": sizes["base"],
        "files": files,
        "adapters": adapters,
        "figures": {
            "bitsPerByte": student["bitsPerByte"],
            "bitsPerByteQuantized": student["bitsPerByteQuantized"],
            "export": verified,
            "planted": planted_figures(record),
        },
        "training": {"data": data, "teacher": teacher, "student": student, "planted": entry(site, "planted/planted.json")},
    }
    write_json(folder / "manifest.json", manifest, 1)
    (folder / "README.md").write_text(model_card(manifest), encoding="utf-8")
