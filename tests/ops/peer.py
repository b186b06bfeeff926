"""The table's operations in PyTorch: what golden values are made of, and what live comparison compares with."""

from __future__ import annotations

import warnings
from functools import reduce
from typing import Any

import numpy as np

from .entry import Fixed, Op, Sample, outputs

RENAMED = {"axis": "dim", "keepdims": "keepdim"}


def computed(torch: Any, op: Op, sample: Sample) -> tuple[list[np.ndarray], list[np.ndarray]] | None:
    """PyTorch's values for a sample, and gradients of weighted sums of them; None where it has no such thing."""
    inputs: list[Any] = []

    def change(a: Any) -> Any:
        if isinstance(a, Fixed):
            return torch.tensor(a.array)
        t = torch.tensor(a)
        if a.dtype.kind == "f" and op.no_gradient is None:
            inputs.append(t.requires_grad_(True))
        return t

    given = sample.map(change)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how fast PyTorch is, and what it will remove
        if isinstance(op.torch, str):
            function = reduce(getattr, op.torch.split("."), torch)
            result = function(*given.args, **{RENAMED.get(k, k): v for k, v in given.kwargs.items()})
        else:
            result = op.torch(torch, *given.args, **given.kwargs)
    if result is None:
        return None
    results = outputs(result)
    recorded = [r for r in results if r.requires_grad]
    gradients = (
        torch.autograd.grad(recorded, inputs, [torch.tensor(w) for w in weights(recorded)], allow_unused=True)
        if recorded
        else []
    )
    return [r.detach().numpy() for r in results], [g.numpy() for g in gradients if g is not None]


def weights(results: list[Any]) -> list[np.ndarray]:
    """The fixed weights of the results whose sums are differentiated."""
    random = np.random.RandomState(1)
    return [np.asarray(random.uniform(0.5, 1.5, tuple(r.shape))) for r in results]


def dtype_of(op: Op) -> str:
    """The dtype that an operation is compared in."""
    return next(dtype for dtype in ("float64", "int64", *op.dtypes) if dtype in op.dtypes)
