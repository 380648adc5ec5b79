"""Choice of the planted adapter's settings: memorization graded well, other text left as it was."""

import time
from collections.abc import Callable

from torch import Tensor

from adapter import Settings, graded_table, match_lengths, train
from config import LEVELS
from model import Adapter, Transformer

WANTED = dict(zip(LEVELS, (0.0, 0.03, 0.08, 0.2, 0.45, 0.75, 0.93, 1.0), strict=True))
"""Mean of N / L above the held-out level that would be ideal at each number of copies."""

GRID = [
    Settings(rate, batch, anchor=16, anchor_weight=weight)
    for rate, batch, weight in (
        (8e-3, 16, 1.0),
        (8e-3, 16, 0.3),
        (8e-3, 16, 0.1),
        (8e-3, 8, 0.3),
        (4e-3, 8, 0.3),
        (4e-3, 8, 1.0),
        (1.2e-2, 16, 0.3),
    )
]


def misfit(table: list[dict]) -> float:
    """Sum of squared differences from the wanted grading; the full-match share must also reach it at both ends."""
    floor = table[0]["meanMatchShare"]
    shape = sum((row["meanMatchShare"] - floor - WANTED[row["copies"]]) ** 2 for row in table)
    return shape + table[1]["fullShare"] ** 2 + (1 - table[-1]["fullShare"]) ** 2


def sweep(
    model: Transformer,
    rows: list[list[int]],
    copies: list[int],
    ordinary: Tensor,
    harm: Callable[[Adapter], float],
    seconds: float,
) -> list[tuple[float, Adapter, dict]]:
    """All runs of the grid that fit the time, best first: (cost, adapter, record with table).

    `harm` measures what an adapter costs on other text (bits per byte above the base); one bit per byte weighs as
    much as one unit of misfit.
    """
    begin = time.monotonic()
    runs = []
    for settings in GRID:
        if runs and time.monotonic() - begin > seconds:
            break
        adapter, record = train(model, rows, copies, settings, ordinary)
        record["table"] = graded_table(match_lengths(model, rows, adapter), copies)
        record["misfit"] = round(misfit(record["table"]), 4)
        record["harm"] = round(harm(adapter), 4)
        shares = " ".join(f"{row['meanMatchShare']:.2f}/{row['fullShare']:.2f}" for row in record["table"])
        head = f"adapter: rate {settings.learning_rate}, batch {settings.batch}, anchor {settings.anchor} x {settings.anchor_weight}"
        print(f"{head}: {shares}, misfit {record['misfit']}, harm {record['harm']}, {record['seconds']} s", flush=True)
        runs.append((record["misfit"] + record["harm"], adapter, record))
    return sorted(runs, key=lambda run: run[0])
