"""Nested sequences of numbers, arrays and tensors, wherever an array is wanted: their dtype, shape and history."""

import numpy as np
import pytest

import fastgrad as fg


def leaf(value=1.5, dtype=fg.float32):
    return fg.tensor(value, dtype=dtype, requires_grad=True)


def test_sequences_of_any_depth_mix_tensors_numbers_and_arrays():
    a, x = leaf(), leaf([1.0, 2.0])
    t = fg.asarray([[[a, 2], x], [(0.5, a), np.array([3.0, 4.0], np.float32)]])
    assert t.shape == (2, 2, 2)
    assert t.dtype == fg.float32
    np.testing.assert_array_equal(t.detach().numpy(), [[[1.5, 2], [1, 2]], [[0.5, 1.5], [3, 4]]])
    t.backward(fg.tensor([[[1.0, 10.0], [100.0, 1000.0]], [[5.0, 7.0], [3.0, 2.0]]]))
    assert a.grad.item() == 8.0
    assert x.grad.tolist() == [100.0, 1000.0]


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        ([fg.tensor(1.0), 2.5], "float32"),
        ([fg.tensor(1.0, dtype=fg.float64), 2.5], "float64"),
        ([fg.tensor(1.0, dtype=fg.float64), fg.tensor(1.0)], "float64"),
        ([fg.tensor(1), 2.5], "float32"),
        ([fg.tensor(1, dtype=fg.int8), 2], "int8"),
        ([fg.tensor(True), 2], "int64"),
        ([fg.tensor(True), False], "bool"),
        ([np.float32(1), 2.5], "float32"),
        ([np.int16(1), 2], "int16"),
        ([np.float64(1), 2], "float32"),
        ([np.ones(2), [1, 2]], "float64"),
        ([[True, 2], [0, 1]], "int64"),
        ([True, 2.5], "float32"),
        ([[], []], "float32"),
    ],
)
def test_tensors_and_arrays_decide_the_dtype_and_numbers_are_weak(data, dtype):
    assert fg.tensor(data).dtype == dtype
    assert fg.asarray(data, dtype=fg.float64).dtype == fg.float64


def test_tensor_keeps_the_history_of_a_sequence_but_not_of_one_tensor():
    a = leaf()
    assert fg.tensor([a, a]).requires_grad
    assert fg.Tensor([a, a]).requires_grad
    assert not fg.tensor(a).requires_grad
    assert fg.asarray(a, copy=True).requires_grad
    assert fg.asarray(a, dtype=fg.float64, copy=True).requires_grad
    p = fg.nn.Parameter([a, a])
    assert p.is_leaf
    assert p.requires_grad
    with fg.no_grad():
        assert not fg.tensor([a, a]).requires_grad


@pytest.mark.parametrize(
    "data",
    [[1, [2]], [[1], 2], [[1, 2], [3]], [[], [1]], [leaf(), [1.0]], [leaf([1.0, 2.0]), leaf([1.0])], [[leaf()], 1.0]],
    ids=str,
)
def test_sequences_of_different_shapes_are_value_errors(data):
    with pytest.raises(ValueError, match=r"inhomogeneous|shapes"):
        fg.tensor(data)
    with pytest.raises(ValueError, match="exp"):
        fg.exp(data)


OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!="]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int8", "bool"])
def test_an_operator_takes_a_sequence_on_either_side_as_numpys(operator, dtype):
    x = np.array([1, 2, 3]).astype(dtype)
    for other in ([3, 1, 2], (0.1, 0.25, 2.0), [[1], [2]], [2.5]):
        for text in (f"x {operator} other", f"other {operator} x"):
            try:
                want = eval(text, {"x": x, "other": other})
            except TypeError:
                with pytest.raises(TypeError):
                    eval(text, {"x": fg.tensor(x), "other": other})
                continue
            got = eval(text, {"x": fg.tensor(x), "other": other})
            if operator in ("+", "-", "*", "/", "//", "%", "**") and dtype == "float32":
                want = eval(text, {"x": x, "other": np.array(other, np.float32)})
            if want.dtype == np.float64 and dtype != "float64":
                assert got.dtype == fg.float32
                np.testing.assert_allclose(got.numpy(), want, rtol=2e-6)
            else:
                assert got.dtype == want.dtype
                np.testing.assert_allclose(got.numpy(), want, rtol=1e-14 if dtype == "float64" else 2e-6)


