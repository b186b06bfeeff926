"""Arguments by position, where NumPy's and PyTorch's order agree or NumPy's form has one meaning."""

import copy

import numpy as np
import pytest

import fastgrad as fg

X = np.array([[3.0, -1.0, 2.0], [0.5, 5.0, -4.0]], np.float32)

CALLS = {
    "concat": (lambda m, x: m.concatenate([x, x], 1) if m is np else m.concat([x, x], 1)),
    "stack": lambda m, x: m.stack([x, x], 1),
    "roll": lambda m, x: m.roll(x, 1, 0),
    "repeat": lambda m, x: m.repeat(x, 2, 0),
    "argsort": lambda m, x: m.argsort(x, 0),
    "sort": lambda m, x: m.sort(x, 0),
    "take": lambda m, x: m.take(x, [1, 0], 0),
    "take_along_axis": lambda m, x: m.take_along_axis(x, m.asarray([[1, 0, 1]]), 0),
    "unstack": lambda m, x: m.stack(m.unstack(x, axis=1) if m is np else m.unstack(x, 1)),
    "vecdot": lambda m, x: m.vecdot(x, x, axis=0) if m is np else m.vecdot(x, x, 0),
    "tensordot": lambda m, x: m.tensordot(x, x, ([0], [0])),
    "tensordot of a count": lambda m, x: m.tensordot(x, x, 2),
    "eye": lambda m, x: m.eye(3, 4, 1),
    "tril": lambda m, x: m.tril(x, 1),
    "triu": lambda m, x: m.triu(x, 1),
    "linspace": lambda m, x: m.linspace(0, 1),
    "arange": lambda m, x: m.arange(0, 5, 1, m.float64),
    "zeros": lambda m, x: m.zeros(3, float),
    "zeros of a shape": lambda m, x: m.zeros((2, 3), m.int32),
    "ones": lambda m, x: m.ones((2, 3), "int8"),
    "full": lambda m, x: m.full((2,), 3, m.uint8),
    "zeros_like": lambda m, x: m.zeros_like(x, m.int8),
    "full_like": lambda m, x: m.full_like(x, 3, m.int8),
    "split": lambda m, x: m.stack(m.split(x, 3, 1)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_by_position_is_numpys(name):
    want, got = CALLS[name](np, X), CALLS[name](fg, fg.tensor(X))
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-6)
    if name not in ("linspace", "eye"):
        assert got.dtype == want.dtype


def test_topk_takes_its_axis_by_position_as_pytorchs():
    values, places = fg.topk(fg.tensor(X), 1, 0)
    assert values.tolist() == [[3.0, 5.0, 2.0]]
    assert places.tolist() == [[0, 1, 0]]
    assert fg.tensor(X).topk(1, 0).values.tolist() == values.tolist()


def test_the_transpose_of_fewer_than_two_axes_is_itself():
    for shape in ((), (3,), (0,)):
        x = fg.ones(shape)
        assert x.T is x
    assert fg.ones(2, 3).T.shape == (3, 2)
    with pytest.raises(ValueError, match=r"T.*\(2, 3, 4\)"):
        fg.ones(2, 3, 4).T  # noqa: B018


# ---- the orders of norms ---------------------------------------------------------------------------------------------

INF = float("inf")
ORDERS = [None, 1, 2, 3, 0.5, 1.5, 0, -1, -2.5, INF, -INF]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("axis", [0, 1, -1, (0,)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_of_vectors_are_numpys(order, axis, keepdims):
    x = X.astype(np.float64)
    want = np.linalg.norm(x, order, axis if isinstance(axis, int) else axis[0], keepdims)
    got = fg.norm(fg.tensor(x), order, axis, keepdims)
    assert got.shape == want.shape
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-14)
    np.testing.assert_allclose(fg.tensor(x).norm(order, axis, keepdims).numpy(), want, rtol=1e-14)
    np.testing.assert_allclose(fg.norm(fg.tensor(x[0]), order).item(), np.linalg.norm(x[0], order), rtol=1e-14)


@pytest.mark.parametrize("order", [None, "fro", 1, -1, INF, -INF])
@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_of_matrices_are_numpys(order, keepdims):
    x = np.stack([X, X * 2 - 1]).astype(np.float64)
    for axis in ((0, 1), (2, 0), (-1, -2)):
        want = np.linalg.norm(x, order, axis, keepdims)
        got = fg.norm(fg.tensor(x), order, axis, keepdims)
        assert got.shape == want.shape
        np.testing.assert_allclose(got.numpy(), want, rtol=1e-14)
    np.testing.assert_allclose(fg.norm(fg.tensor(x[0]), order).item(), np.linalg.norm(x[0], order), rtol=1e-14)


def test_the_method_norm_is_of_all_elements_as_pytorchs():
    x = fg.tensor(X)
    flat = X.ravel().astype(np.float64)
    for order in ORDERS:
        np.testing.assert_allclose(x.norm(order).item(), np.linalg.norm(flat, order), rtol=1e-6)
    assert x.norm("fro").item() == x.norm(2).item() == x.norm().item()


@pytest.mark.parametrize("order", [2, -2, "nuc"])
def test_orders_that_are_singular_values_are_numpys(order):
    np.testing.assert_allclose(fg.norm(fg.tensor(X), order).item(), np.linalg.norm(X, order), rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: fg.norm(fg.tensor(X), "abc"), ValueError, "'abc'"),
        (lambda: fg.norm(fg.tensor(X), 3), ValueError, "got 3"),
        (lambda: fg.norm(fg.tensor(X), 1, (0, 0)), ValueError, "repeated axis"),
        (lambda: fg.norm(fg.ones(2, 3, 4), 1), ValueError, r"\(2, 3, 4\)"),
        (lambda: fg.norm(fg.ones(2, 3, 4), 1, (0, 1, 2)), ValueError, "axis"),
        (lambda: fg.tensor(X).norm("abc"), ValueError, "'abc'"),
        (lambda: fg.norm(fg.tensor(X), 1j), TypeError, "ord"),
    ],
)
def test_orders_that_are_none_are_errors(call, error, words):
    with pytest.raises(error, match=f"norm.*{words}"):
        call()


