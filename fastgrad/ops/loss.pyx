# distutils: language = c++
"""Losses: each one fused pass forward and one backward; recorded, backward is the same formula in plain operations."""
from libc.stdint cimport int64_t

from fastgrad._convert cimport number
from fastgrad._cpp cimport Array, Dims, grad_off, is_floating
from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, Tensor, define, record1, record2, recording, recording2, requires_grad, wrap,
)
from fastgrad.ops._common cimport as_operand, as_tensor, is_scalar
cimport fastgrad.ops._native.loss as native
from fastgrad.ops._native.loss cimport ClassLoss, PairLoss, Reduction

from fastgrad._dtype import float64 as fg_float64, int64 as fg_int64
from fastgrad.ops.activation import sigmoid, softplus
from fastgrad.ops.choose import clip, where
from fastgrad.ops.compare import logical_and
from fastgrad.ops.creation import full
from fastgrad.ops.math import exp, log, log1p, sign
from fastgrad.ops.index import one_hot
from fastgrad.ops.softmax import log_softmax


cdef Reduction EACH = <Reduction>0  # the core's None, which is a keyword here


cdef Reduction _reduction(object name, str op) except *:
    if name == "mean":
        return Reduction.Mean
    if name == "sum":
        return Reduction.Sum
    if name == "none":
        return EACH
    raise ValueError(f"{op}: reduction must be 'none', 'mean' or 'sum', got {name!r}")


cdef inline Array _array(Tensor t):
    return Array() if t is None else t.a


# ---- of classes ------------------------------------------------------------------------------------------------------

# A class loss is -sum_c q_c logp_c for each line, where q is a fixed matrix of the targets' weights. Recorded backward
# passes use that form; q's lines are already divided as the reduction says.

cdef tuple _target_weights(const Dims& shape, object dtype, Tensor target, object weight, int64_t ignore_index,
                           double smoothing, double total):
    """q divided by `total`, and which lines count, both with the classes' axis (1, or 0 of a single line)."""
    cdef int axis = 0 if shape.size() == 1 else 1
    classes = shape[axis]
    labels = target.astype(fg_int64)
    kept = labels != ignore_index
    hot = one_hot(where(kept, labels, 0), classes, dtype=dtype)
    q = hot * (1.0 - smoothing) + smoothing / classes
    # In float64: the weights' sum may be out of float32's range. A weight counts where q is not 0, only there.
    share = full((), 1.0, dtype=fg_float64) / total
    if weight is not None:
        share = weight.astype(fg_float64) * share
    q = where(logical_and(kept.unsqueeze(-1), q != 0.0), (q * share).astype(dtype), 0.0)
    order = list(range(q.ndim - 1))
    order.insert(axis, q.ndim - 1)
    return q.permute(order), kept.unsqueeze(axis)


cdef struct CrossEntropyAttributes:
    int64_t ignore_index
    double label_smoothing
    double total_weight   # of the labels that count
    Reduction reduction


cdef int cross_entropy_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), target = n.saved(1), weight = n.saved(2), stats = n.saved(3)
    cdef CrossEntropyAttributes* at = n.attributes.get[CrossEntropyAttributes]()
    cdef int axis = 0 if x.a.ndim() == 1 else 1
    if not to.create_graph:
        to.give(0, wrap(native.cross_entropy_backward(
            (<Tensor>g).a, x.a, stats.a, target.a, _array(weight), at.ignore_index, at.label_smoothing, at.reduction,
            at.total_weight)))
        return 0
    q, kept = _target_weights(x.a.shape(), x.dtype, target, weight, at.ignore_index, at.label_smoothing,
                              at.total_weight if at.reduction == Reduction.Mean else 1.0)
    p = exp(log_softmax(where(kept, x, 0.0), axis=axis))  # lines that do not count may hold anything
    scale = g if at.reduction != EACH else g.unsqueeze(axis)
    to.give(0, where(kept, scale * (p * q.sum(axis=axis, keepdims=True) - q), 0.0))
    return 0


cdef Primitive CROSS_ENTROPY = define(b"cross_entropy", cross_entropy_vjp)


cdef Tensor _class_weight(object weight, const char* op):
    """The weights of the classes, through which no gradient flows where labels choose among them."""
    cdef Tensor w
    if weight is None:
        return None
    w = as_tensor(weight, op)
    if not grad_off and requires_grad(w):
        raise TypeError(f"{op.decode()}: weight is a constant beside class labels, got a tensor that requires gradients; "
                        "give weight.detach()")
    return w


