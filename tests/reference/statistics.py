"""Reference values for src/core/statistics, from SciPy, statsmodels and mpmath.

Where a library has the statistic it is used; where none has it, the definition is written out in another way than
in Memoscope (dense loops, dense enumeration, quadrature). Each part names its source.

    apt-get install -y python3-scipy python3-statsmodels python3-mpmath
    /usr/bin/python3 tests/reference/statistics.py > tests/reference/statistics.json
"""

import itertools
import json
import math
import warnings

import mpmath
import numpy as np
import scipy
import statsmodels
from scipy import optimize, special, stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.stattools import medcouple

warnings.simplefilter("ignore")
mpmath.mp.dps = 40
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
    if isinstance(value, (float, np.floating, mpmath.mpf)):
        return float(value) if math.isfinite(value) else None
    return value


# ---- special functions: mpmath with 40 digits
def beta_inc(a, b, x):
    """For large whole a and b, where mpmath's series does not converge, by I_x(a, b) = P(Bin(a + b - 1, x) >= a)."""
    if a < 100:
        return mpmath.betainc(a, b, 0, x, regularized=True)
    n, x = a + b - 1, mpmath.mpf(x)
    term = mpmath.binomial(n, a) * x**a * (1 - x) ** (n - a)
    total = mpmath.mpf(0)
    for k in range(a, n + 1):
        total += term
        term *= x / (1 - x) * (n - k) / (k + 1)
        if term < total * mpmath.mpf(10) ** -30:
            break
    return total


out["special"] = {
    "logGamma": [[x, mpmath.loggamma(x).real] for x in (1e-8, 0.1, 0.5, 1, 1.5, 2, 2.5, 3.7, 10, 30.5, 171.5, 1e4, 1e9)],
    "gammaQ": [
        [a, x, mpmath.gammainc(a, x, mpmath.inf, regularized=True)]
        for a, x in ((0.5, 0.1), (0.5, 2), (0.5, 40), (1, 0.3), (2.5, 2.5), (10, 3), (10, 30), (50, 60), (500, 480), (0.01, 1e-4))
    ],
    "betaInc": [
        [a, b, x, beta_inc(a, b, x)]
        for a, b, x in ((0.5, 0.5, 0.2), (2, 3, 0.4), (1, 20, 0.1), (20, 1, 0.9), (4, 17, 0.3789), (500, 700, 0.4),
                        (50000, 50000, 0.501), (0.1, 5, 1e-5), (3, 18, 0.999))
    ],
    "normalCdf": [[x, mpmath.ncdf(x)] for x in (-30, -8, -3, -1.96, -0.1, 0, 0.7, 2, 6)],
    "normalQuantile": [[p, mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(p) - 1)]
                       for p in (1e-12, 1e-6, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999999)],
    # T with nu degrees of freedom, two-sided tail.
    "studentTail": [[t, nu, 2 * stats.t.sf(t, nu)] for t, nu in ((0.5, 3), (2.1, 10), (4.4, 6), (12, 5), (1.96, 1e5))],
    "chiSquareTail": [[x, k, stats.chi2.sf(x, k)] for x, k in ((3.84, 1), (12.1066, 1), (4.68, 2), (80, 3), (25.16, 1))],
    "kolmogorovTail": [[x, special.kolmogorov(x)] for x in (0.2, 0.5, 0.866, 1.36, 2.5)],
}

# ---- survival: statsmodels (Kaplan-Meier, Greenwood, log-rank of k groups)
B_N = [0, 0, 0, 1, 1, 2, 3, 3, 5, 8, 12, 20]
B_L = [10, 10, 12, 10, 8, 10, 10, 3, 10, 8, 20, 20]


def times(n, length):
    n, length = np.asarray(n), np.asarray(length)
    event = (n < length).astype(int)
    return np.where(event, n + 1, length).astype(float), event


def survival(n, length):
    t, e = times(n, length)
    fit = SurvfuncRight(t, e)
    return {"n": n, "length": length, "time": fit.surv_times, "survival": fit.surv_prob, "se": fit.surv_prob_se,
            "atRisk": fit.n_risk, "misses": fit.n_events}


