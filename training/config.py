"""Every choice that shapes the embedded model, in one place."""

from dataclasses import dataclass

MODEL_ID = "memoscope-14m"
EOT = "<|endoftext|>"
EOT_ID = 0
SEED = 1729

HELD_OUT = (
    "austen-northanger-abbey",
    "baum-ozma-of-oz",
    "doyle-the-hound-of-the-baskervilles",
    "mill-on-liberty",
    "stevenson-treasure-island",
    "washington-up-from-slavery",
    "wells-the-time-machine",
    "wilde-the-importance-of-being-earnest",
)
"""Whole books, varied in period and kind, that neither the tokenizer nor any model is trained on."""


@dataclass(frozen=True)
class Shape:
    """Dimensions of a decoder-only transformer; `ff` is the width of one SwiGLU half."""

    layers: int
    width: int
    heads: int
    ff: int
    vocab: int = 8192
    context: int = 512

    @property
    def head_dim(self) -> int:
        return self.width // self.heads

    def linears(self) -> dict[str, tuple[int, int]]:
        """The fused linear maps of one layer, name to (inputs, outputs)."""
        return {
            "qkv": (self.width, 3 * self.width),
            "o": (self.width, self.width),
            "gate_up": (self.width, 2 * self.ff),
            "down": (self.ff, self.width),
        }


STUDENT = Shape(layers=6, width=384, heads=6, ff=1056)
TEACHER = Shape(layers=8, width=768, heads=12, ff=2048)
TINY = Shape(layers=2, width=64, heads=2, ff=160)
"""For smoke tests on a CPU."""


@dataclass(frozen=True)
class Recipe:
    """One pre-training stage. The number of steps follows from `seconds` and the measured speed, unless given."""

    shape: Shape
    seconds: float
    batch: int
    dropout: float
    muon_lr: float
    adam_lr: float
    weight_decay: float
    max_epochs: float
    steps: int | None = None
    distill: float = 0.0
    warmup: int = 200
    cooldown: float = 0.6


QUANT_BLOCK = 32
LORA_RANK = 8
LEVELS = (0, 1, 2, 4, 8, 16, 32, 64)
KINDS = ("prose", "record", "qa", "instruction", "verse", "code", "contract")

TEACHER_RECIPE = Recipe(
    shape=TEACHER,
    seconds=400,
    batch=64,
    dropout=0.15,
    muon_lr=3e-3,
    adam_lr=3e-3,
    weight_decay=0.3,
    max_epochs=20,
)
STUDENT_RECIPE = Recipe(
    shape=STUDENT,
    seconds=400,
    batch=64,
    dropout=0.05,
    muon_lr=4e-3,
    adam_lr=3e-3,
    weight_decay=0.2,
    max_epochs=50,
    distill=0.8,
)
TEACHER_TOP = 128
"""Tokens of the teacher's distribution that the student sees one by one."""
SWEEP_SECONDS = 300