def cross_entropy(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy of scores and class labels: the negative log-probability that softmax gives each label.

    Parameters
    ----------
    x : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Scores, before softmax.
    target : integer Tensor, the shape of x without C
    weight : Tensor, shape (C,), optional
        Of each class.
    ignore_index : int
        A label that counts for nothing.
    reduction : {"mean", "sum", "none"}
        The mean is over the weights of the labels that count.
    label_smoothing : float
        The part of each label that is spread over all classes (Szegedy et al., arXiv:1512.00567).

    Raises
    ------
    IndexError
        If a label is no class; nothing is computed.
    """
    cdef Tensor t = as_tensor(x, b"cross_entropy"), labels = as_tensor(target, b"cross_entropy")
    cdef Tensor w = _class_weight(weight, b"cross_entropy"), out
    cdef Reduction r = _reduction(reduction, "cross_entropy")
    cdef ClassLoss result = native.cross_entropy(
        t.a, labels.a, _array(w), ignore_index, number(label_smoothing, "cross_entropy", "label_smoothing"), r)
    cdef Node n
    cdef CrossEntropyAttributes* at
    out = wrap(result.loss)
    if recording(t):
        n = record1(out, &CROSS_ENTROPY, t)
        n.save(0, t)
        n.save(1, labels)
        n.save(2, w)
        n.save(3, wrap(result.stats))
        at = n.attributes.set[CrossEntropyAttributes]()
        at.ignore_index = ignore_index
        at.label_smoothing = label_smoothing
        at.total_weight = result.total_weight
        at.reduction = r
    return out


cdef struct NllAttributes:
    Dims shape              # of the input, of which no more is needed
    int64_t ignore_index
    double total_weight
    Reduction reduction
    bint classes_innermost  # in the input's memory


cdef int nll_loss_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor target = n.saved(0), weight = n.saved(1)
    cdef NllAttributes* at = n.attributes.get[NllAttributes]()
    if not to.create_graph:
        to.give(0, wrap(native.nll_loss_backward(
            (<Tensor>g).a, at.shape, at.classes_innermost, target.a, _array(weight), at.ignore_index, at.reduction,
            at.total_weight)))
        return 0
    q, _ = _target_weights(at.shape, (<Tensor>g).dtype, target, weight, at.ignore_index, 0.0,
                           at.total_weight if at.reduction == Reduction.Mean else 1.0)
    g = g if at.reduction != EACH else g.unsqueeze(0 if at.shape.size() == 1 else 1)
    to.give(0, where(q != 0.0, g * -q, 0.0))
    return 0


cdef Primitive NLL_LOSS = define(b"nll_loss", nll_loss_vjp)


def nll_loss(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """The negative log-probability of class labels.

    Parameters
    ----------
    x : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Log-probabilities.
    target, weight, ignore_index, reduction
        As for ``cross_entropy``.
    """
    cdef Tensor t = as_tensor(x, b"nll_loss"), labels = as_tensor(target, b"nll_loss")
    cdef Tensor w = _class_weight(weight, b"nll_loss"), out
    cdef Reduction r = _reduction(reduction, "nll_loss")
    cdef ClassLoss result = native.nll_loss(t.a, labels.a, _array(w), ignore_index, r)
    cdef Node n
    cdef NllAttributes* at
    out = wrap(result.loss)
    if recording(t):
        n = record1(out, &NLL_LOSS, t)
        n.save(0, labels)
        n.save(1, w)
        at = n.attributes.set[NllAttributes]()
        at.shape = t.a.shape()
        at.ignore_index = ignore_index
        at.classes_innermost = native.classes_innermost(t.a)
        at.total_weight = result.total_weight
        at.reduction = r
    return out


# ---- of two tensors of one shape -------------------------------------------------------------------------------------

cdef object _slope(PairLoss kind, Tensor x, Tensor y):
    """The derivative of an element's loss along x, in plain operations."""
    if kind == PairLoss.SquaredError:
        return (x - y) * 2.0
    if kind == PairLoss.AbsoluteError:
        return sign(x - y)
    if kind == PairLoss.BinaryCrossEntropy:
        return (x - y) / clip(x * (1.0 - x), min=1e-12)
    return sigmoid(x) - y


cdef object _slope_of_target(PairLoss kind, Tensor x, Tensor y):
    """The derivative of an element's loss along y."""
    if kind == PairLoss.SquaredError:
        return (y - x) * 2.0
    if kind == PairLoss.AbsoluteError:
        return sign(y - x)
    if kind == PairLoss.BinaryCrossEntropy:
        return clip(log1p(-x), min=-100.0) - clip(log(x), min=-100.0)
    return -x


cdef inline bint _needs_target(PairLoss kind, bint input):
    """Whether the gradient of the input, or else of the target, is made of the target's values."""
    return input or kind == PairLoss.SquaredError or kind == PairLoss.AbsoluteError


cdef struct PairAttributes:
    PairLoss kind
    Reduction reduction


cdef int pair_loss_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), y = None
    cdef PairAttributes* at = n.attributes.get[PairAttributes]()
    cdef PairLoss kind = at.kind
    cdef Reduction reduction = at.reduction
    if _needs_target(kind, to.wants(0)):
        y = n.saved(1)
    if to.wants(0):
        if to.create_graph:
            to.give(0, _reduced_gradient(g, reduction, x) * _slope(kind, x, y))
        else:
            to.give(0, wrap(native.pair_loss_backward(kind, (<Tensor>g).a, x.a, y.a, reduction)))
    if to.wants(1):
        to.give(1, _reduced_gradient(g, reduction, x) * _slope_of_target(kind, x, y))
    return 0


