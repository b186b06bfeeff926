"""Differences, integrals, interpolation, convolution and polynomials."""

from __future__ import annotations

_MODES = ["'full'", "'same'", "'valid'"]
_VECTORS = ["v, w", "v, w[:3]", "v[:2], w", "x[0], y[1, :1]", "v[:3], x.reshape(12)", "v, [1, 2, -1]", "v, f[0]"]
_KNOTS = "np.array([-1.0, -0.2, 0.5, 0.9])"

SMOOTH = [
    *[
        f"np.diff({of})"
        for of in (
            "v",
            "x",
            "x, axis=0",
            "x, n=2",
            "z, 1, -2",
            "v, n=0",
            "v, prepend=0",
            "x, append=v[:3].reshape(3, 1)",
        )
    ],
    "np.diff(x, axis=0, prepend=v.reshape(1, 4), append=[[0, 1, 2, 3]])",
    "np.diff(x, 2, 1, prepend=1.0, append=2)",
    "np.ediff1d(v)",
    "np.ediff1d(x, to_begin=v, to_end=[1, 2])",
    "np.gradient(v)",
    "np.gradient(x)",
    "np.gradient(v, 0.5)",
    "np.gradient(x, 2, 0.1)",
    "np.gradient(x, axis=0)",
    "np.gradient(z, axis=(1, -1))",
    "np.gradient(v, np.cumsum(w**2 + 0.1))",
    "np.gradient(x, [0, 1, 3], [0.0, 0.1, 0.4, 0.5])",
    "np.gradient(v, edge_order=2)",
    "np.gradient(v, np.cumsum(w**2 + 0.1), edge_order=2)",
    "np.gradient(x, v[0], axis=1)",
    "np.trapezoid(v)",
    "np.trapezoid(x, dx=0.1)",
    "np.trapezoid(x, v, axis=1)",
    "np.trapezoid(x, v[:3], axis=0)",
    "np.trapezoid(x, y)",
    "np.trapezoid(z, w[:3], axis=1)",
    "np.trapezoid([v[0], 1, 2])",
    f"np.interp(v, {_KNOTS}, w)",
    "np.interp(x, np.sort(v), w)",
    "np.interp(x, np.sort(v), w, left=-1, right=2.0)",
    "np.interp(x, v, w, period=1.7)",
    "np.interp(x, [0.5], v[:1])",
    "np.interp(0.3, [0, 1], v[:2])",
    "np.interp(v[0], [-2, 3], [5, 7])",
    *[f"np.{name}({of}, {mode})" for name in ("convolve", "correlate") for of in _VECTORS for mode in _MODES],
    "np.convolve(v, w)",
    "np.correlate(v, w)",
    "np.convolve(v, w, 2)",
    "np.polyval(v, x)",
    "np.polyval([1, 0, 2], x)",
    "np.polyval(v, 2.0)",
    "np.polyval(v, 3)",
]

PLAIN = [
    *[
        f"np.diff({of})"
        for of in ("i", "b", "b, axis=0", "f", "[1, 4, 9]", "j, prepend=0", "v[:1]", "c", "[True, False]")
    ],
    "np.diff(np.arange(3, dtype=np.uint8)[::-1])",
    "np.ediff1d(i)",
    "np.ediff1d([1, 2, 4], to_begin=-9)",
    "np.gradient(i)",
    "np.gradient([1, 2, 4, 7])",
    "np.gradient(f[0])",
    "np.trapezoid(i)",
    "np.trapezoid([1, 2, 3], [4, 6, 8])",
    "np.trapezoid(f, axis=0)",
    "np.interp([0, 1.5, 7], [0, 1, 2], [3, 4, 5])",
    "np.interp(f, [-1, 0, 1], [3, 4, 5])",
    "np.interp(v, [-1, 0, 1], c)",
    "np.interp(np.array([np.nan, 0.5, np.inf]), [0, 1], [3, 4])",
    "np.interp([5], [0, 10], [0, 100])",
    "np.convolve(j, [1, 1])",
    "np.convolve([1, 2, 3], [0, 1, 0.5])",
    "np.correlate([1, 2, 3], [0, 1, 0.5], 'same')",
    "np.convolve(c, v)",
    "np.polyval([3, 0, 1], 5)",
    "np.polyval(j, i)",
    "np.polyval(j, c)",
    "np.polyfit(v, w, 2)",
    "np.roots([1, -3, 2])",
]
