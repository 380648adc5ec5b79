"""Reference values of the tail index with censoring: the likelihood of a Pareto tail, maximised by SciPy.

An exact N contributes the density of scipy.stats.pareto at N / u, a censored one its survival function; the maximum
is searched numerically. Intervals: scipy.stats.bootstrap, BCa, of pairs (N, L) at a fixed threshold. Run: python3
tailIndex.py > tailIndex.json
"""
import json

import numpy as np
import scipy
from scipy import optimize, stats

N = [0, 0, 0, 1, 1, 2, 3, 3, 5, 8, 12, 20, 20, 7, 5, 30, 30, 4, 9, 13]
L = [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 12, 40, 20, 9, 9, 30, 40, 4, 40, 40]
n, length = np.array(N), np.array(L)
censored = n == length
points = []
for u in sorted({v for v in N if v > 0}, reverse=True):
    tail = n > u
    if not tail.any():
        continue
    ratios, is_censored = n[tail] / u, censored[tail]
    exact = int((~is_censored).sum())
    alpha = None
    if exact > 0:

        def negative(log_alpha):
            b = np.exp(log_alpha)
            return -(
                stats.pareto.logpdf(ratios[~is_censored], b).sum() + stats.pareto.logsf(ratios[is_censored], b).sum()
            )

        found = optimize.minimize_scalar(negative, bounds=(-5, 8), method="bounded", options={"xatol": 1e-10})
        alpha = float(np.exp(found.x))
    bca = None
    if exact >= 5:

        def exponent(some_n, some_length):
            inside = some_n > u
            return (some_n < some_length)[inside].sum() / np.log(some_n[inside] / u).sum()

        interval = stats.bootstrap(
            (n, length), exponent, paired=True, vectorized=False, n_resamples=20_000, method="BCa", rng=1
        ).confidence_interval
        bca = [float(interval.low), float(interval.high)]
    points.append({"threshold": int(u), "k": int(tail.sum()), "exact": exact, "alpha": alpha, "bca": bca})
print(json.dumps({"scipy": scipy.__version__, "n": N, "length": L, "points": points}, indent=1))
