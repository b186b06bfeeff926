# distutils: language = c++
"""Batch and layer normalisation. Backward is one fused kernel; recorded, it is the same formula in plain operations.

With xhat = (x - mean) * rstd over the normalised axes and g' = g * weight, the gradient of the input is
rstd * (g' - mean(g') - xhat * mean(g' * xhat)) (Ioffe and Szegedy, arXiv:1502.03167, section 3).
"""
from fastgrad._convert cimport dims_from, dims_to_tuple, number, pair
from fastgrad._cpp cimport Array, grad_off
from fastgrad._tensor cimport Backward, Node, Tensor, record, requires_grad, wrap
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport as_tensor, is_unseen
from fastgrad.ops._native cimport BatchNormArrays, BatchNormParams, BatchNormResult, NormGrads, NormResult, UnaryOp
from fastgrad.ops.pool cimport Dims2, max_scatter, pool_params
from fastgrad.ops.reduce cimport centred_along

from fastgrad.ops.compare import where
from fastgrad.ops.reduce import mean
from fastgrad.ops.math import rsqrt


cdef Tensor _optional(object x, const char* op):
    return None if x is None else as_tensor(x, op)


cdef inline Array _array(Tensor t):
    return Array() if t is None else t.a


# Which gradients flow: a bit for each of x, weight and bias.
cdef enum:
    OF_X = 1
    OF_WEIGHT = 2
    OF_BIAS = 4


cdef int _flows(Tensor x, Tensor w, Tensor b) except -1:
    if grad_off:
        return 0
    return (OF_X * requires_grad(x) | OF_WEIGHT * (w is not None and requires_grad(w))
            | OF_BIAS * (b is not None and requires_grad(b)))


cdef Node _recorded(Tensor out, int (*rule)(Node, object, Backward) except -1, const char* label, Tensor x, Tensor w,
                    Tensor b, bint keep_x, bint keep_weight):
    """What was computed by the rule's operation, with its input and weight saved first, if they are to be kept."""
    cdef Node n = record(out, rule, label, 3)
    n.connect(0, x)
    if w is not None:
        n.connect(1, w)
    if b is not None:
        n.connect(2, b)
    if keep_x:
        n.save(0, x)
    if keep_weight:
        n.save(1, w)
    return n


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
    """The formula above. over: the normalised axes; outer: the axes that weight and bias are shared along; coupled:
    whether mean and rstd depend on x."""
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


cdef BatchNormParams _params(Node n) noexcept:
    """Of a recorded batch norm: x0 is eps, i0 and i1 whether training and relu, context the kernel of its pooling."""
    cdef BatchNormParams p
    p.training = n.i0
    p.eps = n.x0
    p.relu = n.i1
    p.pool = n.context is not None
    if p.pool:
        p.kernel[0], p.kernel[1] = n.context
    return p


cdef inline bint _needs_input(Node n, bint of_x, bint of_weight) noexcept:
    """Whether these gradients of a batch norm are made of x: by its own statistics, or where relu cut it off."""
    return of_weight or n.i1 or of_x and n.i0


cdef int batch_norm_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x, w = n.saved(1) if to.wants(0) else None, indices
    cdef BatchNormResult made
    cdef NormGrads grads
    if not _needs_input(n, to.wants(0), to.wants(1)):
        return _give_without_input(n, <Tensor>g, w, to)
    x = n.saved(0)
    made.statistics = n.saved(2).a
    if not to.create_graph:
        indices = n.saved(3)
        made.indices = _array(indices)
        grads = _native.batch_norm_backward((<Tensor>g).a, x.a, _array(w), made, _params(n), to.wants(0), to.wants(1),
                                            to.wants(2), is_unseen(<Tensor>g))
        return _give(to, grads)
    # Not in g's place: an assignment would hold g, which then is never unseen.
    passed = _through_relu(n, g, wrap(_native.batch_norm_again(x.a, made.statistics))) if n.i1 else g
    statistics = n.saved(2)
    others = tuple([0] + list(range(2, x.a.ndim())))
    channels = (-1,) + (1,) * (x.a.ndim() - 2)
    if n.i0:
        centred = centred_along(x, others)
        rstd = rsqrt(mean(centred * centred, axis=others, keepdims=True) + n.x0)
    else:
        centred = x - statistics[0].reshape(channels)
        rstd = statistics[1].reshape(channels)
    return _give_plain(to, passed, x, None if w is None else w.reshape(channels), centred * rstd, rstd, others, others,
                       n.i0)


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


