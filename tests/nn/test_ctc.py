"""Connectionist temporal classification: paths that are counted, and edges. Values and gradients: tests/ops."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F

RNG = np.random.default_rng(0)


def log_softmax(x: np.ndarray) -> np.ndarray:
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def probability_of(logs: np.ndarray, labels: tuple[int, ...], blank: int) -> float:
    """The sum over all paths that stand for the labels."""
    total = 0.0
    for path in itertools.product(range(logs.shape[1]), repeat=logs.shape[0]):
        if tuple(c for c, _ in itertools.groupby(path) if c != blank) == labels:
            total += np.exp(sum(logs[t, c] for t, c in enumerate(path)))
    return total


@pytest.mark.parametrize("blank", [0, 2])
def test_the_probabilities_of_all_paths_are_summed(blank):
    logs = log_softmax(RNG.normal(size=(5, 3)))
    others = [c for c in range(3) if c != blank]
    for count in range(6):
        for labels in itertools.product(others, repeat=count):
            loss = F.ctc_loss(fg.tensor(logs), fg.tensor(labels, dtype=fg.int64), (5,), (count,), blank, "sum")
            expected = probability_of(logs, labels, blank)
            np.testing.assert_allclose(np.exp(-loss.item()), expected, rtol=1e-12, atol=1e-300)


def test_all_sequences_together_are_certain():
    logs = fg.tensor(log_softmax(RNG.normal(size=(4, 3))))
    total = sum(
        np.exp(-F.ctc_loss(logs, fg.tensor(labels, dtype=fg.int64), (4,), (count,), 0, "sum").item())
        for count in range(5)
        for labels in itertools.product((1, 2), repeat=count)
    )
    assert abs(total - 1.0) < 1e-12


def batch(dtype=np.float64):
    x = RNG.normal(size=(12, 4, 5)).astype(dtype)
    targets = np.array([[1, 2, 2], [4, 4, 4], [3, 0, 0], [0, 0, 0]])
    return x, targets, (12, 9, 7, 5), (3, 3, 1, 0)


def gradient(x, targets, *lengths, create_graph=False, **options):
    logits = fg.tensor(x, requires_grad=True)
    loss = F.ctc_loss(F.log_softmax(logits, 2), fg.tensor(targets), *lengths, reduction="sum", **options)
    return fg.autograd.grad(loss, logits, create_graph=create_graph)[0]


def test_targets_may_stand_one_behind_the_other():
    x, targets, steps, labels = batch()
    joined = np.concatenate([line[:n] for line, n in zip(targets, labels, strict=True)])
    np.testing.assert_array_equal(
        gradient(x, targets, steps, labels).numpy(), gradient(x, joined, steps, labels).numpy()
    )
    for lengths in ([12, 9, 7, 5], fg.tensor([12, 9, 7, 5]), fg.tensor([12, 9, 7, 5], dtype=fg.int32)):
        np.testing.assert_array_equal(
            gradient(x, targets, lengths, labels).numpy(), gradient(x, targets, steps, labels).numpy()
        )


def test_what_is_past_a_samples_steps_and_labels_does_not_matter():
    x, targets, steps, labels = batch()
    expected = gradient(x, targets, steps, labels).numpy()
    other, others = x.copy(), targets.copy()
    for i, (t, n) in enumerate(zip(steps, labels, strict=True)):
        other[t:, i] = np.nan
        others[i, n:] = 99
        assert not expected[t:, i].any()
    logs = fg.tensor(log_softmax(other), requires_grad=True)
    F.ctc_loss(logs, fg.tensor(others), steps, labels, reduction="sum").backward()
    plain = fg.tensor(log_softmax(x), requires_grad=True)
    F.ctc_loss(plain, fg.tensor(targets), steps, labels, reduction="sum").backward()
    np.testing.assert_array_equal(logs.grad.numpy(), plain.grad.numpy())


@pytest.mark.parametrize("joined", [False, True])
def test_the_recorded_gradient_is_the_kernels(joined):
    x, targets, steps, labels = batch()
    if joined:
        targets = np.concatenate([line[:n] for line, n in zip(targets, labels, strict=True)])
    recorded = gradient(x, targets, steps, labels, create_graph=True)
    np.testing.assert_allclose(
        recorded.detach().numpy(), gradient(x, targets, steps, labels).numpy(), rtol=1e-10, atol=1e-13
    )


def test_mean_divides_by_the_number_of_labels():
    x, targets, steps, labels = batch()
    logs = fg.tensor(log_softmax(x))
    each = F.ctc_loss(logs, fg.tensor(targets), steps, labels, reduction="none").numpy()
    mean = nn.CTCLoss()(logs, fg.tensor(targets), steps, labels).item()
    np.testing.assert_allclose(mean, np.mean(each / np.array([3, 3, 1, 1])), rtol=1e-12)


@pytest.mark.parametrize("create_graph", [False, True])
def test_too_few_steps_are_infinite_or_count_nothing(create_graph):
    x = RNG.normal(size=(3, 2, 4))
    targets, lengths = np.array([[1, 1, 2], [3, 0, 0]]), ((3, 3), (3, 1))  # 1, blank, 1, 2 takes four
    logs = fg.tensor(log_softmax(x))
    each = F.ctc_loss(logs, fg.tensor(targets), *lengths, reduction="none")
    assert each[0].item() == np.inf
    assert np.isnan(gradient(x, targets, *lengths, create_graph=create_graph).detach().numpy()[:, 0]).all()
    assert F.ctc_loss(logs, fg.tensor(targets), *lengths, reduction="none", zero_infinity=True)[0].item() == 0.0
    found = gradient(x, targets, *lengths, zero_infinity=True, create_graph=create_graph).detach().numpy()
    assert not found[:, 0].any()
    np.testing.assert_allclose(
        found[:, 1], gradient(x[:, 1:], targets[1:], (3,), (1,)).numpy()[:, 0], rtol=1e-10, atol=1e-13
    )


def test_no_steps_are_certain_of_no_labels():
    logs = fg.tensor(log_softmax(RNG.normal(size=(2, 2, 3))), requires_grad=True)
    each = F.ctc_loss(logs, fg.tensor([[1], [0]]), (0, 0), (1, 0), reduction="none")
    assert each.tolist() == [np.inf, 0.0]
    each.sum().backward()
    assert not logs.grad.numpy().any()


def test_long_sequences_neither_overflow_nor_vanish():
    x = RNG.normal(size=(2000, 2, 30)).astype(np.float32)
    targets = RNG.integers(1, 30, (2, 500))
    logs = fg.tensor(log_softmax(x.astype(np.float64)).astype(np.float32))
    loss = F.ctc_loss(logs, fg.tensor(targets), (2000, 1900), (500, 480), reduction="none")
    wide = F.ctc_loss(logs.astype(fg.float64), fg.tensor(targets), (2000, 1900), (500, 480), reduction="none")
    assert np.isfinite(loss.numpy()).all()
    np.testing.assert_allclose(loss.numpy(), wide.numpy(), rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((fg.zeros(3), fg.tensor([1]), (3,), (1,)), ValueError, r"\(T, N, C\).*\(3,\)"),
        ((fg.zeros(3, 1, 2), fg.tensor([[1]]), (3,), (1,), 2), ValueError, r"blank.*2 classes, got 2"),
        ((fg.zeros(3, 1, 2), fg.tensor([[1]]), (4,), (1,)), ValueError, r"input_lengths.*0 and 3, got 4"),
        ((fg.zeros(3, 1, 2), fg.tensor([[1]]), (3,), (2,)), ValueError, r"target_lengths.*0 and 1, got 2"),
        ((fg.zeros(3, 1, 2), fg.tensor([[1]]), (3, 3), (1,)), ValueError, r"input_lengths.*1 samples.*\(2,\)"),
        ((fg.zeros(3, 2, 2), fg.tensor([1, 1, 1]), (3, 3), (1, 1)), ValueError, r"add up to the 3 targets, got 2"),
        ((fg.zeros(3, 2, 2), fg.tensor([[1]]), (3, 3), (1, 1)), ValueError, r"targets.*\(2, S\).*\(1, 1\)"),
        ((fg.zeros(3, 1, 2), fg.tensor([[2]]), (3,), (1,)), IndexError, r"target 2 .*2 classes"),
        ((fg.zeros(3, 1, 2), fg.tensor([[1.5]]), (3,), (1,)), ValueError, r"targets.*float32"),
        ((fg.zeros(3, 1, 2), fg.tensor([[1]]), (3.0,), (1,)), TypeError, r"input_lengths.*float32"),
        ((fg.zeros(3, 1, 2, dtype=fg.float16), fg.tensor([[1]]), (3,), (1,)), TypeError, r"float16"),
        ((fg.zeros(3, 1, 2), fg.tensor([[1]]), (3,), (1,), 0, "all"), ValueError, r"reduction.*'all'"),
    ],
)
def test_bad_input_is_named(arguments, error, said):
    with pytest.raises(error, match=f"(?s)ctc_loss.*{said}"):
        F.ctc_loss(*arguments)


def test_labels_may_be_floats_that_are_whole():
    """As in programs that pad tensors made of lists. Fractions are an error, and so are floats for lengths."""
    logs = F.log_softmax(fg.tensor(RNG.normal(size=(6, 2, 4))), 2)
    wanted = F.ctc_loss(logs, fg.tensor([[1, 2], [3, 1]]), (6, 5), (2, 1))
    for dtype in (fg.float32, fg.float64, fg.float16):
        labels = fg.tensor([[1.0, 2.0], [3.0, 1.0]], dtype=dtype)
        assert F.ctc_loss(logs, labels, (6, 5), (2, 1)).item() == wanted.item()
    for wrong in (1.5, float("nan")):
        with pytest.raises(ValueError, match="targets must be whole numbers, got float32"):
            F.ctc_loss(logs, fg.tensor([[1.0, 2.0], [wrong, 1.0]]), (6, 5), (2, 1))
    with pytest.raises(TypeError, match="input_lengths must be integers, got float32"):
        F.ctc_loss(logs, fg.tensor([[1, 2], [3, 1]]), fg.tensor([6.0, 5.0]), (2, 1))
