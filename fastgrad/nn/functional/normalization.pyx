# distutils: language = c++
"""Batch, layer, RMS, group and instance normalisation. Backward is one fused kernel; recorded, it is the same formula in
plain operations.

With xhat = (x - mean) * rstd over the normalised axes and g' = g * weight, the gradient of the input is
rstd * (g' - mean(g') - xhat * mean(g' * xhat)) (Ioffe and Szegedy, arXiv:1502.03167, section 3); where the mean is taken
to be 0 (RMS norm) the term mean(g') goes.
"""
from libc.math cimport sqrt
from libc.stdint cimport int64_t

from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, record3, recording3, wrap,
)
from fastgrad._tensor.convert cimport flag, pair, real, wholes
from fastgrad._tensor.cpp cimport Array, DType
from fastgrad.nn.functional.epilogue cimport activated, activation_backward, activation_named, stays_apart
from fastgrad.nn.functional.pool cimport Dims2, max_scatter, window_of
from fastgrad.ops._common cimport as_tensor, is_unseen
cimport fastgrad.ops._native.normalization as native
from fastgrad.ops._native.elementwise cimport UnaryOp, unary
from fastgrad.ops._native.epilogue cimport Activation
from fastgrad.ops._native.normalization cimport BatchNormArrays, BatchNormParams, BatchNormResult, NormGrads, NormResult
from fastgrad.ops._native.images cimport works_channels_last
from fastgrad.ops._native.pool cimport Pool2dParams, max_pool2d
from fastgrad.ops._native.reduce cimport within
from fastgrad.ops.reduce cimport centred_along, scale_along

from fastgrad._tensor.convert import word
from fastgrad.errors import TensorValueError
from fastgrad.ops.choose import where
from fastgrad.ops.pad import pad
from fastgrad.ops.reduce import mean
from fastgrad.ops.math import rsqrt


cdef Tensor _optional(object x, const char* op):
    return None if x is None else as_tensor(x, op)


cdef inline Array _array(Tensor t):
    return Array() if t is None else t.a


cdef int _give(Backward to, NormGrads& grads) except -1:
    if grads.x.defined():
        to.give(0, wrap(grads.x))
    if grads.weight.defined():
        to.give(1, wrap(grads.weight))
    if grads.bias.defined():
        to.give(2, wrap(grads.bias))
    return 0


cdef int _give_plain(Backward to, object g, Tensor x, object w, object xhat, object rstd, object over, object outer,
                     bint coupled, bint centred=True) except -1:
    """The formula above. rstd: by which x's gradient goes. over: the normalised axes; outer: the axes that weight and
    bias are shared along; coupled: whether mean and rstd depend on x; centred: whether there is a mean."""
    if to.wants(0):
        scaled = g if w is None else g * w
        to.give(0, _through_statistics(scaled, xhat, over, centred) * rstd if coupled else scaled * rstd)
    if to.wants(1):
        to.give(1, (g * xhat).sum(axis=outer))
    if to.wants(2):
        to.give(2, g.sum(axis=outer))
    return 0


cdef object _through_statistics(object scaled, object xhat, object over, bint centred):
    """g' - mean(g') - xhat * mean(g' * xhat)"""
    rest = xhat * mean(scaled * xhat, axis=over, keepdims=True)
    return scaled - mean(scaled, axis=over, keepdims=True) - rest if centred else scaled - rest


cdef struct BatchNormAttributes:
    BatchNormParams params


cdef inline bint _needs_input(const BatchNormParams& p, bint of_x, bint of_weight) noexcept:
    """Whether these gradients of a batch norm are made of x: by its own statistics, or where relu cut it off."""
    return of_weight or p.activation == Activation.Relu or of_x and p.training


cdef int batch_norm_vjp(Node n, object g, Backward to) except -1:
    cdef BatchNormParams* p = &n.attributes.get[BatchNormAttributes]().params
    if p.activation <= Activation.Relu:
        return normalization_vjp(n, g, to)
    # the gradient of the activation that was fused; nobody else sees it then (is_unseen)
    return normalization_vjp(n, activation_backward(p.activation, <Tensor>g, n.saved(3), to.create_graph), to)