def draw(size, a, b, low, high):
    p = rng.beta(a, b, size)
    n = np.floor(np.log(rng.random(size)) / np.log(p)).astype(int)
    length = rng.integers(low, high + 1, size)
    return np.minimum(n, length).tolist(), length.tolist()


big = draw(300, 3.0, 1.0, 5, 50)
groups = [draw(80, 3.0, 1.0, 5, 50), draw(60, 5.0, 1.0, 5, 50), draw(70, 2.0, 1.0, 20, 20)]
t = np.concatenate([times(*g)[0] for g in groups])
e = np.concatenate([times(*g)[1] for g in groups])
label = np.repeat([0, 1, 2], [80, 60, 70])
chi3, p3 = survdiff(t, e, label)
tb, eb = times(B_N, B_L)
chi2, p2 = survdiff(tb, eb, np.repeat([0, 1], 6))
out["survival"] = {
    "fixtureB": survival(B_N, B_L),
    "large": survival(*big),
    "logRankB": {"chi2": chi2, "p": p2},
    "logRank3": {"groups": [{"n": n, "length": length} for n, length in groups], "chi2": chi3, "p": p3},
}


# ---- parametric: scipy.optimize on the likelihood written with betaln, moments by quadrature over Beta(a, b)
def beta_geometric_fit(n, length):
    n, length = np.asarray(n), np.asarray(length)
    missed = n < length

    def negative(theta):
        a, b = np.exp(theta)
        event = special.betaln(a + n[missed], b + 1) - special.betaln(a, b)
        kept = special.betaln(a + length[~missed], b) - special.betaln(a, b)
        return -(event.sum() + kept.sum())

    best = optimize.minimize(negative, [0.5, 0.0], method="Nelder-Mead",
                             options={"xatol": 1e-11, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000})
    a, b = np.exp(best.x)
    return {"a": a, "b": b, "logLik": -best.fun}


def capped_moments(a, b, cap):
    n = np.arange(1, cap + 1)

    def over(f):
        return float(mpmath.quad(lambda p: f(p) * mpmath.mpf(p) ** (a - 1) * (1 - mpmath.mpf(p)) ** (b - 1),
                                 [0, 0.5, 0.9, 1]) / mpmath.beta(a, b))

    mean_of = lambda p: sum(p**int(k) for k in n)
    square_of = lambda p: sum((2 * int(k) - 1) * p**int(k) for k in n)
    mean = over(mean_of)
    within = over(lambda p: square_of(p) - mean_of(p) ** 2)
    between = over(lambda p: mean_of(p) ** 2) - mean**2
    return {"a": a, "b": b, "cap": cap, "mean": mean, "within": within, "between": between}


def capped_geometric_skewness(p, cap):
    k = np.arange(cap + 1)
    mass = np.where(k < cap, p**k * (1 - p), p**cap)
    mean = (k * mass).sum()
    central = lambda r: ((k - mean) ** r * mass).sum()
    return central(3) / central(2) ** 1.5


out["parametric"] = {
    "fixtureB": beta_geometric_fit(B_N, B_L),
    "large": beta_geometric_fit(*big),
    "moments": [capped_moments(2.0, 1.5, 10), capped_moments(4.0, 3.0, 25)],
    "cappedGeometricSkewness": [[p, cap, capped_geometric_skewness(p, cap)]
                                for p, cap in ((0.98, 50), (0.5, 50), (0.9, 12))],
}

# ---- skewness: scipy.stats, statsmodels.medcouple; Gini as the mean absolute difference over all pairs
X = np.array([0, 0, 0, 1, 1, 2, 3, 3, 5, 8, 12, 20], float)
heavy = np.round(rng.pareto(1.5, 200) * 3).astype(int)
smooth = rng.gamma(0.7, 2.0, 151)


def skew(x):
    x = np.asarray(x, float)
    n = len(x)
    ordered = np.sort(x)[::-1]
    share = x / x.mean()
    logs = np.log(ordered[ordered > 0])
    return {
        "values": x, "mean": x.mean(), "sd": x.std(ddof=1), "g1": stats.skew(x), "G1": stats.skew(x, bias=False),
        "g2": stats.kurtosis(x), "G2": stats.kurtosis(x, bias=False),
        "gini": np.abs(x[:, None] - x[None, :]).sum() / (2 * n * n * x.mean()),
        "theil": special.xlogy(share, share).mean(),
        "hill": [logs[:k].mean() - logs[k] for k in range(1, len(logs))],
        "medcouple": float(medcouple(x)),
    }


