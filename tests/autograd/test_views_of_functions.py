"""Outputs of custom functions that share memory, and views made under ``no_grad``: where a history could not follow a
write, that is an error, never a wrong gradient."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import autograd


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


class Doubled(autograd.Function):
    """A view of a temporary."""

    @staticmethod
    def forward(ctx, x):
        return (x * 2.0).reshape(2, 1)

    @staticmethod
    def backward(ctx, grad):
        return (grad * 2.0).reshape(2)


# Every kind of write: y is (2, 1), b of its shape.
WRITES = {
    "an integer": lambda y, b: y.__setitem__(0, 5.0),
    "a slice": lambda y, b: y.__setitem__(slice(0, 1), b[:1]),
    "a mask": lambda y, b: y.__setitem__(y > 3.0, 7.0),
    "a mask and a tensor": lambda y, b: y.__setitem__(y > 3.0, b.sum()),
    "places": lambda y, b: y.__setitem__([0], b[:1]),
    "all": lambda y, b: y.__setitem__(..., b),
    "mul_": lambda y, b: y.mul_(b),
    "add_": lambda y, b: y.add_(b),
    "a number": lambda y, b: y.mul_(3.0),
    "fill_": lambda y, b: y.fill_(1.0),
    "fill_ with a tensor": lambda y, b: y.fill_(b.sum()),
    "zero_": lambda y, b: y.zero_(),
    "copy_": lambda y, b: y.copy_(b),
    "through a view": lambda y, b: y[0].mul_(b[0]),
    "through a reshape": lambda y, b: y.reshape(2).__setitem__(1, b[0, 0]),
    "through a transpose": lambda y, b: y.T.add_(b.T),
    "relu_": lambda y, b: y.relu_(),
    "exp_": lambda y, b: y.exp_(),
    "pow_": lambda y, b: y.pow_(2.0),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_returned_view_of_a_temporary_can_be_written_to(write):
    gradients = []
    for function in (Doubled.apply, lambda x: (x * 2.0).reshape(2, 1).clone()):
        x, b = leaf([1.0, 2.0]), leaf([[3.0], [4.0]])
        y = function(x * 1.0)
        WRITES[write](y, b)
        (y * y * y).sum().backward()
        gradients.append((x.grad.tolist(), None if b.grad is None else b.grad.tolist()))
    assert gradients[0] == gradients[1]


# Ways to return memory that an argument lies in.
ALIASES = {
    "itself": lambda x: x,
    "a view": lambda x: x.view_as(x),
    "a part": lambda x: x[:1],
    "detached": lambda x: x.detach(),
    "a part of the detached": lambda x: x.detach()[:1],
    "a view of a view": lambda x: x.reshape(2, 1)[:, 0],
}

# Writes to the argument z or the output x.
WRITES_TO_EITHER = {
    "the input": lambda z, x: z.mul_(-1.0),
    "a part of the input": lambda z, x: z.__setitem__(0, 1.0),
    "a view of the input": lambda z, x: z[:1].mul_(2.0),
    "the output": lambda z, x: x.mul_(-1.0),
    "a part of the output": lambda z, x: x.__setitem__(0, 1.0),
    "a view of the output": lambda z, x: x[:].mul_(2.0),
}


def make_alias(way):
    class Alias(autograd.Function):
        @staticmethod
        def forward(ctx, z):
            return ALIASES[way](z)

        @staticmethod
        def backward(ctx, grad):
            return fg.zeros(2, dtype=fg.float64) + grad * 10.0

    return Alias


@pytest.mark.parametrize("way", ALIASES)
def test_an_output_that_shares_its_inputs_memory_has_the_functions_gradient(way):
    p = leaf([1.0, 2.0])
    make_alias(way).apply(p * 1.0).sum().backward()
    assert p.grad.tolist() == [10.0, 10.0]


@pytest.mark.parametrize("write", WRITES_TO_EITHER)
@pytest.mark.parametrize("way", ALIASES)
def test_a_write_that_its_history_could_not_follow_is_an_error(way, write):
    p = leaf([1.0, 2.0])
    z = p * 1.0
    x = make_alias(way).apply(z)
    with pytest.raises(RuntimeError, match=r"custom function.*clone\(\)"):  # noqa: PT012 -- now, or where it is used
        WRITES_TO_EITHER[write](z, x)
        x.sum()


@pytest.mark.parametrize("way", ALIASES)
def test_a_part_of_such_an_output_refuses_as_well(way):
    z = leaf([1.0, 2.0]) * 1.0
    part = make_alias(way).apply(z)[:1]
    z.mul_(2.0)
    with pytest.raises(RuntimeError, match="custom function"):
        part * 1.0


def test_a_constant_argument_returned_and_written_to_is_an_error_too():
    class First(autograd.Function):
        @staticmethod
        def forward(ctx, constant, w):
            return constant

        @staticmethod
        def backward(ctx, grad):
            return None, grad

    constant, w = fg.ones(2, dtype=fg.float64), leaf([1.0, 2.0])
    x = First.apply(constant, w)
    constant.copy_(w * 3.0)
    with pytest.raises(RuntimeError, match="custom function"):
        x.sum()


def test_two_outputs_in_one_memory_cannot_be_written_to():
    class Both(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * 2.0
            return y[:1], y

        @staticmethod
        def backward(ctx, of_part, of_all):
            return fg.concat([of_part, fg.zeros(1, dtype=fg.float64)]) * 2.0 + of_all * 2.0

    x = leaf([1.0, 2.0])
    part, y = Both.apply(x)
    for t in (part, y):
        with pytest.raises(RuntimeError, match="custom function"):
            t.mul_(2.0)
    (part.sum() + y.sum()).backward()
    assert x.grad.tolist() == [4.0, 2.0]


def test_an_output_in_its_inputs_memory_by_way_of_numpy_is_given_memory_of_its_own():
    class Same(autograd.Function):
        @staticmethod
        def forward(ctx, z):
            return fg.asarray(np.ascontiguousarray(z.detach().numpy()))

        @staticmethod
        def backward(ctx, grad):
            return grad * 10.0

    p = leaf([1.0, 2.0])
    z = p * 1.0
    x = Same.apply(z)
    z.mul_(3.0)
    assert x.tolist() == [1.0, 2.0]
    x.mul_(2.0)
    x.sum().backward()
    assert (p.grad.tolist(), z.tolist()) == ([20.0, 20.0], [3.0, 6.0])


def test_a_returned_tensor_with_a_history_of_its_own_keeps_that():
    kept = leaf([1.0, 2.0]) * 3.0

    class Kept(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return kept

        @staticmethod
        def backward(ctx, grad):
            return grad

    before = kept.grad_fn
    y = Kept.apply(leaf([1.0, 2.0]))
    assert kept.grad_fn is before
    assert y.grad_fn is not before


# ---- views made under no_grad ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [lambda v: v, lambda v: v[:1], lambda v: v[:].reshape(2, 1)])
@pytest.mark.parametrize("base", [lambda x: x * 1.0, lambda x: fg.zeros(2, dtype=fg.float64)])
def test_a_recorded_write_to_the_base_makes_a_view_made_under_no_grad_ambiguous(base, view):
    x = leaf([1.0, 2.0])
    h = base(x)
    with fg.no_grad():
        v = h[:]
    v = view(v)
    assert not v.requires_grad
    h.copy_(x * 2.0)
    for use in (lambda: v * 3.0, lambda: x.sum() + v.sum(), lambda: v.requires_grad, lambda: v[:1] * 1.0):
        with pytest.raises(RuntimeError, match=r"made under no_grad.*detach\(\)"):
            use()
    assert not (v.detach() * 3.0).requires_grad
    with fg.no_grad():
        assert (v * 1.0).sum() > 0.0
        assert not h[:].requires_grad


@pytest.mark.parametrize("view", [lambda v: v, lambda v: v[:1]])
@pytest.mark.parametrize("base", [lambda x: x, lambda x: x * 1.0, lambda x: fg.zeros(2, dtype=fg.float64)])
def test_a_recorded_write_through_such_a_view_is_refused(base, view):
    x = leaf([1.0, 2.0])
    h = base(x)
    before = h.tolist()
    with fg.no_grad():
        v = h[:]
    with pytest.raises(RuntimeError, match="no_grad"):
        view(v).copy_(x[: view(v).shape[0]] * 2.0)
    assert h.tolist() == before


def test_writes_that_are_not_recorded_leave_such_a_view_as_it_is():
    x = leaf([1.0, 2.0])
    h = x * 1.0
    with fg.no_grad():
        v = h[:]
        h.mul_(2.0)
        v.mul_(2.0)
        x.mul_(2.0)
    assert not (v * x.detach()).requires_grad
    constant = fg.zeros(2)
    with fg.no_grad():
        v = constant[:]
    v[0] = 1.0
    constant.add_(1.0)
    assert v.tolist() == [2.0, 1.0]


def test_a_view_made_under_no_grad_after_the_write_is_clear():
    x = leaf([1.0, 2.0])
    h = fg.zeros(2, dtype=fg.float64)
    v = h[:]
    h.copy_(x * 2.0)
    with fg.no_grad():
        w = v[:]
    assert v.requires_grad
    assert not w.requires_grad
    assert not (w * 2.0).requires_grad


@pytest.mark.parametrize("unrecorded", ["no_grad", "constant"])
def test_a_view_of_a_temporary_can_be_written_to_also_where_the_function_was_not_recorded(unrecorded):
    x = fg.tensor([1.0, 2.0], requires_grad=unrecorded == "no_grad")
    if unrecorded == "no_grad":
        with fg.no_grad():
            y = Doubled.apply(x)
    else:
        y = Doubled.apply(x)
    z = fg.tensor([[3.0], [4.0]], requires_grad=True)
    y *= z
    y.sum().backward()
    assert z.grad.tolist() == [[2.0], [4.0]]
    assert x.grad is None
