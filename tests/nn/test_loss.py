"""Losses against NumPy."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F

RNG = np.random.default_rng(0)
REDUCE = {"none": lambda v: v, "mean": np.mean, "sum": np.sum}


def log_softmax(x, axis=1):
    x = x - x.max(axis=axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def check(got, expected):
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("reduction", REDUCE)
def test_regression_losses(reduction):
    x, t = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
    a, b = fg.tensor(x), fg.tensor(t)
    check(nn.L1Loss(reduction=reduction)(a, b), REDUCE[reduction](abs(x - t)))
    check(nn.MSELoss(reduction=reduction)(a, b), REDUCE[reduction]((x - t) ** 2))


def test_regression_losses_refuse_to_broadcast():
    for loss in (F.l1_loss, F.mse_loss):
        for shape in ((4,), (1, 4), (3, 1)):
            with pytest.raises(ValueError, match=rf"{loss.__name__}.*\(4, 1\)"):
                loss(fg.zeros(4, 1), fg.zeros(shape))


@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize("weighted", [False, True])
def test_binary_cross_entropy(reduction, weighted):
    x, t = RNG.normal(size=(4, 3)) * 3, RNG.uniform(size=(4, 3))
    p = 1 / (1 + np.exp(-x))
    weight, pos_weight = (RNG.uniform(size=3), RNG.uniform(size=3)) if weighted else (np.ones(3), np.ones(3))
    w, pw = (fg.tensor(weight), fg.tensor(pos_weight)) if weighted else (None, None)
    expected = -weight * (t * np.log(p) + (1 - t) * np.log(1 - p))
    check(nn.BCELoss(w, reduction=reduction)(fg.tensor(p), fg.tensor(t)), REDUCE[reduction](expected))
    expected = -weight * (pos_weight * t * np.log(p) + (1 - t) * np.log(1 - p))
    loss = nn.BCEWithLogitsLoss(w, reduction=reduction, pos_weight=pw)
    check(loss(fg.tensor(x), fg.tensor(t)), REDUCE[reduction](expected))


def test_binary_cross_entropy_at_the_extremes():
    assert F.binary_cross_entropy(fg.tensor([0.0, 1.0]), fg.tensor([1.0, 0.0]), reduction="none").tolist() == [100, 100]
    logits = fg.tensor([1000.0, -1000.0])
    loss = F.binary_cross_entropy_with_logits(logits, fg.tensor([0.0, 0.0]), reduction="none")
    assert loss.tolist() == [1000.0, 0.0]
    for function in (F.binary_cross_entropy, F.binary_cross_entropy_with_logits):
        with pytest.raises(ValueError, match="same shape"):
            function(fg.ones(3), fg.ones(3, 1))


def nll_reference(logp, target, weight, ignore_index, reduction):
    """logp: (N, C, ...), target: (N, ...)."""
    kept = target != ignore_index
    labels = np.where(kept, target, 0)
    picked = np.take_along_axis(logp, labels[:, None], axis=1)[:, 0]
    factors = np.where(kept, weight[labels], 0.0)
    losses = np.where(kept, -picked * factors, 0.0)
    return losses.sum() / factors.sum() if reduction == "mean" else REDUCE[reduction](losses)


@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("tail", [(), (3,), (2, 3)])
def test_nll_and_cross_entropy_of_labels(reduction, weighted, tail):
    x = RNG.normal(size=(6, 5, *tail))
    target = RNG.integers(0, 5, size=(6, *tail))
    target.flat[2] = -100
    weight = RNG.uniform(0.5, 2.0, size=5) if weighted else np.ones(5)
    w = fg.tensor(weight) if weighted else None
    expected = nll_reference(log_softmax(x), target, weight, -100, reduction)
    labels = fg.tensor(target)
    check(nn.CrossEntropyLoss(w, reduction=reduction)(fg.tensor(x), labels), expected)
    check(nn.NLLLoss(w, reduction=reduction)(fg.tensor(log_softmax(x)), labels), expected)
    ignoring = nll_reference(log_softmax(x), np.where(target < 0, 3, target), weight, 3, reduction)
    labels = fg.tensor(np.where(target < 0, 3, target))
    check(nn.CrossEntropyLoss(w, ignore_index=3, reduction=reduction)(fg.tensor(x), labels), ignoring)
    check(nn.NLLLoss(w, ignore_index=3, reduction=reduction)(fg.tensor(log_softmax(x)), labels), ignoring)


@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize("weighted", [False, True])
def test_label_smoothing_mixes_in_the_uniform_distribution(reduction, weighted):
    x, target = RNG.normal(size=(6, 5)), RNG.integers(0, 5, size=6)
    weight = RNG.uniform(0.5, 2.0, size=5) if weighted else np.ones(5)
    w = fg.tensor(weight) if weighted else None
    share = 0.3
    mixed = (1 - share) * np.eye(5)[target] + share / 5
    losses = -(mixed * weight * log_softmax(x)).sum(axis=1)
    expected = losses.sum() / weight[target].sum() if reduction == "mean" else REDUCE[reduction](losses)
    loss = nn.CrossEntropyLoss(w, reduction=reduction, label_smoothing=share)
    check(loss(fg.tensor(x), fg.tensor(target)), expected)


@pytest.mark.parametrize("reduction", REDUCE)
def test_cross_entropy_of_probabilities(reduction):
    x, p = RNG.normal(size=(6, 5)), RNG.dirichlet(np.ones(5), size=6)
    losses = -(p * log_softmax(x)).sum(axis=1)
    check(F.cross_entropy(fg.tensor(x), fg.tensor(p), reduction=reduction), REDUCE[reduction](losses))


def test_cross_entropy_without_batch():
    x = RNG.normal(size=5)
    check(F.cross_entropy(fg.tensor(x), fg.tensor(2)), -log_softmax(x, axis=0)[2])


def test_cross_entropy_of_huge_logits_is_finite():
    assert F.cross_entropy(fg.tensor([[1000.0, -1000.0]]), fg.tensor([1])).item() == 2000.0


@pytest.mark.parametrize("label", [5, -1, 100])
def test_labels_out_of_range_are_an_index_error(label):
    for function in (F.cross_entropy, F.nll_loss):
        with pytest.raises(IndexError, match=str(label)):
            function(fg.zeros(2, 5), fg.tensor([0, label]))


def test_losses_refuse_what_does_not_fit():
    for function in (F.cross_entropy, F.nll_loss):
        with pytest.raises(ValueError, match=function.__name__):
            function(fg.zeros(2, 5), fg.tensor([0, 1, 2]))
        with pytest.raises(ValueError, match=function.__name__):
            function(fg.zeros(2, 5), fg.tensor([0, 1]), fg.ones(4))
    for smoothing in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="label_smoothing"):
            nn.CrossEntropyLoss(label_smoothing=smoothing)
    for make in (nn.L1Loss, nn.MSELoss, nn.CrossEntropyLoss, nn.NLLLoss, nn.BCELoss, nn.BCEWithLogitsLoss):
        with pytest.raises(ValueError, match=make.__name__):
            make(reduction="average")


def test_gradient_of_cross_entropy_is_softmax_minus_target():
    x, target = RNG.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    logits = fg.tensor(x)
    logits.requires_grad_()
    F.cross_entropy(logits, fg.tensor(target)).backward()
    np.testing.assert_allclose(logits.grad.numpy(), (np.exp(log_softmax(x)) - np.eye(3)[target]) / 4, rtol=1e-10)
