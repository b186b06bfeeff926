"""Embeddings and bags of them."""

import re

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F


def indices(*values):
    return fg.tensor(list(values), dtype=fg.int64)


def test_a_table_is_drawn_from_the_standard_normal_distribution_but_for_the_padding():
    layer = nn.Embedding(500, 40, padding_idx=-1, generator=fg.Generator(1))
    assert layer.padding_idx == 499
    assert layer.weight[499].tolist() == [0.0] * 40
    values = layer.weight[:499].detach().numpy()
    assert abs(values.mean()) < 0.03
    assert abs(values.std() - 1.0) < 0.02
    again = nn.Embedding(500, 40, padding_idx=499, generator=fg.Generator(1))
    np.testing.assert_array_equal(again.weight.detach().numpy(), layer.weight.detach().numpy())


def test_the_gradient_of_the_padding_is_zero_also_where_it_is_not_finite():
    layer = nn.Embedding(3, 2, padding_idx=1)
    layer(indices(0, 1, 1, 2)).backward(fg.tensor([[1.0, 2.0], [np.inf, np.nan], [3.0, 3.0], [4.0, 5.0]]))
    assert layer.weight.grad.tolist() == [[1.0, 2.0], [0.0, 0.0], [4.0, 5.0]]


def test_a_gradient_is_divided_by_how_often_a_row_was_asked_for():
    weight = fg.zeros(3, 1, requires_grad=True)
    F.embedding(indices(0, 2, 2, 2), weight, scale_grad_by_freq=True).sum().backward()
    assert weight.grad.tolist() == [[1.0], [0.0], [1.0]]
    weight.grad = None
    F.embedding_bag(indices(0, 2, 2, 2), weight, indices(0, 2), scale_grad_by_freq=True, mode="sum").sum().backward()
    assert weight.grad.tolist() == [[1.0], [0.0], [1.0]]


def test_rows_that_are_asked_for_and_too_long_are_shortened_in_place():
    weight = fg.tensor([[3.0, 4.0], [30.0, 40.0], [0.3, 0.4]], requires_grad=True)
    rows = F.embedding(indices(0, 2, 0), weight, max_norm=1.0)
    np.testing.assert_allclose(weight.detach().numpy(), [[0.6, 0.8], [30.0, 40.0], [0.3, 0.4]], rtol=1e-6)
    np.testing.assert_allclose(rows.detach().numpy(), [[0.6, 0.8], [0.3, 0.4], [0.6, 0.8]], rtol=1e-6)
    rows.sum().backward()
    assert weight.grad.tolist() == [[2.0, 2.0], [0.0, 0.0], [1.0, 1.0]]


def test_an_index_that_is_outside_changes_nothing():
    weight = fg.tensor([[3.0, 4.0], [30.0, 40.0]])
    with pytest.raises(
        IndexError, match=r"embedding: input must hold numbers of the weight's rows, from 0 to 1, got 2"
    ):
        F.embedding(indices(0, 2), weight, max_norm=1.0)
    assert weight.tolist() == [[3.0, 4.0], [30.0, 40.0]]


def test_from_pretrained_shares_the_table_and_freezes_it():
    table = fg.tensor([[1.0, 2.0], [3.0, 4.0]])
    for layer in (nn.Embedding.from_pretrained(table), nn.EmbeddingBag.from_pretrained(table, mode="sum")):
        assert not layer.weight.requires_grad
        table[0, 0] = layer.weight[0, 0].item() + 1.0
        assert layer.weight[0, 0] == table[0, 0]
    assert nn.Embedding.from_pretrained(table, freeze=False).weight.requires_grad
    assert nn.EmbeddingBag.from_pretrained(table, freeze=False).weight.requires_grad


