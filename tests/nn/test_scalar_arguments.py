"""Scalar arguments are numbers: nothing is taken for one that is none, and no gradient is lost in one."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn

F = nn.functional


def x():
    return fg.tensor([[0.5, 0.25], [0.125, 1.0]])


def with_grad():
    p = nn.Parameter(fg.ones(2))
    p.grad = fg.ones(2)
    return [p]


CALLS = {
    "dropout: p": lambda v: F.dropout(x(), v),
    "Dropout: p": nn.Dropout,
    "leaky_relu: negative_slope": lambda v: F.leaky_relu(x(), v),
    "leaky_relu: negative_slope ": lambda v: F.leaky_relu(x(), v, inplace=True),
    "LeakyReLU: negative_slope": nn.LeakyReLU,
    "softplus: beta": lambda v: F.softplus(x(), v),
    "softplus: threshold": lambda v: F.softplus(x(), 1.0, v),
    "Softplus: beta": nn.Softplus,
    "Softplus: threshold": lambda v: nn.Softplus(1.0, v),
    "cross_entropy: label_smoothing": lambda v: F.cross_entropy(x(), fg.tensor([0, 1]), label_smoothing=v),
    "CrossEntropyLoss: label_smoothing": lambda v: nn.CrossEntropyLoss(label_smoothing=v),
    "batch_norm: momentum": lambda v: F.batch_norm(x(), None, None, training=True, momentum=v),
    "batch_norm: eps": lambda v: F.batch_norm(x(), None, None, training=True, eps=v),
    "BatchNorm1d: eps": lambda v: nn.BatchNorm1d(2, eps=v),
    "BatchNorm2d: momentum": lambda v: nn.BatchNorm2d(2, momentum=v),
    "layer_norm: eps": lambda v: F.layer_norm(x(), 2, eps=v),
    "LayerNorm: eps": lambda v: nn.LayerNorm(2, eps=v),
    "uniform: low": lambda v: nn.init.uniform_(x(), v, 2.0),
    "normal: std": lambda v: nn.init.normal_(x(), 0.0, v),
    "trunc_normal_: mean": lambda v: nn.init.trunc_normal_(x(), v),
    "trunc_normal_: b": lambda v: nn.init.trunc_normal_(x(), b=v),
    "xavier_uniform_: gain": lambda v: nn.init.xavier_uniform_(x(), v),
    "xavier_normal_: gain": lambda v: nn.init.xavier_normal_(x(), v),
    "orthogonal_: gain": lambda v: nn.init.orthogonal_(x(), v),
    "clip_grad_norm_: max_norm": lambda v: nn.utils.clip_grad_norm_(with_grad(), v),
    "clip_grad_norm_: norm_type": lambda v: nn.utils.clip_grad_norm_(with_grad(), 1.0, v),
    "get_total_norm: norm_type": lambda v: nn.utils.get_total_norm(with_grad(), v),
    "clip_grad_value_: clip_value": lambda v: nn.utils.clip_grad_value_(with_grad(), v),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_no_number_is_refused_by_name(name):
    for wrong in (fg.tensor(0.5, requires_grad=True), nn.Parameter(fg.tensor(0.5)), "0.5x", [0.5], fg.ones(2), 0.5j):
        if wrong == "0.5x" and "norm_type" in name:  # which may be "inf"
            continue
        with pytest.raises(TypeError, match=f"{name.strip()} must be a number"):
            CALLS[name](wrong)


@pytest.mark.parametrize("name", CALLS)
def test_a_number_of_any_kind_is_one(name):
    for number in (0.5, np.float32(0.5), np.array(0.5), fg.tensor(0.5), fg.tensor(0.5, requires_grad=True).detach()):
        CALLS[name](number)


def test_no_gradient_is_lost_in_a_value_that_fills():
    with pytest.raises(TypeError, match="constant_: val must be a number, got a tensor that requires gradients"):
        nn.init.constant_(fg.zeros(2), fg.tensor(1.0, requires_grad=True))
