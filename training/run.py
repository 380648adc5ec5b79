"""Builds the embedded model from the corpus.

`python training/run.py --corpus PATH --work DIR --site public --golden tests/golden`

Each stage leaves its results in the work folder and is skipped when they are there already.
"""

import argparse
import json
import platform
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import adapter as lora
import corpus
import planted
import shipped
import tokenizer as bpe
import weights
from config import HELD_OUT, SEED, STUDENT, STUDENT_RECIPE, SWEEP_SECONDS, TEACHER, TEACHER_RECIPE, TEACHER_TOP
from evaluate import bits_per_byte
from export import write_json
from model import Adapter
from pretrain import HeldOut, pretrain, teacher_targets
from quantize import Quantized, quantize
from release import release, release_adapter
from sweep import sweep

STAGES = ("prepare", "teacher", "student", "plant", "adapter", "release")
PRETRAINING = ("teacher", "student", "plant")


class Work:
    """The work folder: paths, and the data that several stages read."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        return self.folder / name

    def read(self, name: str) -> dict:
        return json.loads(self.path(f"{name}.json").read_text(encoding="utf-8"))

    def write(self, name: str, value: dict) -> None:
        write_json(self.path(f"{name}.json"), value)

    def stream(self) -> np.ndarray:
        return np.fromfile(self.path("train.bin"), np.uint16)

    def held_out(self) -> HeldOut:
        sizes = [book["bytes"] for book in self.read("data")["heldOut"]]
        return HeldOut(np.fromfile(self.path("held-out.bin"), np.uint16), sizes)


def prepare(work: Work, folder: Path) -> None:
    """Tokenizer and token streams."""
    training, held_out = corpus.load(folder)
    tokenizer = bpe.train(training)
    bpe.save(tokenizer, work.folder)
    streams = {"train": corpus.encode(tokenizer, training), "held-out": corpus.encode(tokenizer, held_out)}
    for name, stream in streams.items():
        stream.tofile(work.path(f"{name}.bin"))
    books = [{"name": d.name, "bytes": len(d.text.encode())} for d in held_out]
    assert [b["name"] for b in books] == list(HELD_OUT)
    work.write(
        "data",
        {
            "sha256": corpus.digests(folder),
            "documents": len(training),
            "trainingBytes": sum(len(d.text.encode()) for d in training),
            "trainingTokens": len(streams["train"]),
            "heldOutTokens": len(streams["held-out"]),
            "heldOut": books,
        },
    )


def figures(model: torch.nn.Module, held_out: HeldOut) -> dict:
    """Bits per byte without TensorFloat-32, windows of 512 that do not overlap or advance by 256."""
    torch.set_float32_matmul_precision("highest")
    strides = (model.shape.context, model.shape.context // 2)
    result = {f"stride{s}": bits_per_byte(model, *held_out, s) for s in strides}
    torch.set_float32_matmul_precision("high")
    return result


def versions(device: str) -> dict:
    name = torch.cuda.get_device_name() if device == "cuda" else platform.machine()
    return {"python": platform.python_version(), "torch": torch.__version__, "device": name, "seed": SEED}


def train_teacher(work: Work, device: str, args: argparse.Namespace) -> None:
    recipe = replace(TEACHER_RECIPE, seconds=args.teacher_seconds, steps=args.teacher_steps)
    model, record = pretrain(recipe, work.stream(), work.held_out(), device, name="teacher")
    weights.save(model, work.path("teacher.safetensors"))
    work.write("teacher", record | {"bitsPerByte": figures(model, work.held_out()), "versions": versions(device)})


def train_student(work: Work, device: str, args: argparse.Namespace) -> None:
    recipe = replace(STUDENT_RECIPE, seconds=args.student_seconds, steps=args.student_steps)
    teacher = weights.load(work.path("teacher.safetensors"), TEACHER, device)
    targets = teacher_targets(teacher, work.stream(), TEACHER_TOP)
    print("teacher's distributions ready", flush=True)
    model, record = pretrain(recipe, work.stream(), work.held_out(), device, targets, "student")
    weights.save(model, work.path("student.safetensors"))
    model = weights.load(work.path("student.safetensors"), STUDENT, device)
    record["bitsPerByte"] = figures(model, work.held_out())
    quantized = quantize(model).to_model().to(device)
    record["bitsPerByteQuantized"] = figures(quantized, work.held_out())
    print({k: v["all"] for k, v in record["bitsPerByteQuantized"].items()}, flush=True)
    work.write("student", record | {"versions": versions(device)})


def plant(work: Work) -> None:
    """The planted set with its levels."""
    from planted_texts import generate

    candidates = generate(SEED)
    known = {c["text"] for c in candidates}
    spare = [c | {"id": f"{c['id']}-b"} for c in generate(SEED + 1) if c["text"] not in known]
    passages = planted.choose(candidates + spare, bpe.load(work.folder))
    planted.save(passages, work.path("planted.json"))


def base_of(work: Work, args: argparse.Namespace) -> Quantized:
    """The quantized base: of the site, or of this work folder."""
    if args.on_shipped:
        return shipped.load(args.site)
    return quantize(weights.load(work.path("student.safetensors"), STUDENT))


def train_adapter(work: Work, device: str, args: argparse.Namespace) -> None:
    """Sweep on the shipped (quantized) weights; keeps the best run and the tables of all."""
    torch.set_float32_matmul_precision("highest")
    model = base_of(work, args).to_model().to(device)
    passages, tokenizer = planted.load(work.path("planted.json")), bpe.load(work.folder)
    rows = [planted.framed(p, tokenizer) for p in passages]
    copies = [p.copies for p in passages]
    ordinary = torch.from_numpy(work.stream().astype(np.int64))
    held_out = work.held_out()

    def other_text(candidate: Adapter | None) -> float:
        pairs = {name: tuple(m.to(device) for m in pair) for name, pair in (candidate or {}).items()}
        return bits_per_byte(model, *held_out, STUDENT.context, pairs)["all"]

    unchanged = other_text(None)
    runs = sweep(model, rows, copies, ordinary, lambda a: other_text(a) - unchanged, args.sweep_seconds)
    _, best, record = runs[0]
    matches, base = (lora.match_lengths(model, rows, a) for a in (best, None))
    lora.save(best, work.path("planted.safetensors"), {})
    record |= {
        "base": lora.graded_table(base, copies),
        "byKind": lora.by_kind(matches, passages),
        "heldOutBitsPerByte": other_text(best),
        "matches": [[p.id, *m] for p, m in zip(passages, matches, strict=True)],
        "sweep": [{k: r[k] for k in ("learning_rate", "batch", "anchor", "anchor_weight", "steps", "misfit", "harm", "table")} for _, _, r in runs],
        "versions": versions(device),
    }
    work.write("adapter", record)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder with books.tar.xz and modern.tar.xz")
    parser.add_argument("--work", type=Path, required=True, help="folder for intermediate results")
    parser.add_argument("--site", type=Path, help="the web app's public folder")
    parser.add_argument("--golden", type=Path, help="folder for the golden records")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=STAGES)
    parser.add_argument("--teacher-seconds", type=float, default=TEACHER_RECIPE.seconds)
    parser.add_argument("--student-seconds", type=float, default=STUDENT_RECIPE.seconds)
    parser.add_argument("--teacher-steps", type=int, help="instead of what fits --teacher-seconds")
    parser.add_argument("--student-steps", type=int, help="instead of what fits --student-seconds")
    parser.add_argument("--on-shipped", action="store_true", help="keep the base of --site, renew its adapter only")
    parser.add_argument("--sweep-seconds", type=float, default=SWEEP_SECONDS)
    return parser.parse_args()


def main() -> None:
    args = parse()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    work = Work(args.work)
    stages = {
        "prepare": ("data.json", lambda: prepare(work, args.corpus)),
        "teacher": ("teacher.json", lambda: train_teacher(work, device, args)),
        "student": ("student.json", lambda: train_student(work, device, args)),
        "plant": ("planted.json", lambda: plant(work)),
        "adapter": ("adapter.json", lambda: train_adapter(work, device, args)),
        "release": ("released", lambda: release(work, args.site, args.golden)),
    }
    if args.on_shipped:
        stages["prepare"] = ("data.json", lambda: shipped.prepare(work.folder, args.corpus, args.site))
        stages["release"] = ("released", lambda: release_adapter(work, args.site, args.golden, shipped.load(args.site)))
    for name in args.stages:
        if args.on_shipped and name in PRETRAINING:
            continue
        if not work.path(stages[name][0]).exists():
            print(f"stage {name}", flush=True)
            stages[name][1]()


if __name__ == "__main__":
    main()
