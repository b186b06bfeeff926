"""Sums, extremes, moments and scans along axes."""

from __future__ import annotations

_ALONG = ["x", "x, 0", "x, axis=-1", "z, axis=(0, 2)", "z, axis=(), keepdims=True", "x, 1, keepdims=True", "z[0, 0, 0]"]
_WHERE = ["x, where=b", "x, axis=0, where=np.array([[True], [False], [True]])", "z, (0, 2), where=b, keepdims=True"]
_SUMS = ["sum", "prod"]
_EXTREMES = ["max", "min", "amax", "amin"]
_MOMENTS = ["mean", "std", "var"]
_SCANS = ["cumsum", "cumprod"]
_KNOWN = ["nansum", "nanprod", "nanmean", "nanstd", "nanvar", "nanmax", "nanmin", "nancumsum", "nancumprod"]

SMOOTH = [
    *[f"np.{name}({along})" for name in [*_SUMS, *_EXTREMES, "mean"] for along in _ALONG],
    *[f"np.{name}({along})" for name in ("std", "var") for along in _ALONG if "()" not in along and "z[0" not in along],
    "np.ptp(x)",
    "np.ptp(x, axis=0)",
    "np.ptp(z, axis=(0, 1), keepdims=True)",
    *[f"np.{name}({along})" for name in [*_SUMS, *_MOMENTS] for along in _WHERE],
    *[f"np.{name}(x, axis=1, initial=-0.5)" for name in [*_SUMS, *_EXTREMES]],
    *[f"np.{name}(x, initial=0.25, where=b)" for name in [*_SUMS, *_EXTREMES, "nansum", "nanprod", "nanmax", "nanmin"]],
    "np.sum([x, y], axis=0)",
    "np.mean([x**2, y], axis=(0, -1))",
    "np.max([x, y], axis=0)",
    "np.sum([[v[0], 1], [2, v[1] * v[2]]], axis=0)",
    *[f"np.{name}(x, {less})" for name in ("std", "var") for less in ("ddof=1", "axis=0, ddof=1", "correction=2")],
    *[f"np.{name}(x, axis=1, mean=np.mean(x, axis=1, keepdims=True))" for name in ("std", "var")],
    *[f"np.{name}(x, 1, where=b, ddof=1, mean=0.5)" for name in ("std", "var", "nanstd", "nanvar")],
    *[f"np.{name}({along})" for name in _SCANS for along in ("x", "x, 0", "x, axis=-1", "z, 1", "v, 0", "z[0, 0, 0]")],
    "np.cumulative_sum(v)",
    "np.cumulative_sum(x, axis=1, include_initial=True)",
    "np.cumulative_prod(v, include_initial=True)",
    "np.cumulative_prod(x, axis=-2)",
    *[f"np.{name}(x, axis=0, out=np.ones(4))" for name in [*_SUMS, *_EXTREMES, *_MOMENTS, "ptp", "nansum", "nanmax"]],
    "o = np.zeros((3, 4)); np.cumsum(x, axis=1, out=o); o * o",
    *[f"np.{name}({along})" for name in _KNOWN for along in ("x", "x, 0", "z, axis=-1")],
    *[f"np.{name}(x + 0 * n, 1)" for name in _KNOWN],
    *[f"np.{name}(x + 0 * n)" for name in _KNOWN],
]

_INTEGERS = ["i", "i, 0", "i, axis=-1", "b", "b, axis=1", "i[:, 0]"]