def test_layers_say_what_they_are_made_with():
    assert repr(nn.Embedding(5, 3)) == "Embedding(5, 3)"
    layer = nn.Embedding(5, 3, -2, 1.5, 1.0, True)
    assert repr(layer) == "Embedding(5, 3, padding_idx=3, max_norm=1.5, norm_type=1.0, scale_grad_by_freq=True)"
    assert repr(nn.EmbeddingBag(5, 3)) == "EmbeddingBag(5, 3, mode='mean')"
    assert repr(nn.EmbeddingBag(5, 3, mode="max", padding_idx=0)) == "EmbeddingBag(5, 3, mode='max', padding_idx=0)"


W = fg.ones(3, 2)
BAD = [
    (lambda: F.embedding(indices(-1), W), IndexError, "from 0 to 2, got -1"),
    (lambda: F.embedding(fg.tensor([1.0]), W), TypeError, "embedding: input must hold integers"),
    (lambda: F.embedding(indices(1), fg.ones(3)), ValueError, "embedding: weight must be 2-D.*(3,)"),
    (
        lambda: F.embedding(indices(1), W, padding_idx=3),
        ValueError,
        "embedding: padding_idx must be within.*3 rows, got 3",
    ),
    (lambda: F.embedding(indices(1), W, sparse=True), ValueError, "embedding: sparse=True is not supported"),
    (
        lambda: F.embedding(indices(1), W, max_norm=1.0, norm_type=0),
        ValueError,
        "embedding: norm_type must be positive",
    ),
    (lambda: nn.Embedding(-1, 2), ValueError, "Embedding: num_embeddings must be at least 0, got -1"),
    (lambda: nn.Embedding(2, 2, padding_idx=2), ValueError, "Embedding: padding_idx must be within"),
    (lambda: nn.Embedding(2, 2, sparse=True), ValueError, "Embedding: sparse=True is not supported"),
    (lambda: nn.Embedding(2, 2, _weight=W), ValueError, "Embedding: the weight must have shape.*(2, 2), got (3, 2)"),
    (lambda: nn.Embedding.from_pretrained(fg.ones(3)), ValueError, "Embedding: embeddings must be 2-D"),
    (
        lambda: nn.EmbeddingBag(2, 2, mode="min"),
        ValueError,
        "EmbeddingBag: mode must be 'mean', 'sum' or 'max', got 'min'",
    ),
    (lambda: F.embedding_bag(indices(0), W), ValueError, "embedding_bag: offsets must be given"),
    (lambda: F.embedding_bag(fg.zeros(1, 1, dtype=fg.int64), W, indices(0)), ValueError, "offsets must be None"),
    (lambda: F.embedding_bag(indices(0), W, indices(1)), ValueError, "offsets must begin with 0, got 1"),
    (lambda: F.embedding_bag(indices(0, 1), W, indices(0, 3)), ValueError, "offsets must not fall, nor exceed.*2, got"),
    (lambda: F.embedding_bag(indices(0, 1), W, indices(0, 2, 1)), ValueError, "offsets must not fall"),
    (
        lambda: F.embedding_bag(indices(0, 1), W, indices(0, 1), include_last_offset=True),
        ValueError,
        "the last of the offsets must be the input's length 2 with include_last_offset=True, got 1",
    ),
    (
        lambda: F.embedding_bag(indices(0), W, indices(0), per_sample_weights=fg.ones(1)),
        ValueError,
        "per_sample_weights must be None where mode is not 'sum', got 'mean'",
    ),
    (
        lambda: F.embedding_bag(indices(0), W, indices(0), mode="sum", per_sample_weights=fg.ones(2)),
        ValueError,
        "per_sample_weights must have the input's shape (1,), got (2,)",
    ),
    (
        lambda: F.embedding_bag(indices(0), W, indices(0), mode="sum", per_sample_weights=fg.ones(1, dtype=fg.float64)),
        TypeError,
        "per_sample_weights must have the weight's dtype float32, got float64",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_an_error_that_says_what_must_be(call, error, message):
    with pytest.raises(error, match=".*".join(re.escape(part) for part in message.split(".*"))):
        call()
