# distutils: language = c++
"""Losses of pairs, an element and its target: one fused pass forward and one backward; recorded, backward is the same
formula in plain operations. And how all losses are reduced. Losses of classes are in `loss_class.pyx`, those that plain
operations make in `margin.py` and `likelihood.py`."""
from fastgrad._tensor cimport Backward, FIRST, Node, Primitive, Tensor, define, record2, recording2, wrap
from fastgrad._tensor.convert cimport real
from fastgrad._tensor.cpp cimport DType, is_floating, is_narrow_float
from fastgrad.ops._common cimport as_operand, as_tensor, is_scalar
cimport fastgrad.ops._native.loss as native
from fastgrad.ops._native.loss cimport PairLoss, Reduction
from fastgrad.ops.cast cimport cast_to

from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.nn.functional.activation import softplus
from fastgrad.ops.choose import clip, where
from fastgrad.ops.math import log, log1p, sigmoid, sign
from fastgrad.ops.reduce import mean, sum


EACH = <Reduction>0


def reduction_name(reduction: str, size_average: bool | None, reduce: bool | None, op: str) -> str:
    """Return the reduction that a loss is given, by its name or by PyTorch's older words; refuses what is none."""
    if size_average is not None or reduce is not None:
        if reduce is not None and not reduce:
            return "none"
        return "mean" if size_average is None or size_average else "sum"
    if reduction not in ("mean", "sum", "none"):
        raise TensorValueError(f"{op}: reduction must be 'none', 'mean' or 'sum', got {reduction!r}")
    return reduction


cdef Reduction reduction_of(object name, object size_average, object reduce, const char* op) except *:
    if size_average is not None or reduce is not None:
        name = reduction_name(name, size_average, reduce, op.decode())
    if name == "mean":
        return Reduction.Mean
    if name == "sum":
        return Reduction.Sum
    if name == "none":
        return EACH
    reduction_name(name, None, None, op.decode())


cdef Tensor reduced(object losses, Reduction r):
    return losses if r == EACH else sum(losses) if r == Reduction.Sum else mean(losses)


# The derivative of a loss of pairs along an element or its target, in plain operations; and its number.
ctypedef object (*Slope)(Tensor, Tensor, double)


# A loss of pairs: its kernels; its derivatives along an element and along its target; and whether the second is made of
# the target's values, too.
cdef struct Pair:
    Primitive primitive
    const PairLoss* kernels
    Slope slope, slope_of_target
    bint target_in_its_slope


cdef Pair define_pair(const char* name, Slope slope, Slope slope_of_target, bint target_in_its_slope) except *:
    cdef Pair p
    p.primitive = define(name, pair_loss_vjp)
    p.kernels = native.pair_loss_named(name)
    p.slope = slope
    p.slope_of_target = slope_of_target
    p.target_in_its_slope = target_in_its_slope
    return p


cdef struct PairAttributes:
    const Pair* pair
    double param
    Reduction reduction


cdef int pair_loss_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), y = None
    cdef PairAttributes* at = n.attributes.get[PairAttributes]()
    cdef const Pair* p = at.pair
    cdef Reduction reduction = at.reduction
    if to.wants(0) or p.target_in_its_slope:
        y = n.saved(1)
    if to.wants(0):
        if to.create_graph:
            to.give(0, _reduced_gradient(g, reduction, x) * p.slope(x, y, at.param))
        else:
            to.give(0, wrap(native.pair_loss_backward(p.kernels[0], (<Tensor>g).a, x.a, y.a, at.param, reduction)))
    if to.wants(1):
        to.give(1, _reduced_gradient(g, reduction, x) * p.slope_of_target(x, y, at.param))
    return 0


cdef object _reduced_gradient(object g, Reduction reduction, Tensor x):
    return g / <double>x.a.size() if reduction == Reduction.Mean else g


cdef Tensor pair(const Pair* p, object input, object target, Reduction r, double param=0.0):
    cdef const char* op = p.primitive.name
    cdef Tensor x, y, out
    cdef Node n
    cdef PairAttributes* at
    cdef int wanted
    if isinstance(target, Tensor):
        y = <Tensor>target
        x = as_operand(input, op, y.a.dtype())
    else:
        x = as_tensor(input, op)
        y = as_operand(target, op, x.a.dtype())
    if is_narrow_float(x.a.dtype()) and y.a.dtype() == x.a.dtype():  # in float32, the rule as well
        return cast_to(pair(p, cast_to(x, DType.F32), cast_to(y, DType.F32), r, param), x.a.dtype())
    out = wrap(native.pair_loss(p.kernels[0], x.a, y.a, param, r))
    wanted = recording2(x, y)
    if wanted:
        n = record2(out, &p.primitive, x, y)
        n.save(0, x)
        if wanted & FIRST or p.target_in_its_slope:
            n.save(1, y)
        at = n.attributes.set[PairAttributes]()
        at.pair = p
        at.param = param
        at.reduction = r
    return out