cdef int normalization_vjp(Node n, object g, Backward to) except -1:
    """Of batch norm, with relu and pooling; not with other activations."""
    cdef Tensor x, w = n.saved(1) if to.wants(0) else None, indices
    cdef BatchNormResult made
    cdef NormGrads grads
    cdef BatchNormParams* p = &n.attributes.get[BatchNormAttributes]().params
    if not _needs_input(p[0], to.wants(0), to.wants(1)):
        return _give_without_input(n, <Tensor>g, w, to)
    x = n.saved(0)
    made.statistics = n.saved(2).a
    if not to.create_graph:
        indices = n.saved(3)
        made.indices = _array(indices)
        grads = native.batch_norm_backward((<Tensor>g).a, x.a, _array(w), made, p[0], to.wants(0), to.wants(1),
                                            to.wants(2), is_unseen(<Tensor>g))
        return _give(to, grads)
    # Not in g's place: an assignment would hold g, which then is never unseen.
    cut = p.activation == Activation.Relu
    passed = _through_relu(p[0], g, wrap(native.batch_norm_again(x.a, made.statistics))) if cut else g
    statistics = n.saved(2)
    others = tuple([0] + list(range(2, x.a.ndim())))
    channels = (-1,) + (1,) * (x.a.ndim() - 2)
    if p.training:
        factor = statistics[4].reshape(channels) if native.batch_norm_scales(made.statistics) else None
        normal, rstd = _normalized(x, others, p.eps, factor)
    else:
        rstd = statistics[1].reshape(channels)
        normal = (x - statistics[0].reshape(channels)) * rstd
    return _give_plain(to, passed, x, None if w is None else w.reshape(channels), normal, rstd, others, others,
                       p.training)


cdef tuple _normalized(Tensor x, object axes, double eps, object scale, bint centred=True):
    """x normalised along the axes, and by what its gradient goes. With a scale, a power of 2 for each line, by way of
    x times that, which changes neither, where squares of x would leave the range."""
    added = eps
    if scale is not None:
        x = <Tensor>(x * scale)
        added = (scale * sqrt(eps)) ** 2.0
    if centred:
        x = centred_along(x, axes)
    rstd = rsqrt(mean(x * x, axis=axes, keepdims=True) + added)
    return x * rstd, rstd if scale is None else rstd * scale


cdef Primitive BATCH_NORM = define(b"batch_norm", batch_norm_vjp)
cdef Primitive BATCH_NORM_RELU_MAX_POOL2D = define(b"batch_norm_relu_max_pool2d", batch_norm_vjp)


cdef int _give_without_input(Node n, Tensor g, Tensor w, Backward to) except -1:
    """What is left to do where neither the statistics nor relu depend on x."""
    cdef int ndim = g.a.ndim()
    channels = (-1,) + (1,) * (ndim - 2)
    if to.wants(0):
        rstd = n.saved(2)[1]
        to.give(0, g * (rstd if w is None else w * rstd).reshape(channels))
    if to.wants(2):
        to.give(2, g.sum(axis=tuple([0] + list(range(2, ndim)))))
    return 0


cdef object _through_relu(const BatchNormParams& p, object g, Tensor normalized):
    """The gradient of what batch norm handed to relu, and relu to pooling, in operations that are recorded."""
    cdef Pool2dParams window
    cdef Dims2 size
    cdef Tensor positive = wrap(unary(UnaryOp.Relu, normalized.a))
    if p.pool:
        window = window_of("max_pool2d", (p.kernel[0], p.kernel[1]))
        size.h = positive.a.shape(2)
        size.w = positive.a.shape(3)
        indices = wrap(max_pool2d(positive.a, window, b"max_pool2d").second)
        g = max_scatter(<Tensor>g, indices, window, size, works_channels_last(positive.a))
    return where(positive <= 0.0, 0.0, g)