cdef object _through_relu(Node n, object g, Tensor normalized):
    """The gradient of what batch norm handed to relu, and relu to pooling, in operations that are recorded."""
    cdef tuple context
    cdef Dims2 size
    cdef Tensor positive = wrap(_native.unary(UnaryOp.Relu, normalized.a))
    if n.context is not None:
        context = (n.context, n.context, (0, 0), (1, 1), False, True, 0)
        size.h = positive.a.shape(2)
        size.w = positive.a.shape(3)
        indices = wrap(_native.max_pool2d(positive.a, pool_params(context)).second)
        g = max_scatter(<Tensor>g, indices, context, size, _native.pools_channels_last(positive.a))
    return where(positive <= 0.0, 0.0, g)


cdef Tensor _batch_norm(object x, object weight, object bias, object running_mean, object running_var,
                        BatchNormParams& p, const char* op):
    cdef Tensor t = as_tensor(x, op), w = _optional(weight, op), b = _optional(bias, op)
    cdef Tensor rm = _optional(running_mean, op), rv = _optional(running_var, op), out
    cdef BatchNormArrays arrays
    cdef BatchNormResult r
    arrays.weight = _array(w)
    arrays.bias = _array(b)
    arrays.running_mean = _array(rm)
    arrays.running_var = _array(rv)
    r = _native.batch_norm(t.a, arrays, p)
    cdef Node n
    cdef int flows = _flows(t, w, b)
    out = wrap(r.out)
    if flows:
        n = _recorded(out, batch_norm_vjp, op, t, w, b, False, flows & OF_X)
        n.save(2, wrap(r.statistics))
        n.x0 = p.eps
        n.i0 = p.training
        n.i1 = p.relu
        if _needs_input(n, flows & OF_X, flows & OF_WEIGHT):
            n.save(0, t)
        if p.pool:
            n.save(3, wrap(r.indices))
            n.context = (p.kernel[0], p.kernel[1])
    return out


def batch_norm(
    x: TensorLike, weight: Tensor | None = None, bias: Tensor | None = None, running_mean: Tensor | None = None,
    running_var: Tensor | None = None, training: bool = True, momentum: float = 0.1, eps: float = 1e-5,
    activation: str | None = None,
) -> Tensor:
    """Normalises each channel over the batch (Ioffe and Szegedy, arXiv:1502.03167); ``activation="relu"`` applies relu
    in the same pass, to the same bits.

    Parameters
    ----------
    x : Tensor, shape (N, C, ...)
    weight, bias : Tensor, shape (C,), optional
    running_mean, running_var : Tensor, shape (C,), optional
        In training moved towards the batch's mean and unbiased variance, in place; used in their stead otherwise.
    training : bool
    momentum : float
        The weight of the batch in the running statistics.
    eps : float
        Added to the variance.
    activation : {None, "relu"}
    """
    cdef BatchNormParams p
    if activation is not None and activation != "relu":
        raise ValueError(f"batch_norm: activation must be None or 'relu', got {activation!r}")
    p.training = training
    p.momentum = number(momentum, "batch_norm", "momentum")
    p.eps = number(eps, "batch_norm", "eps")
    p.relu = activation is not None
    return _batch_norm(x, weight, bias, running_mean, running_var, p, b"batch_norm")


