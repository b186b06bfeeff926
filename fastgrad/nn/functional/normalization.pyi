# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor

def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Tensor:
    """Normalise each channel to mean 0 and variance 1, then scale and shift it.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
    running_mean, running_var : Tensor, shape (C,), or None
        Used if not `training`; otherwise updated in place,
        ``running = (1 - momentum) * running + momentum * batch``, with the unbiased variance.
    weight, bias : Tensor, shape (C,), optional
        Scale and shift.
    training : bool, default False
        Whether to use the batch's own mean and (biased) variance.
    momentum : float, default 0.1
    eps : float, default 1e-5
        Added to the variance.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If the shapes do not fit, running statistics are missing, or a channel has a single value when training.

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization", 2015, https://arxiv.org/abs/1502.03167

    See Also
    --------
    fastgrad.nn.BatchNorm1d, fastgrad.nn.BatchNorm2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[1.0], [3.0]])
    >>> fg.nn.functional.batch_norm(x, None, None, training=True, eps=0.0).tolist()
    [[-1.0], [1.0]]
    """

def batch_norm_activated(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    activation: str | None,
) -> Tensor:
    """`batch_norm`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what both give.

    In one pass, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """

def batch_norm_pools(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> bool:
    """Whether `batch_norm_relu_max_pool2d` does what `max_pool2d` would do with these arguments: windows side by side,
    none over an edge, of 2 to 255 elements, of float images.
    """

def batch_norm_relu_max_pool2d(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    kernel_size: int | Sequence[int],
) -> Tensor:
    """``max_pool2d(batch_norm_activated(..., "relu"), kernel_size)``, to the same bits, without the result between.

    Raises
    ------
    ValueError
        If these are no windows of which `batch_norm_pools` says yes.
    """

def layer_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Tensor:
    """Normalise over the last axes to mean 0 and variance 1, then scale and shift.

    Parameters
    ----------
    input : Tensor, shape (..., *normalized_shape)
    normalized_shape : int or sequence of int
    weight, bias : Tensor, shape `normalized_shape`, optional
        Scale and shift.
    eps : float, default 1e-5
        Added to the (biased) variance.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `input` does not end in `normalized_shape`.

    References
    ----------
    Ba, Kiros and Hinton, "Layer Normalization", 2016, https://arxiv.org/abs/1607.06450

    See Also
    --------
    fastgrad.nn.LayerNorm

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.layer_norm(fg.tensor([[1.0, 3.0]]), 2, eps=0.0).tolist()
    [[-1.0, 1.0]]
    """
