"""Dropout."""

from __future__ import annotations

from fastgrad._tensor import Tensor
from fastgrad.nn import functional as F
from fastgrad.nn.module import Module


class Dropout(Module):
    """While training, set elements to zero with probability `p` and divide the others by ``1 - p``.

    Parameters
    ----------
    p : float, default 0.5
    inplace : bool, default False
        Whether to write the result into the input.

    Raises
    ------
    ValueError
        If `p` is not in [0, 1].

    References
    ----------
    Srivastava et al., "Dropout", 2014, https://jmlr.org/papers/v15/srivastava14a.html

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Dropout(0.2).eval()(fg.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        F.check_probability(p, "Dropout")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
