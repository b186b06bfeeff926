"""What ``set_default_dtype`` decides: the floats of numbers and new tensors, and those that integers become."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import fastgrad.torch as door
from fastgrad.torch._switch import close_door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

# Of vectors i and j of integers, and a bool b.
OF_INTEGERS = """
    i / j | i / 2 | 1.0 / i | i * 1.5 | i + 0.5 | 0.5 - i | i**0.5 | i**-1.0 | 2.0**i | i // 1.5 | i % 1.5 | b * 2.5
    b / 2 | i.sum() / 3 | (i == 3).sum() / i.numel() | i.true_divide(j) | i.div(j) | i.add(1.5) | i.mul(0.1)
    t.div(i, j) | t.div(i, j, rounding_mode="floor") | t.sqrt(i) | t.exp(i) | i.sigmoid() | i.log() | t.erf(i)
    t.atan2(i, j) | t.where(i > 3, i, 0.5) | t.clamp(i, 0.5, 3.5) | i.clamp(min=3.5) | t.pow(i, 0.3) | t.rsqrt(i)
    t.reciprocal(i) | t.logsumexp(i, 0) | t.copysign(i, -j) | t.gradient(i)[0] | t.logit(b.long() * 0.5)
    t.special.ndtr(i) | t.special.xlog1py(i, j) | t.lgamma(i) | t.digamma(i) | t.sinc(i) | t.deg2rad(i) | t.xlogy(i, j)
    t.ldexp(i, j) | t.trapezoid(i) | t.nn.functional.one_hot(i) / 3 | t.bincount(i) / 3
    t.nn.PReLU().weight | t.nn.Transformer.generate_square_subsequent_mask(2) | t.nn.Linear(1, 1).weight.dtype
    t.tensor(1) / t.tensor(3) | t.tensor([1.5, 2]) | t.ones(2) / 3 | t.linspace(0, 1, 3) | t.full((2,), 0.1)
    t.ones(1, dtype=t.float32) * i | t.ones(1, dtype=t.float64) / j | i.float() / 3 | t.stack([i, j]) * 0.1
"""


@pytest.fixture(params=["float64", "float32", "float16"])
def dtype(request: pytest.FixtureRequest) -> Iterator[str]:
    for t in (torch, door):
        t.set_default_dtype(getattr(t, request.param))
    yield request.param
    for t in (torch, door):
        t.set_default_dtype(t.float32)


def _value(t: Any, form: str) -> Any:
    i, j, b = t.tensor([3, 4, 5]), t.tensor([2, 2, 7]), t.tensor([True, False, True])
    return eval(form, {"t": t, "i": i, "j": j, "b": b})


FORMS = [form.strip() for line in OF_INTEGERS.split("\n") for form in line.split("|") if form.strip()]


@pytest.mark.parametrize("form", FORMS)
def test_integers_become_floats_of_the_default_dtype(form: str, dtype: str) -> None:
    try:
        want = _value(torch, form)
    except RuntimeError:  # PyTorch has no such kernel for float16
        assert dtype == "float16"
        torch.set_default_dtype(torch.float64)
        want = _value(torch, form).to(torch.float16)
    got = _value(door, form)
    if not isinstance(want, torch.Tensor):
        assert str(got) == str(want)
        return
    if dtype == "float16" and "logsumexp" in form:  # computed and left in float32
        assert got.dtype == door.float32
    else:
        assert str(got.dtype) == str(want.dtype)
    want, got = (np.asarray(x.detach().double().numpy()) for x in (want, got))
    width = {"float64": 2.0**-50, "float32": 2.0**-22, "float16": 2.0**-9}[dtype]
    np.testing.assert_allclose(got, want, rtol=4 * width, atol=width)


def test_what_is_divided_in_float64_has_its_digits(dtype: str) -> None:
    third = (door.tensor(1) / door.tensor(3)).item()
    assert third == float(np.dtype(dtype).type(1 / 3))


def test_the_closed_door_leaves_integers_to_float32() -> None:
    door.set_default_dtype(door.float64)
    assert (door.tensor([1]) / 2).dtype == door.float64
    door.set_default_dtype(door.float32)
    close_door()
    assert (door.tensor([1]) / 2).dtype == door.float32
