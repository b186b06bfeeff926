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


CALLS = {
    "sum: keepdims": lambda flag: fg.sum(X, axis=0, keepdims=flag),
    "max: keepdims": lambda flag: fg.max(X, axis=0, keepdims=flag),
    "max: keepdim": lambda flag: X.max(dim=0, keepdim=flag),
    "std: unbiased": lambda flag: X.std(dim=0, unbiased=flag),
    "sort: descending": lambda flag: X.sort(dim=0, descending=flag),
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
