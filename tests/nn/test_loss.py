"""Losses against NumPy."""

from functools import partial

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
        with pytest.raises(ValueError, match=r"\(3,\).*\(3, 1\)"):
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


def gradients(loss, x):
    """By a plain backward pass, and by a recorded one."""
    return [fg.autograd.grad(loss(x), x, create_graph=recorded)[0].detach().numpy() for recorded in (False, True)]


def lines_side_by_side(x):
    """(N, C) scores and their labels as (1, C, N)."""
    return x.T.reshape(1, x.shape[1], x.shape[0])


@pytest.mark.parametrize("side", [False, True], ids=["lines", "side by side"])
@pytest.mark.parametrize("weights", [[1.0, 2.0, np.inf], [3e38, 3e38, 2e38], [1e-42, 3e-42, 2e-42], [1e30, 1.0, 1e-30]])
def test_a_class_weight_counts_where_its_class_does(weights, side):
    """w[y] (p - onehot), whatever weighs the classes that are absent, and whether the weights' sum is in range."""
    scores, labels, weights = RNG.normal(size=(4, 3)).astype(np.float32), np.array([0, 1, 0, 1]), np.float32(weights)
    chosen = weights[labels].astype(np.float64)
    share = chosen / chosen.sum()
    logp = log_softmax(scores.astype(np.float64))
    x = fg.tensor(scores, requires_grad=True)
    target, arrange = fg.tensor(labels), (lambda t: t)
    if side:
        target, arrange = fg.tensor(labels.reshape(1, 4)), lines_side_by_side

    def loss(x):
        return F.cross_entropy(arrange(x), target, fg.tensor(weights))

    np.testing.assert_allclose(loss(x).item(), -(share * logp[np.arange(4), labels]).sum(), rtol=1e-6)
    for got in gradients(loss, x):
        np.testing.assert_allclose(got, share[:, None] * (np.exp(logp) - np.eye(3)[labels]), rtol=1e-5, atol=1e-7)
    for got in gradients(lambda x: F.nll_loss(arrange(x), target, fg.tensor(weights)), x):
        np.testing.assert_allclose(got, -share[:, None] * np.eye(3)[labels], rtol=1e-6)


def test_smoothing_over_weights_whose_sum_is_out_of_range():
    scores, labels, weights = RNG.normal(size=(4, 3)), np.array([0, 1, 0, 1]), np.array([3e38, 3e38, 2e38])
    wide = fg.tensor(scores, requires_grad=True)
    expected = gradients(lambda x: F.cross_entropy(x, labels, fg.tensor(weights), label_smoothing=0.1), wide)[0]
    x = fg.tensor(scores.astype(np.float32), requires_grad=True)
    for got in gradients(lambda x: F.cross_entropy(x, labels, weights.astype(np.float32), label_smoothing=0.1), x):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("side", [False, True], ids=["lines", "side by side"])
@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"])
def test_recorded_and_plain_gradients_of_class_losses_agree_at_the_edges(dtype, reduction, side):
    """Labels of every integer type; lines that are ignored may hold anything, and give exactly 0."""
    scores = RNG.normal(size=(7, 3)).astype(np.float32)
    scores[3:6] = [[np.nan, 0, 1], [np.inf, np.inf, 0], [-np.inf, -np.inf, -np.inf]]
    scores[6, 1] = -np.inf
    x = fg.tensor(scores, requires_grad=True)
    labels = np.array([0, 2, 1, 1, 1, 1, 0])
    arrange = lines_side_by_side if side else (lambda t: t)
    target = fg.tensor(labels.astype(dtype).reshape(1, 7) if side else labels.astype(dtype))

    def check(loss, ignored):
        plain, recorded = gradients(
            lambda x: loss(arrange(x), target, ignore_index=ignored, reduction=reduction).sum(), x
        )
        np.testing.assert_allclose(plain, recorded, rtol=2e-6, atol=1e-7)
        assert not plain[labels == ignored].any()
        if ignored == 1:
            assert np.isfinite(plain).all()

    for ignored in (5, 0, 1):  # none of these lines, some others, these
        check(F.cross_entropy, ignored)
        check(partial(F.cross_entropy, label_smoothing=0.1), ignored)
        check(F.nll_loss, ignored)


