"""Pooling layers whose output has a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from fastgrad._tensor.convert import per_axis, real
from fastgrad.errors import TensorValueError
from fastgrad.nn import functional as F
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


class _AdaptiveAvgPoolNd(Module):
    _function: ClassVar[Callable[..., Tensor]]

    def __init__(self, output_size: int | Sequence[int | None] | None) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return self._function(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Make signals of a given length of means, by `functional.adaptive_avg_pool1d`.

    Parameters
    ----------
    output_size : int or None
        The output's length; None keeps the input's.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AdaptiveAvgPool1d(5)(fg.zeros(1, 3, 9)).shape
    (1, 3, 5)
    """

    _function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Make images of a given size of means, by `functional.adaptive_avg_pool2d`.

    Parameters
    ----------
    output_size : int or pair of (int or None)
        The output's rows and columns, one int for both; None keeps the input's.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AdaptiveAvgPool2d((1, None))(fg.zeros(1, 3, 9, 8)).shape
    (1, 3, 1, 8)
    """

    _function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Make volumes of a given size of means, by `functional.adaptive_avg_pool3d`.

    Parameters
    ----------
    output_size : int or three of (int or None)
        The output's depth, rows and columns, one int for all; None keeps the input's.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AdaptiveAvgPool3d((1, None, 3))(fg.zeros(1, 3, 9, 8, 4)).shape
    (1, 3, 1, 8, 3)
    """

    _function = staticmethod(F.adaptive_avg_pool3d)


class _AdaptiveMaxPoolNd(Module):
    _function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: int | Sequence[int | None] | None, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return self._function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """Make signals of a given length of largest elements, by `functional.adaptive_max_pool1d`.

    Parameters
    ----------
    output_size : int or None
        The output's length; None keeps the input's.
    return_indices : bool, default False
        Whether the place of each maximum is returned, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AdaptiveMaxPool1d(5)(fg.zeros(1, 3, 9)).shape
    (1, 3, 5)
    """

    _function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """Make images of a given size of largest elements, by `functional.adaptive_max_pool2d`.

    Parameters
    ----------
    output_size : int or pair of (int or None)
        The output's rows and columns, one int for both; None keeps the input's.
    return_indices : bool, default False
        Whether the place of each maximum is returned, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AdaptiveMaxPool2d((1, None))(fg.zeros(1, 3, 9, 8)).shape
    (1, 3, 1, 8)
    """

    _function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """Make volumes of a given size of largest elements, by `functional.adaptive_max_pool3d`.

    Parameters
    ----------
    output_size : int or three of (int or None)
        The output's depth, rows and columns, one int for all; None keeps the input's.
    return_indices : bool, default False
        Whether the place of each maximum is returned, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AdaptiveMaxPool3d((1, None, 3))(fg.zeros(1, 3, 9, 8, 4)).shape
    (1, 3, 1, 8, 3)
    """

    _function = staticmethod(F.adaptive_max_pool3d)


class _FractionalMaxPoolNd(Module):
    _axes: ClassVar[int]
    _function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: IntOrPair,
        output_size: IntOrPair | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        name, axes = type(self).__name__, self._axes
        if (output_size is None) == (output_ratio is None):
            raise TensorValueError(
                f"{name}: one of output_size and output_ratio must be given, got {output_size!r} and {output_ratio!r}"
            )
        self.kernel_size: tuple[int, ...] = per_axis(kernel_size, axes, name, "kernel_size", 1)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size: tuple[int, ...] | None = (
            None if output_size is None else per_axis(output_size, axes, name, "output_size", 1)
        )
        self.output_ratio: tuple[float, ...] | None = None
        if output_ratio is not None:
            ratios: Any = tuple(output_ratio) if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * axes
            if len(ratios) != axes or not all(0 < real(r, name, "output_ratio") < 1 for r in ratios):
                raise TensorValueError(
                    f"{name}: output_ratio must be a number between 0 and 1, both excluded, or {axes} of them, "
                    f"got {output_ratio!r}"
                )
            self.output_ratio = ratios
        self.generator = generator

    def forward(self, input: Tensor) -> Any:
        return self._function(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            self._random_samples,
            generator=self.generator,
        )


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """Take the largest elements of windows that begin at random, by `functional.fractional_max_pool2d`.

    Parameters
    ----------
    kernel_size, output_size, output_ratio, return_indices, _random_samples, generator
        As the function has them; one of size and ratio is given. The samples are a buffer.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.FractionalMaxPool2d(2, output_size=5)(fg.zeros(1, 3, 9, 8)).shape
    (1, 3, 5, 5)
    """

    _axes = 2
    _function = staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """Take the largest elements of windows of volumes that begin at random, by `functional.fractional_max_pool3d`.

    Parameters
    ----------
    kernel_size, output_size, output_ratio, return_indices, _random_samples, generator
        As the function has them; one of size and ratio is given. The samples are a buffer.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.FractionalMaxPool3d(2, output_ratio=0.5)(fg.zeros(1, 3, 9, 8, 4)).shape
    (1, 3, 4, 4, 2)
    """

    _axes = 3
    _function = staticmethod(F.fractional_max_pool3d)
