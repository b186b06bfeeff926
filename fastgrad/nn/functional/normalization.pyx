# distutils: language = c++
"""Batch and layer normalisation. Backward is one fused kernel; recorded, it is the same formula in plain operations.

With xhat = (x - mean) * rstd over the normalised axes and g' = g * weight, the gradient of the input is
rstd * (g' - mean(g') - xhat * mean(g' * xhat)) (Ioffe and Szegedy, arXiv:1502.03167, section 3).
"""
from libc.math cimport sqrt

from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, record3, recording3, wrap,
)
from fastgrad._tensor.convert cimport pair, wholes
from fastgrad._tensor.cpp cimport Array
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

from fastgrad._tensor.convert import real
from fastgrad.ops.choose import where
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
                     bint coupled) except -1:
    """The formula above. rstd: by which x's gradient goes. over: the normalised axes; outer: the axes that weight and
    bias are shared along; coupled: whether mean and rstd depend on x."""
    if to.wants(0):
        scaled = g if w is None else g * w
        if coupled:
            scaled = scaled - mean(scaled, axis=over, keepdims=True) \
                - xhat * mean(scaled * xhat, axis=over, keepdims=True)
        to.give(0, scaled * rstd)
    if to.wants(1):
        to.give(1, (g * xhat).sum(axis=outer))
    if to.wants(2):
        to.give(2, g.sum(axis=outer))
    return 0


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


cdef tuple _normalized(Tensor x, object axes, double eps, object scale):
    """x normalised along the axes, and by what its gradient goes. With a scale, a power of 2 for each line, by way of
    x times that, which changes neither, where squares of x would leave the range."""
    added = eps
    if scale is not None:
        x = <Tensor>(x * scale)
        added = (scale * sqrt(eps)) ** 2.0
    centred = centred_along(x, axes)
    rstd = rsqrt(mean(centred * centred, axis=axes, keepdims=True) + added)
    return centred * rstd, rstd if scale is None else rstd * scale


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
    object input, object running_mean, object running_var, object weight, object bias, bint training, object momentum,
    object eps, BatchNormParams& p, const Primitive* primitive,
):
    """Batch normalisation, with what p says is behind it."""
    cdef const char* op = primitive.name
    p.training = training
    p.momentum = momentum if type(momentum) is float else real(momentum, "batch_norm", "momentum")
    p.eps = eps if type(eps) is float else real(eps, "batch_norm", "eps")
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
    int axes     # how many of the last
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
        grads = native.layer_norm_backward((<Tensor>g).a, x.a, axes, _array(w), m.a, r.a, at.eps, to.wants(0),
                                            to.wants(1), to.wants(2))
        return _give(to, grads)
    r = n.saved(3)
    over = tuple(range(x.a.ndim() - axes, x.a.ndim()))
    scale = None
    if x.a.size() and not within(r.a, 2.0**-40, 2.0**40):  # squares may leave the range
        scale = scale_along(x, over, sqrt(at.eps))
    normal, rstd = _normalized(x, over, at.eps, scale)
    return _give_plain(to, g, x, w, normal, rstd, over, tuple(range(x.a.ndim() - axes)), True)


cdef Primitive LAYER_NORM = define(b"layer_norm", layer_norm_vjp)


def layer_norm(
    input: Tensor, normalized_shape: int | Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None,
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

    See Also
    --------
    fastgrad.nn.LayerNorm

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.layer_norm(fg.tensor([[1.0, 3.0]]), 2, eps=0.0).tolist()
    [[-1.0, 1.0]]
    """
    cdef tuple shape = wholes(normalized_shape, "layer_norm", "normalized_shape")
    cdef double added = eps if type(eps) is float else real(eps, "layer_norm", "eps")
    cdef Tensor t = as_tensor(input, b"layer_norm"), w = _optional(weight, b"layer_norm")
    cdef Tensor b = _optional(bias, b"layer_norm"), out
    cdef NormResult r
    cdef Node n
    cdef LayerNormAttributes* at
    cdef int axes = len(shape)
    if axes == 0 or t.shape[-axes:] != shape:
        raise ValueError(f"layer_norm: input of shape {t.shape} must end in the normalised shape {shape}")
    cdef int wanted = recording3(t, w, b)
    r = native.layer_norm(t.a, axes, _array(w), _array(b), added)
    out = wrap(r.out)
    if wanted:
        n = record3(out, &LAYER_NORM, t, w, b)
        if wanted & FIRST:
            n.save(1, w)
        if wanted & (FIRST | SECOND):
            n.save(0, t)
            n.save(2, wrap(r.mean))
            n.save(3, wrap(r.rstd))
        at = n.attributes.set[LayerNormAttributes]()
        at.axes = axes
        at.eps = added
    return out
