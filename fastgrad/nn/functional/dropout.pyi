# Written by tools/stubs.py.
from fastgrad._core import Generator
from fastgrad._tensor import Tensor

def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Dropout for networks of `selu`: what is dropped becomes its limit far below 0, and mean and variance stay.

    Parameters
    ----------
    input : Tensor, any shape
        What elements are dropped of.
    p : float, default 0.5
        The probability of being dropped.
    training : bool, default False
        If false, return `input` as it is.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the random bits come from, by default the default generator.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1].

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515

    See Also
    --------
    fastgrad.nn.AlphaDropout

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.alpha_dropout(fg.ones(3), p=0.5).tolist()
    [1.0, 1.0, 1.0]
    """

def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set elements to zero with probability `p` and divide the others by ``1 - p``.

    Parameters
    ----------
    input : Tensor, any shape
        What elements are dropped of.
    p : float, default 0.5
        The probability that an element is dropped.
    training : bool, default True
        If false, return `input` as it is.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the random bits come from, by default the default generator.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1].

    References
    ----------
    Srivastava et al., "Dropout", 2014, https://jmlr.org/papers/v15/srivastava14a.html

    See Also
    --------
    fastgrad.nn.Dropout

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout(fg.ones(3), p=0.5, training=False).tolist()
    [1.0, 1.0, 1.0]
    """

def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set channels to zero with probability `p` and divide the others by ``1 - p``.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Lines of C channels, or one of them without the batch's axis.
    p : float, default 0.5
        The probability that a channel is dropped.
    training : bool, default True
        If false, return `input` as it is.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the random bits come from, by default the default generator.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1], or `input` has another number of axes.

    References
    ----------
    Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2014,
    https://arxiv.org/abs/1411.4280

    See Also
    --------
    fastgrad.nn.Dropout1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout1d(fg.ones(1, 2), p=0.5, training=False).tolist()
    [[1.0, 1.0]]
    """

def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set channels to zero with probability `p` and divide the others by ``1 - p``; see `dropout1d`.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W), or (N, C, L)
        Three axes are a batch, as PyTorch has it, and not one image.
    p, training, inplace, generator
        As `dropout1d` has them.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1], or `input` has another number of axes.

    See Also
    --------
    fastgrad.nn.Dropout2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout2d(fg.ones(1, 1, 1, 2), p=0.5, training=False).shape
    (1, 1, 1, 2)
    """

def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set channels to zero with probability `p` and divide the others by ``1 - p``; see `dropout1d`.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Volumes of C channels, or one of them without the batch's axis.
    p, training, inplace, generator
        As `dropout1d` has them.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1], or `input` has another number of axes.

    See Also
    --------
    fastgrad.nn.Dropout3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout3d(fg.ones(1, 1, 1, 1, 2), p=0.5, training=False).shape
    (1, 1, 1, 1, 2)
    """

def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """`alpha_dropout` of whole channels.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
        The channels are along the second axis.
    p, training, inplace, generator
        As `alpha_dropout` has them.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1], or `input` has fewer than two axes.

    See Also
    --------
    fastgrad.nn.FeatureAlphaDropout

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.feature_alpha_dropout(fg.ones(1, 3), p=0.5).tolist()
    [[1.0, 1.0, 1.0]]
    """
