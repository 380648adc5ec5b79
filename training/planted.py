"""The planted set: which passages are trained on, and how often each."""

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

from config import EOT_ID, KINDS, LEVELS, SEED

SCHEMA = 1
SHORTEST, LONGEST = 60, 200
BLOCKS = 9
"""Passages of each kind at each level."""


@dataclass(frozen=True)
class Passage:
    id: str
    kind: str
    title: str
    text: str
    copies: int
    tokens: int


def choose(candidates: list[dict], tokenizer, seed: int = SEED) -> list[Passage]:
    """A balanced set with its number of copies.

    Within a kind the candidates of admissible length are sorted by length, evenly thinned to `BLOCKS` blocks of
    neighbours, and each block receives every level once in random order (permuted blocks): so the levels are
    balanced over kinds and over lengths.
    """
    generator = random.Random(seed)
    wanted = BLOCKS * len(LEVELS)
    passages = []
    for kind in KINDS:
        sized = [(len(tokenizer.encode(c["text"]).ids), c) for c in candidates if c["kind"] == kind]
        fitting = sorted((s for s in sized if SHORTEST <= s[0] <= LONGEST), key=lambda s: (s[0], s[1]["id"]))
        if len(fitting) < wanted:
            raise ValueError(f"{kind}: {len(fitting)} passages of {SHORTEST} to {LONGEST} tokens, {wanted} needed")
        thinned = [fitting[i * len(fitting) // wanted] for i in range(wanted)]
        for start in range(0, wanted, len(LEVELS)):
            levels = generator.sample(LEVELS, len(LEVELS))
            for (tokens, c), copies in zip(thinned[start : start + len(LEVELS)], levels, strict=True):
                passages.append(Passage(c["id"], kind, c["title"], c["text"], copies, tokens))
    return passages


def save(passages: list[Passage], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    value = {"schema": SCHEMA, "seed": SEED, "passages": [asdict(p) for p in passages]}
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> list[Passage]:
    return [Passage(**p) for p in json.loads(path.read_text(encoding="utf-8"))["passages"]]


def framed(passage: Passage, tokenizer) -> list[int]:
    """Token ids between two end-of-text tokens."""
    return [EOT_ID, *tokenizer.encode(passage.text).ids, EOT_ID]
