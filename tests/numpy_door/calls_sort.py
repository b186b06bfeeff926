"""Orders and sets."""

from __future__ import annotations

SMOOTH = [
    *[f"np.sort({of})" for of in ("x", "x, 0", "x, axis=None", "z, 1", "v, kind='stable'", "v, -1, 'mergesort'")],
    "np.sort(v, stable=True)",
    "np.sort([v[1], 0.0, w[2]])",
    "np.sort(np.partition(x, 1))",
    "np.partition(x, 2, axis=1)[:, 2]",
    "np.partition(x, (0, -1), axis=0)[0]",
    "np.partition(x, 5, axis=None)[5]",
    "np.unique(x)",
    "np.unique(np.unique(v)[[0, 1, 1, 3]] * 1)",
    "np.unique(x, axis=0)",
    "np.unique(x, True, True, True)[0]",
    "np.union1d(x, v)",
    "x[np.argsort(x[:, 0])]",
    "x[:, np.argsort(v)]",
]

PLAIN = [
    *[
        f"np.{name}({of})"
        for name in ("sort", "argsort")
        for of in (
            "i, axis=0, kind='stable'",
            "f",
            "n",
            "n, 0",
            "b, 1, 'stable'",
            "[3, 1, 2]",
            "i, None, stable=True",
            "v > 0, stable=True",
        )
    ],
    "np.sort(v > 0, stable=True)",
    "np.argsort(np.array(3.5), 0)",
    "np.sort(t)",
    "np.argsort(t, kind='stable')",
    "np.sort(c)",
    "np.sort(np.zeros((0, 3)))",
    "np.lexsort((j, v))",
    "np.sort(np.partition(i, 2))",
    "np.argpartition(v, 0)[0]",
    "np.searchsorted([1, 2, 3], 2.5)",
    "np.searchsorted(np.sort(v), w, side='right')",
    "np.searchsorted(v, 0.0, sorter=np.argsort(v))",
    "np.unique(i)",
    "np.unique(i, return_index=True, return_inverse=True, return_counts=True)",
    "np.unique(i, return_counts=True)",
    "np.unique(i % 2, axis=0, return_inverse=True)",
    "np.unique(n)",
    "np.unique(n, equal_nan=False)",
    "np.unique(t)",
    "np.unique(t, return_inverse=True)[1]",
    "np.unique([3, 1, 3])",
    "np.unique_counts(i).counts",
    "np.unique_values(j)",
    "np.union1d(i, j)",
    "np.intersect1d(i, j)",
    "np.setdiff1d(i, j)",
    "np.setxor1d(i, j)",
    "np.isin(i, j)",
    "np.isin(i, [1, 2], invert=True)",
    "np.isin(3, j)",
]
