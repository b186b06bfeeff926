# Written by tools/stubs.py.
from fastgrad._core import Generator
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import DTypeLike

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

def check_approximation(approximate: str, op: str) -> None:
    """Refuses what is no form of gelu."""

def check_lambd(lambd: float, op: str) -> None:
    """Refuses what is no distance."""

def check_slopes(lower: float, upper: float, op: str) -> None:
    """Refuses what is no range of slopes."""

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

def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Return ``a * sigmoid(b)``, `a` and `b` being the halves of `input` along an axis.

    Parameters
    ----------
    input : Tensor, of at least one axis
        Its length along `dim` is even: the first half is multiplied by the sigmoid of the second.
    dim : int, default -1
        The axis, of even length.

    Returns
    -------
    Tensor, of half the length along `dim`

    Raises
    ------
    ValueError
        If the axis has an odd length.

    References
    ----------
    Dauphin et al., "Language Modeling with Gated Convolutional Networks", 2016, https://arxiv.org/abs/1612.08083

    See Also
    --------
    fastgrad.nn.GLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.glu(fg.tensor([3.0, 4.0, 0.0, 0.0])).tolist()
    [1.5, 2.0]
    """

def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    eps: float = 1e-10,
    dim: int = -1,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Draw from the Gumbel-softmax distribution: one-hot vectors, softened, through which gradients flow.

    Parameters
    ----------
    logits : Tensor, any shape
        Unnormalised log-probabilities.
    tau : float, default 1.0
        The temperature: the lower, the nearer to one-hot.
    hard : bool, default False
        Whether to return one-hot vectors, with the gradients of the soft ones.
    eps : float
        Accepted as PyTorch has it, which does not use it either.
    dim : int, default -1
        The axis whose elements sum to 1.
    generator : Generator, optional
        Where the noise is drawn from, by default the default generator.

    Returns
    -------
    Tensor, shape of `logits`

    Raises
    ------
    ValueError
        If `tau` is not positive.

    References
    ----------
    Jang, Gu and Poole, "Categorical Reparameterization with Gumbel-Softmax", 2016, https://arxiv.org/abs/1611.01144;
    Maddison, Mnih and Teh, "The Concrete Distribution", 2016, https://arxiv.org/abs/1611.00712

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.gumbel_softmax(fg.zeros(3, 4), hard=True).argmax(axis=1).shape
    (3,)
    """

def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return `input` outside of ``[-lambd, lambd]``, and 0 within.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    lambd : float, default 0.5
        Inputs from `-lambd` to `lambd` become 0.

    Returns
    -------
    Tensor, shape of `input`

    See Also
    --------
    fastgrad.nn.Hardshrink

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardshrink(fg.tensor([-3.0, 0.25, 2.0])).tolist()
    [-3.0, 0.0, 2.0]
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

def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Return `input` where it is positive, ``weight * input`` elsewhere.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...) or any
        The channels are along the second axis, where there is one.
    weight : Tensor, shape (C,), (1,) or ()
        A slope for each channel, or one for all.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If there is neither one slope nor one for each channel.

    References
    ----------
    He et al., "Delving Deep into Rectifiers", 2015, https://arxiv.org/abs/1502.01852

    See Also
    --------
    fastgrad.nn.PReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.prelu(fg.tensor([-1.0, 2.0]), fg.tensor([0.25])).tolist()
    [-0.25, 2.0]
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

def relu_(input: Tensor) -> Tensor:
    """`relu`, written into `input`."""

def rrelu(
    input: Tensor,
    lower: float = 0.125,
    upper: float = 0.3333333333333333,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Return `input` where it is positive, elsewhere its product with a slope drawn for each element.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    lower, upper : float, default 1/8 and 1/3
        The slopes are uniform between them.
    training : bool, default False
        If false, the slope is the mean of the two.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the slopes are drawn from, by default the default generator.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `lower` is greater than `upper`, or one of them is not finite.

    References
    ----------
    Xu et al., "Empirical Evaluation of Rectified Activations in Convolution Network", 2015,
    https://arxiv.org/abs/1505.00853

    See Also
    --------
    fastgrad.nn.RReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.rrelu(fg.tensor([-1.0, 2.0]), 0.25, 0.75).tolist()
    [-0.5, 2.0]
    """

def rrelu_(
    input: Tensor,
    lower: float = 0.125,
    upper: float = 0.3333333333333333,
    training: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """`rrelu`, written into `input`."""

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

def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return `input`, `lambd` nearer to 0, and 0 within ``[-lambd, lambd]``.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    lambd : float, default 0.5
        Inputs from `-lambd` to `lambd` become 0.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `lambd` is negative.

    See Also
    --------
    fastgrad.nn.Softshrink

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softshrink(fg.tensor([-3.0, 0.25, 2.0])).tolist()
    [-2.5, 0.0, 1.5]
    """

def softsign(input: Tensor) -> Tensor:
    """Return ``input / (1 + abs(input))``, shape of `input`.

    See Also
    --------
    fastgrad.nn.Softsign

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softsign(fg.ones(1)).item()
    0.5
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

def tanhshrink(input: Tensor) -> Tensor:
    """Return ``input - tanh(input)``, shape of `input`.

    See Also
    --------
    fastgrad.nn.Tanhshrink

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.tanhshrink(fg.zeros(1)).item()
    0.0
    """

def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Return `input` where it is above `threshold`, and `value` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    threshold, value : float
        Inputs that are not above the threshold become this value.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    See Also
    --------
    fastgrad.nn.Threshold

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.threshold(fg.tensor([-3.0, 0.25, 2.0]), 0.5, 20.0).tolist()
    [20.0, 20.0, 2.0]
    """

def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """`threshold`, written into `input`."""