PLAIN = [
    "np.mean(x, dtype='float32')",
    "np.sum(x, axis=0, dtype=np.float32)",
    *[
        f"np.{name}({along})"
        for name in [*_SUMS, *_EXTREMES, *_MOMENTS, "all", "any", "count_nonzero", "argmax", "argmin", *_SCANS, *_KNOWN]
        for along in _INTEGERS
    ],
    *[
        f"np.{name}({along})"
        for name in ("argmax", "argmin")
        for along in ("x", "x, 0", "x, axis=1, keepdims=True", "f")
    ],
    *[
        f"np.{name}({along})"
        for name in ("nanargmax", "nanargmin")
        for along in ("n", "n, 0", "n, axis=1, keepdims=True")
    ],
    *[f"np.{name}(f{rest})" for name in [*_SUMS, *_EXTREMES, *_MOMENTS, *_SCANS, *_KNOWN] for rest in ("", ", axis=1")],
    *[f"np.{name}(n{rest})" for name in [*_SUMS, *_EXTREMES, *_KNOWN] for rest in ("", ", 0", ", axis=-1")],
    *[
        f"np.{name}({of})"
        for name in [*_SUMS, *_EXTREMES, *_MOMENTS]
        for of in ("[1, 2, 4]", "[[1.5, 2], [3, 4]]", "3")
    ],
    *[f"np.{name}({of})" for name in ("all", "any") for of in ("[1, 0]", "x > 0, axis=0", "b, where=x > 0", "[], 0")],
    *[f"np.{name}(b, axis=0, where=i > 0, keepdims=True)" for name in ("all", "any")],
    *[f"np.{name}(b, axis=0, out=np.zeros(4, bool))" for name in ("all", "any")],
    *[f"np.{name}(x, axis=0, out=np.zeros(4, int))" for name in ("argmax", "argmin")],
    *[
        f"np.{name}(np.zeros((0, 3)){rest})"
        for name in _SUMS
        for rest in ("", ", 0", ", 1", ", axis=(0, 1), keepdims=True")
    ],
    *[f"np.{name}(np.zeros((0, 3)), 1)" for name in ("max", "min", "any", "all", "argmax")],
    *[f"np.{name}(np.zeros((2, 0)), axis=1, initial=7.0)" for name in _EXTREMES],
    *[f"np.{name}(c)" for name in ("sum", "prod", "mean", "std", "var", "cumsum", "cumprod", "any", "all")],
    *[f"np.{name}(3 * x, axis=0, out=np.zeros(4, int))" for name in ("sum", "prod", "max", "mean", "var", "nansum")],
    *[f"np.{name}(x, where=[1, 0, 1, 1], axis=1)" for name in ("sum", "prod", "nansum")],
    *[
        f"np.{name}(np.array(2.5), axis=-1)"
        for name in [*_SUMS, *_EXTREMES, "any", "all", "argmax", "ptp", "nansum", "nanmax"]
    ],
    *[f"np.{name}(np.array(2.5), axis=0)" for name in _SCANS],
    "np.cumulative_sum(np.array(2.5))",
    "np.sum(b, initial=2.5, where=b)",
    "np.sum(i, axis=0, initial=2.5)",
    *[f"np.{name}({x}, initial=2.7)" for name in [*_SUMS, *_EXTREMES, "nansum", "nanmax"] for x in ("i", "i > 1")],
    *[f"np.{name}({x}, axis=0, dtype=complex)" for name in [*_SUMS, *_MOMENTS, *_SCANS] for x in ("x", "i")],
    "np.sum(x, dtype=np.longdouble)",
    "np.nansum(x, 0, 'complex64')",
    "np.count_nonzero(np.array(2), axis=0)",
    "np.sum(i, dtype=np.int32)",
    "np.sum(i, dtype=float)",
    "np.sum(b, dtype=np.uint8)",
    "np.sum(np.arange(5, dtype=np.uint8))",
    "np.prod(np.arange(1, 5, dtype=np.int16))",
    "np.cumsum(np.arange(5, dtype=np.int8))",
    "np.cumsum([1, 2, 3])",
    "np.cumsum(i, 0, dtype=float)",
    "np.mean(i, axis=0, dtype=np.float32)",
    "np.mean(i, where=b)",
    "np.var(i, where=b, axis=1, ddof=1)",
    "np.std(i, mean=2)",
    "np.max(i, axis=0, initial=2)",
    "np.min(i, where=b, initial=3)",
    "np.ptp(i)",
    "np.ptp(i, 0)",
    "np.count_nonzero(x, axis=(0, 1), keepdims=True)",
    "np.count_nonzero([0, 1, 2])",
    "np.sum([__import__('fractions').Fraction(1, 2)] * 3)",
    "np.sum(2.5)",
    "np.nanmax(2.5, initial=0, where=np.array(True))",
    "np.max(np.float32(2))",
    "np.argmax([3, 9, 2])",
    "{np.argmax(v): 1}",
    "[1, 2, 3, 4][np.argmin(v)]",
    "np.any(x > 5) is np.False_",
    "np.cumulative_sum(j)",
    "np.cumulative_prod(j, include_initial=True)",
    "np.mean(x, axis=np.int64(1))",
    "np.sum(x, axis=[0, 1][0])",
]