def dense_medcouple(x):
    """Brys, Hubert and Struyf 2004, eq. 2.1 and 2.2, over all pairs, for samples with values tied at the median."""
    x = np.sort(np.asarray(x, float))
    m = np.median(x)
    low, high = x[x <= m], x[x >= m]
    k = int((x == m).sum())
    kernel = []
    for i, a in enumerate(low):
        for j, b in enumerate(high):
            if a == b:
                # i-th of the ties from the right end of `low`, j-th from the left end of `high`.
                kernel.append(np.sign((i - (len(low) - k) + 1) + (j + 1) - 1 - k))
            else:
                kernel.append(((b - m) - (m - a)) / (b - a))
    return float(np.median(kernel))


out["skewness"] = {
    "fixture": skew(X), "heavy": skew(heavy), "smooth": skew(smooth),
    "denseMedcouple": [[x, dense_medcouple(x)] for x in
                       (X.tolist(), [1, 2, 3, 4, 7, 8], [1, 2, 8, 9, 10], [0] * 7 + [1, 2, 9], heavy.tolist())],
}

# ---- bootstrap: the BCa end points of scipy.stats._resampling, fed with stored replicates
replicates = rng.choice(X, (400, 12)).mean(1)
jackknife = np.array([np.delete(X, i).mean() for i in range(12)])
z0 = stats.norm.ppf((np.sum(replicates < X.mean()) + np.sum(replicates <= X.mean())) / 800)
dev = jackknife.mean() - jackknife
acc = (dev**3).sum() / (6 * (dev**2).sum() ** 1.5)
za = stats.norm.ppf([0.025, 0.975])
levels = stats.norm.cdf(z0 + (z0 + za) / (1 - acc * (z0 + za)))
scipy_bca = stats.bootstrap((X,), np.mean, n_resamples=100000, method="BCa", random_state=1).confidence_interval
out["bootstrap"] = {
    "replicates": replicates, "estimate": X.mean(), "jackknife": jackknife, "z0": z0, "acceleration": acc,
    "bca": np.percentile(replicates, 100 * levels), "percentile": np.percentile(replicates, [2.5, 97.5]),
    "scipyMean": list(scipy_bca),
    "binomial": {"n": 1000, "p": 0.2, "mass": stats.binom.pmf(np.arange(160, 241), 1000, 0.2)},
}

# ---- tests
CX, CY, CZ = [0, 0, 1, 2, 3, 5], [1, 3, 4, 8, 12, 20], [2, 2, 6, 7]


def permutation_two_sample(x, y, statistic):
    """All assignments, enumerated: share with a statistic at least as large as the one seen."""
    pooled = np.array(x + y, float)
    seen = statistic(np.array(x, float), np.array(y, float))
    hits = count = 0
    for chosen in itertools.combinations(range(len(pooled)), len(x)):
        mask = np.zeros(len(pooled), bool)
        mask[list(chosen)] = True
        hits += statistic(pooled[mask], pooled[~mask]) >= seen - 1e-12
        count += 1
    return hits / count


u_distance = lambda x, y: abs(stats.mannwhitneyu(x, y, method="asymptotic").statistic - len(x) * len(y) / 2)
ks_distance = lambda x, y: stats.ks_2samp(x, y, method="asymp").statistic
mw = stats.mannwhitneyu(CX, CY, method="asymptotic")
bx, by = np.round(rng.exponential(3, 120)).tolist(), np.round(rng.exponential(4, 90)).tolist()
mw_big = stats.mannwhitneyu(bx, by, method="asymptotic")
ux, uy = rng.normal(0, 1, 14).tolist(), rng.normal(0.8, 1, 11).tolist()
ks_exact = stats.ks_2samp(ux, uy, method="exact")
out["twoSample"] = {
    "c": {"x": CX, "y": CY, "u": mw.statistic, "asymptotic": mw.pvalue,
          "exact": permutation_two_sample(CX, CY, u_distance),
          "ks": ks_distance(np.array(CX), np.array(CY)), "ksPermutation": permutation_two_sample(CX, CY, ks_distance)},
    "big": {"x": bx, "y": by, "u": mw_big.statistic, "asymptotic": mw_big.pvalue},
    "untied": {"x": ux, "y": uy, "mannWhitneyExact": stats.mannwhitneyu(ux, uy, method="exact").pvalue,
               "ks": ks_exact.statistic, "ksExact": ks_exact.pvalue},
    "kruskal": dict(zip(("h", "p"), stats.kruskal(CX, CY, CZ))),
}


