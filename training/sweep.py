"""Choice of the planted adapter's hyper-parameters: the run whose memorization is graded best."""

import time
from dataclasses import replace

from torch import Tensor

from adapter import Settings, graded_table, match_lengths, train
from config import LEVELS
from model import Adapter, Transformer

WANTED = dict(zip(LEVELS, (0.0, 0.03, 0.08, 0.2, 0.45, 0.75, 0.93, 1.0), strict=True))
"""Mean of N / L above the held-out level that would be ideal at each number of copies."""

GRID = [
    Settings(rate, batch)
    for batch, rates in ((16, (4e-3, 2e-3, 1e-3)), (32, (2e-3, 4e-3, 8e-3)), (8, (1e-3, 5e-4)))
    for rate in rates
]


def misfit(table: list[dict]) -> float:
    """Sum of squared differences from the wanted grading; the full-match share must also reach it at both ends."""
    floor = table[0]["meanMatchShare"]
    shape = sum((row["meanMatchShare"] - floor - WANTED[row["copies"]]) ** 2 for row in table)
    return shape + table[1]["fullShare"] ** 2 + (1 - table[-1]["fullShare"]) ** 2


def sweep(
    model: Transformer, rows: list[list[int]], copies: list[int], ordinary: Tensor, anchor: int, seconds: float
) -> list[tuple[float, Adapter, dict]]:
    """All runs of the grid that fit the time, best first: (misfit, adapter, record with table)."""
    begin = time.monotonic()
    runs = []
    for settings in GRID:
        if runs and time.monotonic() - begin > seconds:
            break
        adapter, record = train(model, rows, copies, replace(settings, anchor=anchor), ordinary)
        record["table"] = graded_table(match_lengths(model, rows, adapter), copies)
        record["misfit"] = round(misfit(record["table"]), 4)
        shares = " ".join(f"{row['meanMatchShare']:.2f}/{row['fullShare']:.2f}" for row in record["table"])
        print(f"adapter: rate {settings.learning_rate}, batch {settings.batch}: {shares}", flush=True)
        runs.append((record["misfit"], adapter, record))
    return sorted(runs, key=lambda run: run[0])
