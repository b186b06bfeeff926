"""The chi-square distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.gamma import Gamma
from fastgrad.distributions.utils import broadcast_all


class Chi2(Gamma):
    """The chi-square distribution: of the sum of squares of so many standard normal numbers.

    Parameters
    ----------
    df : Tensor or float
        The degrees of freedom, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Chi2(3.0).mean.item()
    3.0
    """

    arg_constraints: ClassVar[Any] = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        (df,) = broadcast_all(df)
        super().__init__(0.5 * df, fg.full_like(df, 0.5), validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new.concentration = fg.broadcast_to(self.concentration, batch_shape)
        new.rate = fg.broadcast_to(self.rate, batch_shape)
        return new

    @property
    def df(self) -> Tensor:
        """The degrees of freedom."""
        return 2 * self.concentration
