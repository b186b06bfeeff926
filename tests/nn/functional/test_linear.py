"""Affine maps of one sample and of several."""

import fastgrad as fg
from fastgrad.nn import functional as F


def test_linear_without_bias_and_with_a_vector():
    x, w = fg.tensor([[1.0, 2.0]]), fg.tensor([[3.0, 4.0], [5.0, 6.0]])
    assert F.linear(x, w).tolist() == [[11.0, 17.0]]
    assert F.linear(x[0], w, fg.tensor([1.0, 1.0])).tolist() == [12.0, 18.0]