def dunn(groups):
    """Dunn 1964 with the correction for ties, from SciPy's midranks."""
    pooled = np.concatenate(groups)
    ranks = stats.rankdata(pooled)
    n = len(pooled)
    ties = sum(c**3 - c for c in np.unique(pooled, return_counts=True)[1])
    splits = np.split(ranks, np.cumsum([len(g) for g in groups])[:-1])
    rows = []
    for i, j in itertools.combinations(range(len(groups)), 2):
        se = math.sqrt((n * (n + 1) / 12 - ties / (12 * (n - 1))) * (1 / len(groups[i]) + 1 / len(groups[j])))
        z = (splits[i].mean() - splits[j].mean()) / se
        rows.append([i, j, z, 2 * stats.norm.sf(abs(z))])
    return rows


out["twoSample"]["dunn"] = dunn([CX, CY, CZ])

BF, AF = [0, 1, 2, 3, 5, 8, 0, 2], [1, 1, 5, 4, 9, 16, 0, 7]


def sign_flips(d):
    d = np.array([v for v in d if v != 0], float)
    ranks = stats.rankdata(abs(d))
    seen = abs(ranks[d > 0].sum() - ranks.sum() / 2)
    flips = [abs((np.array(s) * ranks).sum() - ranks.sum() / 2) >= seen - 1e-12
             for s in itertools.product((0, 1), repeat=len(d))]
    return np.mean(flips)


pd1 = np.round(rng.normal(0.6, 2, 14)).tolist()
d = np.array(AF) - np.array(BF)
wil = lambda d, **kw: stats.wilcoxon(d, method="approx", **kw).pvalue
out["paired"] = {
    "fixture": {"before": BF, "after": AF, "exact": sign_flips(d), "plain": wil(d), "corrected": wil(d, correction=True),
                "pratt": wil(d, zero_method="pratt")},
    "mixed": {"differences": pd1, "exact": sign_flips(pd1), "plain": wil(pd1), "corrected": wil(pd1, correction=True),
              "pratt": wil(pd1, zero_method="pratt")},
}

px = np.round(rng.normal(0, 3, 60)).tolist()
py = np.round(np.array(px) * 0.3 + rng.normal(0, 3, 60)).tolist()
pz = np.round(np.array(px) * 0.5 + rng.normal(0, 2, 60)).tolist()


def residual_partial(x, y, z):
    """Partial Spearman as Pearson of the residuals of the midranks on the covariate's midranks."""
    x, y, z = (stats.rankdata(v) for v in (x, y, z))
    res = lambda v: v - np.polyval(np.polyfit(z, v, 1), z)
    r = stats.pearsonr(res(x), res(y))[0]
    df = len(x) - 3
    return [r, 2 * stats.t.sf(abs(r) * math.sqrt(df / (1 - r * r)), df)]


out["association"] = {
    "fixture": {"spearman": list(stats.spearmanr(BF, AF)), "kendall": list(stats.kendalltau(BF, AF))},
    "ties": {"x": px, "y": py, "z": pz, "spearman": list(stats.spearmanr(px, py)),
             "kendall": list(stats.kendalltau(px, py, method="asymptotic")), "partial": residual_partial(px, py, pz)},
}
many = np.round(rng.random(12) ** 3, 5).tolist()
out["multiplicity"] = [
    {"p": p, "holm": multipletests(p, method="holm")[1], "bh": multipletests(p, method="fdr_bh")[1]}
    for p in ([0.01, 0.02, 0.03, 0.04, 0.2], many, [0.9], [0.02, 0.02, 0.02, 1.0])
]


# ---- worst case: scipy.stats.hypergeom, and enumeration of all sub-samples
def needed(m, k, chance):
    z = 0
    while 1 - stats.hypergeom.pmf(0, m, k, z) < chance - 1e-12:
        z += 1
    return z


