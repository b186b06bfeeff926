"""NumPy's functions of tensors give what they give of PyTorch's; the operators stay the tensors' own."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad.torch as torch

ARRAY = np.array([1.0, 2.0, 3.0], np.float32)


def told(value):
    return type(value).__name__, str(value.dtype), value.tolist()


# PyTorch's answers.
@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda t, i: np.sqrt(t), ("Tensor", "torch.float32", np.sqrt(ARRAY).tolist())),
        (lambda t, i: np.square(i), ("Tensor", "torch.int64", [1, 4, 9])),
        (lambda t, i: np.exp(i), ("Tensor", "torch.float64", np.exp([1, 2, 3]).tolist())),
        (lambda t, i: np.isnan(t), ("Tensor", "torch.uint8", [0, 0, 0])),
        (lambda t, i: np.maximum(t, 2), ("Tensor", "torch.float32", [2.0, 2.0, 3.0])),
        (lambda t, i: np.add(t, t), ("Tensor", "torch.float32", [2.0, 4.0, 6.0])),
        (lambda t, i: np.add(ARRAY, t), ("Tensor", "torch.float32", [2.0, 4.0, 6.0])),
        (lambda t, i: np.power(t, 2), ("Tensor", "torch.float32", [1.0, 4.0, 9.0])),
        (lambda t, i: np.add.reduce(t), ("Tensor", "torch.float32", 6.0)),
        (lambda t, i: np.add.accumulate(t), ("Tensor", "torch.float32", [1.0, 3.0, 6.0])),
        (lambda t, i: np.add(t, t, out=ARRAY.copy()), ("ndarray", "float32", [2.0, 4.0, 6.0])),
        (lambda t, i: np.multiply.outer(i, i), ("ndarray", "int64", np.outer([1, 2, 3], [1, 2, 3]).tolist())),
        (lambda t, i: np.ptp(t), ("Tensor", "torch.float32", 2.0)),
        (lambda t, i: np.cumprod(t), ("Tensor", "torch.float32", [1.0, 2.0, 6.0])),
        (lambda t, i: np.argsort(t), ("Tensor", "torch.int64", [0, 1, 2])),
        (lambda t, i: np.argmax(t), ("Tensor", "torch.int64", 2)),
        (lambda t, i: np.take(t, [0, 1]), ("Tensor", "torch.float32", [1.0, 2.0])),
        (lambda t, i: np.stack([t, t]), ("ndarray", "float32", [[1.0, 2.0, 3.0]] * 2)),
        (lambda t, i: np.float32(3) * t, ("Tensor", "torch.float32", [3.0, 6.0, 9.0])),
        (lambda t, i: np.float64(3) * t, ("Tensor", "torch.float32", [3.0, 6.0, 9.0])),
        (lambda t, i: np.float32(3) / t, ("Tensor", "torch.float32", (3 / ARRAY).tolist())),
        (lambda t, i: np.less(np.float64(2), t), ("Tensor", "torch.bool", [False, False, True])),
        (lambda t, i: t * ARRAY, ("Tensor", "torch.float32", [1.0, 4.0, 9.0])),
        (lambda t, i: np.equal(ARRAY, t), ("Tensor", "torch.bool", [True, True, True])),
    ],
)
def test_numpys_functions_of_tensors(call, expected):
    assert told(call(torch.tensor(ARRAY), torch.tensor([1, 2, 3]))) == expected


@pytest.mark.parametrize("call", [np.sin, np.cumprod, np.argmax, np.add.reduce, lambda g: np.maximum(g, 1), np.asarray])
def test_what_would_lose_a_gradient_is_an_error(call):
    with pytest.raises(
        RuntimeError, match=r"requires gradients cannot become a NumPy array; use detach\(\)\.numpy\(\)"
    ):
        call(torch.ones(3, requires_grad=True))


def test_operators_of_arrays_and_tensors_are_on_the_graph():
    g = torch.tensor(ARRAY, requires_grad=True)
    for product in (ARRAY * g, g * ARRAY, np.multiply(ARRAY, g), np.multiply(g, ARRAY)):
        (grad,) = torch.autograd.grad(product.sum(), g)
        assert grad.tolist() == ARRAY.tolist()
    assert (ARRAY - 2 * torch.tensor(ARRAY)).tolist() == (-ARRAY).tolist()
    assert (np.ones((2, 3), np.float32) @ g).tolist() == [6.0, 6.0]
    assert np.less(ARRAY, torch.tensor(2.0)).tolist() == [True, False, False]


def test_arrays_take_tensors_in_place():
    array = ARRAY.copy()
    array += torch.tensor(ARRAY)
    assert told(array) == ("ndarray", "float32", [2.0, 4.0, 6.0])
    with pytest.raises(RuntimeError, match="requires gradients"):
        array += torch.ones(3, requires_grad=True)
    with pytest.raises(TypeError, match="out must be an ndarray"):
        np.sin(ARRAY, out=torch.ones(3))
