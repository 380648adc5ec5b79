"""Values of Fixture A (four tokens, six positions), independent of the code under test.

Run with NumPy 1.24.2, SciPy 1.10.1: python3 tests/reference/fixtureA.py > tests/reference/fixtureA.json
"""

import json
import math

import numpy as np
from scipy.special import logsumexp
from scipy.stats import binom, entropy

P = np.array(
    [
        [0.70, 0.20, 0.05, 0.05],
        [0.10, 0.60, 0.20, 0.10],
        [0.25, 0.25, 0.25, 0.25],
        [0.05, 0.05, 0.80, 0.10],
        [0.50, 0.30, 0.15, 0.05],
        [0.02, 0.03, 0.05, 0.90],
    ]
)
TARGET = np.array([0, 1, 2, 2, 1, 3])
ROWS = np.arange(6)

logits = np.log(P)
logprob = logits[ROWS, TARGET]
H = entropy(P, axis=1)
variance = (P * logits**2).sum(1) - (P * logits).sum(1) ** 2
variance[2] = 0.0
# A stable sort by descending probability breaks ties by the lower id, as argmax does.
order = np.argsort(-P, axis=1, kind="stable")
rank = 1 + np.argmax(order == TARGET[:, None], axis=1)
correct = rank == 1


def p_z(temperature=1.0, top_k=4):
    kept = np.full_like(logits, -np.inf)
    for row in ROWS:
        kept[row, order[row, :top_k]] = logits[row, order[row, :top_k]] / temperature
    return float(np.exp((kept - logsumexp(kept, axis=1, keepdims=True))[ROWS, TARGET].sum()))


def tries(p, chance):
    n = 1
    while binom.sf(0, n, p) < chance:
        n += 1
    return n


def lowest_mean(values, share):
    return float(np.sort(values)[: max(1, int(share * len(values)))].mean())


z = np.where(variance < 1e-8, 0.0, (logprob + H) / np.sqrt(np.maximum(variance, 1e-8)))
gap = (logprob - logits.max(1)) / np.sqrt(np.maximum(variance, 1e-8))
smoothed = np.convolve(gap, np.ones(3) / 3, "valid")


def surp(threshold, percentile):
    chosen = (H < threshold) & (logprob <= np.percentile(logprob, percentile))
    return float(logprob[chosen].mean()) if chosen.any() else None


windows = [float(np.exp(logprob[s : s + 2].sum())) for s in range(5)]
print(
    json.dumps(
        {
            "logprob": logprob.tolist(),
            "entropy": H.tolist(),
            "deviation": np.sqrt(variance).tolist(),
            "rank": rank.tolist(),
            "meanLogprob": float(logprob.mean()),
            "perplexity": float(np.exp(-logprob.mean())),
            "bits": float(-logprob.sum() / math.log(2)),
            "accuracy": float(correct.mean()),
            "greedyRate2": float(np.mean([correct[s : s + 2].all() for s in range(5)])),
            "pz": {
                "plain": p_z(),
                "temperature0.5": p_z(0.5),
                "temperature2": p_z(2.0),
                "top3": p_z(1.0, 3),
                "top3temperature0.5": p_z(0.5, 3),
            },
            "tries": {str(chance): tries(p_z(), chance) for chance in (0.5, 0.9, 0.99)},
            "hit100": float(binom.sf(0, 100, p_z())),
            "rankBits": float(np.log2(rank).sum()),
            "windows2": windows,
            "heat2": [max(windows[max(0, t - 1) : t + 1]) for t in range(6)],
            "minK": {"0.2": lowest_mean(logprob, 0.2), "0.5": lowest_mean(logprob, 0.5)},
            "minKPlusPlus": {"0.2": lowest_mean(z, 0.2), "0.5": lowest_mean(z, 0.5)},
            "z": z.tolist(),
            "gap": gap.tolist(),
            "gapK": lowest_mean(smoothed, 0.2),
            "surp": {"70": surp(1.0, 70), "40": surp(1.0, 40)},
        },
        indent=2,
    )
)