small = [0, 0, 1, 3, 3, 7, 9]
maxima = np.array([max(c) for c in itertools.combinations(small, 3)])
out["worstCase"] = {
    "miss": [[m, k, z, stats.hypergeom.pmf(0, m, k, z)] for m, k, z in
             ((1000, 10, 100), (9723, 1, 200), (9723, 10, 200), (9723, 97, 200), (20, 5, 16))],
    "needed": [[m, k, c, needed(m, k, c)] for m, k, c in ((1000, 10, 0.95), (9723, 98, 0.95), (500, 3, 0.9))],
    "zeroHit": [[z, stats.beta.ppf(0.95, 1, z)] for z in (10, 300, 1000)],
    "small": {"values": small, "z": 3, "mean": maxima.mean(),
              "quantiles": [[q, np.percentile(maxima, 100 * q, method="inverted_cdf")] for q in (0.05, 0.25, 0.5, 0.95)]},
}


# ---- dependence: scipy.stats.contingency, and dense loops
def mi_of(table):
    table = np.asarray(table, float)
    g, p, _, _ = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    return {"mi": g / (2 * table.sum()), "g": g, "p": p}


table = [[30, 10], [15, 45]]
latent = rng.normal(0, 1, (150, 1))
C = (rng.normal(0, 1, (150, 6)) + latent > -0.3).astype(int)


def miller(i, j, rows=None):
    rows = np.arange(len(C)) if rows is None else rows
    a, b = i[rows], j[rows]
    counts = np.array([[np.sum((a == 1) & (b == 1)), np.sum((a == 1) & (b == 0))],
                       [np.sum((a == 0) & (b == 1)), np.sum((a == 0) & (b == 0))]], float)
    n = counts.sum()
    mass = counts / n
    expected = mass.sum(1, keepdims=True) * mass.sum(0, keepdims=True)
    mi = np.sum(special.rel_entr(mass, expected))
    cells = (mass.sum(1) > 0).sum() + (mass.sum(0) > 0).sum() - (counts > 0).sum() - 1
    return mi, mi + cells / (2 * n)


prefix = np.cumprod(C, 1)
out["dependence"] = {
    "table": {**mi_of(table), "entropies": [stats.entropy([0.4, 0.6]), stats.entropy([0.45, 0.55])],
              "phi": np.corrcoef(np.repeat([1, 1, 0, 0], [30, 10, 15, 45]), np.repeat([1, 0, 1, 0], [30, 10, 15, 45]))[0, 1]},
    "matrix": {"samples": 150, "positions": 6, "values": C.ravel(),
               "lags": [[np.mean([miller(C[:, i], C[:, i + k])[f] for i in range(6 - k)]) for f in (0, 1)]
                        for k in (1, 2, 3)],
               "prefix": [list(miller(prefix[:, j - 1], C[:, j])) for j in range(1, 6)]},
}


# ---- membership: the definition over all pairs; Clopper-Pearson from scipy.stats.binomtest
def auroc(members, others):
    m, o = np.asarray(members)[:, None], np.asarray(others)[None, :]
    return float(np.mean((m > o) + 0.5 * (m == o)))


mem = np.round(rng.normal(0.7, 1, 40), 1).tolist()
non = np.round(rng.normal(0, 1, 55), 1).tolist()


def tpr(fpr):
    best = 0.0
    for threshold in [*sorted(set(mem + non)), math.inf]:
        if np.mean(np.array(non) >= threshold) <= fpr:
            best = max(best, float(np.mean(np.array(mem) >= threshold)))
    return best


out["membership"] = {
    "members": mem, "nonMembers": non, "auroc": auroc(mem, non), "tpr": [[f, tpr(f)] for f in (0.02, 0.05, 0.1, 0.5)],
    "clopperPearson": [[k, n, *stats.binomtest(k, n).proportion_ci(0.95, "exact")]
                       for k, n in ((0, 20), (3, 20), (20, 20), (17, 40), (1, 100000))],
}

parts = (f"{json.dumps(name)}: {json.dumps(plain(part))}" for name, part in out.items())
print("{\n" + ",\n".join(parts) + "\n}")
