"""Statistics by resampling, in tables with names and missing values."""

import io

import numpy as np

csv = io.StringIO("""# height, weight, group
1.62,58.1,0
1.75,72.3,1
1.81,80.0,1
1.58,51.9,0
1.69,,0
1.77,69.4,1
1.66,61.2,0
1.90,88.8,1
""")
table = np.genfromtxt(csv, delimiter=",")
print(table.shape, np.isnan(table).sum(), np.nanmean(table, axis=0).round(4))
table = table[~np.isnan(table).any(axis=1)]
height, weight, group = table.T
group = group.astype(int)
rng = np.random.default_rng(99)


def bootstrap(data, statistic, n=500):
    idx = rng.integers(0, len(data), size=(n, len(data)))
    values = np.apply_along_axis(statistic, 1, data[idx])
    return np.percentile(values, [2.5, 97.5])


print("mean weight %.3f, interval [%.3f, %.3f]" % (weight.mean(), *bootstrap(weight, np.mean)))
print("median height %.3f" % np.median(height), bootstrap(height, np.median).round(4))
r = np.corrcoef(height, weight)[0, 1]
print("correlation %.5f" % r)
difference = weight[group == 1].mean() - weight[group == 0].mean()
count = 0
for _ in range(300):
    shuffled = rng.permutation(group)
    if weight[shuffled == 1].mean() - weight[shuffled == 0].mean() >= difference:
        count += 1
print("difference %.3f, p = %.4f" % (difference, count / 300))
slope, intercept = np.polyfit(height, weight, 1)
print("weight = %.3f * height + %.3f" % (slope, intercept))
z = (weight - np.mean(weight)) / np.std(weight, ddof=1)
print(z.round(3), np.abs(z).argmax(), f"{np.var(weight):.4f}", np.ptp(weight).round(2))
ranks = np.argsort(np.argsort(weight)) + 1
print("ranks", ranks, "average by group", np.bincount(group, weights=ranks) / np.bincount(group))
records = np.array([(1, 2.5, "a"), (2, 3.5, "b")], dtype=[("id", int), ("value", float), ("name", "U4")])
print(records["value"].mean(), records["name"].tolist(), records[records["id"] > 1]["name"][0])
for name, column in zip(["height", "weight"], [height, weight]):
    q1, q2, q3 = np.quantile(column, [0.25, 0.5, 0.75])
    print(f"{name:>8}: min {np.min(column):6.2f} q1 {q1:6.2f} median {q2:6.2f} q3 {q3:6.2f} max {np.max(column):6.2f}")
out = io.StringIO()
np.savetxt(out, table[:3], fmt="%.2f", delimiter=";", header="h;w;g")
print(out.getvalue(), end="")
out.seek(0)
print(np.loadtxt(out, delimiter=";", skiprows=1).sum().round(3))
e = np.histogram_bin_edges(weight, bins=3)
counts, _ = np.histogram(weight, bins=e)
print(counts, e.round(2), np.cumsum(counts)[-1] == len(weight))
a = np.array([3, 1, 2, 3, 3, 1])
values, first, inverse, n = np.unique(a, return_index=True, return_inverse=True, return_counts=True)
print(values, first, inverse, n, values[n.argmax()], np.isin([1, 5], a), np.intersect1d(a, [3, 4]))