cdef Tensor _weighted(Tensor losses, object weight, Reduction r, bint by_weights, const char* op):
    """The losses, each times its weight; by_weights: their mean is divided by the weights' sum."""
    cdef Tensor w = as_operand(weight, op, losses.a.dtype())
    if not (w.a.shape() == losses.a.shape()):
        raise TensorValueError(f"{op.decode()}: weight must have the input's shape {losses.shape}, got {w.shape}")
    _factor(w, losses, "weight", op)
    losses = losses * w
    return sum(losses) / sum(w) if by_weights and r == Reduction.Mean else reduced(losses, r)


cdef object mse_slope(Tensor x, Tensor y, double param):
    return (x - y) * 2.0


cdef object mse_slope_of_target(Tensor x, Tensor y, double param):
    return (y - x) * 2.0


cdef Pair MSE_LOSS = define_pair(b"mse_loss", mse_slope, mse_slope_of_target, True)


def mse_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", weight: Tensor | None = None,
) -> Tensor:
    """Return the squared differences, their mean or their sum.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    weight : Tensor, shape of `input`, optional
        A factor for each element; "mean" divides by their sum.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.MSELoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.mse_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    2.5
    """
    cdef Reduction r = reduction_of(reduction, size_average, reduce, b"mse_loss")
    if weight is None:
        return pair(&MSE_LOSS, input, target, r)
    return _weighted(pair(&MSE_LOSS, input, target, EACH), weight, r, True, b"mse_loss")


cdef object l1_slope(Tensor x, Tensor y, double param):
    return sign(x - y)


cdef object l1_slope_of_target(Tensor x, Tensor y, double param):
    return sign(y - x)


cdef Pair L1_LOSS = define_pair(b"l1_loss", l1_slope, l1_slope_of_target, True)


def l1_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", weight: Tensor | None = None,
) -> Tensor:
    """Return the absolute differences, their mean or their sum. The gradient at 0 is 0.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    weight : Tensor, shape of `input`, optional
        A factor for each element; "mean" divides by their sum.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.L1Loss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.l1_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    1.5
    """
    cdef Reduction r = reduction_of(reduction, size_average, reduce, b"l1_loss")
    if weight is None:
        return pair(&L1_LOSS, input, target, r)
    return _weighted(pair(&L1_LOSS, input, target, EACH), weight, r, True, b"l1_loss")


cdef object smooth_l1_slope(Tensor x, Tensor y, double beta):
    d = x - y
    return where(abs(d) < beta, d / beta, sign(d))


cdef object smooth_l1_slope_of_target(Tensor x, Tensor y, double beta):
    return smooth_l1_slope(y, x, beta)


cdef Pair SMOOTH_L1_LOSS = define_pair(b"smooth_l1_loss", smooth_l1_slope, smooth_l1_slope_of_target, True)


def smooth_l1_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", beta: float = 1.0,
) -> Tensor:
    """Return absolute differences, smoothed: ``0.5 * d**2 / beta`` where ``d < beta``, ``d - 0.5 * beta`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    beta : float, default 1.0
        Where the parabola ends; with 0 it is `l1_loss`.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ, the reduction is unknown, or `beta` is negative.

    References
    ----------
    Girshick, "Fast R-CNN", 2015, https://arxiv.org/abs/1504.08083

    See Also
    --------
    fastgrad.nn.SmoothL1Loss, huber_loss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.smooth_l1_loss(fg.tensor([0.5, 2.0]), fg.zeros(2), reduction="none").tolist()
    [0.125, 1.5]
    """
    cdef Reduction r = reduction_of(reduction, size_average, reduce, b"smooth_l1_loss")
    cdef double end = real(beta, "smooth_l1_loss", "beta")
    check_beta(end, "smooth_l1_loss")
    return pair(&L1_LOSS if end == 0.0 else &SMOOTH_L1_LOSS, input, target, r, end)


def check_beta(beta: float, op: str) -> None:
    """Refuses what is no place where a parabola ends."""
    if not beta >= 0.0:
        raise TensorValueError(f"{op}: beta must not be negative, got {beta}")


cdef object huber_slope(Tensor x, Tensor y, double delta):
    d = x - y
    return where(abs(d) <= delta, d, sign(d) * delta)


cdef object huber_slope_of_target(Tensor x, Tensor y, double delta):
    return huber_slope(y, x, delta)


