"""Arguments that are True or False: a tensor of several elements for one is an error that names what was called."""

from __future__ import annotations

import pytest

import fastgrad as fg
from fastgrad import nn

MANY = fg.tensor([True, False])
X = fg.ones(2, 3)
IMAGE = fg.ones(1, 1, 4, 4)
WORDS = fg.ones(1, 2, 4)


def weights() -> list[fg.Tensor]:
    return [nn.Parameter(fg.ones(2))]


def recorded() -> fg.Tensor:
    return fg.ones(2, requires_grad=True) * 2


def slope(**words) -> tuple[fg.Tensor | None, ...]:
    x = fg.ones((), requires_grad=True)
    return fg.autograd.grad(x * 2, x, **words)


CALLS = {
    "sum: keepdims": lambda flag: fg.sum(X, axis=0, keepdims=flag),
    "max: keepdims": lambda flag: fg.max(X, axis=0, keepdims=flag),
    "max: keepdim": lambda flag: X.max(dim=0, keepdim=flag),
    "std: unbiased": lambda flag: X.std(dim=0, unbiased=flag),
    "sort: descending": lambda flag: X.sort(dim=0, descending=flag),
    "argmax: keepdims": lambda flag: fg.argmax(X, axis=0, keepdims=flag),
    "argmin: keepdims": lambda flag: fg.argmin(X, keepdims=flag),
    "all: keepdims": lambda flag: fg.all(X, axis=0, keepdims=flag),
    "logsumexp: keepdims": lambda flag: fg.logsumexp(X, axis=0, keepdims=flag),
    "count_nonzero: keepdims": lambda flag: fg.count_nonzero(X, axis=0, keepdims=flag),
    "norm: keepdims": lambda flag: fg.linalg.norm(X, axis=0, keepdims=flag),
    "cumulative_sum: include_initial": lambda flag: fg.cumulative_sum(X, axis=0, include_initial=flag),
    "topk: largest": lambda flag: fg.topk(X, 1, largest=flag),
    "topk: sorted": lambda flag: fg.topk(X, 1, sorted=flag),
    "sort: stable": lambda flag: fg.sort(X, stable=flag),
    "argsort: descending": lambda flag: fg.argsort(X, descending=flag),
    "astype: copy": lambda flag: fg.astype(X, fg.float32, copy=flag),
    "tensor: requires_grad": lambda flag: fg.tensor([1.0], requires_grad=flag),
    "zeros: requires_grad": lambda flag: fg.zeros(2, requires_grad=flag),
    "linspace: endpoint": lambda flag: fg.linspace(0.0, 1.0, 3, endpoint=flag),
    "requires_grad_: requires_grad": lambda flag: fg.ones(2).requires_grad_(flag),
    "backward: retain_graph": lambda flag: fg.ones(2, requires_grad=True).sum().backward(retain_graph=flag),
    "backward: create_graph": lambda flag: fg.autograd.backward(recorded().sum(), create_graph=flag),
    "grad: allow_unused": lambda flag: slope(allow_unused=flag),
    "grad: materialize_grads": lambda flag: slope(materialize_grads=flag),
    "grad: is_grads_batched": lambda flag: slope(
        is_grads_batched=flag, grad_outputs=fg.ones(1) if flag is not MANY and flag else None
    ),
    "relu: inplace": lambda flag: nn.functional.relu(X.clone(), inplace=flag),
    "hardtanh: inplace": lambda flag: nn.functional.hardtanh(X.clone(), inplace=flag),
    "max_pool2d: ceil_mode": lambda flag: nn.functional.max_pool2d(IMAGE, 2, ceil_mode=flag),
    "max_pool1d: return_indices": lambda flag: nn.functional.max_pool1d(WORDS, 2, return_indices=flag),
    "avg_pool1d: ceil_mode": lambda flag: nn.functional.avg_pool1d(WORDS, 2, ceil_mode=flag),
    "lp_pool1d: ceil_mode": lambda flag: nn.functional.lp_pool1d(WORDS, 2.0, 2, ceil_mode=flag),
    "adaptive_max_pool1d: return_indices": lambda flag: nn.functional.adaptive_max_pool1d(
        WORDS, 2, return_indices=flag
    ),
    "interpolate: align_corners": lambda flag: nn.functional.interpolate(IMAGE, 2, mode="bilinear", align_corners=flag),
    "interpolate: antialias": lambda flag: nn.functional.interpolate(IMAGE, 2, mode="bilinear", antialias=flag),
    "grid_sample: align_corners": lambda flag: nn.functional.grid_sample(
        IMAGE, fg.zeros(1, 2, 2, 2), align_corners=flag
    ),
    "affine_grid: align_corners": lambda flag: nn.functional.affine_grid(
        fg.ones(1, 2, 3), (1, 1, 2, 2), align_corners=flag
    ),
    "scaled_dot_product_attention: is_causal": lambda flag: nn.functional.scaled_dot_product_attention(
        WORDS, WORDS, WORDS, is_causal=flag
    ),
    "scaled_dot_product_attention: enable_gqa": lambda flag: nn.functional.scaled_dot_product_attention(
        WORDS, WORDS, WORDS, enable_gqa=flag
    ),
    "ctc_loss: zero_infinity": lambda flag: nn.functional.ctc_loss(
        fg.zeros(2, 1, 2), fg.tensor([[1]]), (2,), (1,), zero_infinity=flag
    ),
    "embedding: scale_grad_by_freq": lambda flag: nn.functional.embedding(
        fg.tensor([0]), fg.ones(2, 2), scale_grad_by_freq=flag
    ),
    "embedding_bag: include_last_offset": lambda flag: nn.functional.embedding_bag(
        fg.tensor([0]), fg.ones(2, 2), fg.tensor([0, 1]), include_last_offset=flag
    ),
    "dropout: training": lambda flag: nn.functional.dropout(X, training=flag),
    "dropout: inplace": lambda flag: nn.functional.dropout(X.clone(), inplace=flag),
    "alpha_dropout: training": lambda flag: nn.functional.alpha_dropout(X, training=flag),
    "batch_norm: training": lambda flag: nn.functional.batch_norm(X, fg.zeros(3), fg.ones(3), training=flag),
    "gumbel_softmax: hard": lambda flag: nn.functional.gumbel_softmax(X, hard=flag),
    "kl_div: log_target": lambda flag: nn.functional.kl_div(X, X, log_target=flag),
    "Linear: bias": lambda flag: nn.Linear(2, 3, bias=flag),
    "Conv2d: bias": lambda flag: nn.Conv2d(1, 1, 1, bias=flag),
    "LSTM: bidirectional": lambda flag: nn.LSTM(2, 3, bidirectional=flag),
    "LSTM: batch_first": lambda flag: nn.LSTM(4, 3, batch_first=flag)(WORDS),
    "BatchNorm1d: affine": lambda flag: nn.BatchNorm1d(3, affine=flag),
    "LayerNorm: elementwise_affine": lambda flag: nn.LayerNorm(3, elementwise_affine=flag),
    "MaxPool2d: ceil_mode": lambda flag: nn.MaxPool2d(2, ceil_mode=flag)(IMAGE),
    "AvgPool2d: count_include_pad": lambda flag: nn.AvgPool2d(2, count_include_pad=flag)(IMAGE),
    "Upsample: align_corners": lambda flag: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=flag)(IMAGE),
    "MultiheadAttention: batch_first": lambda flag: nn.MultiheadAttention(4, 2, batch_first=flag)(WORDS, WORDS, WORDS),
    "KLDivLoss: log_target": lambda flag: nn.KLDivLoss(log_target=flag)(X, X),
    "SGD: nesterov": lambda flag: fg.optim.SGD(weights(), lr=1, momentum=0.9, nesterov=flag),
    "Adam: amsgrad": lambda flag: fg.optim.Adam(weights(), amsgrad=flag),
    "RMSprop: centered": lambda flag: fg.optim.RMSprop(weights(), centered=flag),
    "AdamW: maximize": lambda flag: fg.optim.AdamW(weights(), maximize=flag),
    "DataLoader: shuffle": lambda flag: fg.data.DataLoader([1, 2], shuffle=flag),
    "DataLoader: drop_last": lambda flag: fg.data.DataLoader([1, 2], drop_last=flag),
}


@pytest.mark.parametrize("named", CALLS)
def test_a_flag_of_several_elements_is_named(named):
    with pytest.raises(TypeError, match=f"^{named} must be True or False, got .*of shape"):
        CALLS[named](MANY)
    for truth in (True, False, fg.tensor(True)):
        CALLS[named](truth)


def test_a_programs_own_question_is_its_own():
    """No function of fastgrad's asked for this truth value, and none is blamed."""

    class Gate(nn.Module):
        def forward(self, x, wanted):
            return x if wanted else -x

    with pytest.raises(ValueError, match=r"^the truth value of a tensor of shape \(2,\) is ambiguous"):
        Gate()(X, MANY)


def test_an_object_that_refuses_to_be_true_or_false_says_so_itself():
    class Undecided:
        def __bool__(self):
            raise ValueError("undecided")

    for named, call in CALLS.items():  # optimizers take no objects that are neither numbers nor arrays
        with pytest.raises((ValueError, TypeError), match=rf"^undecided|^{named} must be True or False, got"):
            call(Undecided())
