"""Bad input gives an exception of the natural type that names the operation and what it got; nothing is half done."""

from __future__ import annotations

import contextlib
import gzip
import re
import struct
import threading
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
import fastgrad.nn.functional as F
from fastgrad import nn, optim

HUGE = 10**30
NAN, INF = float("nan"), float("inf")


def m(*shape: int) -> fg.Tensor:
    """A float32 tensor of a shape."""
    return fg.ones(shape)


def labels(*values: int) -> fg.Tensor:
    return fg.tensor(list(values), dtype=fg.int64)


def itself() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


class Index:
    """An integer that raises, or is none."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __index__(self) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


# What is called, the exception, and what its message says: the operation and what it got.
CALLS: dict[str, list[tuple[Any, type[Exception], str]]] = {
    "shapes": [
        (lambda: m(2, 3) + m(2, 4), ValueError, r"add.*\(2, 3\).*\(2, 4\)"),
        (lambda: m(2, 3) @ m(2, 3), ValueError, r"matmul.*\(2, 3\).*\(2, 3\)"),
        (lambda: m() @ m(2), ValueError, r"matmul.*\(\)"),
        (lambda: m(2, 3).reshape(4), ValueError, r"reshape.*6.*\(2, 3\).*\(4,\)"),
        (lambda: m(2, 3).reshape(-1, -1), ValueError, r"reshape.*-1"),
        (lambda: m(2, 3).reshape(-2), ValueError, r"reshape.*negative"),
        (lambda: m(0).reshape(-1, 0), ValueError, r"reshape.*\(0,\)"),
        (lambda: m(2, 3).reshape("abc"), TypeError, r"reshape.*'a"),
        (lambda: m(2, 3).reshape(HUGE), ValueError, r"reshape.*too large"),
        (lambda: fg.broadcast_to(m(2, 3), (2, 4)), ValueError, r"broadcast.*\(2, 3\).*\(2, 4\)"),
        (lambda: fg.broadcast_shapes((2,), (3,)), ValueError, r"broadcast_shapes.*\(2,\).*\(3,\)"),
        (lambda: fg.broadcast_arrays(3, "a"), TypeError, r"broadcast_arrays.*str"),
        (lambda: fg.concat([m(2, 3), m(2, 4)], axis=0), ValueError, r"concat.*\(2, 3\).*\(2, 4\)"),
        (lambda: fg.concat([]), ValueError, r"concat"),
        (lambda: fg.stack([m(2), m(3)]), ValueError, r"stack.*\(2,\).*\(3,\)"),
        (lambda: fg.stack([]), ValueError, r"stack"),
        (lambda: fg.meshgrid(m(2, 2)), ValueError, r"meshgrid.*\(2, 2\)"),
        (lambda: fg.outer(m(2, 2), m(2)), ValueError, r"outer.*\(2, 2\)"),
        (lambda: fg.einsum("ij,jk->ik", m(2, 3), m(2, 3)), ValueError, r"einsum"),
        (lambda: fg.einsum("ij,jk->ik", m(2, 3)), ValueError, r"einsum"),
        (lambda: fg.einsum("i!j", m(2, 3)), ValueError, r"einsum"),
        (lambda: fg.tensordot(m(2, 3), m(2, 3), axes=1), ValueError, r"tensordot"),
        (lambda: F.linear(m(2, 3), m(4, 5)), ValueError, r"linear.*\(2, 3\).*\(4, 5\)"),
        (lambda: F.linear(m(2, 3), m(4, 3), m(5)), ValueError, r"linear.*\(5,\)"),
        (lambda: nn.Linear(3, 2)(m(2, 4)), ValueError, r"linear.*\(2, 4\)"),
        (lambda: F.layer_norm(m(2, 3), (4,)), ValueError, r"layer_norm.*\(2, 3\).*\(4,\)"),
        (lambda: F.batch_norm(m(2, 3), m(4), m(4)), ValueError, r"batch_norm"),
        (lambda: nn.BatchNorm2d(3)(m(2, 3)), ValueError, r"BatchNorm2d.*\(2, 3\)"),
        (lambda: F.mse_loss(m(2, 3), m(4, 3)), ValueError, r"mse_loss.*\(2, 3\).*\(4, 3\)"),
        (lambda: F.cross_entropy(m(2, 3), labels(0, 1, 2)), ValueError, r"cross_entropy.*\(2, 3\).*\(3,\)"),
        (lambda: fg.zeros((1,) * 17), ValueError, r"16 dimensions"),
        (lambda: fg.tensor(np.ones((1,) * 17)), ValueError, r"16 dimensions"),
        (lambda: m(*(1,) * 16)[None], ValueError, r"16 dimensions"),
    ],
    "sizes": [
        (lambda: fg.zeros((-1, 2)), ValueError, r"-1"),
        (lambda: fg.zeros((2**62, 4)), (ValueError, MemoryError), r"4611686018427387904"),
        (lambda: fg.zeros(2**55), MemoryError, r"144115188075855872 bytes"),
        (lambda: fg.zeros(HUGE), ValueError, r"zeros.*too large"),
        (lambda: fg.zeros("abc"), TypeError, r"zeros"),
        (lambda: fg.zeros(2.5), TypeError, r"zeros.*2\.5"),
        (lambda: fg.rand("abc"), TypeError, r"rand"),
        (lambda: fg.rand(-1), ValueError, r"-1"),
        (lambda: fg.eye(-1), ValueError, r"-1"),
        (lambda: fg.arange(0, 1, 0), ValueError, r"arange.*step"),
        (lambda: fg.linspace(0, 1, -1), ValueError, r"linspace.*-1"),
        (lambda: fg.repeat(m(2), -1), ValueError, r"repeat.*-1"),
        (lambda: fg.tile(m(2), -1), ValueError, r"tile.*-1"),
        (lambda: fg.split(m(6), 4), ValueError, r"split.*4"),
        (lambda: fg.split(m(6), 0), ValueError, r"split.*0"),
        (lambda: fg.topk(m(3), 4), ValueError, r"topk.*4"),
        (lambda: fg.one_hot(labels(1), -2), ValueError, r"one_hot.*-2"),
        (lambda: fg.pad(m(2), [(-3, 0)]), ValueError, r"pad.*-3"),
        (lambda: nn.Linear(-1, 2), ValueError, r"-1"),
        (lambda: fg.randperm(-1), ValueError, r"randperm.*-1"),
        (lambda: fg.broadcast_to(m(1), (2**40,)).clone(), MemoryError, r"\d"),
    ],
    "axes": [
        (lambda: m(2, 3).sum(axis=2), IndexError, r"sum.*axis 2.*dimension 2"),
        (lambda: m(2, 3).sum(axis=-3), IndexError, r"sum.*axis -3"),
        (lambda: m(2, 3).sum(axis=(0, 0)), ValueError, r"sum.*repeated"),
        (lambda: m(2, 3).sum(axis=(0, -2)), ValueError, r"sum.*repeated"),
        (lambda: m(2, 3).sum(axis="0"), TypeError, r"sum.*'0'"),
        (lambda: m(2, 3).sum(axis=1.0), TypeError, r"sum.*1\.0"),
        (lambda: m(2, 3).sum(axis=HUGE), (IndexError, ValueError), r"sum.*1000000"),
        (lambda: m(2, 3).argmax(axis=2), IndexError, r"argmax.*axis 2"),
        (lambda: m(2, 3).argmax(axis="x"), TypeError, r"argmax.*'x'"),
        (lambda: m(2, 3).argmax(axis=HUGE), IndexError, r"argmax.*1000000"),
        (lambda: fg.permute_dims(m(2, 3), (0, 0)), ValueError, r"permute_dims"),
        (lambda: fg.permute_dims(m(2, 3), (0,)), ValueError, r"permute_dims"),
        (lambda: fg.swapaxes(m(2, 3), 0, 2), IndexError, r"swapaxes.*axis 2"),
        (lambda: fg.swapaxes(m(2, 3), 0, "a"), TypeError, r"swapaxes.*'a'"),
        (lambda: fg.squeeze(m(2, 3), 0), ValueError, r"squeeze.*\(2, 3\)"),
        (lambda: fg.concat([m(2), m(2)], axis=1), IndexError, r"concat.*axis 1"),
        (lambda: fg.softmax(m(2, 3), axis=2), IndexError, r"softmax.*axis 2"),
        (lambda: F.softmax(m(2, 3), dim=None), TypeError, r"softmax"),
        (lambda: F.softmax(m(2, 3), dim="a"), TypeError, r"softmax.*'a'"),
        (lambda: fg.softmax(m(2, 3), axis=HUGE), IndexError, r"softmax.*axis 1000000"),
        (lambda: F.layer_norm(m(2, 3), 1.5), TypeError, r"layer_norm.*1\.5"),
        (lambda: F.leaky_relu(None, inplace=True), TypeError, r"leaky_relu.*NoneType"),
        (lambda: F.relu("a", inplace=True), TypeError, r"relu.*str"),
        (lambda: fg.sort(m(2, 3), axis=2), IndexError, r"sort.*axis 2"),
        (lambda: fg.sort(m(2, 3), axis="x"), TypeError, r"sort.*'x'"),
        (lambda: fg.take(m(2, 3), labels(0), axis=2), IndexError, r"take.*axis 2"),
        (lambda: m(2, 3).sum(axis=1, dim=1), TypeError, r"sum.*axis.*dim"),
        (lambda: fg.std(m(2, 3), dim=1), TypeError, r"std.*'dim'.*'axis'"),
        (lambda: m(2, 3).sum(nonsense=1), TypeError, r"sum.*'nonsense'"),
    ],
    "dtypes": [
        (lambda: fg.tensor([1 + 2j]), TypeError, r"complex"),
        (lambda: fg.tensor("abc"), TypeError, r"str"),
        (lambda: fg.tensor(np.array(["a"])), TypeError, r"U1"),
        (lambda: fg.tensor(np.array([None])), TypeError, r"dtype\('O'\)"),
        (lambda: fg.tensor(np.zeros(2, "M8[s]")), TypeError, r"M8"),
        (lambda: fg.tensor(np.zeros(2, [("a", "f4")])), TypeError, r"a.*f4"),
        (lambda: fg.tensor([1], dtype="nonsense"), TypeError, r"nonsense"),
        (lambda: fg.zeros(2, dtype=complex), TypeError, r"complex"),
        (lambda: fg.tensor(itself()), ValueError, r"nested"),
        (lambda: m(2) + itself(), ValueError, r"add.*nested"),
        (lambda: fg.exp(itself()), ValueError, r"exp.*nested"),
        (lambda: fg.tensor([[1, 2], [3]]), ValueError, r"inhomogeneous"),
        (lambda: fg.tensor([1], dtype=fg.uint64) + fg.tensor([1]), TypeError, r"uint64.*int64"),
        (lambda: fg.tensor([1], dtype=fg.int8) + 300, OverflowError, r"300.*int8"),
        (lambda: fg.tensor([1]) + HUGE, OverflowError, r"1000000"),
        (lambda: fg.tensor([True]) - fg.tensor([True]), TypeError, r"subtract.*bool"),
        (lambda: m(2) & m(2), TypeError, r"bitwise_and.*float32"),
        (lambda: ~m(2), TypeError, r"bitwise_invert.*float32"),
        (lambda: m(2) + "a", TypeError, r"str"),
        (lambda: fg.tensor([1]).requires_grad_(), RuntimeError, r"floating.*int64"),
        (lambda: F.linear(m(2, 3), m(4, 3).double()), TypeError, r"linear.*float32.*float64"),
        (lambda: F.cross_entropy(fg.ones((2, 3), dtype=fg.int64), labels(0, 1)), TypeError, r"cross_entropy.*int64"),
        (lambda: F.cross_entropy(m(2, 3), m(2)), ValueError, r"cross_entropy.*\(2,\)"),
        (lambda: F.relu("a"), TypeError, r"relu.*str"),
    ],
    "indices": [
        (lambda: m(2, 3)[2], IndexError, r"2"),
        (lambda: m(2, 3)[-3], IndexError, r"-3"),
        (lambda: m(2, 3)[HUGE], IndexError, r"1000000"),
        (lambda: m(2, 3)[0, 0, 0], IndexError, r"\(2, 3\)"),
        (lambda: m()[0], IndexError, r"\(\)"),
        (lambda: m(2, 3)[1.5], (IndexError, TypeError), r"1\.5|float"),
        (lambda: m(2, 3)["a"], (IndexError, TypeError), r"'a'|str"),
        (lambda: m(2, 3)[..., ...], IndexError, r"(?i)ellips|\.\.\."),
        (lambda: m(2, 3)[::0], ValueError, r"step|zero"),
        (lambda: m(2, 3)[labels(0, 2)], IndexError, r"2"),
        (lambda: m(2, 3)[labels(-3)], IndexError, r"-3"),
        (lambda: m(2, 3)[fg.tensor([True, False, True])], IndexError, r"3"),
        (lambda: m(2, 3)[m(2)], (IndexError, TypeError), r"float32"),
        (lambda: m(2, 3)[labels(0, 1), labels(0, 1, 2)], (IndexError, ValueError), r"\(2,\).*\(3,\)"),
        (lambda: m(2, 3)[Index(KeyError("mine"))], KeyError, r"mine"),
        (lambda: m(2, 3)[Index("a")], TypeError, r"."),
        (lambda: fg.take(m(3), labels(3)), IndexError, r"take.*3"),
        (lambda: fg.take_along_axis(m(3), labels(-4)), IndexError, r"take_along_axis.*-4"),
        (lambda: fg.one_hot(labels(0, 3), 3), (IndexError, ValueError), r"one_hot.*3"),
        (lambda: fg.one_hot(labels(-1), 3), (IndexError, ValueError), r"one_hot.*-1"),
    ],
    "activations": [
        (lambda: F.celu(m(2), 0.0), ValueError, r"celu: alpha.*0"),
        (lambda: nn.CELU(0), ValueError, r"CELU: alpha.*0"),
        (lambda: F.hardtanh(m(2), 2.0, 1.0), ValueError, r"hardtanh: min_val.*2\.0 and 1\.0"),
        (lambda: nn.Hardtanh(1.0, 1.0), ValueError, r"Hardtanh: min_val.*1\.0 and 1\.0"),
        (lambda: F.softshrink(m(2), -0.5), ValueError, r"softshrink: lambd.*-0\.5"),
        (lambda: nn.Softshrink(-0.5), ValueError, r"Softshrink: lambd.*-0\.5"),
        (lambda: F.rrelu(m(2), 0.5, 0.1), ValueError, r"rrelu: lower.*0\.5 and 0\.1"),
        (lambda: nn.RReLU(0.5, HUGE * 1e300), ValueError, r"RReLU: lower.*inf"),
        (lambda: F.glu(m(2, 3)), ValueError, r"glu.*even.*\(2, 3\)"),
        (lambda: F.glu(m()), ValueError, r"glu.*\(\)"),
        (lambda: F.glu(m(2, 4), 2), IndexError, r"glu.*axis 2"),
        (lambda: F.prelu(m(2, 3), m(2)), ValueError, r"prelu.*3 channels.*\(2, 3\).*2"),
        (lambda: F.prelu(m(2, 3), m(1, 3)), ValueError, r"prelu.*\(1, 3\)"),
        (lambda: F.prelu(m(2, 3), m(3).double()), TypeError, r"prelu.*float32.*float64"),
        (lambda: nn.PReLU(0), ValueError, r"PReLU: num_parameters.*0"),
        (lambda: nn.Softmax2d()(m(2, 3)), ValueError, r"Softmax2d.*\(2, 3\)"),
        (lambda: F.softmin(m(2, 3)), TypeError, r"softmin: dim"),
        (lambda: F.elu(m(2), "a"), TypeError, r"elu: alpha.*'a'"),
        (lambda: F.threshold(m(2), None, 1.0), TypeError, r"threshold: threshold.*None"),
        (lambda: F.gumbel_softmax(m(2), tau=0.0), ValueError, r"gumbel_softmax: tau.*0\.0"),
        (lambda: F.elu_([1.0]), TypeError, r"elu.*list"),
    ],
    "losses": [
        (lambda: F.smooth_l1_loss(m(2), m(3)), ValueError, r"smooth_l1_loss.*\(2,\).*\(3,\)"),
        (lambda: F.smooth_l1_loss(m(2), m(2), beta=-1.0), ValueError, r"smooth_l1_loss: beta.*-1"),
        (lambda: nn.SmoothL1Loss(beta=-1.0), ValueError, r"SmoothL1Loss: beta.*-1"),
        (lambda: F.huber_loss(m(2), m(2), delta=0.0), ValueError, r"huber_loss: delta.*0"),
        (lambda: nn.HuberLoss(delta="a"), TypeError, r"HuberLoss: delta.*'a'"),
        (lambda: F.huber_loss(m(2), m(2), weight=m(3)), ValueError, r"huber_loss: weight.*\(2,\).*\(3,\)"),
        (lambda: F.mse_loss(m(2), m(2), weight=m(1)), ValueError, r"mse_loss: weight.*\(2,\).*\(1,\)"),
        (lambda: F.poisson_nll_loss(labels(1), m(1)), TypeError, r"poisson_nll_loss.*int64"),
        (lambda: F.gaussian_nll_loss(m(2), m(2), -m(2)), ValueError, r"gaussian_nll_loss: var.*-1"),
        (lambda: F.gaussian_nll_loss(m(2, 3), m(2, 3), m(3)), ValueError, r"gaussian_nll_loss: var.*\(3,\)"),
        (lambda: F.gaussian_nll_loss(m(2), m(2), 1.0, eps=0.0), ValueError, r"gaussian_nll_loss: eps.*0"),
        (lambda: nn.GaussianNLLLoss(eps=-1.0), ValueError, r"GaussianNLLLoss: eps.*-1"),
        (lambda: F.kl_div(m(2), m(2), reduction="batch"), ValueError, r"kl_div: reduction.*batchmean.*'batch'"),
        (lambda: nn.KLDivLoss(reduction="batch"), ValueError, r"KLDivLoss: reduction.*'batch'"),
        (lambda: F.kl_div(m(2), m(2).double()), TypeError, r"kl_div.*float32.*float64"),
        (lambda: F.soft_margin_loss(m(2, 1), m(2)), ValueError, r"soft_margin_loss.*\(2, 1\).*\(2,\)"),
        (lambda: F.margin_ranking_loss(m(2), m(2), m(2, 1)), ValueError, r"margin_ranking_loss.*\(2, 1\)"),
        (lambda: F.cosine_embedding_loss(m(2, 3), m(2, 3), m(3)), ValueError, r"cosine_embedding_loss.*\(3,\)"),
        (lambda: F.multi_margin_loss(m(2, 3), labels(0, 3)), IndexError, r"multi_margin_loss.*2.*0 to 3"),
        (lambda: F.multi_margin_loss(m(2, 3), labels(0)), ValueError, r"multi_margin_loss.*\(2,\).*\(1,\)"),
        (lambda: F.multi_margin_loss(m(2, 3), labels(0, 1), p=3), ValueError, r"multi_margin_loss: p.*3"),
        (lambda: F.multi_margin_loss(m(2, 3), m(2)), TypeError, r"multi_margin_loss.*float32"),
        (lambda: nn.MultiMarginLoss(weight=m(2, 3)), ValueError, r"MultiMarginLoss: weight.*\(2, 3\)"),
        (lambda: F.multilabel_margin_loss(m(3), labels(0, 3, -1)), IndexError, r"multilabel_margin_loss.*3"),
        (lambda: F.multilabel_margin_loss(m(3), labels(0)), ValueError, r"multilabel_margin_loss.*\(1,\)"),
        (lambda: F.multilabel_soft_margin_loss(m(3), m(2)), ValueError, r"multilabel_soft_margin_loss.*\(2,\)"),
        (lambda: F.triplet_margin_loss(m(2), m(2), m(2, 2)), ValueError, r"triplet_margin_loss.*\(2, 2\)"),
        (lambda: F.triplet_margin_loss(m(2), m(2), m(2), 0.0), ValueError, r"triplet_margin_loss: margin.*0"),
        (lambda: nn.TripletMarginLoss(-1.0), ValueError, r"TripletMarginLoss: margin.*-1"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [5, 3]), ValueError, r"cutoffs.*\[5, 3\]"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [3])(m(2, 4), labels(0, 9)), IndexError, r"Adaptive.*0 to 9"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [3])(m(2, 4), labels(0)), ValueError, r"Adaptive.*\(1,\)"),
        (lambda: F.linear_cross_entropy(m(2, 3), m(4, 2), labels(0, 1)), ValueError, r"linear_cross_entropy.*\(4, 2\)"),
        (lambda: nn.LinearCrossEntropyLoss(3, 4, weight=m(3)), ValueError, r"LinearCrossEntropyLoss.*\(3,\)"),
    ],
    "distances": [
        (lambda: fg.cdist(m(2, 3), m(2, 4)), ValueError, r"cdist.*\(2, 3\).*\(2, 4\)"),
        (lambda: fg.cdist(m(2, 3), m(2, 3), -1.0), ValueError, r"cdist: p.*-1"),
        (lambda: fg.cdist(m(2, 3), m(2, 3), 2.0, "fast"), ValueError, r"cdist: compute_mode.*'fast'"),
        (lambda: fg.cdist(m(2, 2, 3), m(3, 2, 3)), ValueError, r"cdist.*\(2, 2, 3\).*\(3, 2, 3\)"),
        (lambda: fg.cdist(labels(1), m(1, 1)), TypeError, r"cdist.*int64"),
        (lambda: F.pdist(m(2)), ValueError, r"pdist.*\(2,\)"),
        (lambda: F.cosine_similarity(m(2, 3), m(2, 4)), ValueError, r"cosine_similarity.*\(2, 3\).*\(2, 4\)"),
        (lambda: F.cosine_similarity(m(2, 3), m(2, 3), 2), IndexError, r"cosine_similarity.*2"),
        (lambda: F.pairwise_distance(m(2, 3), m(2, 3).double()), TypeError, r"pairwise_distance.*float32.*float64"),
        (lambda: F.normalize(m(3)), IndexError, r"normalize.*1"),
        (lambda: F.normalize(m(2, 3), out=m(3)), ValueError, r"normalize: out.*\(2, 3\).*\(3,\)"),
        (lambda: F.bilinear(m(2, 3), m(2, 4), m(5, 4, 3)), ValueError, r"bilinear.*\(5, 4, 3\)"),
        (lambda: nn.Bilinear(0, 2, 3), ValueError, r"Bilinear: in1_features.*0"),
    ],
    "class labels": [
        (lambda: F.cross_entropy(m(2, 3), labels(0, 3)), IndexError, r"cross_entropy.*3"),
        (lambda: F.cross_entropy(m(2, 3), labels(0, -1)), IndexError, r"cross_entropy.*-1"),
        (lambda: F.cross_entropy(m(2, 3), labels(0, 2**40)), IndexError, r"cross_entropy.*1099511627776"),
        (lambda: F.nll_loss(m(2, 3), labels(3, 0)), IndexError, r"nll_loss.*3"),
        (lambda: F.cross_entropy(m(2, 3), labels(0, 1), reduction="all"), ValueError, r"cross_entropy.*'all'"),
        (lambda: F.cross_entropy(m(2, 3), labels(0, 1), label_smoothing=2.0), ValueError, r"label_smoothing.*2"),
        (lambda: F.cross_entropy(m(2, 3), labels(0, 1), weight=m(4)), ValueError, r"cross_entropy.*\(4,\)"),
    ],
    "windows": [
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), stride=0), ValueError, r"conv2d.*stride.*0"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), stride=-1), ValueError, r"conv2d.*stride.*-1"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), dilation=0), ValueError, r"conv2d.*dilation.*0"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), padding=-1), ValueError, r"conv2d.*padding.*-1"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 5, 5)), ValueError, r"conv2d.*5.*4"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), dilation=2**40), ValueError, r"conv2d"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), padding=2**62), (ValueError, MemoryError), r"conv2d|\d{9}"),
        (lambda: F.conv2d(m(1, 2, 4, 4), m(1, 1, 3, 3)), ValueError, r"conv2d.*\(1, 2, 4, 4\).*\(1, 1, 3, 3\)"),
        (lambda: F.conv2d(m(1, 3, 4, 4), m(2, 1, 3, 3), groups=3), ValueError, r"conv2d.*groups"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), groups=0), ValueError, r"conv2d.*groups.*0"),
        (lambda: F.conv2d(m(4, 4), m(1, 1, 3, 3)), ValueError, r"conv2d.*\(4, 4\)"),
        (lambda: F.conv2d(m(1, 1, 4, 4), m(1, 1, 3, 3), m(2)), ValueError, r"conv2d.*\(2,\)"),
        (lambda: nn.Conv2d(3, 4, 0), ValueError, r"kernel_size.*0"),
        (lambda: nn.Conv2d(3, 4, 3, stride=0), ValueError, r"stride.*0"),
        (lambda: F.max_pool2d(m(1, 1, 4, 4), 2, stride=0), ValueError, r"max_pool2d.*stride.*0"),
        (lambda: F.max_pool2d(m(1, 1, 4, 4), 0), ValueError, r"max_pool2d.*kernel.*0"),
        (lambda: F.max_pool2d(m(1, 1, 4, 4), 5), ValueError, r"max_pool2d.*5.*4"),
        (lambda: F.max_pool2d(m(1, 1, 4, 4), 2, padding=2), ValueError, r"max_pool2d.*padding"),
        (lambda: F.avg_pool2d(m(1, 1, 4, 4), 5), ValueError, r"avg_pool2d.*5.*4"),
        (lambda: F.avg_pool2d(m(1, 1, 4, 4), 2, divisor_override=0), ValueError, r"divisor_override"),
        (lambda: F.adaptive_avg_pool2d(m(1, 1, 4, 4), -1), ValueError, r"adaptive_avg_pool2d.*-1"),
        (lambda: F.dropout(m(2), 1.5), ValueError, r"dropout.*1\.5"),
        (lambda: F.dropout(m(2), float("nan")), ValueError, r"dropout.*nan"),
        (lambda: nn.Dropout(-0.5), ValueError, r"-0\.5"),
    ],
    "optimizers": [
        *[
            (lambda o=o, lr=lr: o([nn.Parameter(m(2))], lr=lr), ValueError, rf"(?i){o.__name__}.*learning rate.*{lr}")
            for o in (optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad)
            for lr in (-1.0, float("nan"))
        ],
        (lambda: optim.SGD([], lr=0.1), ValueError, r"(?i)empty"),
        (lambda: optim.Adam(iter([]), lr=0.1), ValueError, r"(?i)empty"),
        (lambda: optim.SGD(m(2), lr=0.1), TypeError, r"(?i)tensor"),
        (lambda: optim.SGD([1], lr=0.1), TypeError, r"int"),
        (lambda: optim.SGD(None, lr=0.1), TypeError, r"None"),
        (lambda: optim.SGD([nn.Parameter(m(2))], lr="a"), TypeError, r"SGD.*learning rate.*'a'"),
        (lambda: optim.SGD([nn.Parameter(m(2))], lr=0.1, momentum=-1), ValueError, r"momentum.*-1"),
        (lambda: optim.SGD([nn.Parameter(m(2))], lr=0.1, nesterov=True), ValueError, r"(?i)nesterov"),
        (lambda: optim.Adam([nn.Parameter(m(2))], betas=(1.0, 0.9)), ValueError, r"beta.*1\.0"),
        (lambda: optim.Adam([nn.Parameter(m(2))], eps=-1.0), ValueError, r"eps.*-1"),
        (lambda: optim.SGD([{}], lr=0.1), (KeyError, ValueError), r"params"),
        (lambda: optim.SGD([m(2).requires_grad_() * 2], lr=0.1), ValueError, r"leaf"),
    ],
    "modules": [
        (lambda: nn.Linear(2, 2).load_state_dict({}), (KeyError, RuntimeError), r"weight"),
        (lambda: nn.Linear(2, 2).load_state_dict(None), TypeError, r"NoneType|None"),
        (lambda: nn.Sequential(1), TypeError, r"int"),
        (lambda: nn.ModuleList([1]), TypeError, r"int"),
        (lambda: nn.utils.clip_grad_norm_([nn.Parameter(m(2))], float("nan")), ValueError, r"clip_grad_norm_.*nan"),
        (lambda: nn.init.normal_(m(2), 0, -1), ValueError, r"-1"),
        (lambda: nn.Conv2d(1, 1, 1, stride=HUGE), ValueError, r"Conv2d: stride must be less than 2\*\*63, got 10"),
        (lambda: nn.Conv1d(1, 1, 1, dilation=HUGE), ValueError, r"Conv1d: dilation must be less than 2\*\*63, got 10"),
        (lambda: nn.Linear(HUGE, 1), ValueError, r"Linear: in_features must be less than 2\*\*63, got 10"),
        (lambda: nn.LayerNorm(2, eps=10**400), ValueError, r"LayerNorm: eps must be a number that a float can hold"),
        (lambda: nn.LazyLinear(2)(None), TypeError, r"LazyLinear: .*None"),
        (lambda: nn.LazyLinear(2)(m()), ValueError, r"LazyLinear: input must have one axis or more, got shape \(\)"),
        (lambda: nn.LazyConv1d(2, 1)(labels(1)), TypeError, r"LazyConv1d: input must have a floating-point dtype"),
        (lambda: nn.LazyBatchNorm1d()(m(2)), ValueError, r"LazyBatchNorm1d: expected 2D or 3D input"),
        (lambda: nn.LazyBatchNorm1d()(m(2, 2), 3), TypeError, r"LazyBatchNorm1d: too many positional arguments"),
        (
            lambda: F.conv2d(m(1, 1, 1, 1), m(1, 1, 1, 1), groups="2"),
            TypeError,
            r"conv2d: groups must be an int, got '2'",
        ),
        (lambda: F.conv1d(m(1, 1, 1), m(1, 1, 1), groups=HUGE), ValueError, r"conv1d: groups must be from -2"),
        (lambda: F.cross_entropy(m(2, 3), labels(0, 1), ignore_index=None), TypeError, r"cross_entropy: ignore_index"),
        (
            lambda: F.nll_loss(m(2, 3), labels(0, 1), ignore_index=HUGE),
            ValueError,
            r"nll_loss: ignore_index must be from",
        ),
        (lambda: F.one_hot(labels(0), HUGE), ValueError, r"one_hot: num_classes must be from"),
        *[
            (
                lambda groups=groups: F.conv1d(m(1, 3), m(1, 1, 1), groups=groups),
                TypeError,
                r"conv1d: groups must be an",
            )
            for groups in (None, "2", (1, 2), {})
        ],
        (
            lambda: F.conv1d(m(1, 3), m(1, 1, 1), groups=2**62),
            ValueError,
            r"conv1d: .* weight is for 4611686018427387904",
        ),
        *[
            (
                lambda i=i: F.cross_entropy(m(2, 3), m(2, 3), ignore_index=i),
                error,
                r"cross_entropy: ignore_index must be",
            )
            for i, error in ((None, TypeError), (NAN, TypeError), (HUGE, ValueError))
        ],
        (lambda: F.one_hot(labels(2**62)), MemoryError, r"one_hot: 4611686018427387905 classes for indices of shape"),
        (lambda: F.group_norm(m(1, 2, 3), HUGE), ValueError, r"group_norm: num_groups must be from"),
        (lambda: F.local_response_norm(m(1, 2, 3), HUGE), ValueError, r"local_response_norm: size must be from"),
        (lambda: nn.LocalResponseNorm(HUGE), ValueError, r"LocalResponseNorm: size must be from"),
        (
            lambda: F.avg_pool3d(m(1, 1, 1, 1), 1, divisor_override=HUGE),
            ValueError,
            r"avg_pool3d: divisor_override must",
        ),
        (lambda: F.pad(m(1, 1, 1), (0, HUGE)), ValueError, r"pad: pad must be less than 2\*\*63, got 10"),
        (
            lambda: nn.ReplicationPad1d((0, -HUGE)),
            ValueError,
            r"ReplicationPad1d: padding must be greater than -2\*\*63",
        ),
        (
            lambda: F.max_unpool1d(m(1, 1), labels(0)[None], 1, output_size=[HUGE]),
            ValueError,
            r"max_unpool1d: output_size",
        ),
        (lambda: F.threshold(m(2), 10**400, 0.0), ValueError, r"threshold: threshold must be a number that a float"),
        (lambda: F.threshold_(m(2), 1, 10**400), ValueError, r"threshold: value must be a number that a float"),
        (lambda: F.pad(m(1, 1, 1), (0, 1), value=10**400), OverflowError, r"pad: the Python int of 1329 bits"),
        (lambda: fg.norm(m(2), 10**400), ValueError, r"norm: ord must be a number that a float can hold"),
        (lambda: fg.cdist(m(2, 2), m(2, 2), 10**400), ValueError, r"cdist: p must be a number that a float can hold"),
        (lambda: m(2).var(axis=0, correction=10**400), ValueError, r"var: correction must be a number that a float"),
        (lambda: m(2) * 10**400, OverflowError, r"multiply: the Python int of 1329 bits"),
        (lambda: m(2).mul_(10**400), OverflowError, r"multiply: the Python int of 1329 bits"),
        (lambda: m(2).fill_(10**400), OverflowError, r"fill_: the Python int of 1329 bits"),
        (lambda: fg.full((2,), 10**400), OverflowError, r"full: the Python int of 1329 bits"),
        (lambda: fg.clip(m(2), 10**400), OverflowError, r"clip: the Python int of 1329 bits"),
        *[
            (
                lambda size=size: nn.ConvTranspose1d(1, 1, 1)(m(1, 1), size),
                TypeError,
                r"ConvTranspose1d: output_size must",
            )
            for size in (1j, "three", [NAN], object())
        ],
        (lambda: nn.ConvTranspose1d(1, 1, 1)("x", [1]), TypeError, r"ConvTranspose1d: "),
        (lambda: nn.LPPool1d("x", 1), TypeError, r"LPPool1d: norm_type must be a number, got 'x'"),
        (lambda: nn.Upsample(scale_factor="x"), TypeError, r"Upsample: scale_factor must be a number, got 'x'"),
        (lambda: nn.Upsample(scale_factor=(2.0, "x")), TypeError, r"Upsample: scale_factor must be a number, got 'x'"),
        *[
            (
                lambda sides=sides: F.pad(m(1, 1, 2), sides, "circular"),
                ValueError,
                r"pad: .*'circular'.* at most 1, got",
            )
            for sides in ((-1, 2), (2, -1))
        ],
        (lambda: F.normalize(m(2, 2), dim=[]), ValueError, r"normalize: dim must name one axis at least, got \[\]"),
        (
            lambda: nn.AdaptiveLogSoftmaxWithLoss(2, 9, [2], 1.0)(m(3, 0), labels(1, 1, 1)),
            ValueError,
            r"AdaptiveLogSoftmaxWithLoss: input must have 2 features, got shape \(3, 0\)",
        ),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(2, [9], [2]), TypeError, r"AdaptiveLog.*: n_classes must be an int"),
        (
            lambda: nn.LinearCrossEntropyLoss(2, 2, out_features=1),
            TypeError,
            r"LinearCross.*: out_features must be a tuple",
        ),
        (
            lambda: nn.LinearCrossEntropyLoss(2, 2, out_features=(None,)),
            TypeError,
            r"LinearCross.*: out_features must be",
        ),
        (lambda: nn.LinearCrossEntropyLoss(2, 2, weight=(1, 2)), TypeError, r"LinearCrossEntropyLoss: cannot assign"),
        *[
            (make, TypeError, r"riplet.*istance.*oss: distance_function must be a function of two tensors, got 3")
            for make in (
                lambda: nn.TripletMarginWithDistanceLoss(distance_function=3),
                lambda: F.triplet_margin_with_distance_loss(m(2), m(2), m(2), distance_function=3),
            )
        ],
        (lambda: nn.RNNBase(["LSTM"], 1, 1), ValueError, r"RNNBase: mode must be one of .* got \['LSTM'\]"),
        (lambda: nn.RNNCellBase(1, 1, True, None), TypeError, r"RNNCellBase: num_chunks must be an int, got None"),
        (
            lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(2, 1), 1, norm=3),
            TypeError,
            r"TransformerEncoder: norm must be a Module or None, got 3",
        ),
        (lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(2, 1), 1)(m()), ValueError, r"\(\)"),
        (lambda: F.embedding(labels(0), m(2, 2), padding_idx=HUGE), ValueError, r"embedding: padding_idx must be from"),
        (
            lambda: F.ctc_loss(m(2, 1, 2), labels(1), (2,), (1,), blank=HUGE),
            ValueError,
            r"ctc_loss: blank must be from",
        ),
        (lambda: F.pad(m(1, 1, 1), (1, 1), ["reflect"]), ValueError, r"pad: mode .*reflect"),
        (lambda: F.grid_sample(m(1, 1, 1, 1), m(1, 1, 1, 2), ["nearest"]), ValueError, r"grid_sample: mode .*nearest"),
        (lambda: F.interpolate(m(1, 1, 1), 2, mode=["linear"]), ValueError, r"interpolate: mode .*linear"),
        (
            lambda: nn.TransformerEncoder({}, 2),
            TypeError,
            r"TransformerEncoder: the layer must be a Module, got a dict",
        ),
        (lambda: nn.BCELoss(weight=[1.0]), TypeError, r"BCELoss: cannot assign 'list' object to buffer 'weight'"),
        (lambda: nn.utils.spectral_norm(nn.Linear(2, 2), dim="a"), TypeError, r"spectral_norm: dim must be an int"),
        (lambda: nn.Unflatten(0, (2, 1))([1.0, None]), TypeError, r"Unflatten: "),
        (lambda: nn.Softmax2d()("a"), TypeError, r"Softmax2d: "),
        (lambda: nn.init.kaiming_uniform_(m(2)), ValueError, r"\(2,\)"),
    ],
    "gradients": [
        (lambda: m(2).backward(), RuntimeError, r"backward|require"),
        (lambda: (m(2).requires_grad_() * 2).backward(), RuntimeError, r"\(2,\)"),
        (lambda: (m(2).requires_grad_() * 2).backward(m(3)), ValueError, r"\(3,\).*\(2,\)|\(2,\).*\(3,\)"),
        (lambda: (m(2).requires_grad_() * 2).backward("a"), TypeError, r"str|'a'"),
        (lambda: setattr(m(2), "grad", m(3)), ValueError, r"\(2,\).*\(3,\)"),
        (lambda: setattr(m(2), "grad", 1), TypeError, r"int"),
        (lambda: setattr(m(2), "data", 1), TypeError, r"int"),
        (lambda: m(2).requires_grad_().numpy(), RuntimeError, r"detach"),
        (lambda: m(2).requires_grad_().register_hook(1), TypeError, r"register_hook.*1"),
        (lambda: m(2).requires_grad_().add_(1), RuntimeError, r"leaf"),
        (lambda: fg.autograd.grad(m(2).sum(), m(2)), RuntimeError, r"require"),
    ],
    "files": [
        (lambda: fg.data.read_idx(1), TypeError, r"read_idx.*path.*1"),
        (lambda: fg.load(1), TypeError, r"load.*path.*1"),
        (lambda: fg.load(None), TypeError, r"load.*None"),
        (lambda: fg.save({}, 1), TypeError, r"save.*path.*1"),
    ],
    "values": [
        (lambda: m(2).item(), ValueError, r"item.*\(2,\)"),
        (lambda: bool(m(2)), ValueError, r"\(2,\)"),
        (lambda: float(m(2)), TypeError, r"float.*\(2,\)"),
        (lambda: len(m()), TypeError, r"len"),
        (lambda: iter(m()), TypeError, r"0-dim"),
        (lambda: m(2).__format__(3), TypeError, r"."),
        (lambda: m(2).view_as(3), TypeError, r"view_as.*int"),
        (lambda: fg.Tensor(), TypeError, r"Tensor: data must be given"),
        (lambda: fg.tensor(m(2), device="cuda"), ValueError, r"cuda"),
        (lambda: fg.from_dlpack(3), TypeError, r"from_dlpack.*int"),
        (lambda: fg.manual_seed("a"), TypeError, r"manual_seed|str|'a'"),
        (lambda: fg.multinomial(m(3), 4), ValueError, r"multinomial"),
        (lambda: fg.multinomial(fg.tensor([-1.0, 2.0]), 1), ValueError, r"multinomial"),
        (lambda: fg.multinomial(fg.tensor([float("nan"), 2.0]), 1), ValueError, r"multinomial"),
        (lambda: fg.bernoulli(fg.tensor([2.0])), ValueError, r"bernoulli.*\[0, 1\]"),
        (lambda: fg.normal(0.0, -1.0, (2,)), ValueError, r"normal.*-1"),
        (lambda: fg.randint(3, 3, (2,)), ValueError, r"randint.*3"),
        (lambda: fg.set_num_threads(0), ValueError, r"0"),
        (lambda: fg.set_num_threads("a"), TypeError, r"."),
    ],
}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [pytest.param(*row, id=f"{group}-{i}") for group, rows in CALLS.items() for i, row in enumerate(rows)],
)
def test_the_natural_exception(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert re.search(message, str(caught.value), re.DOTALL), str(caught.value)


# ---- what nobody should do ------------------------------------------------------------------------------------------


def test_a_tensor_made_without_init_is_empty() -> None:
    class Mine(fg.Tensor):
        pass

    for cls in (fg.Tensor, Mine):
        t = cls.__new__(cls)
        assert t.shape == (0,)
        assert t._version == 0
        assert t.tolist() == []
        assert "[]" in repr(t)
        assert (t + 1).shape == (0,)
        t += 1


@pytest.mark.parametrize("wrong", [None, "C", 1, fg.Tensor, [1.0]])
def test_methods_check_what_they_are_called_on(wrong: Any) -> None:
    for name in sorted(vars(fg.Tensor)):
        method = vars(fg.Tensor)[name]
        if name.startswith("__") or isinstance(method, (staticmethod, classmethod)):
            continue
        read = getattr(method, "__get__", None) if not callable(method) else method
        if read is None:
            continue
        for arguments in ((), (1,), (1, 1)):
            # Whether it is an error depends on the method; that nothing crashes is the point.
            with contextlib.suppress(TypeError, ValueError, AttributeError, IndexError, RuntimeError):
                read(wrong, *arguments)
    for name in ("detach", "requires_grad_", "item", "backward", "add_", "exp_", "fill_", "copy_", "tolist", "expand"):
        with pytest.raises(TypeError):
            getattr(fg.Tensor, name)(wrong, *([1] if name in ("add_", "fill_", "copy_") else []))


class Replaces:
    """An index that gives the tensor other memory while it is being used."""

    def __init__(self, t: fg.Tensor) -> None:
        self.t = t

    def __index__(self) -> int:
        self.t.data = fg.zeros(1)
        return 1


def test_an_index_that_changes_the_tensor() -> None:
    for key in (lambda i: (1, i), lambda i: (slice(3, 4), i), lambda i: (slice(i, None), 1), lambda i: ([1, 1], i)):
        t = m(4, 5)
        with pytest.raises(RuntimeError, match="shape changed"):
            t[key(Replaces(t))]
        t = m(4, 5)
        with pytest.raises(RuntimeError, match="shape changed"):
            t[key(Replaces(t))] = 2.0


def test_threads_that_replace_memory_under_each_other() -> None:
    t, stop = m(64, 64), threading.Event()
    errors: list[BaseException] = []

    def replace() -> None:
        while not stop.is_set():
            for n in (1, 64, 128):
                t.data = fg.ones((n, 64))

    def compute() -> None:
        try:
            for _ in range(200):
                (t @ fg.ones((64, 2))).sum()
                (t * 2).max()
        except BaseException as error:
            errors.append(error)

    other = threading.Thread(target=replace)
    other.start()
    workers = [threading.Thread(target=compute) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    stop.set()
    other.join()
    assert not errors


# ---- nothing half written -------------------------------------------------------------------------------------------


def _set(t: fg.Tensor, key: Any, value: Any) -> None:
    t[key] = value


WRITES: list[tuple[str, Any, type[Exception] | tuple[type[Exception], ...]]] = [
    ("shape", lambda t: t.add_(m(4)), ValueError),
    ("grows", lambda t: t.add_(m(2, 2, 3)), ValueError),
    ("kind", lambda t: t.long().add_(0.5), TypeError),
    ("other type", lambda t: t.__iadd__("a") is NotImplemented and t.add_("a"), TypeError),
    ("copy", lambda t: t.copy_(m(4)), ValueError),
    ("fill", lambda t: t.fill_(m(2)), ValueError),
    ("clip", lambda t: t.clip_("a", 1), TypeError),
    ("set index", lambda t: _set(t, 2, 1.0), IndexError),
    ("set value", lambda t: _set(t, 0, m(4)), ValueError),
    ("set type", lambda t: _set(t, 0, "a"), (TypeError, ValueError)),
    ("set array", lambda t: _set(t, labels(0, 1, 2), 9.0), IndexError),
    ("set array, last bad", lambda t: _set(t, (labels(0, 1), labels(0, 3)), 9.0), IndexError),
    ("set array, negative", lambda t: _set(t, labels(0, -3), 9.0), IndexError),
    ("set array, values", lambda t: _set(t, labels(0, 1), m(3, 3)), ValueError),
    ("set mask", lambda t: _set(t, fg.tensor([True, False, True]), 9.0), IndexError),
    ("set inhomogeneous", lambda t: _set(t, 0, [1.0, [2.0]]), (TypeError, ValueError)),
]


@pytest.mark.parametrize(("write", "error"), [pytest.param(w, e, id=name) for name, w, e in WRITES])
def test_a_refused_write_writes_nothing(write: Any, error: Any) -> None:
    t = fg.arange(6, dtype=fg.float32).reshape(2, 3)
    version = t._version
    with pytest.raises(error):
        write(t)
    assert t.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert t._version == version


def test_read_only_and_broadcast_memory_is_not_written() -> None:
    array = np.arange(6, dtype=np.float32)
    array.flags.writeable = False
    shared = fg.asarray(array)
    wide = fg.broadcast_to(fg.tensor([1.0]), (3,))
    for t in (shared, wide):
        before = t.tolist()
        for write in (
            lambda t: t.add_(1),
            lambda t: t.fill_(1),
            lambda t: t.exp_(),
            lambda t: t.copy_(t + 1),
            lambda t: _set(t, 0, 7.0),
            lambda t: _set(t, labels(0), 7.0),
        ):
            if t is wide and write(fg.zeros(3)) is None:
                continue  # an element of a broadcast axis, on its own, can be written
            with pytest.raises((ValueError, RuntimeError)):
                write(t)
        assert t.tolist() == before


def test_a_refused_state_dict_changes_no_parameter() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    before = {name: (p.tolist(), p._version) for name, p in model.named_parameters()}
    good = {name: fg.zeros(p.shape) for name, p in model.named_parameters()}
    for change in (
        {"1.bias": fg.zeros(7)},
        {"1.bias": "a"},
        {"1.bias": None},
        {"nobody": fg.zeros(1)},
    ):
        with pytest.raises((RuntimeError, KeyError, TypeError, ValueError)):
            model.load_state_dict({**good, **change})
        assert {name: (p.tolist(), p._version) for name, p in model.named_parameters()} == before
    short = dict(good)
    del short["1.bias"]
    with pytest.raises((RuntimeError, KeyError)):
        model.load_state_dict(short)
    assert {name: (p.tolist(), p._version) for name, p in model.named_parameters()} == before


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad])
def test_a_refused_step_changes_no_parameter(make: Any) -> None:
    first, second = nn.Parameter(m(3)), nn.Parameter(m(3))
    optimizer = make([first, second], lr=0.1)
    first.grad, second.grad = m(3), m(3)
    second.data = m(4)  # no longer what its gradient belongs to
    before = first.tolist(), second.tolist(), first._version, second._version
    with pytest.raises((ValueError, RuntimeError)):
        optimizer.step()
    assert (first.tolist(), second.tolist(), first._version, second._version) == before


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, optim.NAdam, optim.ASGD, optim.Rprop, optim.Adagrad])
@pytest.mark.parametrize("replacement", [m(4), m(3).to(fg.float64)], ids=["shape", "dtype"])
def test_a_refused_step_counts_no_update_and_leaves_other_groups(make: Any, replacement: fg.Tensor) -> None:
    first, second = nn.Parameter(m(3)), nn.Parameter(m(3))
    optimizer = make([{"params": [first]}, {"params": [second]}], lr=0.1)
    for started in (False, True):
        first.grad, second.grad = m(3), m(3)
        if started:
            optimizer.step()
        own, second.data = second.data, replacement
        before = first.tolist(), repr(optimizer.state_dict())
        with pytest.raises(
            (ValueError, TypeError), match=f"{make.__name__}: a gradient must have its parameter's shape"
        ):
            optimizer.step()
        assert (first.tolist(), repr(optimizer.state_dict())) == before
        second.data = own


@pytest.mark.parametrize("make", [optim.LBFGS, optim.ConjugateGradient])
def test_a_minimization_that_fails_leaves_parameters_and_state(make: Any) -> None:
    p = nn.Parameter(fg.tensor([1.0, -2.0]))
    optimizer = make([p], max_iter=4)
    left = 0  # calls until there is no more data

    def closure() -> fg.Tensor:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyError("no more data")
        optimizer.zero_grad()
        loss = ((p - 3) ** 4).sum()
        loss.backward()
        return loss

    for _ in range(2):  # of a new optimizer, then of one that remembers
        before, left = (p.tolist(), repr(optimizer.state_dict())), 3
        with pytest.raises(KeyError, match="no more data"):
            optimizer.step(closure)
        assert (p.tolist(), repr(optimizer.state_dict())) == before
        left = -1
        optimizer.step(closure)
        assert (p.tolist(), repr(optimizer.state_dict())) != before
    p.data = m(5)
    with pytest.raises(ValueError, match=f"{make.__name__}: the parameters have 5 elements, but .* had 2; make a new"):
        optimizer.step(closure)


SCHEDULERS: list[tuple[Any, type[Exception], str]] = [
    (lambda o: optim.lr_scheduler.StepLR(o, 3, gamma=INF), ValueError, "StepLR: gamma must be finite, got inf"),
    (lambda o: optim.lr_scheduler.ExponentialLR(o, NAN), ValueError, "ExponentialLR: gamma must be finite, got nan"),
    (lambda o: optim.lr_scheduler.PolynomialLR(o, power=NAN), ValueError, "PolynomialLR: power must be finite"),
    (lambda o: optim.lr_scheduler.CosineAnnealingLR(o, 3, INF), ValueError, "CosineAnnealingLR: eta_min must be"),
    (lambda o: optim.lr_scheduler.CyclicLR(o, 0.1, INF), ValueError, "CyclicLR: max_lr must be finite, got inf"),
    (lambda o: optim.lr_scheduler.CyclicLR(o, 0.1, 0.2, last_epoch="a"), TypeError, "CyclicLR: last_epoch must be"),
    (lambda o: optim.lr_scheduler.OneCycleLR(o, [INF], 9), ValueError, "OneCycleLR: max_lr must be finite, got inf"),
    (lambda o: optim.lr_scheduler.OneCycleLR(o, 1.0, 9, last_epoch=0.5), TypeError, "OneCycleLR: last_epoch must be"),
    (lambda o: optim.lr_scheduler.OneCycleLR(o, 1.0, 9, div_factor=NAN), ValueError, "div_factor .* must not be 0 or"),
]


@pytest.mark.parametrize(("make", "error", "message"), SCHEDULERS)
def test_a_refused_scheduler_leaves_the_optimizer(make: Any, error: type[Exception], message: str) -> None:
    optimizer = optim.SGD([nn.Parameter(m(2))], lr=0.5, momentum=0.5)
    before = repr(optimizer.state_dict())
    with pytest.raises(error, match=message):
        make(optimizer)
    assert repr(optimizer.state_dict()) == before


@pytest.mark.parametrize(
    "make",
    [
        lambda o: optim.lr_scheduler.LambdaLR(o, lambda epoch: 1.0 if epoch < 2 else "low"),
        lambda o: optim.lr_scheduler.LambdaLR(o, lambda epoch: [1.0, 0.5][epoch]),
        lambda o: optim.lr_scheduler.OneCycleLR(o, 1.0, 1),
        lambda o: optim.lr_scheduler.MultiplicativeLR(o, lambda epoch: 1.0 if epoch < 2 else m(2)),
    ],
)
def test_an_epoch_whose_rates_cannot_be_computed_has_not_ended(make: Any) -> None:
    optimizer = optim.SGD([nn.Parameter(m(2))], lr=0.5, momentum=0.5)
    scheduler = make(optimizer)
    optimizer.step()
    scheduler.step()
    before = repr((optimizer.state_dict(), vars(scheduler)))
    for _ in range(2):
        with pytest.raises((TypeError, IndexError, ValueError)):
            scheduler.step()
        assert repr((optimizer.state_dict(), vars(scheduler))) == before


@pytest.mark.filterwarnings("ignore:.*epoch is deprecated:UserWarning")
@pytest.mark.parametrize("epoch", ["a", 1j, [1], m(2), NAN, INF, {}, True])
def test_an_epoch_that_is_no_number_is_refused_by_name(epoch: Any) -> None:
    make = optim.lr_scheduler
    optimizer = optim.SGD([nn.Parameter(m(2))], lr=0.5)
    optimizer.step()
    for scheduler in (make.StepLR(optimizer, 2), make.CosineAnnealingWarmRestarts(optimizer, 2)):
        before = repr((optimizer.state_dict(), vars(scheduler)))
        with pytest.raises((TypeError, ValueError), match=f"{type(scheduler).__name__}.*: epoch must be"):
            scheduler.step(epoch)
        assert repr((optimizer.state_dict(), vars(scheduler))) == before
    with pytest.raises((TypeError, ValueError), match=r"ReduceLROnPlateau\.step: epoch must be"):
        make.ReduceLROnPlateau(optimizer).step(1.0, epoch)


def test_labels_out_of_range_leave_no_gradient() -> None:
    scores = m(2, 3).requires_grad_()
    version = scores._version
    with pytest.raises(IndexError):
        F.cross_entropy(scores, labels(0, 3)).backward()
    assert scores.grad is None
    assert scores._version == version


# ---- files ----------------------------------------------------------------------------------------------------------


def _idx(code: int, *sizes: int, data: bytes = b"") -> bytes:
    return struct.pack(">BBBB", 0, 0, code, len(sizes)) + struct.pack(f">{len(sizes)}I", *sizes) + data


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\x00\x08", id="half a header"),
        pytest.param(b"\x01\x00\x08\x01" + bytes(8), id="no magic"),
        pytest.param(_idx(7, 1, data=b"\0"), id="no such type"),
        pytest.param(_idx(8, 4, data=b"\0\0"), id="truncated"),
        pytest.param(_idx(8, 2, data=b"\0\0\0\0"), id="longer than it says"),
        pytest.param(_idx(8, 2**32 - 1, 2**32 - 1, 2**32 - 1, data=b"\0"), id="absurd sizes"),
        pytest.param(struct.pack(">BBBB", 0, 0, 8, 255), id="255 dimensions"),
        pytest.param(gzip.compress(_idx(8, 4, data=bytes(4)))[:-9], id="truncated gzip"),
        pytest.param(b"\x1f\x8b" + bytes(9), id="no gzip"),
    ],
)
def test_idx_files_that_lie(tmp_path: Any, content: bytes) -> None:
    path = tmp_path / "digits"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="digits"):
        fg.data.read_idx(path)


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 8, struct.pack("<Q", 2) + b"{}" + b"x", b"PK\x03\x04"])
def test_checkpoints_that_lie(tmp_path: Any, content: bytes) -> None:
    path = tmp_path / "model"
    path.write_bytes(content)
    with pytest.raises((ValueError, RuntimeError)):
        fg.load(path)
