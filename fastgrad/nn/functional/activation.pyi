# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import DTypeLike

def check_approximation(approximate: str, op: str) -> None:
    """Refuses what is no form of gelu."""

def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return ``input * Phi(input)``, Phi being the normal distribution function.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    approximate : {"none", "tanh"}, default "none"
        "tanh" computes ``0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))``.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `approximate` is neither "none" nor "tanh".

    References
    ----------
    Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, https://arxiv.org/abs/1606.08415

    See Also
    --------
    fastgrad.nn.GELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.gelu(fg.zeros(1)).item()
    0.0
    """

def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``min(max(input + 3, 0), 6) / 6``, a sigmoid of straight pieces.

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
    fastgrad.nn.Hardsigmoid

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardsigmoid(fg.tensor([-4.0, 0.0, 4.0])).tolist()
    [0.0, 0.5, 1.0]
    """

def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``input * hardsigmoid(input)``.

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
    Howard et al., "Searching for MobileNetV3", 2019, https://arxiv.org/abs/1905.02244

    See Also
    --------
    fastgrad.nn.Hardswish

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardswish(fg.tensor([-4.0, 0.0, 4.0])).tolist()
    [-0.0, 0.0, 4.0]
    """

def log_softmax(input: Tensor, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Tensor:
    """Return the logarithm of `softmax`, computed without overflow or cancellation.

    Parameters
    ----------
    input : Tensor, any shape
        The scores.
    dim : int
        The axis whose elements' exponentials sum to 1.
    dtype : dtype, optional
        Cast the input to it first.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    TypeError
        If `dim` is not given.

    See Also
    --------
    fastgrad.nn.LogSoftmax

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.log_softmax(fg.tensor([[1000.0, 0.0]]), dim=1).tolist()
    [[0.0, -1000.0]]
    """

def logsigmoid(input: Tensor) -> Tensor:
    """Return the logarithm of `sigmoid`, computed without overflow or cancellation; shape of `input`.

    See Also
    --------
    fastgrad.nn.LogSigmoid

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.logsigmoid(fg.tensor([-1000.0])).item()
    -1000.0
    """

def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``input * tanh(softplus(input))``.

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
    Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019, https://arxiv.org/abs/1908.08681

    See Also
    --------
    fastgrad.nn.Mish

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.mish(fg.zeros(1)).item()
    0.0
    """

def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``max(input, 0)``; the derivative at 0 is 0, NaN stays NaN.

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
    fastgrad.nn.ReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.relu(fg.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

def relu_(input: Tensor) -> Tensor:
    """`relu`, written into `input`."""

def sigmoid(input: Tensor) -> Tensor:
    """Return ``1 / (1 + exp(-input))``, shape of `input`.

    See Also
    --------
    fastgrad.nn.Sigmoid

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.sigmoid(fg.zeros(1)).item()
    0.5
    """

def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``input * sigmoid(input)``, also known as swish.

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
    Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2017, https://arxiv.org/abs/1702.03118

    See Also
    --------
    fastgrad.nn.SiLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.silu(fg.zeros(1)).item()
    0.0
    """

def softmax(input: Tensor, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Tensor:
    """Return ``exp(input)`` divided by its sum along an axis, computed without overflow.

    Parameters
    ----------
    input : Tensor, any shape
        The scores.
    dim : int
        The axis whose elements sum to 1. Unlike in PyTorch, it must be given: the one guessed there depends on the
        number of axes.
    dtype : dtype, optional
        Cast the input to it first.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    TypeError
        If `dim` is not given.

    See Also
    --------
    fastgrad.nn.Softmax

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softmax(fg.zeros(1, 4), dim=1).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """

def softmin(input: Tensor, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Tensor:
    """Return the `softmax` of ``-input``.

    Parameters
    ----------
    input : Tensor, any shape
        The scores.
    dim : int
        The axis whose elements sum to 1.
    dtype : dtype, optional
        Cast the input to it first.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    TypeError
        If `dim` is not given.

    See Also
    --------
    fastgrad.nn.Softmin

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softmin(fg.zeros(1, 4), dim=1).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """

def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return ``log(1 + exp(beta * input)) / beta``, a smooth relu.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    beta : float, default 1.0
        The larger, the sharper the bend at 0; not 0.
    threshold : float, default 20.0
        Where ``beta * input`` is above it, the result is `input`; with both defaults the formula is exact everywhere
        and needs no threshold.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `beta` is not positive.

    See Also
    --------
    fastgrad.nn.Softplus

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.softplus(fg.zeros(1)).item(), 4)
    0.6931
    """

def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent, shape of `input`.

    See Also
    --------
    fastgrad.nn.Tanh

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.tanh(fg.zeros(1)).item()
    0.0
    """
