"""Wherever an array is wanted, nested sequences of numbers and tensors are their stack, on the graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg

from .entry import Op, Sample, outputs, tensors
from .table import OPS

# What must be a tensor: one of which more than its elements is asked, or that is written to.
ONLY_TENSORS = {
    "Tensor.view_as": "the shape of a tensor",
    "nn.functional.batch_norm": "running statistics are written to",
    "asarray": "of data that are not tensors",
    "tensor": "of data that are not tensors",
}


def taken_apart(t: fg.Tensor) -> Any:
    """A tensor as nested lists of tensors of 0 dimensions; numbers where it needs no gradient."""
    if t.ndim == 0:
        return t if t.requires_grad else t.item()
    return [tuple(taken_apart(part)) if part.ndim else taken_apart(part) for part in t]


def rows(t: fg.Tensor) -> Any:
    """A tensor as a list of the tensors along its first axis."""
    return list(t)


def variants(op: Op, sample: Sample) -> list[tuple[Sample, list[fg.Tensor]]]:
    """The sample with tensors, then with one argument after the other in parts; and what requires gradients."""
    found = []
    whole = tensors(sample, requires_grad=op.no_gradient is None)
    count = len(whole.args)
    for at in range(-1, count):
        if (at == 0 and op.name.startswith("Tensor.")) or op.name in ONLY_TENSORS:
            continue
        if at >= 0 and not _has_parts(whole.args[at]):
            continue
        for apart in (taken_apart, rows) if at >= 0 else (None,):
            given = tensors(sample, requires_grad=op.no_gradient is None)
            leaves = [t for a in given.args for t in (a if isinstance(a, list) else [a]) if isinstance(t, fg.Tensor)]
            args = list(given.args)
            if apart is not None:
                args[at] = [apart(t) for t in args[at]] if isinstance(args[at], list) else apart(args[at])
            found.append((Sample(*args, **given.kwargs), [t for t in leaves if t.requires_grad]))
    return found


def _has_parts(value: Any) -> bool:
    if isinstance(value, list):
        return all(_has_parts(v) for v in value) and bool(value)
    return isinstance(value, fg.Tensor) and value.ndim > 0 and value.size > 0


def gradients_of(results: list[Any], leaves: list[fg.Tensor]) -> list[np.ndarray]:
    """Of a weighted sum of the results along each leaf."""
    found = [r for r in results if isinstance(r, fg.Tensor) and r.requires_grad]
    if not found or not leaves:
        return []
    starts = [fg.tensor(np.cos(np.arange(r.size)).reshape(r.shape), r.dtype) for r in found]
    return [np.asarray(g) for g in fg.autograd.grad(found, leaves, starts, allow_unused=True) if g is not None]


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in OPS if op.deterministic and op.call is None])
def test_a_nested_sequence_is_its_stack(op):
    dtype = "float32" if "float32" in op.dtypes else op.dtypes[0] if "int64" not in op.dtypes else "int64"
    for sample in op.draw(dtype):
        cases = variants(op, sample)
        if not cases:
            continue
        whole, leaves = cases[0]
        wanted = outputs(op(whole))
        gradients = gradients_of(wanted, leaves)
        for given, leaves in cases[1:]:
            results = outputs(op(given))
            assert len(results) == len(wanted)
            for got, want in zip(results, wanted, strict=True):
                if isinstance(want, fg.Tensor):
                    np.testing.assert_array_equal(np.asarray(got.detach()), np.asarray(want.detach()))
                else:
                    assert got == want
            for got, want in zip(gradients_of(results, leaves), gradients, strict=True):
                np.testing.assert_allclose(got, want, rtol=1e-6, err_msg=f"{op.name}{sample!r}")
