"""Layers that compute distances and angles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad._tensor.convert import number, real, whole
from fastgrad.nn.functional.distance import cosine_similarity, pairwise_distance
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


class CosineSimilarity(Module):
    """The cosine of the angle between vectors, `functional.cosine_similarity`.

    Parameters
    ----------
    dim, eps
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.CosineSimilarity()(fg.tensor([[1.0, 0.0]]), fg.tensor([[0.0, 2.0]])).tolist()
    [0.0]
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim: int = whole(dim, "CosineSimilarity", "dim")
        self.eps: float = real(eps, "CosineSimilarity", "eps")

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The distance between vectors, `functional.pairwise_distance`.

    Parameters
    ----------
    p, eps, keepdim
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.PairwiseDistance(eps=0.0)(fg.zeros(1, 2), fg.tensor([[3.0, 4.0]])).tolist()
    [5.0]
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm: float = number(p, "PairwiseDistance", "p")
        self.eps: float = real(eps, "PairwiseDistance", "eps")
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