@pytest.mark.parametrize("order", [1, 1.5, 2, 3, 0.5, -1, INF])
def test_norms_of_any_order_have_two_derivatives(order):
    x = fg.tensor(X.astype(np.float64), requires_grad=True)
    for axis in (None, 0, 1):
        assert fg.autograd.gradcheck(lambda x, a=axis: x.norm(order, a), [x])
        assert fg.autograd.gradgradcheck(lambda x, a=axis: x.norm(order, a), [x])


@pytest.mark.parametrize("order", [1, 1.5, 2, 3, 0.5, 0, INF])
def test_a_norms_gradient_at_zero_is_zero(order):
    x = fg.zeros(3, requires_grad=True)
    x.norm(order).backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_no_power_in_a_norm_overflows_or_vanishes(scale):
    x = fg.tensor(np.float32([3.0, 4.0, 0.0]) * np.float32(scale), requires_grad=True)
    y = x.norm(3)
    np.testing.assert_allclose(y.item(), np.linalg.norm([3.0, 4.0], 3) * scale, rtol=1e-6)
    y.backward()
    np.testing.assert_allclose(
        x.grad.tolist(), np.array([9.0, 16.0, 0.0]) / np.linalg.norm([3.0, 4.0], 3) ** 2, rtol=1e-6
    )


# ---- copies ----------------------------------------------------------------------------------------------------------


def test_a_shallow_copy_is_another_tensor_on_the_same_memory_and_graph():
    leaf = fg.tensor([1.0, 2.0], requires_grad=True)
    result, constant, whole = leaf * 2.0, fg.tensor([1.0, 2.0]), fg.tensor([1, 2])
    for x in (leaf, result, result[:1], constant, constant[:1], whole, fg.tensor(3.0), leaf.detach()):
        y = copy.copy(x)
        assert y is not x
        assert type(y) is fg.Tensor
        assert (y.shape, y.dtype, y.requires_grad, y.is_leaf) == (x.shape, x.dtype, x.requires_grad, x.is_leaf)
        assert y.data_ptr() == x.data_ptr()
        assert y.tolist() == x.tolist()
    copy.copy(result).sum().backward()
    assert leaf.grad.tolist() == [2.0, 2.0]


def test_writing_to_a_shallow_copy_is_writing_to_both():
    leaf, w = fg.tensor([1.0, 2.0], requires_grad=True), fg.tensor([5.0, 6.0], requires_grad=True)
    for x in (leaf * 1.0, fg.zeros(2)):
        leaf.grad = w.grad = None
        y = copy.copy(x)
        y[0] = w[0]
        (x * y).sum().backward()
        assert x.tolist() == y.tolist()
        assert w.grad.tolist() == [10.0, 0.0]
    with pytest.raises(RuntimeError, match="leaf"):
        copy.copy(leaf).zero_()


def test_a_shallow_copy_keeps_class_attributes_and_gradient():
    p = fg.nn.Parameter(fg.ones(2))
    p.note = "kept"
    p.sum().backward()
    q = copy.copy(p)
    assert type(q) is fg.nn.Parameter
    assert q.note == "kept"
    assert q.is_leaf
    assert q.requires_grad
    assert q.grad is p.grad
    assert q.data_ptr() == p.data_ptr()


def test_a_deep_copy_of_a_result_says_what_to_do():
    with pytest.raises(RuntimeError, match=r"deepcopy.*leaves.*detach\(\)\.clone\(\)"):
        copy.deepcopy(fg.ones(2, requires_grad=True) * 2.0)
