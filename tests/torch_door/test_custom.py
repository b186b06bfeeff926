"""Custom functions as PyTorch's programs write them."""

from __future__ import annotations

import pytest

import fastgrad.torch as torch


class Assign(torch.autograd.Function):
    """Writes one column of a scratch tensor, past the version that others saved of it."""

    @staticmethod
    def forward(ctx, scratch, value, index):
        ctx.index = index
        scratch.data[index] = value
        return scratch

    @staticmethod
    def backward(ctx, grad):
        return grad, grad[ctx.index], None


def test_a_forward_writes_through_data_and_answers_for_it():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    k = torch.zeros(2, 3)
    y = x
    for i in range(3):
        k = Assign.apply(k, y * 2.0, (..., i))
        y = x + (k[..., : i + 1] * torch.tensor([1.0, 2.0, 3.0])[: i + 1]).sum(-1)
    y.sum().backward()
    # y = x (1 + 2) after one, x (1 + 2 + 4 * 3) after two, and so on: linear in x
    a = 1.0 + 1.0 * 2.0
    b = 1.0 + 1.0 * 2.0 + 2.0 * 2.0 * a
    c = 1.0 + 1.0 * 2.0 + 2.0 * 2.0 * a + 3.0 * 2.0 * b
    assert y.tolist() == [c, 2.0 * c]
    assert x.grad.tolist() == [c, c]


def test_elsewhere_a_write_through_data_counts():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2.0
    y = h * h
    h.data[0] = 5.0
    with pytest.raises(RuntimeError, match="modified in place"):
        y.sum().backward()


def test_a_node_has_what_its_context_has():
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.factor = factor
            ctx.save_for_backward(x)
            return x * factor

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.factor, None

    x = torch.ones(2, requires_grad=True)
    y = Scale.apply(x, 3.0)
    assert y.grad_fn.factor == 3.0
    assert y.grad_fn.saved_tensors[0] is x or y.grad_fn.saved_tensors[0].tolist() == x.tolist()
    assert not hasattr(y.grad_fn, "other")
    assert not hasattr((y * 2).grad_fn, "factor")
