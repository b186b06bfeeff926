# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``alpha * (exp(input / alpha) - 1)`` elsewhere: smooth at 0 for any alpha.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    alpha : float, default 1.0
        Minus the value that large negative inputs come close to; not 0.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `alpha` is 0.

    References
    ----------
    Barron, "Continuously Differentiable Exponential Linear Units", 2017, https://arxiv.org/abs/1704.07483

    See Also
    --------
    fastgrad.nn.CELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.celu(fg.tensor([-fg.inf, 2.0]), alpha=3.0).tolist()
    [-3.0, 2.0]
    """

def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`celu`, written into `input`."""

def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``alpha * (exp(input) - 1)`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    alpha : float, default 1.0
        Minus the value that large negative inputs come close to.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    References
    ----------
    Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015,
    https://arxiv.org/abs/1511.07289

    See Also
    --------
    fastgrad.nn.ELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.elu(fg.tensor([-fg.inf, 2.0])).tolist()
    [-1.0, 2.0]
    """

def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`elu`, written into `input`."""

def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Return `input` within bounds, and the nearer bound elsewhere; no gradient passes there, nor at a bound.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    min_val, max_val : float, default -1.0 and 1.0
        The smallest and the largest value that the function takes.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `min_val` is greater than `max_val`.

    See Also
    --------
    fastgrad.nn.Hardtanh

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardtanh(fg.tensor([-3.0, 0.5, 2.0])).tolist()
    [-1.0, 0.5, 1.0]
    """

def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """`hardtanh`, written into `input`."""

def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``negative_slope * input`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    negative_slope : float, default 0.01
        The slope below 0.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    See Also
    --------
    fastgrad.nn.LeakyReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.leaky_relu(fg.tensor([-1.0, 2.0]), 0.5).tolist()
    [-0.5, 2.0]
    """

def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """`leaky_relu`, written into `input`."""

def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``min(max(input, 0), 6)``; no gradient passes at 0 and 6.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    See Also
    --------
    fastgrad.nn.ReLU6

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.relu6(fg.tensor([-3.0, 0.5, 8.0])).tolist()
    [0.0, 0.5, 6.0]
    """

def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``1.0507... * elu(input, alpha=1.6732...)``, which keeps activations at mean 0 and variance 1.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515

    See Also
    --------
    fastgrad.nn.SELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.selu(fg.ones(1)).item(), 4)
    1.0507
    """

def selu_(input: Tensor) -> Tensor:
    """`selu`, written into `input`."""
