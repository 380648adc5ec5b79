"""The base as it is shipped, read back from the site: to train a further adapter without repeating the pre-training."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

import corpus
import tokenizer as bpe
from config import MODEL_ID, STUDENT
from quantize import Blocks, Quantized


def model_folder(site: Path) -> Path:
    return site / "models" / MODEL_ID


def manifest(site: Path) -> dict:
    return json.loads((model_folder(site) / "manifest.json").read_text(encoding="utf-8"))


def load(site: Path) -> Quantized:
    """The weights in the shipped graph, bit for bit.

    Matrices are the initializers `NAME.int8` with `NAME.scale`; norm gains are those named after their parameter.
    """
    graph = onnx.load(model_folder(site) / "onnx" / "model.onnx").graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    names = [name.removesuffix(".int8") for name in tensors if name.endswith(".int8")]

    def array(name: str) -> np.ndarray:
        return numpy_helper.to_array(tensors[name]).copy()

    matrices = {name: Blocks(array(f"{name}.int8"), array(f"{name}.scale")) for name in names}
    gains = {name: array(name) for name in tensors if name.endswith("_norm")}
    return Quantized(STUDENT, matrices, gains)


def prepare(folder: Path, texts: Path, site: Path) -> None:
    """Fills a work folder from the site: its tokenizer and planted set, and the token streams of the corpus."""
    recorded = manifest(site)["training"]["data"]
    if corpus.digests(texts) != recorded["sha256"]:
        raise ValueError("the corpus is not the one that the shipped base was trained on")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(model_folder(site) / name, folder / name)
    shutil.copyfile(site / "planted" / "planted.json", folder / "planted.json")
    tokenizer = bpe.load(folder)
    training, held_out = corpus.load(texts)
    corpus.encode(tokenizer, training).tofile(folder / "train.bin")
    corpus.encode(tokenizer, held_out).tofile(folder / "held-out.bin")
    (folder / "data.json").write_text(json.dumps(recorded), encoding="utf-8")