def test_operators_with_sequences_are_on_the_graph():
    x, a = leaf([1.0, 2.0]), leaf()
    (([a, 3.0] * x - (2.0, a)) / [[1.0, 2.0]]).sum().backward()
    assert x.grad.tolist() == [1.5, 1.5]
    assert a.grad.item() == 1.0 - 0.5
    y, b = leaf([1.0, 2.0]), leaf()
    ([b, 1.0] @ y).backward()
    assert y.grad.tolist() == [1.5, 1.0]
    assert b.grad.item() == 1.0
    assert (y @ [[1.0], [2.0]]).tolist() == [5.0]


def test_writing_a_sequence_is_on_the_graph():
    a, b = leaf(), leaf(2.5)
    for write in (
        lambda h: h.__setitem__(slice(None), [a, b]),
        lambda h: h.__setitem__([0, 1], [a, b]),
        lambda h: h.__setitem__(fg.tensor([True, True]), (a, b)),
        lambda h: h.copy_([a, b]),
        lambda h: h.__iadd__([a, b]),
        lambda h: h.add_([a, b]),
        lambda h: h.add_([a * 0.5, b * 0.5], alpha=2),
        lambda h: h.sub_((a, b), alpha=-1.0),
        lambda h: h.add_(fg.asarray([a, b]), alpha=fg.tensor(1.0)),
    ):
        a.grad = b.grad = None
        h = fg.zeros(2)
        write(h)
        (h * [2.0, 3.0]).sum().backward()
        assert (a.grad.item(), b.grad.item()) == (2.0, 3.0)


def test_a_sequence_loses_nothing_beside_float64_or_written_to_it():
    x = fg.ones(2, dtype=fg.float64)
    numbers = [0.1, 1 / 3]
    for result in (
        x * numbers,
        numbers * x,
        fg.maximum(x * 0, numbers),
        fg.maximum(numbers, x * 0),
        fg.where([True, True], numbers, x),
        fg.where([False, False], x, numbers),
        fg.clip(x * 0, numbers, None),
        fg.concat([x[:0], numbers]),
        fg.stack([x, numbers])[1],
        fg.outer(numbers, x[:1])[:, 0],
        fg.einsum("i,i->i", x, fg.asarray(numbers, dtype=fg.float64)),
        x.clone().copy_(numbers),
        fg.tensor(numbers, dtype=fg.float64),
    ):
        assert result.tolist() == numbers
    x[:] = numbers
    assert x.tolist() == numbers
    assert fg.nn.functional.l1_loss(x, numbers).item() == 0.0
    assert (x @ numbers).item() == fg.vecdot(numbers, x).item() == fg.tensordot(x, numbers, 1).item()


def test_equality_with_a_sequence_of_no_numbers_is_false_as_with_any_stranger():
    x = fg.ones(2)
    for other in (["a", "b"], [None], "ab", None, object(), {"a": 1}):
        assert (x == other) is False
        assert (x != other) is True


def test_an_index_may_be_a_sequence_of_tensors():
    x = fg.arange(12.0).reshape(3, 4)
    i = fg.tensor([2, 0])
    assert x[[i[0], i[1]]].tolist() == x[[2, 0]].tolist()
    assert x[[[i[0]], [i[1]]], [0, i[0]]].tolist() == x[[[2], [0]], [0, 2]].tolist()
    assert x[[i[0] == 2, fg.tensor(False), True]].tolist() == x[[0, 2]].tolist()
    assert fg.take(x, [i[0], 1], 0).tolist() == x[[2, 1]].tolist()


