"""Older forms that PyTorch still takes: masks of bytes, single elements as Python's indices."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import fastgrad as fg
import fastgrad.torch as torch
from fastgrad.torch import _switch

X = [[0, 1], [2, 3], [4, 5]]


def byte(*data):
    return torch.tensor(*data, dtype=torch.uint8)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (lambda: byte([1, 0, 2]), [[0, 1], [4, 5]]),
        (lambda: np.array([1, 0, 2], np.uint8), [[0, 1], [4, 5]]),
        (lambda: (slice(None), byte([0, 1])), [[1], [3], [5]]),
        (lambda: byte([[0, 1], [1, 1], [0, 0]]), [1, 2, 3]),
        (lambda: (byte([1, 0, 1]), byte([1, 0])), [0, 4]),
        (lambda: (byte([1, 0, 1]), 1), [1, 5]),
        (lambda: byte(3), [X]),
        (lambda: np.uint8(1), [2, 3]),
    ],
)
@pytest.mark.filterwarnings("ignore:indexing with dtype uint8")
def test_bytes_are_masks(key, expected):
    assert torch.tensor(X)[key()].tolist() == expected


def test_masks_of_bytes_warn_and_fit():
    x = torch.tensor(X)
    with pytest.warns(UserWarning, match="uint8 is deprecated"):
        x[byte([0, 1, 0])] = torch.tensor([7, 8])
    assert x.tolist() == [[0, 1], [7, 8], [4, 5]]
    with pytest.warns(UserWarning, match="uint8 is deprecated"), pytest.raises(IndexError, match="mask of shape"):
        x[byte([0, 1])]


def test_bytes_are_places_where_the_door_is_closed():
    _switch.close_door()
    assert fg.tensor(X)[fg.tensor([1, 0], dtype=fg.uint8)].tolist() == [[2, 3], [0, 1]]
    with pytest.raises(TypeError, match="0-dimensional integer"):
        operator.index(fg.tensor([2]))


def test_one_element_is_an_index():
    names = ["cat", "dog", "owl"]
    scores = torch.tensor([[0.1, 0.2, 0.9]])
    assert names[scores.argmax(1)] == "owl"
    assert names[torch.tensor([[1]])] == "dog"
    assert operator.index(torch.tensor(True)) == 1
    assert list(range(torch.tensor([2]))) == [0, 1]
    for refused in (torch.tensor([1, 2]), torch.tensor(1.0), torch.tensor([])):
        with pytest.raises(TypeError, match="can be an index"):
            operator.index(refused)


@pytest.mark.parametrize("value", ["x", None])
def test_only_numbers_are_in_a_tensor(value):
    with pytest.raises(TypeError, match="a tensor holds numbers"):
        assert value in torch.ones(2)


def test_a_clone_lies_as_it_is_asked_to():
    x = torch.arange(6.0).reshape(2, 3).t().requires_grad_()
    assert x.clone().stride() == (1, 3)
    y = x.clone(memory_format=torch.contiguous_format)
    assert y.stride() == (2, 1)
    assert torch.equal(y, x)
    assert y.data_ptr() != x.data_ptr()
    (y * torch.arange(6.0).reshape(3, 2)).sum().backward()
    assert x.grad.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_capsules_are_exchanged():
    from fastgrad.torch.utils.dlpack import from_dlpack, to_dlpack

    x = torch.arange(3.0)
    y = from_dlpack(to_dlpack(x))
    y[0] = 9
    assert x.tolist() == [9, 1, 2]
    assert from_dlpack(np.arange(2)).tolist() == [0, 1]


def test_a_causal_mask_is_of_the_default_dtype():
    make = torch.nn.Transformer.generate_square_subsequent_mask
    torch.set_default_dtype(torch.float64)
    try:
        assert make(2).dtype is torch.float64
        assert make(2, dtype=torch.float32).dtype is torch.float32
    finally:
        torch.set_default_dtype(torch.float32)
    assert make(2).dtype is torch.float32
    assert make(2).tolist() == [[0, -np.inf], [0, 0]]


def test_the_library_is_found_by_its_sparse_part():
    assert torch.sparse.torch is torch
    one_hot = torch.sparse.torch.eye(3).index_select(dim=0, index=torch.tensor([2, 0]))
    assert one_hot.tolist() == [[0, 0, 1], [1, 0, 0]]
