"""A report on measurements in a csv file: structured rows, grouped means, percentiles, a histogram, json."""

import io
import json

import numpy as np

np.set_printoptions(precision=3, suppress=True)
TEXT = """city,day,temp,rain
Oslo,1,4.5,0.0
Rome,1,18.25,1.5
Oslo,2,6.0,3.25
Cairo,1,29.5,0.0
Rome,2,20.0,0.0
Cairo,2,31.0,0.5
Oslo,3,5.25,7.0
"""
table = np.genfromtxt(io.StringIO(TEXT), delimiter=",", names=True, dtype=None, encoding="utf-8")
print(table.dtype.names, table.shape)
temps, rain = np.array(table["temp"]), np.array(table["rain"])
cities, codes, counts = np.unique(table["city"], return_inverse=True, return_counts=True)
for k, city in enumerate(cities):
    chosen = temps[codes == k]
    print(f"{city:<6} n={counts[k]} mean={chosen.mean():.2f} sd={chosen.std(ddof=1):.3f} range={np.ptp(chosen)}")
totals = np.zeros(len(cities))
np.add.at(totals, codes, rain)
print("rain", dict(zip(cities.tolist(), totals.tolist())))
print("percentiles", np.percentile(temps, [10, 50, 90]), np.median(temps), type(np.median(temps)).__name__)
edges = np.histogram_bin_edges(temps, bins=4)
print(edges, np.histogram(temps, bins=edges)[0], np.digitize(temps, edges))
order = np.lexsort((rain, codes))
print(order, temps[order])
print(
    json.dumps(
        {
            "mean": temps.mean(),
            "max": temps.max(),
            "hot": int((temps > 20).sum()),
            "corr": np.corrcoef(temps, rain)[0, 1],
        }
    )
)
summary = {temps.max(): "warmest", temps.min(): "coldest"}
print(summary[31.0], summary[4.5], isinstance(temps.sum(), float), temps.dtype.name, temps.flags["C_CONTIGUOUS"])
for mean, value in sorted([(temps[codes == k].mean(), str(c)) for k, c in enumerate(cities)], reverse=True):
    print(round(mean, 2), value)
masked = np.ma.masked_greater(temps, 25)
print(masked.mean(), masked.count())
buffer = io.BytesIO()
np.savez(buffer, temps=temps, codes=codes)
buffer.seek(0)
loaded = np.load(buffer)
np.testing.assert_array_equal(loaded["temps"], temps)
print(sorted(loaded.files), loaded["codes"].dtype)
try:
    temps.mean(axis=2)
except np.exceptions.AxisError as error:
    print("no axis", error.axis, "of", error.ndim)
try:
    temps["mean"]
except IndexError:
    print("no field")