def test_a_mean_over_nothing_is_nan_and_has_no_gradient():
    x = fg.tensor(RNG.normal(size=(3, 4)), requires_grad=True)
    ignored = fg.full((3,), -100)
    for loss in (F.cross_entropy, F.nll_loss, partial(F.cross_entropy, label_smoothing=0.1)):
        assert np.isnan(loss(x, ignored).item())
        for got in gradients(partial(loss, target=ignored), x):
            np.testing.assert_array_equal(got, 0.0)
    assert np.isnan(F.cross_entropy(fg.zeros(0, 4), fg.zeros(0, 4)).item())


def test_a_label_beyond_int64_is_no_class():
    with pytest.raises(IndexError, match=str(2**64 - 100)):
        F.cross_entropy(fg.zeros(1, 3), fg.tensor([2**64 - 100], dtype=fg.uint64))


def test_a_weight_that_requires_a_gradient_gets_it_or_is_refused():
    scores, labels = fg.zeros(2, 3), fg.tensor([0, 2])
    weight = fg.ones(3, requires_grad=True)
    for loss in (F.cross_entropy, F.nll_loss):
        with pytest.raises(TypeError, match=rf"{loss.__name__}: weight is a constant.*detach"):
            loss(scores, labels, weight)
        with fg.no_grad():
            loss(scores, labels, weight)
    halves = fg.full((2, 3), 0.5)
    for loss in (
        lambda: F.cross_entropy(scores, halves, weight),
        lambda: F.binary_cross_entropy(halves, halves, weight),
        lambda: F.binary_cross_entropy_with_logits(halves, halves, weight),
        lambda: F.binary_cross_entropy_with_logits(halves, halves, pos_weight=weight),
    ):
        assert fg.autograd.grad(loss(), weight)[0].all().item()


def test_weights_may_be_lists():
    scores, labels, halves = fg.zeros(2, 3), fg.tensor([0, 2]), fg.full((2, 3), 0.5)
    weight = [1.0, 2.0, 3.0]
    for loss, target in (
        (F.cross_entropy, labels),
        (F.cross_entropy, halves),
        (F.nll_loss, labels),
        (F.binary_cross_entropy_with_logits, halves),
    ):
        assert loss(scores, target, weight).item() == loss(scores, target, fg.tensor(weight)).item()


def test_class_probabilities_take_the_dtype_of_the_scores_and_no_ignore_index():
    scores, wide = fg.zeros(2, 3), fg.full((2, 3), 0.5, dtype=fg.float64)
    with pytest.raises(TypeError, match=r"float32.*target is float64.*target with \.astype\(fg\.float32\)"):
        F.cross_entropy(scores, wide)
    with pytest.raises(TypeError, match=r"float64.*target is float32.*input with \.astype\(fg\.float32\)"):
        F.cross_entropy(scores.astype(fg.float64), wide.astype(fg.float32))
    with pytest.raises(TypeError, match=r"weight is float64.*\.astype\(fg\.float32\)"):
        F.cross_entropy(scores, scores, fg.ones(3, dtype=fg.float64))
    with pytest.raises(ValueError, match="ignore_index is for class labels, got 1"):
        F.cross_entropy(scores, scores, ignore_index=1)
    F.cross_entropy(scores, scores, ignore_index=-1)


def test_errors_of_dtypes_and_shapes_say_what_to_do():
    x, wide = fg.zeros(4), fg.zeros(4, dtype=fg.float64)
    for loss in (F.mse_loss, F.l1_loss, F.binary_cross_entropy, F.binary_cross_entropy_with_logits):
        with pytest.raises(TypeError, match=r"target is float64; convert the target with \.astype\(fg\.float32\)"):
            loss(x, wide)
        with pytest.raises(TypeError, match=r"target is float32; convert the input with \.astype\(fg\.float32\)"):
            loss(wide, x)
        with pytest.raises(TypeError, match=r"target is int64; convert the target with \.astype\(fg\.float64\)"):
            loss(wide, fg.zeros(4, dtype=fg.int64))
        with pytest.raises(ValueError, match=r"must agree; use target\.reshape\(-1, 1\)"):
            loss(x.reshape(4, 1), x)
        with pytest.raises(ValueError, match=r"must agree; use target\.reshape\(-1\)"):
            loss(x, x.reshape(4, 1))
    with pytest.raises(TypeError, match=r"weight must have the input's dtype float32.*\.astype\(fg\.float32\)"):
        F.cross_entropy(fg.zeros(2, 3), fg.tensor([0, 1]), fg.ones(3, dtype=fg.float64))
    with pytest.raises(TypeError, match=r"pos_weight must have the input's dtype float32.*\.astype\(fg\.float32\)"):
        F.binary_cross_entropy_with_logits(x, x, pos_weight=wide)
    with pytest.raises(ValueError, match=r"target of shape \(2,\), got \(2, 1\); use target\.reshape\(-1\)"):
        F.cross_entropy(fg.zeros(2, 3), fg.tensor([[0], [1]]))
    with pytest.raises(TypeError, match=r"target must be integer.*\.astype\(fg\.int64\)"):
        F.nll_loss(fg.zeros(2, 3), fg.zeros(2))


