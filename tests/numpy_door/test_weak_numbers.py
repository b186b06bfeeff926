"""Which numbers take the dtype of what they meet, as NumPy 2 has it: Python's, not NumPy's."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy
from fastgrad.numpy import _switch

CALLS = [
    *[
        f"{x} {sign} {y}"
        for sign in ("+", "-", "*", "/", "//", "%", "**", "==", "<", ">=")
        for x, y in [
            ("f", "s"),
            ("s", "f"),
            ("f", "0.1"),
            ("f", "[0.1, 1.0]"),
            ("[0.1, 1]", "f"),
            ("h", "s"),
            ("i", "s"),
        ]
    ],
    *[
        f"np.{name}({operands})"
        for name in ("maximum", "arctan2", "copysign", "fmod", "logaddexp", "heaviside", "nextafter", "power", "hypot")
        for operands in ("f, s", "s, f", "f, 0.1", "f, [0.1, 2]")
    ],
    *[f"np.where(f > 0, {x}, {y})" for x in ("f", "s", "0.1", "1", "i") for y in ("s", "0.1", "f", "[0.1, 1]")],
    *[f"np.clip(f, {low}, {high})" for low in ("s", "0.1", "[0.1, 0.2]", "None") for high in ("s", "2", "2.5")],
    *[
        f"np.array({of})"
        for of in (
            "[f[0], 0.1]",
            "[f[0], 2]",
            "[f[0], True]",
            "[f[0], s]",
            "[h[0], 2]",
            "[[f[0], 1.0], [2, 3]]",
            "[i[0], 2]",
            "[i[0], 2.5]",
            "[numpy.int64(1), 2.5]",
            "[numpy.uint8(1), 2]",
            "[numpy.uint64(1), 2]",
            "[numpy.bool(True), 2]",
            "[f, f]",
            "[f, [0.1, 2]]",
        )
    ],
    "f.mean() * f",
    "f - np.mean(i)",
    "np.sqrt(2.0 / 3) * f",
    "f * max(s, 0.5)",
    "f * float(s)",
    "np.dot(f, [0.1, 2.0])",
    "np.add(f, s, where=f > 0, out=np.zeros(2))",
    "np.append(f, s)",
    "np.concatenate([f, [s]])",
]
WRITES = ["f += s", "f *= [0.1, 2.0]", "f[0] = s", "f[:] = [s, 0.1]", "np.multiply(f, 0.5, out=f)", "f.fill(s)"]


def inputs() -> dict[str, Any]:
    return {
        "f": numpy.array([0.1, 3.0], numpy.float32),
        "h": numpy.array([0.5, 3.0], numpy.float16),
        "i": numpy.array([2, -3], numpy.int8),
        "s": numpy.float64(0.1),
        "numpy": numpy,
    }


def ours() -> dict[str, Any]:
    return {k: fg.tensor(v) if isinstance(v, numpy.ndarray) else v for k, v in inputs().items()}


@pytest.mark.parametrize("call", CALLS)
def test_a_number_beside_a_tensor_gives_numpys_dtype(call):
    with numpy.errstate(all="ignore"):
        expected = eval(call, {"np": numpy, **inputs()})
        found = eval(call, {"np": fastgrad.numpy, **ours()})
    assert found.dtype == expected.dtype
    rtol = {"e": 2e-3, "f": 2e-6}.get(expected.dtype.char, 1e-14)
    numpy.testing.assert_allclose(numpy.asarray(found), expected, rtol)


@pytest.mark.parametrize("statement", WRITES)
def test_what_is_written_to_keeps_its_dtype(statement):
    theirs, found = inputs(), ours()
    exec(statement, {"np": numpy}, theirs)
    exec(statement, {"np": fastgrad.numpy}, found)
    assert found["f"].dtype == numpy.float32
    numpy.testing.assert_allclose(found["f"].numpy(), theirs["f"], 2e-7)


def test_a_gradient_through_a_wider_number_has_its_leafs_dtype():
    f = fg.ones(3, requires_grad=True)
    loss = ((f * numpy.float64(2)) ** numpy.float64(2)).sum()
    assert loss.dtype is fg.float64
    loss.backward()
    assert f.grad.dtype is fg.float32
    assert f.grad.tolist() == [8.0] * 3


def test_with_a_closed_door_numpys_float64_is_weak():
    _switch.close_door()
    f = fg.ones(2)
    for found in (f * numpy.float64(2), f * [1.0, 2.0], fg.where(f > 0, f, numpy.float64(1)), fg.tensor([f[0], 2.0])):
        assert found.dtype is fg.float32
