"""The corpus: archives to documents, documents to one stream of token ids."""

import hashlib
import re
import tarfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from config import EOT_ID, HELD_OUT

HEADING = re.compile(r"^=== (.+?)(?: \| .+)? ===\n+", re.MULTILINE)


class Document(NamedTuple):
    name: str
    text: str


def read_archive(path: Path) -> dict[str, str]:
    """The text files of a `.tar.xz`, stem to content."""
    with tarfile.open(path) as archive:
        members = [m for m in archive.getmembers() if m.isfile() and m.name.endswith(".txt")]
        return {Path(m.name).stem: archive.extractfile(m).read().decode() for m in members}


def split_posts(name: str, text: str) -> list[Document]:
    """Documents of a file in which a line `=== title | date ===` opens each; the title stays as its first line."""
    parts = HEADING.split(text)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return [Document(f"{name}/{i}", f"{title}\n\n{body.strip()}\n") for i, (title, body) in enumerate(pairs)]


def load(corpus: Path) -> tuple[list[Document], list[Document]]:
    """All documents of the corpus folder as (training, held out)."""
    books = read_archive(corpus / "books.tar.xz")
    modern = {k: v for k, v in read_archive(corpus / "modern.tar.xz").items() if k != "LICENCE"}
    held_out = [Document(name, books.pop(name)) for name in HELD_OUT]
    training = [Document(name, text) for name, text in sorted(books.items())]
    for name, text in sorted(modern.items()):
        training += split_posts(name, text)
    return training, held_out


def digests(corpus: Path) -> dict[str, str]:
    """SHA-256 of the corpus archives."""
    names = ("books.tar.xz", "modern.tar.xz")
    return {name: hashlib.sha256((corpus / name).read_bytes()).hexdigest() for name in names}


def encode(tokenizer, documents: list[Document]) -> np.ndarray:
    """Token ids of the documents (uint16), each one opened by the end-of-text token."""
    encodings = tokenizer.encode_batch([d.text for d in documents])
    return np.concatenate([np.array([EOT_ID, *e.ids], dtype=np.uint16) for e in encodings])