cdef Tensor _normalized_by_channel(
    object input, object running_mean, object running_var, object weight, object bias, object training, object momentum,
    object eps, BatchNormParams& p, const Primitive* primitive,
):
    """Batch normalisation, with what p says is behind it."""
    cdef const char* op = primitive.name
    p.training = training is True or training is not False and flag(training, "batch_norm", "training")
    p.momentum = real(momentum, "batch_norm", "momentum")
    p.eps = real(eps, "batch_norm", "eps")
    cdef Tensor t = as_tensor(input, op), w = _optional(weight, op), b = _optional(bias, op)
    cdef Tensor rm = _optional(running_mean, op), rv = _optional(running_var, op), out
    cdef BatchNormArrays arrays
    cdef BatchNormResult r
    arrays.weight = _array(w)
    arrays.bias = _array(b)
    arrays.running_mean = _array(rm)
    arrays.running_var = _array(rv)
    cdef Node n
    cdef Activation activation = p.activation
    cdef int wanted = recording3(t, w, b)
    if stays_apart(activation, t, wanted != 0):
        p.activation = Activation.Identity
        return activated(activation, _normalized_by_channel(
            t, rm, rv, w, b, training, momentum, eps, p, primitive))
    r = native.batch_norm(t.a, arrays, p)
    out = wrap(r.out)
    if wanted:
        n = record3(out, primitive, t, w, b)
        n.attributes.set[BatchNormAttributes]().params = p
        if _needs_input(p, wanted & FIRST, wanted & SECOND):
            n.save(0, t)
        if wanted & FIRST:
            n.save(1, w)
        n.save(2, wrap(r.statistics))
        if p.pool:
            n.save(3, wrap(r.indices))
        elif activation > Activation.Relu:
            n.save_output(3, out)
    return out


