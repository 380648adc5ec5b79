"""Reference values for the panels that compare samples: groups, pairs, membership.

SciPy and statsmodels where they have the statistic; else the definition written out over all pairs.

    apt-get install -y python3-scipy python3-statsmodels
    /usr/bin/python3 tests/reference/comparisons.py > tests/reference/comparisons.json
"""

import itertools
import json
import math
import warnings

import numpy as np
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

warnings.simplefilter("ignore")
rng = np.random.default_rng(20250203)
out = {"versions": {"scipy": scipy.__version__, "numpy": np.__version__, "statsmodels": statsmodels.__version__}}


def plain(value):
    """NumPy to JSON, with null for what is undefined."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value


Z = stats.norm.ppf(0.975)

# ---- shifts: all differences and all Walsh averages, sorted
CX, CY = [0, 0, 1, 2, 3, 5], [1, 3, 4, 8, 12, 20]
gx = rng.geometric(0.3, 40) - 1
gy = rng.geometric(0.15, 55) - 1


def two_sample_shift(x, y):
    d = np.sort([b - a for a in x for b in y])
    c = math.floor(len(d) / 2 - Z * math.sqrt(len(d) * (len(x) + len(y) + 1) / 12))
    return [np.median(d), d[c - 1] if c >= 1 else None, d[-c] if c >= 1 else None]


def paired_shift(d):
    w = np.sort([(d[i] + d[j]) / 2 for i in range(len(d)) for j in range(i, len(d))])
    n = len(d)
    c = math.floor(n * (n + 1) / 4 - Z * math.sqrt(n * (n + 1) * (2 * n + 1) / 24))
    return [np.median(w), w[c - 1] if c >= 1 else None, w[-c] if c >= 1 else None]


pd = np.round(rng.normal(1.5, 4, 37)).astype(int)
out["shift"] = [{"x": x, "y": y, "value": two_sample_shift(x, y)}
                for x, y in ((CX, CY), (gx.tolist(), gy.tolist()), ([1, 2], [3]))]
out["pairedShift"] = [{"differences": d, "value": paired_shift(d)} for d in (pd.tolist(), [1, -2, 5, 0], [3])]

# ---- permutation of the means: all assignments
pooled = np.array(CX + CY, float)
seen = abs(np.mean(CX) - np.mean(CY))
hits = [abs(pooled[list(c)].mean() - np.delete(pooled, list(c)).mean()) >= seen - 1e-12
        for c in itertools.combinations(range(12), 6)]
out["meanPermutation"] = {"x": CX, "y": CY, "difference": np.mean(CY) - np.mean(CX), "p": np.mean(hits)}

# ---- groups: three groups whose suffixes have 12 or 20 tokens
name = np.repeat([0, 1, 2], [30, 25, 20])
length = rng.choice([12, 20], 75)
n = np.minimum(rng.geometric(np.array([0.4, 0.2, 0.08])[name]) - 1, length)
event = (n < length).astype(int)


def quantiles_of(keep):
    """Curve and Greenwood errors from statsmodels (a miss at token N + 1); levels read off as R's quantile.survfit
    does: the first n at which the curve, or an end of its log-log interval, is down to 1 - q. Where the curve is 0 the
    upper end is that of scipy.stats.binomtest for none of those at risk."""
    curve = SurvfuncRight(n[keep] + 1, event[keep])
    s, se = curve.surv_prob, curve.surv_prob_se
    half = np.where(s > 0, Z * se / (s * np.log(np.where(s > 0, s, 0.5))), 0)
    none = [stats.binomtest(0, int(k)).proportion_ci(0.95, "exact").high for k in curve.n_risk]
    low, high = np.where(s > 0, s ** np.exp(-half), 0), np.where(s > 0, s ** np.exp(half), none)
    first = lambda values, q: next((t - 1 for t, v in zip(curve.surv_times, values) if v <= 1 - q + 1e-12), None)
    return [[first(values, q) for values in (s, low, high)] for q in (0.1, 0.25, 0.5, 0.75, 0.9)]


pairs = []
for i, j in itertools.combinations(range(3), 2):
    x, y = n[name == i], n[name == j]
    keep = (name == i) | (name == j)
    chi, p = survdiff(n[keep] + 1, event[keep], name[keep])
    greater = np.mean([(b > a) + 0.5 * (b == a) for a in x for b in y])
    pairs.append({"first": i, "second": j, "logRankP": p, "superiority": greater,
                  "asymptoticP": stats.mannwhitneyu(x, y, method="asymptotic").pvalue,
                  "shift": two_sample_shift(x, y)})
h = stats.kruskal(*[n[name == g] for g in range(3)])
chi = survdiff(n + 1, event, name)
out["groups"] = {
    "group": name, "n": n, "length": length, "kruskal": list(h), "logRank": list(chi), "pairs": pairs,
    "quantiles": [quantiles_of(name == g) for g in range(3)],
}

# ---- paired: signs by the binomial distribution, signed ranks by SciPy
before = rng.integers(0, 20, 60)
after = np.clip(before + np.round(rng.normal(1, 3, 60)).astype(int), 0, 30)
d = after - before
w = stats.wilcoxon(d, method="approx", correction=True)
out["paired"] = {
    "before": before, "after": after, "increases": np.sum(d > 0), "decreases": np.sum(d < 0), "equal": np.sum(d == 0),
    "signP": stats.binomtest(int(np.sum(d > 0)), int(np.sum(d != 0)), 0.5).pvalue, "corrected": w.pvalue,
    "shift": paired_shift(d),
}

# ---- logistic regression with a ridge on the slopes: scipy.optimize on the penalised likelihood
features = rng.normal(0, 1, (80, 3))
label = (rng.random(80) < 1 / (1 + np.exp(-(features @ [1.2, -0.7, 0] - 0.8)))).astype(int)
weight = np.where(label == 1, 40 / label.sum(), 40 / (80 - label.sum()))


def penalised(theta):
    eta = theta[0] + features @ theta[1:]
    return np.sum(weight * (np.logaddexp(0, eta) - label * eta)) + 0.5 * np.sum(theta[1:] ** 2)


best = optimize.minimize(penalised, np.zeros(4), method="BFGS", options={"gtol": 1e-10})
out["logistic"] = {"features": features.ravel(), "label": label, "coefficients": best.x}

# ---- DeLong: the components over all pairs, the covariance by numpy
scores = np.round(rng.normal(0, 1, (2, 60)), 1)
is_member = np.arange(60) < 25
scores[:, is_member] += np.array([[0.8], [0.3]])
psi = (scores[:, is_member][:, :, None] > scores[:, ~is_member][:, None, :]) + 0.5 * (
    scores[:, is_member][:, :, None] == scores[:, ~is_member][:, None, :])
cov = np.cov(psi.mean(2)) / 25 + np.cov(psi.mean(1)) / 35
out["delong"] = {
    "scores": scores, "member": is_member.astype(int), "auroc": psi.mean((1, 2)), "variance": np.diag(cov),
    "differenceVariance": cov[0, 0] + cov[1, 1] - 2 * cov[0, 1],
}

print(json.dumps(plain(out)))
