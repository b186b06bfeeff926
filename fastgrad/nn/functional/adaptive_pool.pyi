# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import Any

from fastgrad._core import Generator
from fastgrad._tensor import Tensor

def adaptive_avg_pool1d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average signals, (N, C, L) or (C, L), to a given length; as `adaptive_avg_pool2d` does with images.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_avg_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[1.0, 4.0]]
    """

def adaptive_avg_pool2d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average over windows chosen such that the output has a given size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    output_size : int or pair of (int or None)
        Height and width of the output; None keeps the input's.

    Returns
    -------
    Tensor, shape (N, C, *output_size) or (C, *output_size)
        Output row i is the mean of input rows ``floor(i * H / H')`` up to ``ceil((i + 1) * H / H')``.

    Raises
    ------
    ValueError
        If the input is not an image, or a size is below 1.

    See Also
    --------
    fastgrad.nn.AdaptiveAvgPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_avg_pool2d(fg.ones(2, 3, 7, 5), 1).shape
    (2, 3, 1, 1)
    """

def adaptive_avg_pool3d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average volumes, (N, C, D, H, W) or (C, D, H, W), to given lengths; as `adaptive_avg_pool2d` does with images."""

def adaptive_max_pool1d(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> Any:
    """Take the largest elements of signals, (N, C, L) or (C, L); as `adaptive_max_pool2d` of images.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_max_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[2.0, 5.0]]
    """

def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """Return what `adaptive_max_pool1d` gives, and where: indices along L, int64. `return_indices` changes nothing."""

def adaptive_max_pool2d(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> Any:
    """Take the largest elements of windows chosen such that the output has a given size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    output_size : int or pair of (int or None)
        Height and width of the output; None keeps the input's.
    return_indices : bool, default False
        Whether to return the pair of `adaptive_max_pool2d_with_indices`.

    Returns
    -------
    Tensor, shape (N, C, *output_size) or (C, *output_size)
        Output row i is of input rows ``floor(i * H / H')`` up to ``ceil((i + 1) * H / H')``.

    Raises
    ------
    ValueError
        If the input is not an image, or a size is below 1.

    See Also
    --------
    fastgrad.nn.AdaptiveMaxPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_max_pool2d(fg.arange(9.0).reshape(1, 3, 3), (2, 1)).tolist()
    [[[5.0], [8.0]]]
    """

def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """Return what `adaptive_max_pool2d` gives, and where: ``row * W + column`` of each channel, int64; of equals the
    first. `return_indices` changes nothing.
    """

def adaptive_max_pool3d(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> Any:
    """Take the largest elements of volumes, (N, C, D, H, W) or (C, D, H, W); as `adaptive_max_pool2d` of images."""

def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """Return what `adaptive_max_pool3d` gives, and where: ``(depth * H + row) * W + column`` of each channel, int64.

    Of equals it is the first. `return_indices` changes nothing.
    """

def fractional_max_pool2d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
    *,
    generator: Generator | None = None,
) -> Any:
    """Take the largest elements of windows that begin at random, in steps that make the output's size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    kernel_size : int or pair of int
        The window.
    output_size : int or pair of int, optional
        Height and width of the output: with ``kernel_size - 1`` more at most the input's.
    output_ratio : float or pair of float, optional
        They in parts of the input's, between 0 and 1, where `output_size` is not given.
    return_indices : bool, default False
        Whether to return the pair of `fractional_max_pool2d_with_indices`.
    _random_samples : Tensor, shape (N, C, 2), optional
        For width and height of each channel a number from 0 to 1; by default drawn.
    generator : Generator, optional
        Where they are drawn from, by default the default generator.

    Returns
    -------
    Tensor, shape (N, C, *output_size) or (C, *output_size)
        Window i of an axis begins at ``floor((i + u) * a) - floor(u * a)``, u being the sample and ``a = (H -
        kernel_size) / (output_size - 1)``, and the last one ends at the end.

    Raises
    ------
    ValueError
        If neither size nor ratio is given, or they do not fit the input.

    See Also
    --------
    fastgrad.nn.FractionalMaxPool2d

    References
    ----------
    Graham, "Fractional max-pooling", https://arxiv.org/abs/1412.6071.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.fractional_max_pool2d(fg.zeros(1, 3, 9, 8), 2, output_ratio=0.7).shape
    (1, 3, 6, 5)
    """

def fractional_max_pool2d_with_indices(
    input: Tensor,
    kernel_size: int | Sequence[int],
    output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
    *,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Return what `fractional_max_pool2d` gives, and where: ``row * W + column`` of each channel, int64.

    `return_indices` changes nothing.
    """

def fractional_max_pool3d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
    *,
    generator: Generator | None = None,
) -> Any:
    """Take the largest elements of windows of volumes, (N, C, D, H, W) or (C, D, H, W), that begin at random.

    As `fractional_max_pool2d` does with images; ``_random_samples``, (N, C, 3), are for depth, height and width.
    """

def fractional_max_pool3d_with_indices(
    input: Tensor,
    kernel_size: int | Sequence[int],
    output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
    *,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Return what `fractional_max_pool3d` gives, and where: ``(depth * H + row) * W + column``, int64.

    `return_indices` changes nothing.
    """
