"""Values for similarity, spectra, duplicates and ceilings, independent of the code under test.

Run with NumPy 1.24.2, SciPy 1.10.1: python3 tests/reference/similarity.py > tests/reference/similarity.json
"""

import json
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import jensenshannon, pdist, squareform
from scipy.stats import entropy

rng = np.random.default_rng(20250201)


def rank_values(z):
    s = np.linalg.svd(z, compute_uv=False)
    q = s / s.sum()
    return {
        "singular": s.tolist(),
        "effectiveRank": float(np.exp(entropy(q))),
        # scipy's entropy would normalize q + 1e-7 again.
        "rankMe": float(np.exp(-np.sum((q + 1e-7) * np.log(q + 1e-7)))),
        "participationRatio": float((s**2).sum() ** 2 / (s**4).sum()),
        "stableRank": float(np.linalg.norm(z, "fro") ** 2 / np.linalg.norm(z, 2) ** 2),
    }


def cosine_mean(z):
    return float(1 - pdist(z, "cosine").mean())


def pca(z):
    c = z - z.mean(0)
    u, s, _ = np.linalg.svd(c, full_matrices=False)
    scores = (u * s)[:, :2]
    scores = scores * np.sign(scores[np.abs(scores).argmax(0), [0, 1]])
    return {"scores": scores.tolist(), "explained": (s**2 / (s**2).sum())[:2].tolist()}


def neighbours(prefix, full, k):
    cp = 1 - squareform(pdist(prefix, "cosine"))
    cf = 1 - squareform(pdist(full, "cosine"))
    np.fill_diagonal(cp, -np.inf)
    index = np.argsort(-cp, axis=1, kind="stable")[:, :k]
    rows = np.arange(len(prefix))[:, None]
    near = cp[rows, index]
    return {
        "index": index.ravel().tolist(),
        "localGap": (cf[rows, index] - near).mean(1).tolist(),
        "meanCosine": near.mean(1).tolist(),
        "closeShare": (near > 0.9).mean(1).tolist(),
    }


def vectors(n, d):
    prefix = rng.normal(size=(n, d)) * np.linspace(2, 0.3, d) + 1.5
    full = prefix + rng.normal(size=(n, d)) * 0.7
    unit = lambda z: z / np.linalg.norm(z, axis=1, keepdims=True)
    weights = rng.integers(0, 4, size=n)
    up = unit(prefix)
    pairs = list(combinations(range(n), 2))
    weighted = sum(weights[i] * weights[j] * (up[i] @ up[j]) for i, j in pairs)
    return {
        "prefix": prefix.tolist(),
        "full": full.tolist(),
        "weights": weights.tolist(),
        "input": cosine_mean(prefix),
        "fullCosine": cosine_mean(full),
        "centred": cosine_mean(prefix - prefix.mean(0)),
        "weighted": float(weighted / sum(weights[i] * weights[j] for i, j in pairs)),
        "raw": rank_values(prefix),
        "centredRanks": rank_values(prefix - prefix.mean(0)),
        "uniformity": float(np.log(np.exp(-2 * pdist(up) ** 2).mean())),
        "alignment": float((np.linalg.norm(up - unit(full), axis=1) ** 2).mean()),
        "pca": pca(prefix),
        "neighbours": neighbours(prefix, full, 5),
    }


def grams(row, n):
    return {tuple(row[i : i + n]) for i in range(len(row) - n + 1)}


def duplicate_rows():
    rows = [rng.integers(0, 500, size=int(rng.integers(3, 90))).tolist() for _ in range(120)]
    for _ in range(160):
        row = list(rows[int(rng.integers(0, len(rows)))])
        for _ in range(int(rng.integers(0, 4))):
            row[int(rng.integers(0, len(row)))] = int(rng.integers(0, 500))
        rows.append(row)
    return rows


def duplicates(rows, n, threshold):
    sets = [grams(row, n) for row in rows]
    pairs = [
        (i, j)
        for i, j in combinations(range(len(rows)), 2)
        if rows[i] == rows[j] or (sets[i] and sets[j] and len(sets[i] & sets[j]) / len(sets[i] | sets[j]) >= threshold)
    ]
    i, j = zip(*pairs)
    _, label = connected_components(coo_matrix((np.ones(len(i)), (i, j)), shape=(len(rows),) * 2), directed=False)
    first = {}
    for row, value in enumerate(label):
        first.setdefault(value, row)
    return {
        "nearGroup": [first[value] for value in label],
        "exactCount": [rows.count(row) for row in rows],
        "exactGroup": [rows.index(row) for row in rows],
    }


def ceiling_rows():
    rows, starts = [], []
    for _ in range(300):
        rows.append(rng.integers(0, 3, size=int(rng.integers(1, 9))).tolist())
        starts.append(int(rng.integers(0, len(rows[-1]) + 1)))
    return rows, starts


def ceilings(rows, starts):
    after = {}
    suffixes = {}
    for row, start in zip(rows, starts):
        for at in range(len(row)):
            after.setdefault(tuple(row[:at]), Counter())[row[at]] += 1
        suffixes.setdefault(tuple(row[:start]), Counter())[tuple(row[start:])] += 1
    best = lambda counter: min(counter, key=lambda item: (-counter[item], item))
    termwise, sequence, rival = [], [], []
    for row, start in zip(rows, starts):
        at = start
        while at < len(row) and best(after[tuple(row[:at])]) == row[at]:
            at += 1
        termwise.append(at - start)
        rival.append(int(best(after[tuple(row[:at])])) if at < len(row) else -1)
        mode, length = best(suffixes[tuple(row[:start])]), 0
        while length < min(len(mode), len(row) - start) and mode[length] == row[start + length]:
            length += 1
        sequence.append(length)
    same = [sum(suffixes[tuple(row[:start])].values()) for row, start in zip(rows, starts)]
    return {"termwise": termwise, "sequence": sequence, "rival": rival, "samePrefix": same}


def lexical():
    cases = []
    for _ in range(30):
        a = rng.integers(0, 4, size=int(rng.integers(3, 14))).tolist()
        b = rng.integers(0, 4, size=int(rng.integers(3, 14))).tolist()
        match = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
        ga, gb = grams(a, 3), grams(b, 3)
        cases.append(
            {
                "a": a,
                "b": b,
                "substring": match.size,
                "jaccard": len(ga & gb) / len(ga | gb),
                "containment": len(ga & gb) / len(ga),
            }
        )
    return cases


def distributions():
    p = rng.dirichlet(np.ones(12), size=4)
    return {
        "p": p.tolist(),
        "js": float(jensenshannon(p[0], p[1], base=2) ** 2),
        "kl": float(entropy(p[0], p[1], base=2)),
        "generalized": float(entropy(p.mean(0), base=2) - entropy(p, axis=1, base=2).mean()),
    }


rows = duplicate_rows()
suffix_rows, suffix_starts = ceiling_rows()
print(
    json.dumps(
        {
            "tall": vectors(40, 6),
            "wide": vectors(7, 12),
            "duplicates": {"rows": rows, **duplicates(rows, 3, 0.7)},
            "ceilings": {"rows": suffix_rows, "starts": suffix_starts, **ceilings(suffix_rows, suffix_starts)},
            "lexical": lexical(),
            "distributions": distributions(),
        }
    )
)
