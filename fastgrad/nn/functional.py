"""The operations of networks as functions, with PyTorch's names, arguments and defaults.

Differences from PyTorch: the long deprecated ``size_average`` and ``reduce`` do not exist, so what follows them in
PyTorch's losses (``ignore_index``, ``reduction``, ...) is keyword only here. Mixed floating dtypes are a TypeError.
`mse_loss` and `l1_loss` refuse a target of another shape, which PyTorch broadcasts with a warning. `softmax` needs its
``dim``.
"""

from __future__ import annotations

from operator import index as as_int
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad import ops
from fastgrad._tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    IntOrPair = int | Sequence[int]


def pair(value: Any, operation: str, argument: str, least: int = 0) -> tuple[int, int]:
    """Return `value`, an int or two ints, as a tuple of two ints, each at least `least`."""
    try:
        first, second = (value, value) if hasattr(value, "__index__") else value
        first, second = as_int(first), as_int(second)
    except (TypeError, ValueError):
        raise TypeError(f"{operation}: {argument} must be an int or a tuple of 2 ints, got {value!r}") from None
    if first < least or second < least:
        raise ValueError(f"{operation}: {argument} must be at least {least}, got {value!r}")
    return first, second


def check_reduction(reduction: str, operation: str) -> None:
    """Raise ValueError unless `reduction` is one of the three that losses know."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{operation}: reduction must be 'none', 'mean' or 'sum', got {reduction!r}")


def check_probability(p: float, operation: str) -> None:
    """Raise ValueError unless `p` is in [0, 1]; NaN is not."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"{operation}: probability has to be between 0 and 1, but got {p}")


def _in_place(operation: Callable[..., Tensor], input: Tensor, *args: Any) -> Tensor:
    """Write the result of an operation into the tensor it is computed from."""
    # Where backward needs the value that is overwritten, it gets a copy.
    source = input.clone() if input.requires_grad and operation is not ops.relu else input
    return input.copy_(operation(source, *args))


def _with_batch(operation: str, input: Tensor) -> tuple[Tensor, bool]:
    """Give an image (C, H, W) its batch axis; tell whether it had none."""
    if input.ndim == 4:
        return input, False
    if input.ndim == 3:
        return input.reshape((1, *input.shape)), True
    raise ValueError(f"{operation}: a 4-D (N, C, H, W) or 3-D (C, H, W) input is expected, got shape {input.shape}")


def _without_batch(result: Tensor, added: bool) -> Tensor:
    return result.reshape(result.shape[1:]) if added else result


# ---- linear and convolution ----


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``input @ weight.T + bias``.

    Parameters
    ----------
    input : Tensor, shape (..., in_features)
    weight : Tensor, shape (out_features, in_features) or (in_features,)
    bias : Tensor, shape (out_features,) or (), optional

    Returns
    -------
    Tensor, shape (..., out_features)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.linear(fg.ones(2, 3), fg.ones(4, 3), fg.ones(4)).shape
    (2, 4)
    """
    return ops.linear(input, weight, bias)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlate images with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (K, C / groups, R, S)
    bias : Tensor, shape (K,), optional
    stride : int or pair of int, default 1
    padding : int, pair of int, "valid" or "same", default 0
        Zeros put on both sides of each axis. "valid" is none; "same" keeps height and width and needs stride 1. Where
        "same" needs an odd number of zeros, the last one goes to the end of the axis.
    dilation : int or pair of int, default 1
        Distance between the filter's elements.
    groups : int, default 1
        Channels and filters are cut into this many groups, each convolved by itself.

    Returns
    -------
    Tensor, shape (N, K, H', W') or (K, H', W')
        ``H' = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``, and likewise ``W'``.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv2d(fg.ones(1, 1, 5, 5), fg.ones(2, 1, 3, 3), padding=1).shape
    (1, 2, 5, 5)
    """
    stride = pair(stride, "conv2d", "stride", 1)
    dilation = pair(dilation, "conv2d", "dilation", 1)
    input, added = _with_batch("conv2d", input)
    if isinstance(padding, str):
        input, padding = _resolve_padding(input, weight, stride, padding, dilation)
    else:
        padding = pair(padding, "conv2d", "padding")
    return _without_batch(ops.conv2d(input, weight, bias, stride, padding, dilation, groups), added)


