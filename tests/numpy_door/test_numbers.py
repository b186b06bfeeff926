"""What is read at one place is a number, as NumPy has it: no view of the place, and the same as others of its value."""

from __future__ import annotations

import json

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np
from fastgrad.numpy import _switch

DTYPES = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32"]


@pytest.mark.parametrize("dtype", [*DTYPES, "float64"])
def test_a_place_is_read_as_numpys_scalar(dtype):
    theirs = numpy.array([[1, 0], [3, 200 if dtype == "uint8" else 100]]).astype(dtype)
    ours = fg.asarray(theirs)
    for key in [(1, 1), (0, 0), (-1, numpy.int64(0)), (fg.tensor(1), numpy.array(1))]:
        assert type(ours[key]) is theirs.dtype.type
        assert ours[key] == theirs[key]
    assert [type(one) for one in ours[1]] == [theirs.dtype.type] * 2
    assert list(ours[1]) == list(theirs[1])


def test_what_names_no_single_place_is_a_tensor():
    x = fg.tensor([[1, 2], [3, 4]])
    for key in [0, (0, slice(1)), ..., (0, 0, ...), (..., 0, 0), (0, 0, None), ([0], 0), x > 3, slice(1)]:
        assert isinstance(x[key], fg.Tensor)
    assert isinstance(fg.tensor([1.0], dtype=fg.bfloat16)[0], fg.Tensor)
    assert type(fg.tensor(3)[()]) is numpy.int64


@pytest.mark.parametrize("dtype", [*DTYPES, "float64"])
def test_a_place_is_written_as_numpy_writes_it(dtype):
    for key in [(1, 1), (-2, 0), (1, slice(1))]:
        for value in [True, 3, 2.5, numpy.int64(7), numpy.uint8(100), numpy.float32(0.1), numpy.bool(True)]:
            theirs = numpy.zeros((3, 4)).astype(dtype)[::-1, 1:]
            ours = fg.asarray(theirs.copy())
            turned = fg.asarray(theirs.copy()[::-1].T)[:, ::-1].T
            theirs[key] = value
            for x in (ours, turned):
                x[key] = value
                assert numpy.array_equal(x.numpy(), theirs)
    x = fg.zeros((2, 3), dtype=getattr(fg, dtype))
    for wrong in [(2, 0), (0, -4), (0, 0, 0), 2, -3]:
        with pytest.raises(IndexError):
            x[wrong] = 1
    assert not x.any()


def test_writing_one_place_counts():
    x, y = fg.tensor([[1.0, 2.0]], requires_grad=True), np.ones((1, 2))
    z = (x * y).sum()
    y[0, 1] = 2
    with pytest.raises(RuntimeError):
        z.backward()
    with pytest.raises(RuntimeError):
        x[0, 1] = 2
    y = x * 1
    y[0, 1] = 5
    y.sum().backward()
    assert x.grad.tolist() == [[1.0, 0.0]]
    array = numpy.zeros(2)
    array.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        fg.asarray(array)[0] = 1


def test_an_ellipsis_is_a_view():
    x = fg.tensor([1, 2])
    x[0, ...][...] = 5
    assert x.tolist() == [5, 2]


@pytest.mark.parametrize("requires_grad", [False, True])
def test_later_writes_do_not_change_what_was_read(requires_grad):
    x = fg.tensor([1.0, 2.0], requires_grad=requires_grad) * 1
    first = x[0]
    x[0] = x[1]
    x[1] = first
    assert x.tolist() == [2.0, 1.0]
    before = x[0]
    before += 10
    assert x[0] == 2


def test_where_gradients_flow_it_is_a_tensor_on_the_graph():
    x = fg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    assert x[1].requires_grad
    a, b, c = x
    (a * b + x[-1] * c).backward()
    assert x.grad.tolist() == [2.0, 1.0, 6.0]
    with fg.no_grad():
        assert float(x[1]) == 2.0


def test_numbers_are_keys_and_indices():
    labels = fg.tensor([2, 0, 2])
    counts = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    assert counts == {2: 2, 0: 1}
    assert set(labels) == {0, 2}
    assert ["a", "b", "c"][labels[0]] == "c"
    assert json.dumps({"loss": fg.tensor([0.5], dtype=fg.float64)[0]}) == '{"loss": 0.5}'
    assert sorted(fg.tensor([3, 1, 2])) == [1, 2, 3]
    assert f"{labels[0]:d} {labels[1]}" == "2 0"


def test_a_number_meets_tensors_as_numpys():
    x = np.array([1.0, 2.0])
    for result in (x[1] * x, x * x[1], x[1] + x, x[1] - x, x[1] / x, x[1] ** x, x[1] > x):
        assert isinstance(result, fg.Tensor)
        assert result.shape == (2,)
    assert (x[1] - x).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (numpy.inf, OverflowError),
        (numpy.nan, ValueError),
        (300, OverflowError),
        ([300], OverflowError),
        (1j, TypeError),
    ],
)
def test_what_no_integer_can_be_is_not_written(value, error):
    for x in (np.zeros(1, np.uint8), numpy.zeros(1, numpy.uint8)):
        with pytest.raises(error):
            x[:] = value
        assert x.tolist() == [0]


def test_a_gradient_is_not_lost_in_an_integer():
    x = np.array([1.5])
    x.requires_grad_()
    i = np.zeros(1, int)
    with pytest.raises(TypeError):
        i[:] = x