def batch_norm_relu_max_pool2d(
    x: TensorLike, kernel: int | Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None,
    running_mean: Tensor | None = None, running_var: Tensor | None = None, training: bool = True, momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """``max_pool2d(batch_norm(..., activation="relu"), kernel, kernel)``, to the same bits, without the result between.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    kernel : int or pair of int
        Such that `batch_norm_pools` says so of it.

    The others are `batch_norm`'s.

    Raises
    ------
    ValueError
        If the windows are not such.
    """
    cdef BatchNormParams p
    p.training = training
    p.momentum = number(momentum, "batch_norm", "momentum")
    p.eps = number(eps, "batch_norm", "eps")
    p.relu = p.pool = True
    p.kernel[0], p.kernel[1] = pair(kernel, "max_pool2d", "kernel_size", 1)
    return _batch_norm(x, weight, bias, running_mean, running_var, p, b"batch_norm_relu_max_pool2d")


def batch_norm_pools(
    x: TensorLike, kernel: int | Sequence[int], stride: int | Sequence[int], padding: int | Sequence[int] = (0, 0),
    dilation: int | Sequence[int] = (1, 1), ceil_mode: bool = False,
) -> bool:
    """Whether `batch_norm_relu_max_pool2d` does what `max_pool2d` would do with these arguments: windows side by side,
    none over an edge, of 2 to 255 elements, of float images."""
    cdef tuple size = pair(kernel, "max_pool2d", "kernel_size", 1)
    if not isinstance(x, Tensor) or ceil_mode or pair(stride, "max_pool2d", "stride", 1) != size:
        return False
    if pair(padding, "max_pool2d", "padding") != (0, 0) or pair(dilation, "max_pool2d", "dilation", 1) != (1, 1):
        return False
    return _native.batch_norm_pools((<Tensor>x).a, size[0], size[1])


cdef int layer_norm_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x, w = n.saved(1) if to.wants(0) else None, m, r
    cdef NormGrads grads
    cdef int axes = n.i0
    if not (to.wants(0) or to.wants(1)):
        to.give(2, g.sum(axis=tuple(range(g.ndim - axes))))
        return 0
    x = n.saved(0)
    if not to.create_graph:
        m = n.saved(2)
        r = n.saved(3)
        grads = _native.layer_norm_backward((<Tensor>g).a, x.a, axes, _array(w), m.a, r.a, to.wants(0), to.wants(1),
                                            to.wants(2))
        return _give(to, grads)
    over = tuple(range(x.a.ndim() - axes, x.a.ndim()))
    centred = centred_along(x, over)
    rstd = rsqrt(mean(centred * centred, axis=over, keepdims=True) + n.x0)
    return _give_plain(to, g, x, w, centred * rstd, rstd, over, tuple(range(x.a.ndim() - axes)), True)


def layer_norm(
    x: TensorLike, normalized_shape: ShapeLike, weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalises over the last axes (Ba, Kiros and Hinton, arXiv:1607.06450).

    Parameters
    ----------
    x : Tensor, shape (..., *normalized_shape)
    normalized_shape : tuple of int
    weight, bias : Tensor, shape normalized_shape, optional
    eps : float
        Added to the variance.
    """
    cdef Tensor t = as_tensor(x, b"layer_norm"), w = _optional(weight, b"layer_norm"), b = _optional(bias, b"layer_norm")
    cdef Tensor out
    cdef NormResult r
    cdef Node n
    cdef int axes
    eps = number(eps, "layer_norm", "eps")
    shape = dims_to_tuple(dims_from(normalized_shape, b"layer_norm"))
    axes = len(shape)
    if axes == 0 or t.shape[-axes:] != shape:
        raise ValueError(f"layer_norm: shape {t.shape} does not end in the normalised shape {shape}")
    cdef int flows = _flows(t, w, b)
    r = _native.layer_norm(t.a, axes, _array(w), _array(b), eps)
    out = wrap(r.out)
    if flows:
        n = _recorded(out, layer_norm_vjp, b"layer_norm", t, w, b, flows & (OF_X | OF_WEIGHT), flows & OF_X)
        if flows & (OF_X | OF_WEIGHT):
            n.save(2, wrap(r.mean))
            n.save(3, wrap(r.rstd))
        n.i0 = axes
        n.x0 = eps
    return out
