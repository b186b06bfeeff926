"""What is printed behind ``grad_fn=`` is PyTorch's name of the operation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastgrad.torch as door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

ELEMENTWISE = """
    abs atan asinh ceil cos cosh erf exp exp2 expm1 floor neg relu sigmoid sign sin sinh square tan tanh trunc
    round lgamma digamma log log10 log1p log2 reciprocal rsqrt sqrt clone tril triu
"""

# Of a matrix x of positive numbers, a vector v, a cube c and images i.
CALLS: list[Callable[[Any, Any, Any, Any, Any], Any]] = [
    *[lambda t, x, v, c, i, name=name: getattr(t, name)(x) for name in ELEMENTWISE.split()],
    lambda t, x, v, c, i: x + v,
    lambda t, x, v, c, i: x - v,
    lambda t, x, v, c, i: x * 2,
    lambda t, x, v, c, i: x / v,
    lambda t, x, v, c, i: x**2,
    lambda t, x, v, c, i: x**v,
    lambda t, x, v, c, i: x % 0.3,
    lambda t, x, v, c, i: x % v,
    lambda t, x, v, c, i: t.maximum(x, v),
    lambda t, x, v, c, i: x.clamp(-1, 1),
    lambda t, x, v, c, i: t.where(x > 1, x, v),
    lambda t, x, v, c, i: x.sum(),
    lambda t, x, v, c, i: x.sum(1),
    lambda t, x, v, c, i: x.mean(),
    lambda t, x, v, c, i: x.mean(0, keepdim=True),
    lambda t, x, v, c, i: x.prod(),
    lambda t, x, v, c, i: x.prod(1),
    lambda t, x, v, c, i: x.max(),
    lambda t, x, v, c, i: x.min(),
    lambda t, x, v, c, i: x.amax(0),
    lambda t, x, v, c, i: x.std(),
    lambda t, x, v, c, i: x.var(1),
    lambda t, x, v, c, i: x.norm(),
    lambda t, x, v, c, i: x.cumsum(1),
    lambda t, x, v, c, i: x.logsumexp(1),
    lambda t, x, v, c, i: x.softmax(1),
    lambda t, x, v, c, i: x.log_softmax(1),
    lambda t, x, v, c, i: x[0],
    lambda t, x, v, c, i: x[:, 1],
    lambda t, x, v, c, i: x[1:],
    lambda t, x, v, c, i: x[t.tensor([0, 2])],
    lambda t, x, v, c, i: x[None],
    lambda t, x, v, c, i: x.view(2, 6),
    lambda t, x, v, c, i: c.flatten(),
    lambda t, x, v, c, i: x.unsqueeze(1),
    lambda t, x, v, c, i: x[:1].squeeze(0),
    lambda t, x, v, c, i: x.T,
    lambda t, x, v, c, i: c.permute(2, 0, 1),
    lambda t, x, v, c, i: c.transpose(1, 2),
    lambda t, x, v, c, i: v.expand(3, 4),
    lambda t, x, v, c, i: x.split(2)[0],
    lambda t, x, v, c, i: x.split([1, 2])[0],
    lambda t, x, v, c, i: x.unbind()[0],
    lambda t, x, v, c, i: t.cat([x, x]),
    lambda t, x, v, c, i: x.gather(1, t.tensor([[0]])),
    lambda t, x, v, c, i: x.index_select(1, t.tensor([0])),
    lambda t, x, v, c, i: x @ x.T,
    lambda t, x, v, c, i: x @ v,
    lambda t, x, v, c, i: v @ v,
    lambda t, x, v, c, i: c @ c.mT,
    lambda t, x, v, c, i: t.nn.Linear(4, 2)(x),
    lambda t, x, v, c, i: t.nn.Linear(4, 2, bias=False)(x),
    lambda t, x, v, c, i: t.nn.Linear(4, 2)(c),
    lambda t, x, v, c, i: t.nn.Linear(4, 2, bias=False)(c),
    lambda t, x, v, c, i: t.nn.Conv1d(3, 2, 1)(c),
    lambda t, x, v, c, i: t.nn.Conv2d(3, 2, 1)(i),
    lambda t, x, v, c, i: t.nn.ConvTranspose2d(3, 2, 1)(i),
    lambda t, x, v, c, i: t.nn.BatchNorm2d(3)(i),
    lambda t, x, v, c, i: t.nn.LayerNorm(4)(x),
    lambda t, x, v, c, i: t.nn.GroupNorm(1, 3)(c),
    lambda t, x, v, c, i: t.nn.MaxPool2d(2)(i),
    lambda t, x, v, c, i: t.nn.AvgPool2d(2)(i),
    lambda t, x, v, c, i: t.nn.AdaptiveAvgPool2d(2)(i),
    lambda t, x, v, c, i: t.nn.Embedding(3, 2)(t.tensor([1])),
    lambda t, x, v, c, i: t.nn.Dropout(0.5)(x),
    lambda t, x, v, c, i: t.nn.GELU()(x),
    lambda t, x, v, c, i: t.nn.ELU()(x),
    lambda t, x, v, c, i: t.nn.LeakyReLU()(x),
    lambda t, x, v, c, i: t.nn.SiLU()(x),
    lambda t, x, v, c, i: t.nn.Softplus()(x),
    lambda t, x, v, c, i: t.nn.Hardtanh()(x),
    lambda t, x, v, c, i: t.nn.MSELoss()(x, x),
    lambda t, x, v, c, i: t.nn.L1Loss()(x, x * 2),
    lambda t, x, v, c, i: t.nn.SmoothL1Loss()(x, x * 2),
    lambda t, x, v, c, i: t.nn.HuberLoss()(x, x * 2),
    lambda t, x, v, c, i: t.nn.CrossEntropyLoss()(x, t.tensor([0, 1, 2])),
    lambda t, x, v, c, i: t.nn.NLLLoss()(x, t.tensor([0, 1, 2])),
    lambda t, x, v, c, i: t.nn.BCELoss()(x.sigmoid(), (x > 1).float()),
    lambda t, x, v, c, i: t.nn.BCEWithLogitsLoss()(x, (x > 1).float()),
    lambda t, x, v, c, i: x.clone().add_(1),
    lambda t, x, v, c, i: x.clone().relu_(),
    lambda t, x, v, c, i: written(x.clone()),
    lambda t, x, v, c, i: x // 0.3,
    lambda t, x, v, c, i: doubled(t).apply(x),
]


def written(x: Any) -> Any:
    x[0] = 1.0
    return x


def doubled(library: Any) -> Any:
    class Double(library.autograd.Function):  # type: ignore[name-defined,misc]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    return Double


def shown(library: Any, place: int) -> str:
    random = np.random.RandomState(0)
    drawn = [random.uniform(0.5, 2.0, s).astype("float32") for s in ((3, 4), (4,), (2, 3, 4), (2, 3, 4, 4))]
    result = CALLS[place](library, *[library.tensor(a, requires_grad=True) for a in drawn])
    found = re.search(r"grad_fn=<(\w+)>", repr(result))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("place", range(len(CALLS)))
def test_the_name_is_pytorchs(place: int) -> None:
    assert shown(door, place) == shown(torch, place)
