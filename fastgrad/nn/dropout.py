"""Dropout layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad.nn.functional._checks import probability
from fastgrad.nn.functional.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor


class _Dropout(Module):
    """What dropout layers hold: the probability, and where random bits come from."""

    def __init__(self, p: float = 0.5, inplace: bool = False, *, generator: Generator | None = None) -> None:
        super().__init__()
        probability(p, type(self).__name__)
        self.p = p
        self.inplace = inplace
        self.generator = generator

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """Apply `functional.dropout` while training; in evaluation mode, give the input as it is.

    Parameters
    ----------
    p : float, default 0.5
        The probability that an element is dropped.
    inplace : bool, default False
        Whether the input's memory takes the result.
    generator : Generator, optional
        As the function has them; a `p` that is no probability is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Dropout(0.2).eval()(fg.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout(input, self.p, self.training, self.inplace, generator=self.generator)


class Dropout1d(_Dropout):
    """Apply `functional.dropout1d` while training: whole channels, (N, C, L) or (C, L).

    Parameters
    ----------
    p : float, default 0.5
        The probability that a channel is dropped.
    inplace : bool, default False
        Whether the input's memory takes the result.
    generator : Generator, optional
        As the function has them; a `p` that is no probability is a ValueError here.
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout1d(input, self.p, self.training, self.inplace, generator=self.generator)


class Dropout2d(_Dropout):
    """Apply `functional.dropout2d` while training: whole channels, (N, C, H, W).

    Parameters
    ----------
    p : float, default 0.5
        The probability that a channel is dropped.
    inplace : bool, default False
        Whether the input's memory takes the result.
    generator : Generator, optional
        As the function has them; a `p` that is no probability is a ValueError here.
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout2d(input, self.p, self.training, self.inplace, generator=self.generator)


class Dropout3d(_Dropout):
    """Apply `functional.dropout3d` while training: whole channels, (N, C, D, H, W) or (C, D, H, W).

    Parameters
    ----------
    p : float, default 0.5
        The probability that a channel is dropped.
    inplace : bool, default False
        Whether the input's memory takes the result.
    generator : Generator, optional
        As the function has them; a `p` that is no probability is a ValueError here.
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout3d(input, self.p, self.training, self.inplace, generator=self.generator)


class AlphaDropout(_Dropout):
    """Apply `functional.alpha_dropout` while training: elements, for networks of SELU.

    Parameters
    ----------
    p : float, default 0.5
        The probability that an element is dropped.
    inplace : bool, default False
        Whether the input's memory takes the result.
    generator : Generator, optional
        As the function has them; a `p` that is no probability is a ValueError here.
    """

    def forward(self, input: Tensor) -> Tensor:
        return alpha_dropout(input, self.p, self.training, self.inplace, generator=self.generator)


class FeatureAlphaDropout(_Dropout):
    """Apply `functional.feature_alpha_dropout` while training: whole channels, for networks of SELU.

    Parameters
    ----------
    p : float, default 0.5
        The probability that a channel is dropped.
    inplace : bool, default False
        Whether the input's memory takes the result.
    generator : Generator, optional
        As the function has them; a `p` that is no probability is a ValueError here.
    """

    def forward(self, input: Tensor) -> Tensor:
        return feature_alpha_dropout(input, self.p, self.training, self.inplace, generator=self.generator)
