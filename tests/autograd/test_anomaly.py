"""Finding the operation whose gradient is not a number."""

import sys

import pytest

import fastgrad as fg
from fastgrad import autograd


def root(x):
    return fg.sqrt(x)  # the line that is wanted


def test_the_operation_its_line_and_the_place_are_named():
    x = fg.tensor([[4.0, 1.0], [0.0, -1.0]], requires_grad=True)
    with autograd.detect_anomaly():
        y = (root(x * 1.0) * fg.tensor([[1.0, 1.0], [0.0, 1.0]])).sum()
        with pytest.raises(RuntimeError) as caught:
            y.backward()
    message = str(caught.value)
    assert "sqrt: its gradient rule gave nan for input 0, of shape (2, 2), first at (1, 0), 2 in all" in message
    assert "in root\n    return fg.sqrt(x)  # the line that is wanted" in message
    assert "in test_the_operation_its_line_and_the_place_are_named" in message


def test_without_it_nothing_is_said():
    x = fg.tensor([0.0], requires_grad=True)
    (root(x) * 0.0).sum().backward()
    assert x.grad.isnan().all()
    with autograd.detect_anomaly(check_nan=False):
        (root(x) * 0.0).sum().backward()
    (root(x) * 0.0).sum().backward()


def test_an_operation_from_before_is_named_without_its_line():
    x = fg.tensor([0.0], requires_grad=True)
    y = (root(x) * 0.0).sum()
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="recorded outside of detect_anomaly"):
        y.backward()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="errors have no notes before")
def test_errors_of_rules_say_where_the_operation_was():
    class Failing(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ValueError("no gradient")

    x = fg.ones(2, requires_grad=True)
    with autograd.detect_anomaly():
        y = Failing.apply(x).sum()
        with pytest.raises(ValueError, match="no gradient") as caught:
            y.backward()
    assert "in test_errors_of_rules_say_where_the_operation_was" in "\n".join(caught.value.__notes__)


def test_it_is_set_and_restored():
    x = fg.tensor([0.0], requires_grad=True)
    autograd.set_detect_anomaly(True)
    try:
        with pytest.raises(RuntimeError, match="sqrt"):
            (root(x) * 0.0).sum().backward()
        with autograd.set_detect_anomaly(False):
            (root(x) * 0.0).sum().backward()
        with pytest.raises(RuntimeError, match="sqrt"):
            (root(x) * 0.0).sum().backward()
    finally:
        autograd.set_detect_anomaly(False)
    (root(x) * 0.0).sum().backward()


def test_gradients_are_the_same_inside():
    x = fg.linspace(0.1, 1.0, 12).reshape(3, 4).requires_grad_()
    found = []
    for inside in (False, True):
        with autograd.set_detect_anomaly(inside):
            a, b = fg.split(fg.exp(x) * x, 2, axis=1)
            h = fg.softmax(fg.concat([a * 2, b], axis=1).mT @ a, axis=0)
            (g,) = autograd.grad(h[0].sum() + h.max(), [x], create_graph=True)
            found.append([g.tolist(), autograd.grad((g * g).sum(), [x])[0].tolist()])
    assert found[0] == found[1]


def test_narrow_gradients_are_looked_at_too():
    x = fg.tensor([0.0], requires_grad=True)
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="nan"):
        (root(x.astype(fg.float16)).astype(fg.float32) * 0.0).sum().backward()