class Hostile:
    """An array that changes the list which it stands in when it is converted."""

    def __init__(self, change):
        self.change = change

    def __array__(self, dtype=None, copy=None):
        self.change()
        return np.ones(2, np.float32)


@pytest.mark.parametrize("function", [fg.concat, fg.stack, fg.tensor, fg.sum, fg.broadcast_arrays])
def test_a_list_that_changes_during_the_call_counts_as_it_was(function):
    parts = [fg.ones(2), fg.ones(2), fg.ones(2)]
    parts.insert(0, Hostile(parts.clear))
    result = function(parts) if function is not fg.broadcast_arrays else fg.stack(function(*parts))
    assert parts == []
    assert float(result.sum()) == 8.0


# ---- what cannot carry a gradient ------------------------------------------------------------------------------------

SCALARS = {
    "full fill_value": lambda s: fg.full((2,), s),
    "full_like fill_value": lambda s: fg.full_like(fg.ones(2), s),
    "arange stop": lambda s: fg.arange(s),
    "arange start": lambda s: fg.arange(s, 3),
    "arange step": lambda s: fg.arange(0, 3, s),
    "linspace start": lambda s: fg.linspace(s, 1, 3),
    "linspace stop": lambda s: fg.linspace(0, s, 3),
    "pad constant_values": lambda s: fg.pad(fg.ones(2), 1, constant_values=s),
    "var correction": lambda s: fg.var(fg.ones(3), correction=s),
    "std correction": lambda s: fg.std(fg.ones(3), correction=s),
    "norm ord": lambda s: fg.norm(fg.ones(3), s),
    "leaky_relu negative_slope": lambda s: fg.nn.functional.leaky_relu(fg.ones(2), s),
    "layer_norm eps": lambda s: fg.nn.functional.layer_norm(fg.ones(2), 2, eps=s),
    "batch_norm eps": lambda s: fg.nn.functional.batch_norm(fg.ones(2, 2), None, None, training=True, eps=s),
    "batch_norm momentum": lambda s: fg.nn.functional.batch_norm(fg.ones(2, 2), None, None, training=True, momentum=s),
    "cross_entropy weight": lambda s: fg.nn.functional.cross_entropy(fg.ones(1, 2), [1], weight=[s, s]),
    "nll_loss weight": lambda s: fg.nn.functional.nll_loss(fg.ones(1, 2), [1], weight=[s, s]),
    "uniform low": lambda s: fg.uniform(s, 2.0),
    "normal std": lambda s: fg.normal(0.0, s),
    "normal mean": lambda s: fg.normal(s),
}


@pytest.mark.parametrize("name", SCALARS)
def test_a_scalar_argument_refuses_a_tensor_that_requires_gradients(name):
    function, argument = name.split()
    call = SCALARS[name]
    with pytest.raises(TypeError, match=rf"{function}.*{argument}.*gradients.*(item|detach)"):
        call(leaf(0.5))
    if argument != "weight":  # made of a sequence where nothing is recorded, it requires none
        with fg.no_grad(), pytest.raises(TypeError, match="gradients"):
            call(leaf(0.5))
    call(leaf(0.5).detach())
    call(leaf(0.5).item())


def test_bounds_exponents_and_values_that_are_tensors_are_differentiated():
    low, high, exponent, value = leaf(0.5), leaf(2.0), leaf(3.0), leaf(4.0)
    x = leaf([0.0, 1.0, 3.0])
    y = fg.clip(x, low, [high, high, high]) ** exponent
    y.sum().backward()
    np.testing.assert_allclose(low.grad.item(), 3 * 0.25)
    np.testing.assert_allclose(high.grad.item(), 3 * 4.0)
    assert exponent.grad is not None
    fg.zeros(3).fill_(value).sum().backward()
    assert value.grad.item() == 3.0
    with pytest.raises(TypeError, match=r"fill_.*float32.*int64"):
        fg.zeros(2, dtype=fg.int64).fill_(fg.tensor(1.5))