def test_the_weight_of_the_positive_part_does_not_matter_where_there_is_none():
    """pos_weight = negatives / positives is infinite for a label that never occurs."""
    x = fg.tensor([[0.5, -1.0], [2.0, 3.0]], requires_grad=True)
    target, weight = fg.tensor([[1.0, 0.0], [0.0, 0.0]]), fg.tensor([2.0, np.inf])

    def loss(x):
        return F.binary_cross_entropy_with_logits(x, target, pos_weight=weight)

    finite = F.binary_cross_entropy_with_logits(x, target, pos_weight=fg.tensor([2.0, 1.0]))
    assert loss(x).item() == finite.item()
    expected = fg.autograd.grad(finite, x)[0].numpy()
    for got in gradients(loss, x):
        np.testing.assert_array_equal(got, expected)


def test_only_what_a_wanted_gradient_is_made_of_is_guarded():
    score, target = fg.tensor([[0.3, 0.6]]), fg.tensor([[1.0, 0.0]])
    for loss in (F.binary_cross_entropy, F.binary_cross_entropy_with_logits):
        label = target.clone().requires_grad_(True)
        out = loss(score, label)
        with fg.no_grad():
            label.zero_()
        out.backward()
        assert label.grad.all().item()
    x = score.clone().requires_grad_(True)
    out = F.nll_loss(x, fg.tensor([1]))
    with fg.no_grad():
        x.zero_()
    out.backward()
    assert x.grad.tolist() == [[0.0, -1.0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cross_entropy_of_logits_keeps_its_digits_where_the_target_is_almost_certain(dtype):
    x = np.linspace(-30, 30, 241).astype(dtype)
    for y in (0.0, 1e-6, 0.0334, 0.5, 0.9664, 1 - 1e-6, 1.0):
        y = np.full_like(x, y)
        got = F.binary_cross_entropy_with_logits(fg.tensor(x), fg.tensor(y), reduction="none").numpy()
        wide, target = x.astype(np.longdouble), y.astype(np.longdouble)
        want = wide * np.where(x > 0, 1 - target, -target) + np.log1p(np.exp(-np.abs(wide)))
        np.testing.assert_allclose(got, want.astype(dtype), rtol=6 * np.finfo(dtype).eps)


def test_gaussian_nll_loss_of_an_infinite_variance_is_infinite():
    x = fg.zeros(2, requires_grad=True)
    loss = nn.functional.gaussian_nll_loss(x, fg.ones(2), fg.full((2,), float("inf")))
    assert loss.item() == float("inf")
    loss.backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_targets_and_weights_of_unsigned_integers_are_those_numbers():
    x, t, weight = fg.tensor([-1.0, 2.0, 0.5]), fg.tensor([0.25, 1.0, 0.5]), fg.tensor([0, 1, 3], dtype=fg.uint8)
    expected = F.binary_cross_entropy_with_logits(x, t, pos_weight=weight.astype(fg.float32))
    assert F.binary_cross_entropy_with_logits(x, t, pos_weight=weight).item() == expected.item()
    assert F.soft_margin_loss(x, weight).item() == F.soft_margin_loss(x, weight.astype(fg.float32)).item()


def test_a_weight_of_classes_does_not_broadcast_the_input():
    with pytest.raises(ValueError, match=r"multilabel_soft_margin_loss: weight must broadcast .*\(3,\).*\(1, 3\)"):
        F.multilabel_soft_margin_loss(fg.zeros(3), fg.ones(3), fg.ones(1, 3))


@pytest.mark.parametrize("shape", [(), (1,)])
def test_the_margin_loss_of_one_line_has_its_labels_shape(shape):
    loss = F.multi_margin_loss(fg.tensor([1.0, 2.0]), fg.zeros(shape, dtype=fg.int64), reduction="none")
    assert loss.shape == shape
    assert loss.item() == 1.0
