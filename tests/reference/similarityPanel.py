"""Values for the figures of similarity on clustered vectors, independent of the code under test.

Run with NumPy 1.24.2, SciPy 1.10.1: python3 tests/reference/similarityPanel.py > tests/reference/similarityPanel.json
"""

import json

import numpy as np
from scipy.spatial.distance import pdist, squareform
from scipy.stats import bootstrap, pearsonr, rankdata, spearmanr

rng = np.random.default_rng(20250203)
N, D, K = 60, 6, 10

# Three groups around directions of their own, all shifted along one axis as hidden states are.
group = np.repeat([0, 1, 2], [30, 20, 10])
centre = rng.normal(size=(3, D)) * 1.5
shift = np.array([4.0, 0, 0, 0, 0, 0])
prefix = centre[group] + rng.normal(size=(N, D)) * 0.8 + shift
full = prefix + rng.normal(size=(N, D)) * rng.choice([0.1, 0.8], size=(N, 1))
# Whole steps of a hundredth: exact in every format.
prefix, full = np.round(prefix, 2), np.round(full, 2)


def mean_cosine(z):
    return float(1 - pdist(z, "cosine").mean())


def gap_of(p, f):
    return [mean_cosine(p), mean_cosine(f), mean_cosine(f) - mean_cosine(p)]


cp, cf = prefix - prefix.mean(0), full - full.mean(0)
sets = {"all": np.arange(N), **{str(g): np.flatnonzero(group == g) for g in range(3)}}


def local(p, f):
    a, b = 1 - squareform(pdist(p, "cosine")), 1 - squareform(pdist(f, "cosine"))
    np.fill_diagonal(a, -np.inf)
    np.fill_diagonal(b, -np.inf)
    rows = np.arange(N)[:, None]
    near_p = np.argsort(-a, axis=1, kind="stable")[:, :K]
    near_f = np.argsort(-b, axis=1, kind="stable")[:, :K]
    return {
        "gap": (b[rows, near_p] - a[rows, near_p]).mean(1).tolist(),
        "redundancy": b[rows, near_f].mean(1).tolist(),
        "closeShare": (b[rows, near_f] > 0.95).mean(1).tolist(),
    }


raw_local = local(prefix, full)
matches = rng.integers(0, 12, size=N) + 5 * (np.array(raw_local["gap"]) > np.median(raw_local["gap"]))
copies = rng.integers(1, 5, size=N)


def partial(x, y, z):
    """Pearson of what is left of the ranks after regressing them on the ranks of z."""
    x, y, z = rankdata(x), rankdata(y), rankdata(z)
    design = np.column_stack([np.ones(N), z])
    left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (x, y)]
    return float(pearsonr(*left)[0])


def without_self(z, indices):
    """Mean cosine over the pairs of drawn samples that are not twice the same one."""
    c = 1 - squareform(pdist(z, "cosine"))
    different = indices[:, None] != indices[None, :]
    return c[np.ix_(indices, indices)][different].mean()


def interval(statistic):
    found = bootstrap(
        (np.arange(N),), statistic, method="BCa", vectorized=False, n_resamples=9999, random_state=1
    )
    return [float(found.confidence_interval.low), float(found.confidence_interval.high)]


print(
    json.dumps(
        {
            "group": group.tolist(),
            "prefix": prefix.tolist(),
            "full": full.tolist(),
            "sets": {
                name: {"raw": gap_of(prefix[rows], full[rows]), "centred": gap_of(cp[rows], cf[rows])}
                for name, rows in sets.items()
            },
            "local": {"raw": raw_local, "centred": local(cp, cf)},
            "matches": matches.tolist(),
            "copies": copies.tolist(),
            "spearman": float(spearmanr(raw_local["gap"], matches)[0]),
            "spearmanP": float(spearmanr(raw_local["gap"], matches)[1]),
            "partial": partial(raw_local["gap"], matches, copies),
            "withoutOne": [mean_cosine(np.delete(prefix, row, 0)) for row in range(N)],
            "intervals": {
                "input": interval(lambda i: without_self(prefix, i)),
                "full": interval(lambda i: without_self(full, i)),
                "gap": interval(lambda i: without_self(full, i) - without_self(prefix, i)),
            },
        }
    )
)