def batch_norm(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None = None,
    bias: Tensor | None = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
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
    cdef BatchNormParams p
    return _normalized_by_channel(
        input, running_mean, running_var, weight, bias, training, momentum, eps, p, &BATCH_NORM)


def batch_norm_activated(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None, bias: Tensor | None,
    training: bool, momentum: float, eps: float, activation: str | None,
) -> Tensor:
    """`batch_norm`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what both give.

    In one pass, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """
    cdef BatchNormParams p
    p.activation = activation_named(activation, b"batch_norm")
    return _normalized_by_channel(
        input, running_mean, running_var, weight, bias, training, momentum, eps, p, &BATCH_NORM)


def batch_norm_relu_max_pool2d(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None, bias: Tensor | None,
    training: bool, momentum: float, eps: float, kernel_size: int | Sequence[int],
) -> Tensor:
    """``max_pool2d(batch_norm_activated(..., "relu"), kernel_size)``, to the same bits, without the result between.

    Raises
    ------
    ValueError
        If these are no windows of which `batch_norm_pools` says yes.
    """
    cdef BatchNormParams p
    p.activation = Activation.Relu
    p.pool = True
    p.kernel[0], p.kernel[1] = pair(kernel_size, "max_pool2d", "kernel_size", 1)
    return _normalized_by_channel(
        input, running_mean, running_var, weight, bias, training, momentum, eps, p, &BATCH_NORM_RELU_MAX_POOL2D)


def batch_norm_pools(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
) -> bool:
    """Whether `batch_norm_relu_max_pool2d` does what `max_pool2d` would do with these arguments: windows side by side,
    none over an edge, of 2 to 255 elements, of float images."""
    if not isinstance(input, Tensor) or ceil_mode:
        return False
    cdef Pool2dParams p = window_of("max_pool2d", kernel_size, stride, padding, dilation)
    cdef int i
    for i in range(2):
        if p.stride[i] != p.kernel[i] or p.padding[i] != 0 or p.dilation[i] != 1:
            return False
    return native.batch_norm_pools((<Tensor>input).a, p.kernel[0], p.kernel[1])


cdef struct LayerNormAttributes:
    int axes      # how many of the last
    bint centred  # whether the mean is subtracted
    double eps


cdef int layer_norm_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x, w = n.saved(1) if to.wants(0) else None, m, r
    cdef NormGrads grads
    cdef LayerNormAttributes* at = n.attributes.get[LayerNormAttributes]()
    cdef int axes = at.axes
    if not (to.wants(0) or to.wants(1)):
        to.give(2, g.sum(axis=tuple(range(g.ndim - axes))))
        return 0
    x = n.saved(0)
    if not to.create_graph:
        m = n.saved(2)
        r = n.saved(3)
        grads = native.layer_norm_backward((<Tensor>g).a, x.a, axes, _array(w), m.a, r.a, at.eps, at.centred,
                                            to.wants(0), to.wants(1), to.wants(2))
        return _give(to, grads)
    r = n.saved(3)
    over = tuple(range(x.a.ndim() - axes, x.a.ndim()))
    scale = None
    if x.a.size() and not within(r.a, 2.0**-40, 2.0**40):  # squares may leave the range
        scale = scale_along(x, over, sqrt(at.eps))
    normal, rstd = _normalized(x, over, at.eps, scale, at.centred)
    return _give_plain(to, g, x, w, normal, rstd, over, tuple(range(x.a.ndim() - axes)), True, at.centred)


cdef Primitive LAYER_NORM = define(b"layer_norm", layer_norm_vjp)
cdef Primitive RMS_NORM = define(b"rms_norm", layer_norm_vjp)


cdef Tensor _over_last(Tensor t, object normalized_shape, Tensor w, Tensor b, double eps, bint centred,
                       const Primitive* primitive):
    """Layer norm, or, not centred, RMS norm."""
    cdef str op = primitive.name.decode()
    cdef tuple shape = wholes(normalized_shape, op, "normalized_shape")
    cdef Tensor out
    cdef NormResult r
    cdef Node n
    cdef LayerNormAttributes* at
    cdef int axes = len(shape)
    if axes == 0 or t.shape[-axes:] != shape:
        raise TensorValueError(f"{op}: input of shape {t.shape} must end in the normalised shape {shape}")
    cdef int wanted = recording3(t, w, b)
    r = native.layer_norm(t.a, axes, _array(w), _array(b), eps, centred, primitive.name)
    out = wrap(r.out)
    if wanted:
        n = record3(out, primitive, t, w, b)
        if wanted & FIRST:
            n.save(1, w)
        if wanted & (FIRST | SECOND):
            n.save(0, t)
            n.save(2, wrap(r.mean))
            n.save(3, wrap(r.rstd))
        at = n.attributes.set[LayerNormAttributes]()
        at.axes = axes
        at.centred = centred
        at.eps = eps
    return out


def layer_norm(
    input: Tensor, normalized_shape: int | Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-5,
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
    cdef double added = real(eps, "layer_norm", "eps")
    return _over_last(as_tensor(input, b"layer_norm"), normalized_shape, _optional(weight, b"layer_norm"),
                      _optional(bias, b"layer_norm"), added, True, &LAYER_NORM)


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
    cdef Tensor t = as_tensor(input, b"rms_norm")
    cdef double added
    if eps is None:
        added = 2.0**-23 if t.a.dtype() == DType.F32 else 2.0**-52
    else:
        added = real(eps, "rms_norm", "eps")
    return _over_last(t, normalized_shape, _optional(weight, b"rms_norm"), None, added, False, &RMS_NORM)


cdef struct GroupNormAttributes:
    int64_t groups
    double eps


cdef int group_norm_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x, w = n.saved(1) if to.wants(0) else None, statistics
    cdef NormGrads grads
    cdef GroupNormAttributes* at = n.attributes.get[GroupNormAttributes]()
    if not (to.wants(0) or to.wants(1)):
        to.give(2, g.sum(axis=(0, *range(2, g.ndim))))
        return 0
    x = n.saved(0)
    statistics = n.saved(2)
    if not to.create_graph:
        grads = native.group_norm_backward((<Tensor>g).a, x.a, at.groups, _array(w), statistics.a, to.wants(0),
                                            to.wants(1), to.wants(2))
        return _give(to, grads)
    samples, channels = x.shape[:2]
    by_group = (samples, at.groups, x.a.size() // max(1, samples * at.groups))
    by_channel = (samples, channels, x.a.size() // max(1, samples * channels))
    scale = None
    if native.batch_norm_scales(statistics.a):
        scale = statistics[4].reshape((samples, at.groups, 1))
    normal, rstd = _normalized(<Tensor>x.reshape(by_group), (2,), at.eps, scale)
    if to.wants(0):
        # sums of channels first, as the kernel has them: the weight is one for each
        factor = 1.0 if w is None else w.reshape((-1, 1))
        plain = g.reshape(by_channel)
        products = (plain * normal.reshape(by_channel)).sum(axis=2, keepdims=True) * factor
        sums = plain.sum(axis=2, keepdims=True) * factor
        elements = by_group[2]
        products, sums = [x.reshape((samples, at.groups, channels // at.groups)).sum(axis=2, keepdims=True) / elements
                          for x in (products, sums)]
        scaled = (plain * factor).reshape(by_group) - sums - normal * products
        to.give(0, (scaled * rstd).reshape(x.shape))
    if to.wants(1):
        to.give(1, (g.reshape(by_channel) * normal.reshape(by_channel)).sum(axis=(0, 2)))
    if to.wants(2):
        to.give(2, g.sum(axis=(0, *range(2, g.ndim))))
    return 0


cdef Primitive GROUP_NORM = define(b"group_norm", group_norm_vjp)
cdef Primitive INSTANCE_NORM = define(b"instance_norm", group_norm_vjp)


cdef Tensor _by_groups(Tensor t, int64_t groups, BatchNormArrays& arrays, Tensor w, Tensor b, double momentum,
                       double eps, const Primitive* primitive):
    cdef BatchNormResult r
    cdef Tensor out
    cdef Node n
    cdef GroupNormAttributes* at
    cdef int wanted = recording3(t, w, b)
    arrays.weight = _array(w)
    arrays.bias = _array(b)
    r = native.group_norm(t.a, groups, arrays, momentum, eps, primitive.name)
    out = wrap(r.out)
    if wanted:
        n = record3(out, primitive, t, w, b)
        if wanted & FIRST:
            n.save(1, w)
        if wanted & (FIRST | SECOND):
            n.save(0, t)
            n.save(2, wrap(r.statistics))
        at = n.attributes.set[GroupNormAttributes]()
        at.groups = groups
        at.eps = eps
    return out


cdef int _refuse_single(Tensor t, int64_t count, str op, str what) except -1:
    if count == 1:
        raise TensorValueError(f"{op}: it needs more than one {what}, got input of shape {t.shape}")
    return 0


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
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
    cdef Tensor t = as_tensor(input, b"group_norm")
    cdef int64_t groups = word(num_groups, "group_norm", "num_groups")
    cdef BatchNormArrays arrays
    if t.a.ndim() >= 2 and groups > 0:
        _refuse_single(t, t.a.size() // groups, "group_norm", "value per group")
    return _by_groups(t, groups, arrays, _optional(weight, b"group_norm"), _optional(bias, b"group_norm"), 0.0,
                      real(eps, "group_norm", "eps"), &GROUP_NORM)


def instance_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None, weight: Tensor | None = None,
    bias: Tensor | None = None, use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5,
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
    cdef const char* op = b"instance_norm"
    cdef Tensor t = as_tensor(input, op), w = _optional(weight, op), b = _optional(bias, op)
    cdef Tensor rm = _optional(running_mean, op), rv = _optional(running_var, op)
    cdef BatchNormArrays arrays
    cdef double share = real(momentum, "instance_norm", "momentum"), added = real(eps, "instance_norm", "eps")
    cdef BatchNormParams p
    if not flag(use_input_stats, "instance_norm", "use_input_stats"):
        return _normalized_by_channel(t, rm, rv, w, b, False, share, added, p, &BATCH_NORM)
    if t.a.ndim() >= 2:
        _refuse_single(t, t.a.size() // max(1, t.a.shape(0) * t.a.shape(1)), "instance_norm", "element per channel")
    arrays.running_mean = _array(rm)
    arrays.running_var = _array(rv)
    return _by_groups(t, t.a.shape(1) if t.a.ndim() >= 2 else 1, arrays, w, b, share, added, &INSTANCE_NORM)


def local_response_norm(
    input: Tensor, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0
) -> Tensor:
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
    cdef Tensor x = as_tensor(input, b"local_response_norm")
    cdef int64_t n = word(size, "local_response_norm", "size")
    if x.a.ndim() < 3:
        raise TensorValueError(f"local_response_norm: input must have at least 3 axes (N, C, ...), got shape {x.shape}")
    if n < 1:
        raise TensorValueError(f"local_response_norm: size must be at least 1, got {size}")
    scale, power, added = (real(value, "local_response_norm", argument)
                           for value, argument in ((alpha, "alpha"), (beta, "beta"), (k, "k")))
    channels = x.shape[1]
    squares = pad(x * x, [(0, 0), (n // 2, (n - 1) // 2)] + [(0, 0)] * (x.a.ndim() - 2))
    total = squares[:, 0:channels]
    for i in range(1, n):
        total = total + squares[:, i:i + channels]
    return x / (total * (scale / n) + added) ** power
