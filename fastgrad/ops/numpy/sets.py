"""Sets, with NumPy's arguments. Those that give places, counts and truths alone are NumPy's own."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad.ops.numpy.common import array_of, borrowed, given, or_numpys, tensor_of


@or_numpys(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The different elements, or slices along an axis, in order; where each is first; which each is; how many there
    are. Of equal ones the first has the gradient."""
    x = tensor_of(ar)
    words: Any = {"equal_nan": equal_nan, "sorted": sorted}
    if not x.requires_grad:
        return borrowed(np.unique, x, return_index, return_inverse, return_counts, axis, **words)
    theirs: Any = np.unique
    _, first, *others = theirs(array_of(x), True, return_inverse, return_counts, axis, **words)
    places = fg.from_numpy(first)
    values = fg.take(x.reshape((-1,)) if axis is None else x, places, axis=0 if axis is None else axis)
    if not (return_index or others):
        return values
    return (values, *([places] if return_index else []), *given(others))


@or_numpys(np.union1d)
def union1d(ar1: Any, ar2: Any) -> Any:
    """The different elements of two arrays, in order."""
    return unique(fg.concat([tensor_of(ar1).reshape((-1,)), tensor_of(ar2).reshape((-1,))], axis=0))
