"""Arguments of products of matrices and tensors."""

from __future__ import annotations

import numpy as np

from ...ops.entry import Op, Sample
from .arguments import MOST, Draw, Drawer


def _matmul(d: Draw, op: Op) -> Sample:
    m, n, k = d.length(), d.length(), d.length()
    batch = d.shape(d.pick((0, 0, 0, 1, 1, 2)))
    while int(np.prod(batch)) * max(m * k, k * n, m * n, 1) > MOST:
        batch = batch[1:]
        if not batch:
            break
    a = (*d.broadcast_from(batch), m, k)
    b = (*d.broadcast_from(batch), k, n)
    if d.chance(0.15):
        a = (k,)
    if d.chance(0.15):
        b = (k,)
    return Sample(d.array(*a), d.array(*b))


def _linear(d: Draw, op: Op) -> Sample:
    k, n = d.length(), d.length()
    x = d.array(*d.shape(d.pick((0, 1, 1, 1, 2))), k)
    bias = d.array(n) if d.chance(0.7) else None
    return Sample(x, d.array(n, k), bias)


def _einsum(d: Draw, op: Op) -> Sample:
    """Letters that meet, repeated ones, sums over the rest, another order, axes between."""
    known: dict[str, int] = {}

    def term() -> str:
        letters = ""
        for _ in range(d.pick((0, 1, 1, 2, 2, 3))):
            old = [c for c in known if c not in letters or d.chance(0.1)]
            letter = d.pick(old) if old and d.chance(0.6) else "abcdefghi"[len(known)]
            if letter not in known:
                most = max(1, min(d.most, MOST // max(1, int(np.prod(list(known.values()))))))
                known[letter] = min(d.length(), most)
            letters += letter
        return letters

    terms = [term() for _ in range(d.pick((1, 2, 2, 2, 3)))]
    kept = [str(c) for c in d.random.permutation(list(known))][: d.whole(0, len(known))]
    dots = [d.chance(0.5) for _ in terms] if d.chance(0.15) else [False] * len(terms)
    subscripts = ",".join("..." * dot + letters for dot, letters in zip(dots, terms, strict=True))
    result = "..." * any(dots) + "".join(kept)
    operands = [
        d.array(*((2,) if dot else ()), *(known[c] for c in letters)) for dot, letters in zip(dots, terms, strict=True)
    ]
    return Sample(f"{subscripts}->{result}" if any(dots) or d.chance(0.9) else subscripts, *operands)


def _tensordot(d: Draw, op: Op) -> Sample:
    shape = d.shape(d.whole(1, 3))
    count = d.whole(0, len(shape))
    pairs = [int(k) for k in d.random.permutation(len(shape))[:count]]
    rest = [d.whole(0, 5) for _ in range(d.whole(0, 2))]
    if d.chance(0.4):
        ends = shape[len(shape) - count :]
        return Sample(d.array(*shape), d.array(*ends, *rest), axes=count)
    places = [int(k) for k in d.random.permutation(count + len(rest))[:count]]
    other = [0] * (count + len(rest))
    for place, k in zip(places, pairs, strict=True):
        other[place] = shape[k]
    for place in set(range(len(other))) - set(places):
        other[place] = rest.pop()
    return Sample(d.array(*shape), d.array(*other), axes=(pairs, places))


def _vecdot(d: Draw, op: Op) -> Sample:
    n, batch = d.length(), d.shape(d.pick((0, 1, 2)))
    if n * int(np.prod(batch)) > MOST:
        batch = batch[:1]
    return Sample(d.array(*d.broadcast_from(batch), n), d.array(*d.broadcast_from(batch), n))


DRAWERS: dict[str, Drawer] = {
    "matmul": _matmul,
    "nn.functional.linear": _linear,
    "einsum": _einsum,
    "tensordot": _tensordot,
    "vecdot": _vecdot,
    "outer": lambda d, op: Sample(d.array(d.length()), d.array(d.length())),
}