def _resolve_padding(
    input: Tensor, weight: Tensor, stride: tuple[int, int], padding: str, dilation: tuple[int, int]
) -> tuple[Tensor, tuple[int, int]]:
    """Turn "valid" or "same" into numbers, padding the input where the two sides differ."""
    if padding == "valid":
        return input, (0, 0)
    if padding != "same":
        raise ValueError(f"conv2d: padding must be 'same', 'valid', an int or a pair of ints, got {padding!r}")
    if stride != (1, 1):
        raise ValueError(f"conv2d: padding='same' is not supported for strided convolutions, got stride {stride}")
    total = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
    if total[0] % 2 or total[1] % 2:
        input = fg.pad(input, ((0, 0), (0, 0), (0, total[0] % 2), (0, total[1] % 2)))
    return input, (total[0] // 2, total[1] // 2)


# ---- pooling ----


def max_pool2d(
    input: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """Return the largest element of each window.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Minus infinity put on both sides; at most half the window.
    dilation : int or pair of int, default 1
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    return_indices : bool, default False
        Not supported.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    if return_indices:
        raise NotImplementedError("max_pool2d: return_indices=True is not supported")
    kernel = pair(kernel_size, "max_pool2d", "kernel_size", 1)
    strides = pair(kernel if stride is None else stride, "max_pool2d", "stride", 1)
    pads = pair(padding, "max_pool2d", "padding")
    dilations = pair(dilation, "max_pool2d", "dilation", 1)
    input, added = _with_batch("max_pool2d", input)
    return _without_batch(ops.max_pool2d(input, kernel, strides, pads, dilations, ceil_mode), added)


def avg_pool2d(
    input: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Zeros put on both sides; at most half the window.
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    count_include_pad : bool, default True
        Whether the zeros count as elements.
    divisor_override : int, optional
        Divide the sums by this instead of by the number of elements.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    kernel = pair(kernel_size, "avg_pool2d", "kernel_size", 1)
    strides = pair(kernel if stride is None else stride, "avg_pool2d", "stride", 1)
    pads = pair(padding, "avg_pool2d", "padding")
    if divisor_override == 0:
        raise ValueError("avg_pool2d: divisor_override must not be zero")
    input, added = _with_batch("avg_pool2d", input)
    pooled = ops.avg_pool2d(input, kernel, strides, pads, ceil_mode, count_include_pad, divisor_override)
    return _without_batch(pooled, added)


def adaptive_avg_pool2d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average over windows chosen such that the output has a given size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_avg_pool2d(fg.ones(2, 3, 7, 5), 1).shape
    (2, 3, 1, 1)
    """
    input, added = _with_batch("adaptive_avg_pool2d", input)
    wanted = (output_size, output_size) if output_size is None or hasattr(output_size, "__index__") else output_size
    try:
        height, width = wanted
    except (TypeError, ValueError):
        raise TypeError(
            f"adaptive_avg_pool2d: output_size must be an int or a pair of int or None, got {output_size!r}"
        ) from None
    size = (input.shape[2] if height is None else height, input.shape[3] if width is None else width)
    return _without_batch(ops.adaptive_avg_pool2d(input, pair(size, "adaptive_avg_pool2d", "output_size", 1)), added)


# ---- normalisation ----


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[1.0], [3.0]])
    >>> fg.nn.functional.batch_norm(x, None, None, training=True, eps=0.0).tolist()
    [[-1.0], [1.0]]
    """
    if training and input.ndim > 1 and input.size == input.shape[1]:
        raise ValueError(f"batch_norm: more than 1 value per channel is needed when training, got shape {input.shape}")
    return ops.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)


def layer_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.layer_norm(fg.tensor([[1.0, 3.0]]), 2, eps=0.0).tolist()
    [[-1.0, 1.0]]
    """
    shape = (as_int(normalized_shape),) if hasattr(normalized_shape, "__index__") else tuple(normalized_shape)
    return ops.layer_norm(input, shape, weight, bias, eps)


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Any = None
) -> Tensor:
    """Set elements to zero with probability `p` and divide the others by ``1 - p``.

    Parameters
    ----------
    input : Tensor, any shape
    p : float, default 0.5
    training : bool, default True
        If false, return `input` as it is.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the random bits come from, by default the global generator.

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

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout(fg.ones(3), p=0.5, training=False).tolist()
    [1.0, 1.0, 1.0]
    """
    check_probability(p, "dropout")
    if not training or p == 0.0:
        return input
    if inplace:
        return _in_place(ops.dropout, input, p, True, generator)
    return ops.dropout(input, p, True, generator)