def test_dtypes_have_numpys_types():
    assert np.zeros(2).dtype.type is numpy.float64
    assert np.arange(2).dtype.type(3) == 3
    assert np.ones(1, np.float32).dtype.char == "f"


REDUCED = [
    "x.sum()", "x.mean()", "x.max()", "x.min()", "x.std()", "x.var()", "x.prod()", "x.dot(x)", "x @ x", "np.sum(x)",
    "np.mean(x)", "np.linalg.norm(x)", "np.trapezoid(x)", "np.median(x)", "np.average(x)", "np.einsum('i,i', x, x)",
]  # fmt: skip


@pytest.mark.parametrize("call", REDUCED)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_result_without_axes_is_numpys_scalar(call, dtype):
    theirs = eval(call, {"np": numpy, "x": numpy.array([1.0, 3.0, 2.5], dtype)})
    x = np.array([1.0, 3.0, 2.5], dtype)
    ours = eval(call, {"np": np, "x": x})
    assert type(ours) is type(theirs)
    assert ours == pytest.approx(theirs, 1e-6)
    assert hash(ours) == hash(type(theirs)(ours))
    x.requires_grad_()
    found = eval(call, {"np": np, "x": x})
    assert isinstance(found, fg.Tensor)
    found.backward()
    assert x.grad.shape == (3,)
    with fg.no_grad():
        assert type(eval(call, {"np": np, "x": x})) is type(theirs)


def test_results_are_keys_and_go_to_json():
    x = np.array([[1.5, 2.0], [0.5, 2.0]])
    assert json.dumps({"mean": x.mean(), "norms": [np.linalg.norm(row) for row in x[:, :1]]}) == (
        '{"mean": 1.5, "norms": [1.5, 0.5]}'
    )
    assert isinstance(x.max(), float)
    assert np.isscalar(np.sum(x))
    assert x.max() in {2.0, 3.0}
    assert {x.min(): "least"}[0.5] == "least"
    assert str([x.mean()]) == "[np.float64(1.5)]"


def test_a_result_meets_tensors_and_their_gradients():
    x, w = np.array([1.0, 3.0]), np.array([1.0, 2.0]).requires_grad_()
    for result in (x.mean() * w, w * x.mean(), np.multiply(x.mean(), w), np.sum(w) * x.mean()):
        assert result.requires_grad
    assert (x - x.mean()).dtype == np.float64
    assert type(x.mean() * np.array(2.0)) is numpy.float64


def test_out_is_what_a_result_is_written_to():
    x, out = np.array([1.0, 3.0]), np.array(0.0)
    assert np.sum(x, out=out) is out
    assert np.mean(x, out=out) is out
    assert out == 2.0


def test_traced_results_are_tensors():
    x = np.arange(6.0).reshape(3, 2)
    for f in (np.sum, np.mean, lambda row: row @ row, np.linalg.norm, lambda row: row.max()):
        assert fg.func.vmap(f)(x).shape == (3,)
        assert fg.func.jvp(f, (x[0],), (x[1],))[1].shape == ()
        assert fg.func.jacfwd(f)(x[1]).shape == (2,)


class Squares(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x, np.sum(x))
        return np.sum(x * x)

    @staticmethod
    def backward(ctx, g):
        x, total = ctx.saved_tensors
        assert total == np.sum(x)
        return 2 * g * x


class Doubled(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return np.sum(g) * 2


def test_what_custom_functions_and_hooks_give_is_on_the_graph():
    x = np.array([1.0, 3.0]).requires_grad_()
    loss = Squares.apply(x)
    assert loss.requires_grad
    loss.backward()
    assert x.grad.tolist() == [2.0, 6.0]
    y = np.array(1.5).requires_grad_()
    Doubled.apply(y).backward()
    assert y.grad == 2.0
    z = np.array(1.5).requires_grad_()
    z.register_hook(lambda g: np.sum(g) * 3)
    (z * 2).backward()
    assert z.grad == 6.0


def test_losses_and_fg_stay_tensors():
    x = fg.ones(3)
    assert isinstance(fg.sum(x), fg.Tensor)
    assert isinstance(x.norm(), fg.Tensor)
    for loss in (
        fg.nn.functional.mse_loss(x, x),
        fg.nn.functional.cross_entropy(x, fg.ones(3) / 3),
        fg.nn.functional.cosine_similarity(x, x, dim=0),
        fg.nn.functional.cosine_embedding_loss(x, x, fg.tensor(1)),
        fg.nn.functional.poisson_nll_loss(x, x),
        fg.nn.functional.multilabel_soft_margin_loss(x, x),
        fg.nn.functional.binary_cross_entropy_with_logits(x, x, weight=x),
    ):
        assert isinstance(loss, fg.Tensor)


def test_with_a_closed_door_numpys_functions_give_tensors_of_floats():
    _switch.close_door()
    x = fg.tensor([1.0, 2.0])
    for found in (x.sum(), x @ x, numpy.sum(x), numpy.mean(x), numpy.dot(x, x), numpy.linalg.norm(x)):
        assert isinstance(found, fg.Tensor)


def test_a_closed_door_gives_views():
    _switch.close_door()
    x = fg.tensor([1, 2])
    first = x[0]
    x[0] = 5
    assert isinstance(first, fg.Tensor)
    assert first == 5
    with pytest.raises(TypeError):
        x[0] = 1.5
