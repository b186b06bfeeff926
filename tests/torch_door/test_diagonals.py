"""Diagonals are views, as PyTorch's are: what is written to them is written to what they are of."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import fastgrad.torch as torch


@pytest.mark.parametrize("shape", [(3, 3), (3, 4), (2, 3, 4), (1, 3, 4)])
def test_a_write_reaches_the_tensor(shape: tuple[int, ...]) -> None:
    plain = np.arange(float(np.prod(shape))).reshape(shape)
    for order in permutations(range(len(shape))):
        for a, b in permutations(range(-len(shape), 0), 2):
            for offset in (-1, 0, 2):
                wanted = plain.copy().transpose(order)
                x = torch.tensor(plain, requires_grad=True)
                y = x.clone().permute(order)
                part = y.diagonal(offset, a, b)
                np.testing.assert_array_equal(part.detach().numpy(), wanted.diagonal(offset, a, b))
                part.mul_(3.0)
                mask = np.zeros(wanted.shape, bool)
                rows, columns = np.moveaxis(mask, (a, b), (-2, -1)).shape[-2:]
                np.moveaxis(mask, (a, b), (-2, -1))[..., np.eye(rows, columns, offset, dtype=bool)] = True
                np.testing.assert_array_equal(y.detach().numpy(), np.where(mask, 3.0 * wanted, wanted))
                y.sum().backward()
                slopes = np.where(mask, 3.0, 1.0).transpose(np.argsort(order))
                np.testing.assert_array_equal(x.grad.numpy(), slopes)


SLICES = [np.s_[1:5], np.s_[:, 1:5, 2:7], np.s_[::2, 1::2], np.s_[:, 3], np.s_[1:, :, 2]]


@pytest.mark.parametrize("index", SLICES, ids=str)
def test_a_write_reaches_what_the_tensor_is_a_part_of(index) -> None:
    plain = np.arange(6.0 * 7 * 8).reshape(6, 7, 8)
    ndim = plain[index].ndim
    for a, b in permutations(range(-ndim, 0), 2):
        for offset in (-1, 0, 2):
            whole = torch.tensor(plain, requires_grad=True)
            y = whole * 1.0
            y[index].diagonal(offset, a, b).mul_(3.0)
            numbers = np.arange(plain.size).reshape(plain.shape)[index].diagonal(offset, a, b)
            factors = np.where(np.isin(np.arange(plain.size), numbers), 3.0, 1.0).reshape(plain.shape)
            np.testing.assert_array_equal(y.detach().numpy(), factors * plain)
            y.sum().backward()
            np.testing.assert_array_equal(whole.grad.numpy(), factors)


def test_jitter_is_added_along_the_last_axes_counted_from_the_end() -> None:
    """As programs of Gaussian processes do, before they factorize once more."""
    x = torch.ones(2, 3, 3, dtype=torch.float64)
    x.diagonal(dim1=-1, dim2=-2).add_(torch.tensor([1.0, 2.0], dtype=torch.float64).unsqueeze(-1))
    assert x.tolist() == (np.ones((2, 3, 3)) + np.eye(3) * np.array([1.0, 2.0])[:, None, None]).tolist()
    assert torch.linalg.cholesky_ex(x).info.tolist() == [0, 0]


def test_a_diagonal_is_scattered_along_any_axes() -> None:
    x = torch.zeros(2, 3)
    assert torch.diagonal_scatter(x, torch.tensor([5.0, 6.0]), 1, 0, 1).tolist() == [[0, 5, 0], [0, 0, 6]]
    assert torch.diagonal_scatter(x, torch.tensor([5.0, 6.0]), -1, 1, 0).tolist() == [[0, 5, 0], [0, 0, 6]]
