"""A model's summary: what layers give, parameters and products, counted once; and the model as it was."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn


def by_path(found: Any) -> dict[str, Any]:
    return {row.path: row for row in found.layers}


def test_layers_outputs_and_products_of_a_convolutional_network() -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                          nn.Linear(8 * 16, 10))  # fmt: skip
    found = fg.summary(model, (2, 3, 8, 8))
    layers = by_path(found)
    assert [row.output for row in found.layers] == [
        (2, 10), (2, 8, 8, 8), (2, 8, 8, 8), (2, 8, 8, 8), (2, 8, 4, 4), (2, 128), (2, 10),
    ]  # fmt: skip
    assert layers["0"].parameters == 8 * 3 * 9 + 8
    assert layers["0"].multiply_adds == 2 * 8 * 64 * 3 * 9
    assert layers["5"].multiply_adds == 2 * 128 * 10
    assert found.parameters == sum(p.size for p in model.parameters())
    assert found.parameter_bytes == 4 * found.parameters
    assert found.buffer_bytes == 4 * 16 + 8
    assert found.input_bytes == 4 * 2 * 3 * 64
    assert found.output_bytes == sum(4 * int(np.prod(row.output)) for row in found.layers[1:])


@pytest.mark.parametrize(
    ("model", "given", "products"),
    [
        (lambda: nn.LSTM(4, 6, num_layers=2), (9, 2, 4), 9 * 2 * 4 * 6 * (4 + 6 + 6 + 6)),
        (lambda: nn.GRU(4, 6, bidirectional=True), (9, 2, 4), 2 * 9 * 2 * 3 * 6 * (4 + 6)),
        (lambda: nn.ConvTranspose2d(4, 3, 2), (2, 4, 5, 5), 2 * 4 * 25 * 3 * 4),
        (lambda: nn.Conv1d(4, 6, 3, groups=2), (2, 4, 7), 2 * 6 * 5 * 2 * 3),
        (lambda: nn.Bilinear(3, 4, 2), [(5, 3), (5, 4)], 5 * 2 * 12),
        (lambda: nn.MultiheadAttention(8, 2, batch_first=True), [(3, 5, 8)] * 3, 4 * 15 * 64 + 2 * 15 * 8 * 5),
        (lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (3, 5, 8),
         4 * 15 * 64 + 2 * 15 * 8 * 5 + 2 * 15 * 8 * 16),
    ],
)  # fmt: skip
def test_products_are_counted(model: Any, given: Any, products: int) -> None:
    assert fg.summary(model(), given).multiply_adds == products


def test_outputs_may_be_tuples() -> None:
    assert fg.summary(nn.LSTM(4, 6), (9, 2, 4)).layers[0].output == [(9, 2, 6), [(1, 2, 6), (1, 2, 6)]]
    assert "[(9, 2, 6), [(1, 2, 6), (1, 2, 6)]]" in str(fg.summary(nn.LSTM(4, 6), (9, 2, 4)))


def test_what_is_shared_is_counted_once() -> None:
    layer = nn.Linear(4, 4)
    found = fg.summary(nn.Sequential(layer, nn.Tanh(), layer), (2, 4))
    assert found.parameters == 20
    assert by_path(found)["0"].calls == 2
    assert found.multiply_adds == 2 * 2 * 16

    tied = nn.Sequential(nn.Linear(4, 6, bias=False), nn.Linear(6, 4, bias=False))
    tied[1].weight = nn.Parameter(fg.ones(4, 6))
    tied.register_parameter("again", tied[0].weight)
    assert fg.summary(tied).parameters == 48


def test_frozen_parameters_are_told_apart() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    model[0].requires_grad_(False)
    found = fg.summary(model)
    assert (found.parameters, found.trainable) == (30, 10)
    assert "20 of them frozen" in str(found)


def test_without_an_input_nothing_is_called() -> None:
    found = fg.summary(nn.Sequential(nn.Linear(4, 2)))
    assert [row.calls for row in found.layers] == [0, 0]
    assert "not called" in str(found)


def test_inputs_are_shapes_tensors_lists_and_dicts() -> None:
    class Two(nn.Module):
        def forward(self, a: fg.Tensor, b: fg.Tensor) -> fg.Tensor:
            return a + b

    for given in ([(2, 3), (3,)], [fg.ones(2, 3), np.ones(3, np.float32)], {"b": (3,), "a": (2, 3)}):
        assert fg.summary(Two(), given).layers[0].output == (2, 3)
    tokens = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2))
    assert fg.summary(tokens, (2, 5), dtype=fg.int64).layers[0].output == (2, 5, 2)
    assert fg.summary(tokens, fg.zeros(2, 5, dtype=fg.int64)).layers[0].output == (2, 5, 2)
    assert fg.summary(nn.Linear(3, 2).to(fg.float64), (2, 3)).input_bytes == 48


class Restless(nn.Module):
    """Draws, counts its calls in a buffer, and fails if it is told to."""

    def __init__(self, fails: bool) -> None:
        super().__init__()
        self.fails = fails
        self.register_buffer("calls", fg.zeros(1))

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        self.calls.add_(1.0)
        out = x + fg.randn(*x.shape)
        if self.fails:
            raise RuntimeError("no")
        return out


@pytest.mark.parametrize("fails", [False, True])
def test_the_model_is_as_it_was(fails: bool) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), Restless(fails))
    model[1].eval()
    model[0].weight.grad = fg.ones(4, 4)
    modes = [module.training for module in model.modules()]
    before = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    random = np.asarray(fg.get_rng_state())
    if fails:
        with pytest.raises(RuntimeError, match="no"):
            fg.summary(model, (3, 4))
    else:
        fg.summary(model, (3, 4))
    assert [module.training for module in model.modules()] == modes
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name])
    assert bool((model[0].weight.grad == 1).all())
    assert not any(module._forward_hooks for module in model.modules())
    np.testing.assert_array_equal(np.asarray(fg.get_rng_state()), random)
    with fg.profile() as p:  # that of the summary is over
        pass
    assert len(p.operations) == 1


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: fg.summary(fg.ones(2)), TypeError, "model must be a Module, got Tensor"),
        (lambda: fg.summary(nn.Linear(2, 2), "big"), TypeError, "input must be a shape, a tensor, a list"),
        (lambda: fg.summary(nn.LazyLinear(2), (1, 2)), ValueError, "layer itself .LazyLinear. is lazy"),
        (lambda: fg.summary(nn.Linear(2, 2), (1, 3)), ValueError, "linear"),
        (lambda: fg.summary(nn.Linear(2, 2)).table(depth=-1), ValueError, "must not be negative, got -1"),
    ],
)
def test_bad_arguments_say_what_must_be(call: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_a_table_of_less_depth_adds_up_what_is_within() -> None:
    model = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)), nn.Linear(4, 2))
    found = fg.summary(model, (1, 4))
    lines = found.table(depth=1).splitlines()
    assert len(lines) == 2 + 3
    assert lines[3].split() == ["0", "Sequential", "(1,", "4)", "40", "32"]


def test_it_converts_to_a_dict() -> None:
    whole = json.loads(json.dumps(fg.summary(nn.LSTM(4, 6), (9, 2, 4)).to_dict()))
    assert whole["layers"][0]["kind"] == "LSTM"
    assert whole["parameters"] == whole["layers"][0]["parameters"]
