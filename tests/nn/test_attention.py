"""Attention: memory, hidden keys, and what is refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F


def test_attention_takes_memory_linear_in_the_length():
    def peak(n):
        q, k, v = (fg.randn(16, n, 8, requires_grad=True) for _ in range(3))
        fg.memory.reset_peak()
        before = fg.memory.stats()["peak"]
        F.scaled_dot_product_attention(q, k, v, is_causal=True).sum().backward()
        return fg.memory.stats()["peak"] - before

    assert peak(1024) < 16 * 1024 * 1024  # a quarter of the weights in float32
    assert peak(1024) < 2.5 * peak(512)


def test_a_query_that_sees_no_key_gets_nothing_and_gives_nothing():
    q, k, v = (fg.randn(2, 3, 4, requires_grad=True) for _ in range(3))
    mask = np.ones((3, 3), bool)
    mask[1] = False
    for create_graph in (False, True):
        out = F.scaled_dot_product_attention(q, k, v, fg.tensor(mask))
        assert not out[:, 1].detach().numpy().any()
        for g in fg.autograd.grad(out.sum(), (q, k, v), create_graph=create_graph):
            assert np.isfinite(g.detach().numpy()).all()


@pytest.mark.parametrize("causal", [False, True])
def test_gradients_of_many_keys_in_groups_are_those_of_the_formula(causal):
    rng = np.random.default_rng(0)
    q, k, v = (fg.tensor(rng.normal(size=(2, 1100, 5)), requires_grad=True) for _ in range(3))
    out = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    weight = fg.tensor(rng.normal(size=out.shape))
    plain = fg.autograd.grad(out, (q, k, v), weight)
    recorded = fg.autograd.grad(F.scaled_dot_product_attention(q, k, v, is_causal=causal), (q, k, v), weight,
                                create_graph=True)  # fmt: skip
    for a, b in zip(plain, recorded, strict=True):
        np.testing.assert_allclose(a.numpy(), b.detach().numpy(), rtol=0, atol=1e-12)


def test_a_mask_of_numbers_has_its_gradient():
    q, k, v = (fg.randn(2, 3, 4, dtype=fg.float64) for _ in range(3))
    mask = fg.randn(3, 3, dtype=fg.float64, requires_grad=True)
    assert fg.autograd.gradcheck(lambda m: F.scaled_dot_product_attention(q, k, v, m), (mask,))


def test_dropout_of_everything_leaves_nothing():
    x = fg.randn(3, 4)
    assert not F.scaled_dot_product_attention(x, x, x, dropout_p=1.0).numpy().any()


def test_narrow_floats_are_computed_in_float32():
    q, k, v = (fg.randn(2, 5, 8) for _ in range(3))
    narrow = [x.astype(fg.bfloat16) for x in (q, k, v)]
    wide = F.scaled_dot_product_attention(*(x.astype(fg.float32) for x in narrow))
    out = F.scaled_dot_product_attention(*narrow)
    assert out.dtype == fg.bfloat16
    np.testing.assert_array_equal(out.astype(fg.float32).numpy(), wide.astype(fg.bfloat16).astype(fg.float32).numpy())


X = fg.zeros(2, 3, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f(fg.zeros(4), X, X), "at least 2 axes"),
        (lambda f: f(fg.zeros(3, 5), X, X), "the same last axis"),
        (lambda f: f(X, fg.zeros(2, 5, 4), X), "as many rows"),
        (lambda f: f(X, fg.zeros(3, 3, 4), fg.zeros(3, 3, 4)), "scaled_dot_product_attention"),
        (lambda f: f(X, X, X, fg.ones(3, 4)), r"attn_mask must broadcast to \(2, 3, 3\), got shape \(3, 4\)"),
        (lambda f: f(X, X, X, dropout_p=1.5), "dropout_p must be a probability"),
        (lambda f: f(fg.zeros(3, 3, 4), X, X, enable_gqa=True), "must divide the 3 heads of query"),
        (lambda f: f(fg.zeros(3, 4), X, X, enable_gqa=True), "at least 3 axes"),
    ],
)
def test_shapes_that_do_not_fit_attention_are_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call(F.scaled_dot_product_attention)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, X.astype(fg.float64), X), "must have one dtype, got float32, float64 and float32"),
        ((X.astype(fg.int64),) * 3, "float32 or float64"),
        ((X, X, X, fg.ones(3, 3, dtype=fg.int64)), "attn_mask must be bool or of query's dtype"),
        (
            (X, X, X, fg.ones(3, 3, dtype=fg.float64)),
            "attn_mask must be bool or of query's dtype, float32, got float64",
        ),
    ],
)
def test_dtypes_that_do_not_fit_attention_are_errors(arguments, message):
    with pytest.raises(TypeError, match=message):
        F.scaled_dot_product_attention(*arguments)


def test_errors_come_before_dropout_and_recorded_masks():
    with pytest.raises(ValueError, match="the same last axis"):
        F.scaled_dot_product_attention(fg.zeros(3, 5), X, X, dropout_p=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1), "embed_dim must be at least 1, got 0"),
        ((4, 3), "num_heads must divide embed_dim, got 3 and 4"),
        ((4, 2, 1.5), "dropout must be a probability"),
        ((4, 2, 0.0, True, False, False, 0), "kdim must be at least 1"),
    ],
)
def test_sizes_that_do_not_fit_heads_are_errors(arguments, message):
    with pytest.raises(ValueError, match=f"MultiheadAttention: .*{message}"):
        nn.MultiheadAttention(*arguments)


@pytest.mark.parametrize(
    ("inputs", "masks", "message"),
    [
        ((fg.zeros(4), X, X), {}, "3-D, or 2-D without a batch"),
        ((X, fg.zeros(2, 5, 4), fg.zeros(2, 5, 4)), {}, "one batch size"),
        ((X, fg.zeros(5, 3, 4), X), {}, "one length"),
        ((fg.zeros(2, 3, 6), X, X), {}, "embed_dim = 4"),
        ((X, fg.zeros(2, 3, 6), X), {}, "last axis embed_dim = 4"),
        ((X, X, X), {"attn_mask": fg.zeros(3, 3)}, r"attn_mask must have shape \(2, 2\) or \(6, 2, 2\)"),
        ((X, X, X), {"key_padding_mask": fg.zeros(2, 3)}, r"key_padding_mask must have shape \(3, 2\)"),
        ((X, X, X), {"is_causal": True}, "is_causal says what attn_mask is"),
    ],
)
def test_inputs_that_do_not_fit_heads_are_errors(inputs, masks, message):
    with pytest.raises(ValueError, match=f"MultiheadAttention: .*{message}"):
        nn.MultiheadAttention(4, 2)(*inputs, **masks)


def test_masks_of_heads_are_of_bool_or_numbers():
    with pytest.raises(TypeError, match="MultiheadAttention: attn_mask must be bool or floating-point"):
        nn.MultiheadAttention(4, 2)(X, X, X, attn_mask=fg.zeros(2, 2, dtype=fg.int64))


def test_layers_of_a_stack_are_copies():
    layer = nn.TransformerEncoderLayer(4, 2, 8)
    stack = nn.TransformerEncoder(layer, 2)
    first, second = stack.layers
    assert first is not layer
    assert first is not second
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert a is not b
        np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())
    assert copy.deepcopy(stack).num_layers == 2


def test_a_causal_mask_is_seen_and_gives_what_the_mask_gives():
    fg.manual_seed(0)
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
    stack, x = nn.TransformerEncoder(layer, 1), fg.randn(2, 5, 4)
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    np.testing.assert_allclose(
        stack(x, mask).detach().numpy(), stack(x, mask, is_causal=False).detach().numpy(), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.TransformerEncoderLayer(4, 2, activation="tanh"), 'activation must be "relu", "gelu"'),
        (lambda: nn.TransformerDecoderLayer(0, 2), "d_model must be at least 1"),
        (lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2), 0), "num_layers must be at least 1"),
        (lambda: nn.Transformer(4, 2, 1, 1, 8)(fg.zeros(2, 3, 4), fg.zeros(2, 2, 4)), "one batch size"),
        (lambda: nn.Transformer(4, 2, 1, 1, 8)(fg.zeros(2, 3, 4), fg.zeros(3, 4)), "both be 3-D"),
        (lambda: nn.Transformer(4, 2, 1, 1, 8)(fg.zeros(2, 3, 5), fg.zeros(2, 3, 4)), "d_model = 4 features"),
    ],
)
def test_what_does_not_fit_a_transformer_is_an_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()