cdef object _reduced_gradient(object g, Reduction reduction, Tensor x):
    return g / <double>x.a.size() if reduction == Reduction.Mean else g


cdef Primitive MSE_LOSS = define(b"mse_loss", pair_loss_vjp)
cdef Primitive L1_LOSS = define(b"l1_loss", pair_loss_vjp)
cdef Primitive BINARY_CROSS_ENTROPY = define(b"binary_cross_entropy", pair_loss_vjp)
cdef Primitive BINARY_CROSS_ENTROPY_WITH_LOGITS = define(b"binary_cross_entropy_with_logits", pair_loss_vjp)


cdef Tensor pair(PairLoss kind, const Primitive* p, object input, object target, object reduction):
    cdef const char* op = p.name
    cdef Tensor x, y, out
    cdef Reduction r = _reduction(reduction, op.decode())
    cdef Node n
    cdef PairAttributes* at
    cdef int wanted
    if isinstance(target, Tensor):
        y = <Tensor>target
        x = as_operand(input, op, y.a.dtype())
    else:
        x = as_tensor(input, op)
        y = as_operand(target, op, x.a.dtype())
    out = wrap(native.pair_loss(kind, x.a, y.a, r))
    wanted = recording2(x, y)
    if wanted:
        n = record2(out, p, x, y)
        n.save(0, x)
        if _needs_target(kind, wanted & FIRST):
            n.save(1, y)
        at = n.attributes.set[PairAttributes]()
        at.kind = kind
        at.reduction = r
    return out


def mse_loss(x: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """Squared differences: their mean, their sum, or each."""
    return pair(PairLoss.SquaredError, &MSE_LOSS, x, target, reduction)


def l1_loss(x: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """Absolute differences: their mean, their sum, or each. The gradient at 0 is 0."""
    return pair(PairLoss.AbsoluteError, &L1_LOSS, x, target, reduction)


cdef object _factor(object weight, Tensor x, str name, str op):
    """A weight that each element is multiplied by: a number, or of x's dtype."""
    cdef Tensor w
    if is_scalar(weight):
        return weight
    w = as_operand(weight, op.encode(), x.a.dtype())
    if is_floating(w.a.dtype()) and w.a.dtype() != x.a.dtype():
        raise TypeError(f"{op}: {name} must have the input's dtype {x.dtype}, got {w.dtype}; "
                        f"convert the {name} with .astype(fg.{x.dtype})")
    return w


cdef object _weighted(object losses, object weight, object reduction, str op):
    _reduction(reduction, op)
    if weight is not None:
        losses = losses * _factor(weight, losses, "weight", op)
    return losses.mean() if reduction == "mean" else losses.sum() if reduction == "sum" else losses


def binary_cross_entropy(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """-(target * log(x) + (1 - target) * log(1 - x)), with logarithms not below -100.

    Parameters
    ----------
    x : Tensor
        Probabilities.
    target : Tensor, the shape of x
    weight : Tensor, optional
        Of each element; broadcast.

    Raises
    ------
    ValueError
        If an element of x is outside [0, 1].
    """
    if weight is None:
        return pair(PairLoss.BinaryCrossEntropy, &BINARY_CROSS_ENTROPY, x, target, reduction)
    return _weighted(pair(PairLoss.BinaryCrossEntropy, &BINARY_CROSS_ENTROPY, x, target, "none"), weight, reduction,
                     "binary_cross_entropy")


def binary_cross_entropy_with_logits(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """``binary_cross_entropy`` of sigmoid(x), without overflow or cancellation.

    Parameters
    ----------
    x : Tensor
        Scores, before sigmoid.
    target : Tensor, the shape of x
    weight : Tensor, optional
        Of each element; broadcast.
    pos_weight : Tensor, optional
        Of the positive part of each element; broadcast.
    """
    cdef Tensor t, y
    if pos_weight is None:
        if weight is None:
            return pair(PairLoss.BinaryCrossEntropyWithLogits, &BINARY_CROSS_ENTROPY_WITH_LOGITS, x, target, reduction)
        losses = pair(PairLoss.BinaryCrossEntropyWithLogits, &BINARY_CROSS_ENTROPY_WITH_LOGITS, x, target, "none")
        return _weighted(losses, weight, reduction, "binary_cross_entropy_with_logits")
    t = as_tensor(x, b"binary_cross_entropy_with_logits")
    y = as_tensor(target, b"binary_cross_entropy_with_logits")
    native.check_pair(PairLoss.BinaryCrossEntropyWithLogits, t.a, y.a)
    pos_weight = _factor(pos_weight, t, "pos_weight", "binary_cross_entropy_with_logits")
    # (1 - y) x + (1 + (pos_weight - 1) y) softplus(-x); what weighs the positive part does not matter where y is 0
    factor = where(y == 0.0, 1.0, (pos_weight - 1.0) * y + 1.0)
    losses = (1.0 - y) * t + factor * softplus(-t)
    return _weighted(losses, weight, reduction, "binary_cross_entropy_with_logits")
