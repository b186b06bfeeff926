# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor

def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """Make the grid whose places, seen by `grid_sample`, turn, stretch and move images.

    Parameters
    ----------
    theta : Tensor, shape (N, 2, 3) or (N, 3, 4)
        A matrix for each image, or volume: the place of an output is theta times ``(x, y, 1)`` or ``(x, y, z, 1)``.
    size : sequence of int
        The output's shape, (N, C, H, W) or (N, C, D, H, W).
    align_corners : bool, optional
        As `grid_sample` has it.

    Returns
    -------
    Tensor, shape (N, H, W, 2) or (N, D, H, W, 3)

    Raises
    ------
    ValueError
        If the shape of theta is not that for the size, or a length is not positive.
    TypeError
        If theta is not floating-point.

    See Also
    --------
    grid_sample

    Examples
    --------
    >>> import fastgrad as fg
    >>> theta = fg.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> fg.nn.functional.affine_grid(theta, (1, 1, 1, 2)).tolist()
    [[[[-0.5, 0.0], [0.5, 0.0]]]]
    """

def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Tensor:
    """Take from images what is at the places of a grid.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (N, C, D, H, W)
        float32 or float64.
    grid : Tensor, shape (N, H', W', 2) or (N, D', H', W', 3)
        The places, of the input's dtype: ``(x, y)`` or ``(x, y, z)`` from -1 to 1 over the width, height and depth of
        the image. NaN is taken for -1.
    mode : {"bilinear", "nearest", "bicubic"}
        What is between pixels: the two on either side of each axis weighed (of volumes, too), the nearest (of two, the
        even one), or four of each axis by the cubic convolution with a = -3/4 (images only).
    padding_mode : {"zeros", "border", "reflection"}
        What is outside of the image: zeros, its border, or its reflection.
    align_corners : bool, optional
        Whether -1 and 1 are the centres of the corner pixels, instead of the corners of the image. By default not.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (N, C, D', H', W')

    Raises
    ------
    ValueError
        If the shapes do not fit, or a mode is unknown.
    TypeError
        If the dtypes differ, or are not float32 or float64.

    See Also
    --------
    affine_grid, interpolate

    References
    ----------
    Jaderberg et al., "Spatial transformer networks", https://arxiv.org/abs/1506.02025.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> fg.nn.functional.grid_sample(x, fg.tensor([[[[0.0, 0.0], [1.0, 1.0]]]]), align_corners=True).tolist()
    [[[[1.5, 3.0]]]]
    """

def interpolate(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Make signals, images or volumes larger or smaller.

    Parameters
    ----------
    input : Tensor, shape (N, C, L), (N, C, H, W) or (N, C, D, H, W)
        float32 or float64; of mode "nearest" and "nearest-exact" any dtype.
    size : int or sequence of int, optional
        The output's lengths behind batch and channels, or one for all.
    scale_factor : float or sequence of float, optional
        Outputs per input, instead of `size`; lengths are rounded down.
    mode : str, default "nearest"
        "nearest" takes the input that holds an output's first corner, "nearest-exact" the one that holds its centre;
        "linear" (signals), "bilinear" (images) and "trilinear" (volumes) weigh the two on either side of each axis,
        "bicubic" (images) four of them, by the cubic convolution with a = -3/4; "area" takes means, as
        `adaptive_avg_pool2d`; "lanczos" (images, antialiased only) a windowed sinc of six.
    align_corners : bool, optional
        Of the linear and cubic modes: whether the corner pixels' centres stay where they are, instead of the corners
        of the image. By default not.
    recompute_scale_factor : bool, optional
        Whether the lengths, which are whole, say the scale instead of `scale_factor`.
    antialias : bool, default False
        Whether the filter grows with the inputs per output where an axis becomes shorter, as Pillow's does: of
        "bilinear", "bicubic" and "lanczos".

    Returns
    -------
    Tensor, shape (N, C, *size)

    Raises
    ------
    ValueError
        If the mode is unknown or not one for so many axes, a size or scale is not positive, or arguments exclude each
        other.
    TypeError
        If the dtype is not one that the mode computes in.

    See Also
    --------
    fastgrad.nn.Upsample, grid_sample

    Notes
    -----
    Samples lie where PyTorch has them. An input of weight zero is not read: it may be infinite.

    References
    ----------
    R. Keys, "Cubic convolution interpolation for digital image processing", 1981.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[[0.0, 2.0]]])
    >>> fg.nn.functional.interpolate(x, size=4, mode="linear").tolist()
    [[[0.0, 0.5, 1.5, 2.0]]]
    >>> fg.nn.functional.interpolate(x, scale_factor=2).tolist()
    [[[0.0, 0.0, 2.0, 2.0]]]
    """

def upsample(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """Do what `interpolate` does, under the name that PyTorch has given up; with a UserWarning."""

def upsample_bilinear(
    input: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """Do what `interpolate` does with mode "bilinear" and ``align_corners=True``, under the name that PyTorch has given
    up; with a UserWarning.
    """

def upsample_nearest(
    input: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """Do what `interpolate` does with mode "nearest", under the name that PyTorch has given up; with a UserWarning."""
