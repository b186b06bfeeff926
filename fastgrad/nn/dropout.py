"""The dropout layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad.nn.functional._checks import probability
from fastgrad.nn.functional.dropout import dropout
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor


class Dropout(Module):
    """Apply `functional.dropout` while training; in evaluation mode, give the input as it is.

    Parameters
    ----------
    p : float, default 0.5
    inplace : bool, default False
    generator : Generator, optional
        As the function has them; a `p` that is no probability is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Dropout(0.2).eval()(fg.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, inplace: bool = False, *, generator: Generator | None = None) -> None:
        super().__init__()
        probability(p, "Dropout")
        self.p = p
        self.inplace = inplace
        self.generator = generator

    def forward(self, input: Tensor) -> Tensor:
        return dropout(input, self.p, self.training, self.inplace, generator=self.generator)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
