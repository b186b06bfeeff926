"""backward and grad of several tensors, with all of their arguments."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import autograd


def test_backward_of_several_tensors_adds_up():
    x = fg.tensor([1.0, 2.0], requires_grad=True)
    autograd.backward([(x * x).sum(), x * 3.0], [None, fg.tensor([1.0, 0.0])])
    assert x.grad.tolist() == [5.0, 4.0]
    autograd.backward((x * x).sum(), grad_variables=fg.tensor(2.0))
    assert x.grad.tolist() == [9.0, 12.0]
    for call, error, message in (
        (lambda: autograd.backward([]), ValueError, "must not be empty"),
        (lambda: autograd.backward([x.sum()], [None, None]), ValueError, "1 tensors but 2 grad_tensors"),
        (lambda: autograd.backward([3]), TypeError, "must be tensors, got int"),
        (lambda: autograd.backward(x.sum(), fg.ones(()), grad_variables=fg.ones(())), RuntimeError, "an old name"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_backward_may_be_for_some_tensors_only_and_for_results():
    x, y = fg.ones(2, requires_grad=True), fg.ones(2, requires_grad=True)
    h = x * 2.0
    k = h * y
    (h * k).sum().backward(inputs=[h, y], retain_graph=True)
    assert x.grad is None
    assert h.grad.tolist() == [4.0, 4.0]
    assert y.grad.tolist() == [4.0, 4.0]
    (h * k).sum().backward(inputs={"k": k})
    assert k.grad.tolist() == [2.0, 2.0]
    assert x.grad is None
    h, y = x * 2.0, fg.ones(2, requires_grad=True)
    autograd.backward((h * y).sum(), inputs=h)
    assert h.grad.tolist() == [1.0, 1.0]
    assert y.grad is None
    for wrong in ([], [fg.ones(2)], [3]):
        with pytest.raises(ValueError, match="backward: inputs must"):
            (x * 1.0).sum().backward(inputs=wrong)


def test_grad_takes_and_gives_dicts():
    x, y = fg.ones(2, requires_grad=True), fg.ones(2, requires_grad=True)
    found = autograd.grad((x * 3.0).sum(), {"x": x, "y": y}, materialize_grads=True)
    assert {key: g.tolist() for key, g in found.items()} == {"x": [3.0, 3.0], "y": [0.0, 0.0]}


def test_grad_gives_zeros_where_asked_for():
    x, y = fg.ones(2, requires_grad=True), fg.ones(3, requires_grad=True)
    assert autograd.grad(x.sum(), [x, y], materialize_grads=True)[1].tolist() == [0.0] * 3
    with pytest.raises(ValueError, match="allow_unused must not be False"):
        autograd.grad(x.sum(), [x], allow_unused=False, materialize_grads=True)
    with pytest.raises(ValueError, match="only_inputs must be True"):
        autograd.grad(x.sum(), [x], only_inputs=False)


def test_grad_of_a_batch_is_the_stack_of_its_gradients():
    x, y = fg.tensor([1.0, 2.0], requires_grad=True), fg.ones(3, requires_grad=True)
    out = x * x
    starts = fg.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    (rows,) = autograd.grad(out, x, starts, is_grads_batched=True)
    np.testing.assert_array_equal(rows.tolist(), [[2.0, 0.0], [0.0, 4.0], [2.0, 4.0]])
    _, zeros = autograd.grad(x * x, [x, y], starts, is_grads_batched=True, materialize_grads=True)
    assert zeros.shape == (3, 3)
    for wrong in (None, fg.ones(()), fg.ones(0, 2)):
        with pytest.raises(ValueError, match="grad_outputs"):
            autograd.grad(x * x, x, wrong, is_grads_batched=True)


def test_inference_mode_records_nothing():
    x = fg.ones(2, requires_grad=True)
    with autograd.inference_mode():
        assert not (x * 2).requires_grad
        with autograd.inference_mode(False):
            assert (x * 2).requires_grad
        assert not fg.is_grad_enabled()
    with autograd.inference_mode(mode=True), fg.enable_grad():
        assert (x * 2).requires_grad

    @autograd.inference_mode()
    def compute(x):
        return x * 2

    assert not compute(x).requires_grad
    assert (x * 2).requires_grad
    with pytest.raises(TypeError, match="mode must be True or False"):
        autograd.inference_mode("yes")