cdef Pair HUBER_LOSS = define_pair(b"huber_loss", huber_slope, huber_slope_of_target, True)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Return half the squared differences where they are at most `delta`, ``delta * (d - 0.5 * delta)`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    delta : float, default 1.0
        Where the parabola ends.
    weight : Tensor, shape of `input`, optional
        A factor for each element.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ, the reduction is unknown, or `delta` is not positive.

    References
    ----------
    Huber, "Robust Estimation of a Location Parameter", 1964

    See Also
    --------
    fastgrad.nn.HuberLoss, smooth_l1_loss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.huber_loss(fg.tensor([0.5, 2.0]), fg.zeros(2), reduction="none").tolist()
    [0.125, 1.5]
    """
    cdef Reduction r = reduction_of(reduction, None, None, b"huber_loss")
    cdef double end = real(delta, "huber_loss", "delta")
    check_delta(end, "huber_loss")
    if weight is None:
        return pair(&HUBER_LOSS, input, target, r, end)
    return _weighted(pair(&HUBER_LOSS, input, target, EACH, end), weight, r, False, b"huber_loss")


def check_delta(delta: float, op: str) -> None:
    """Refuses what is no distance, and 0."""
    if not delta > 0.0:
        raise TensorValueError(f"{op}: delta must be positive, got {delta}")


cdef object _factor(object weight, Tensor x, str name, const char* op):
    """A weight that each element is multiplied by: a number, or of x's dtype."""
    cdef Tensor w
    if is_scalar(weight):
        return weight
    w = as_operand(weight, op, x.a.dtype())
    if is_floating(w.a.dtype()) and w.a.dtype() != x.a.dtype():
        raise TensorTypeError(f"{op.decode()}: {name} must have the input's dtype {x.dtype}, got {w.dtype}; "
                        f"convert the {name} with .astype(fg.{x.dtype})")
    return w


cdef object bce_slope(Tensor x, Tensor y, double param):
    return (x - y) / clip(x * (1.0 - x), min=1e-12)


cdef object bce_slope_of_target(Tensor x, Tensor y, double param):
    return clip(log1p(-x), min=-100.0) - clip(log(x), min=-100.0)


cdef Pair BINARY_CROSS_ENTROPY = define_pair(b"binary_cross_entropy", bce_slope, bce_slope_of_target, False)


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:
    """Return the cross entropy between probabilities: ``-(target * log(input) + (1 - target) * log(1 - input))``.

    Parameters
    ----------
    input : Tensor, any shape, values in [0, 1]
        The probabilities of class 1.
    target : Tensor, shape of `input`, values in [0, 1]
        The labels, or the probabilities of class 1 that are wanted.
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"
        Logarithms are clamped at -100, so that the loss is finite.

    Raises
    ------
    ValueError
        If the shapes differ, an element of `input` is outside [0, 1], or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.BCELoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy(fg.tensor([0.5]), fg.tensor([1.0])).item(), 4)
    0.6931
    """
    cdef Reduction r = reduction_of(reduction, size_average, reduce, b"binary_cross_entropy")
    if weight is None:
        return pair(&BINARY_CROSS_ENTROPY, input, target, r)
    losses = pair(&BINARY_CROSS_ENTROPY, input, target, EACH)
    return reduced(losses * _factor(weight, losses, "weight", b"binary_cross_entropy"), r)


cdef object logits_slope(Tensor x, Tensor y, double param):
    return sigmoid(x) - y


cdef object logits_slope_of_target(Tensor x, Tensor y, double param):
    return -x


cdef Pair BINARY_CROSS_ENTROPY_WITH_LOGITS = define_pair(
    b"binary_cross_entropy_with_logits", logits_slope, logits_slope_of_target, False)


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean", pos_weight: Tensor | None = None,
) -> Tensor:
    """Return the cross entropy between probabilities and the sigmoid of logits, without overflow or cancellation.

    Parameters
    ----------
    input : Tensor, any shape
        Logits.
    target : Tensor, shape of `input`, values in [0, 1]
        The labels, or the probabilities of class 1 that are wanted.
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    pos_weight : Tensor, broadcastable to `input`, optional
        A factor for the positive part.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.BCEWithLogitsLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy_with_logits(fg.zeros(2), fg.ones(2)).item(), 4)
    0.6931
    """
    cdef const Pair* p = &BINARY_CROSS_ENTROPY_WITH_LOGITS
    cdef const char* op = p.primitive.name
    cdef Reduction r = reduction_of(reduction, size_average, reduce, op)
    cdef Tensor x, y
    if weight is None and pos_weight is None:
        return pair(p, input, target, r)
    if pos_weight is None:
        losses = pair(p, input, target, EACH)
    else:
        x = as_tensor(input, op)
        y = as_tensor(target, op)
        native.check_pair(p.kernels[0], x.a, y.a)
        pos_weight = _factor(pos_weight, x, "pos_weight", op)
        # no differences, whose digits would be lost; what weighs the positive part does not matter where y is 0
        factor = where(y == 0.0, 0.0, pos_weight * y)
        losses = (1.0 - y) * softplus(x) + factor * softplus(-x)
    if weight is not None:
        losses = losses * _factor(weight, losses, "weight", op)
    return reduced(losses, r)