# ---- activations ----


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``max(input, 0)``; the derivative at 0 is 0, NaN stays NaN.

    Parameters
    ----------
    input : Tensor, any shape
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.relu(fg.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    return _in_place(ops.relu, input) if inplace else ops.relu(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``negative_slope * input`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
    negative_slope : float, default 0.01
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.leaky_relu(fg.tensor([-1.0, 2.0]), 0.5).tolist()
    [-0.5, 2.0]
    """
    return _in_place(ops.leaky_relu, input, negative_slope) if inplace else ops.leaky_relu(input, negative_slope)


def sigmoid(input: Tensor) -> Tensor:
    """Return ``1 / (1 + exp(-input))``, shape of `input`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.sigmoid(fg.zeros(1)).item()
    0.5
    """
    return ops.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent, shape of `input`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.tanh(fg.zeros(1)).item()
    0.0
    """
    return ops.tanh(input)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return ``input * Phi(input)``, Phi being the normal distribution function.

    Parameters
    ----------
    input : Tensor, any shape
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.gelu(fg.zeros(1)).item()
    0.0
    """
    if approximate == "none":
        return ops.gelu(input)
    if approximate != "tanh":
        raise ValueError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")
    inner = 0.7978845608028654 * (input + 0.044715 * input * input * input)
    return 0.5 * input * (1.0 + ops.tanh(inner))


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``input * sigmoid(input)``, also known as swish.

    Parameters
    ----------
    input : Tensor, any shape
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.silu(fg.zeros(1)).item()
    0.0
    """
    return _in_place(ops.silu, input) if inplace else ops.silu(input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return ``log(1 + exp(beta * input)) / beta``, a smooth relu.

    Parameters
    ----------
    input : Tensor, any shape
    beta : float, default 1.0
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.softplus(fg.zeros(1)).item(), 4)
    0.6931
    """
    if beta == 1.0 and threshold == 20.0:
        return ops.softplus(input)
    if not beta > 0.0:
        raise ValueError(f"softplus: beta must be positive, got {beta}")
    scaled = input * beta
    return fg.where(scaled > threshold, input, ops.softplus(scaled) / beta)


def _softmax_axis(operation: str, input: Tensor, dim: int | None) -> int:
    if dim is None:
        raise TypeError(f"{operation}: dim is required (for an input of shape {input.shape} usually dim=-1)")
    return as_int(dim)


def softmax(input: Tensor, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """Return ``exp(input)`` divided by its sum along an axis, computed without overflow.

    Parameters
    ----------
    input : Tensor, any shape
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softmax(fg.zeros(1, 4), dim=1).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    axis = _softmax_axis("softmax", input, dim)
    return ops.softmax(input if dtype is None else input.astype(dtype), axis)


def log_softmax(input: Tensor, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """Return the logarithm of `softmax`, computed without overflow or cancellation.

    Parameters
    ----------
    input : Tensor, any shape
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.log_softmax(fg.tensor([[1000.0, 0.0]]), dim=1).tolist()
    [[0.0, -1000.0]]
    """
    axis = _softmax_axis("log_softmax", input, dim)
    return ops.log_softmax(input if dtype is None else input.astype(dtype), axis)


# ---- losses ----


def _check_same_size(operation: str, input: Tensor, target: Tensor) -> None:
    if input.shape != target.shape:
        raise ValueError(
            f"{operation}: target and input must have the same shape, got {target.shape} and {input.shape}"
        )


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return the squared differences, their mean or their sum.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, shape of `input`
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.mse_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    2.5
    """
    check_reduction(reduction, "mse_loss")
    return ops.mse_loss(input, target, reduction)


def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return the absolute differences, their mean or their sum.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, shape of `input`
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.l1_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    1.5
    """
    check_reduction(reduction, "l1_loss")
    return ops.l1_loss(input, target, reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the cross entropy between classes and logits.

    Parameters
    ----------
    input : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Logits: unnormalised log-probabilities.
    target : integer Tensor, shape (), (N,) or (N, d1, ...); or floating Tensor, shape of `input`
        Class labels in [0, C), or probabilities of the classes.
    weight : Tensor, shape (C,), optional
        A factor for each class; "mean" divides by the sum of the factors of the labels that occur.
    ignore_index : int, default -100
        Labels equal to it contribute nothing.
    reduction : {"mean", "sum", "none"}, default "mean"
    label_smoothing : float in [0, 1], default 0.0
        Mix the target with the uniform distribution by this share.

    Returns
    -------
    Tensor, shape (), or that of the labels for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, `reduction` is unknown or `label_smoothing` is not in [0, 1].
    IndexError
        If a label is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> logits = fg.zeros(2, 4)
    >>> round(fg.nn.functional.cross_entropy(logits, fg.tensor([0, 3])).item(), 4)
    1.3863
    """
    check_reduction(reduction, "cross_entropy")
    check_probability(label_smoothing, "cross_entropy: label_smoothing")
    if target.is_floating_point():
        return _soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    return ops.cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)


def _soft_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, label_smoothing: float
) -> Tensor:
    """Cross entropy where the target gives each class a probability."""
    _check_same_size("cross_entropy", input, target)
    axis = 0 if input.ndim == 1 else 1
    classes = input.shape[axis]
    if label_smoothing > 0.0:
        target = target * (1.0 - label_smoothing) + label_smoothing / classes
    if weight is not None:
        if weight.shape != (classes,):
            raise ValueError(f"cross_entropy: weight must have shape ({classes},), got {weight.shape}")
        target = target * weight.reshape((classes,) + (1,) * (input.ndim - axis - 1))
    losses = -(target * ops.log_softmax(input, axis)).sum(axis=axis)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / max(losses.size, 1)


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Return the negative log-likelihood of classes.

    Parameters
    ----------
    input : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Log-probabilities, as from `log_softmax`.
    target : integer Tensor, shape (), (N,) or (N, d1, ...)
        Class labels in [0, C).
    weight : Tensor, shape (C,), optional
        A factor for each class; "mean" divides by the sum of the factors of the labels that occur.
    ignore_index : int, default -100
        Labels equal to it contribute nothing.
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `target` for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit or `reduction` is unknown.
    IndexError
        If a label is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.nll_loss(fg.tensor([[-1.0, -2.0]]), fg.tensor([1])).item()
    2.0
    """
    check_reduction(reduction, "nll_loss")
    return ops.nll_loss(input, target, weight, ignore_index, reduction)


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    """Return the cross entropy between probabilities.

    Parameters
    ----------
    input : Tensor, any shape, values in [0, 1]
    target : Tensor, shape of `input`, values in [0, 1]
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"
        Logarithms are clamped at -100, so that the loss is finite.

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy(fg.tensor([0.5]), fg.tensor([1.0])).item(), 4)
    0.6931
    """
    check_reduction(reduction, "binary_cross_entropy")
    _check_same_size("binary_cross_entropy", input, target)
    return ops.binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return the cross entropy between probabilities and the sigmoid of logits, computed without overflow.

    Parameters
    ----------
    input : Tensor, any shape
        Logits.
    target : Tensor, shape of `input`, values in [0, 1]
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
    pos_weight : Tensor, broadcastable to `input`, optional
        A factor for the positive part.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy_with_logits(fg.zeros(2), fg.ones(2)).item(), 4)
    0.6931
    """
    check_reduction(reduction, "binary_cross_entropy_with_logits")
    _check_same_size("binary_cross_entropy_with_logits", input, target)
    return ops.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weight)
