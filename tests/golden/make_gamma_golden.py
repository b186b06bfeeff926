"""Makes ``gamma.npz``: exact values of lgamma, digamma and polygamma, from mpmath.

    python tests/golden/make_gamma_golden.py

For each function its arguments and its values in two parts, whose sum has 106 bits.
"""

from __future__ import annotations

from pathlib import Path

import mpmath
import numpy as np

mpmath.mp.dps = 60
RANDOM = np.random.RandomState(0)


def lgamma(x: float) -> mpmath.mpf:
    v = mpmath.mpf(x)
    if v > 0:
        return mpmath.loggamma(v)
    return mpmath.log(mpmath.pi / abs(mpmath.sin(mpmath.pi * v) * v)) - mpmath.loggamma(-v)


def near(places: np.ndarray, count: int) -> np.ndarray:
    """Numbers next to places: their neighbours, and others at distances over all powers of ten."""
    found = []
    for place in places:
        below = above = place
        for _ in range(3):
            below, above = np.nextafter(below, -np.inf), np.nextafter(above, np.inf)
            found += [below, above]
        found += list(place + RANDOM.choice([-1, 1], count) * 10 ** RANDOM.uniform(-15, -0.7, count))
    x = np.array(found)
    return x[(x > 0) | (x != np.round(x))]


def zeros_of_lgamma() -> np.ndarray:
    """Those between -18 and -2, to a double."""
    found = []
    for n in range(2, 18):
        for side in (-1, 1):
            low, high = mpmath.mpf("1e-30"), mpmath.mpf("0.499")
            if lgamma(-n + side * low) * lgamma(-n + side * high) > 0:
                continue
            for _ in range(160):
                middle = (low + high) / 2
                if lgamma(-n + side * middle) > 0:
                    low = middle
                else:
                    high = middle
            found.append(float(-n + side * low))
    return np.array(found)


def powers(low: float, high: float, count: int) -> np.ndarray:
    return 10 ** RANDOM.uniform(low, high, count)


POSITIVE = np.concatenate([powers(-300, 0, 60), RANDOM.uniform(0, 3, 300), RANDOM.uniform(2, 14, 200)])
NEGATIVE = -np.concatenate(
    [powers(-300, 0, 40), RANDOM.uniform(0, 9, 300), RANDOM.uniform(8, 20, 100), powers(1, 14, 60)]
)
INTEGERS = -np.arange(1.0, 20.0)
ZERO_OF_DIGAMMA = np.array([1.4616321449683623])


def main() -> None:
    arrays: dict[str, np.ndarray] = {}
    cases = {
        "lgamma": (
            lgamma,
            np.concatenate(
                (
                    *(POSITIVE, powers(1, 305, 100), near(np.array([1.0, 2.0, 1.5, 2.5, 8.5]), 40)),
                    *(NEGATIVE, near(INTEGERS, 12), near(zeros_of_lgamma(), 16)),
                )
            ),
        ),
        "digamma": (
            lambda x: mpmath.digamma(mpmath.mpf(x)),
            np.concatenate(
                [
                    POSITIVE,
                    powers(1, 300, 100),
                    near(ZERO_OF_DIGAMMA, 200),
                    NEGATIVE[NEGATIVE > -1e7],
                    near(INTEGERS, 6),
                ]
            ),
        ),
    }
    for n in (1, 2, 3, 8):
        x = np.concatenate([POSITIVE, powers(1, 10, 60), NEGATIVE[NEGATIVE > -100]])
        x = x[np.abs(x) > 1e-12][::3]
        cases[f"polygamma {n}"] = (lambda x, n=n: mpmath.psi(n, mpmath.mpf(x)), x)
    for name, (function, x) in cases.items():
        want = [function(float(v)) for v in x]
        head = np.array([float(w) for w in want])
        fine = np.isfinite(head)
        tail = np.array(
            [float(w - mpmath.mpf(float(h))) if f else 0.0 for w, h, f in zip(want, head, fine, strict=True)]
        )
        arrays[name] = np.stack([x, head, tail])[:, fine]
    path = Path(__file__).parent / "gamma.npz"
    np.savez_compressed(path, **arrays)
    print(f"{path.name}: {sum(a.shape[1] for a in arrays.values())} values, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
