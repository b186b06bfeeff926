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
        The channels are along the second axis.
    running_mean, running_var : Tensor, shape (C,), or None
        Used if not `training`; otherwise updated in place,
        ``running = (1 - momentum) * running + momentum * batch``, with the unbiased variance.
    weight, bias : Tensor, shape (C,), optional
        Scale and shift.
    training : bool, default False
        Whether to use the batch's own mean and (biased) variance.
    momentum : float, default 0.1
        The share of the batch's statistics in the new running ones.
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

def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-05
) -> Tensor:
    """Normalise each sample's groups of channels to mean 0 and variance 1, then scale and shift each channel.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
        The channels are along the second axis, their number a multiple of `num_groups`.
    num_groups : int
        Into so many groups of neighbours the C channels are divided.
    weight, bias : Tensor, shape (C,), optional
        Scale and shift.
    eps : float, default 1e-5
        Added to the (biased) variance.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `num_groups` does not divide C, or the whole input is one group of one element.

    References
    ----------
    Wu and He, "Group Normalization", 2018, https://arxiv.org/abs/1803.08494

    See Also
    --------
    fastgrad.nn.GroupNorm

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.group_norm(fg.tensor([[1.0, 3.0, 5.0, 5.0]]), 2, eps=1e-12).tolist()
    [[-1.0, 1.0, 0.0, 0.0]]
    """

def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Tensor:
    """Normalise each channel of each sample to mean 0 and variance 1, then scale and shift it.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
        The channels are along the second axis; each sample's each is normalised by itself.
    running_mean, running_var : Tensor, shape (C,), or None
        Used if not `use_input_stats`; otherwise moved in place, by `momentum`, towards the samples' averages of mean and
        unbiased variance.
    weight, bias : Tensor, shape (C,), optional
        Scale and shift.
    use_input_stats : bool, default True
        Whether the input's own statistics are used, not the running ones.
    momentum : float, default 0.1
        The share of the batch's statistics in the new running ones.
    eps : float, default 1e-5
        Added to the variance.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If the shapes do not fit, running statistics are missing, or a channel has a single element.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", 2016, https://arxiv.org/abs/1607.08022

    See Also
    --------
    fastgrad.nn.InstanceNorm1d, fastgrad.nn.InstanceNorm2d, fastgrad.nn.InstanceNorm3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.instance_norm(fg.tensor([[[1.0, 3.0], [2.0, 2.0]]]), eps=1e-12).tolist()
    [[[-1.0, 1.0], [0.0, 0.0]]]
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
        What is normalised over the last axes, one after the other.
    normalized_shape : int or sequence of int
        The shape of these last axes; an int is that of one.
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

def local_response_norm(input: Tensor, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Divide each channel by ``(k + alpha * mean of squares) ** beta``, of it and its neighbours among the channels.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...), of 3 axes at least
        The channels are along the second axis.
    size : int
        How many channels the mean is over, of which ``size // 2`` are before; channels past the ends count as 0.
    alpha, beta, k : float
        The formula's factor, exponent and constant; by default 1e-4, 0.75 and 1.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `input` has fewer than 3 axes, or `size` is not positive.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012

    See Also
    --------
    fastgrad.nn.LocalResponseNorm

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.ones(1, 2, 1)
    >>> fg.nn.functional.local_response_norm(x, 2, alpha=2.0, beta=1.0)[0, :, 0].tolist()
    [0.5, 0.3333333432674408]
    """

def rms_norm(
    input: Tensor, normalized_shape: int | Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Divide by the root of the mean square over the last axes, then scale.

    Parameters
    ----------
    input : Tensor, shape (..., *normalized_shape)
        What is normalised over the last axes, one after the other.
    normalized_shape : int or sequence of int
        The shape of these last axes; an int is that of one.
    weight : Tensor, shape `normalized_shape`, optional
        What the normalised elements are multiplied by.
    eps : float, optional
        Added to the mean square; by default the distance from 1 to the next number of the dtype.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `input` does not end in `normalized_shape`.

    References
    ----------
    Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, https://arxiv.org/abs/1910.07467

    See Also
    --------
    fastgrad.nn.RMSNorm

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.rms_norm(fg.tensor([[1.0, 7.0]]), 2, eps=0.0).tolist()
    [[0.20000000298023224, 1.399999976158142]]
    """
