# distutils: language = c++
"""Losses of classes: one fused pass forward and one backward; recorded, backward is the same formula in plain
operations."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, requires_grad, wrap
from fastgrad._tensor.convert cimport dtype_object
from fastgrad._tensor.cpp cimport Array, Dims, DType, grad_off, is_floating, is_narrow_float
from fastgrad.nn.functional._checks cimport probability
from fastgrad.nn.functional.loss cimport EACH, reduced, reduction_of
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.loss as native
from fastgrad.ops._native.loss cimport ClassLoss, Reduction
from fastgrad.ops.cast cimport cast_to

from fastgrad._tensor.convert import word
from fastgrad._tensor.dtype import float64 as fg_float64, int64 as fg_int64
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.nn.functional.linear import linear
from fastgrad.ops.choose import where
from fastgrad.ops.compare import logical_and
from fastgrad.ops.creation import full
from fastgrad.ops.index import one_hot
from fastgrad.ops.math import exp
from fastgrad.ops.reduce import sum
from fastgrad.ops.softmax import log_softmax


cdef inline Array _array(Tensor t):
    return Array() if t is None else t.a


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


cdef Tensor _in_float32(object loss, Tensor x, Tensor target, object weight, dict options):
    """A loss of classes of a narrow float: computed in float32, the rule as well, and rounded once."""
    given = [x, target, None if weight is None else as_tensor(weight, b"weight")]
    wide = [cast_to(t, DType.F32) if t is not None and (<Tensor>t).a.dtype() == x.a.dtype() else t for t in given]
    return cast_to(loss(*wide, **options), x.a.dtype())


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


cpdef Tensor class_weight(object weight, str op):
    """The weights of the classes, through which no gradient flows where labels choose among them."""
    cdef Tensor w
    if weight is None:
        return None
    w = as_tensor(weight, op.encode())
    if not grad_off and requires_grad(w):
        raise TypeError(f"{op}: weight is a constant beside class labels, got a tensor that requires "
                        "gradients; give weight.detach()")
    return w


def cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean", label_smoothing: float = 0.0,
) -> Tensor:
    """Return the cross entropy between classes and logits: the negative log-probability that softmax gives each label.

    Parameters
    ----------
    input : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Logits: unnormalised log-probabilities.
    target : integer Tensor, shape (), (N,) or (N, d1, ...); or floating Tensor, shape of `input`
        Class labels in [0, C), or probabilities of the classes.
    weight : Tensor, shape (C,), optional
        A factor for each class; "mean" divides by the sum of the factors of the labels that occur.
    ignore_index : int, default -100
        Labels equal to it contribute nothing. With probabilities it must be negative.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean of nothing is NaN.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    label_smoothing : float in [0, 1], default 0.0
        Mix the target with the uniform distribution by this share (Szegedy et al., https://arxiv.org/abs/1512.00567).

    Returns
    -------
    Tensor, shape (), or that of the labels for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, `reduction` is unknown, `label_smoothing` is not in [0, 1], or `ignore_index` is not
        negative with probabilities.
    TypeError
        If the dtypes of input, probabilities and weight differ, or with labels the weight requires a gradient.
    IndexError
        If a label is out of range; nothing is computed.

    See Also
    --------
    fastgrad.nn.CrossEntropyLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> logits = fg.zeros(2, 4)
    >>> round(fg.nn.functional.cross_entropy(logits, fg.tensor([0, 3])).item(), 4)
    1.3863
    """
    cdef Reduction r = reduction_of(reduction, size_average, reduce, b"cross_entropy")
    cdef double smoothing = probability(label_smoothing, "cross_entropy", "label_smoothing")
    cdef Tensor x = as_tensor(input, b"cross_entropy"), labels = as_tensor(target, b"cross_entropy"), w, out
    if is_narrow_float(x.a.dtype()):
        return _in_float32(cross_entropy, x, labels, weight, dict(
            ignore_index=ignore_index, size_average=size_average, reduce=reduce, reduction=reduction,
            label_smoothing=label_smoothing))
    cdef int64_t ignored = word(ignore_index, "cross_entropy", "ignore_index")
    if is_floating(labels.a.dtype()):
        return _of_probabilities(x, labels, weight, ignored, r, smoothing)
    w = class_weight(weight, "cross_entropy")
    cdef ClassLoss result = native.cross_entropy(x.a, labels.a, _array(w), ignored, smoothing, r)
    cdef Node n
    cdef CrossEntropyAttributes* at
    out = wrap(result.loss)
    if recording(x):
        n = record1(out, &CROSS_ENTROPY, x)
        n.save(0, x)
        n.save(1, labels)
        n.save(2, w)
        n.save(3, wrap(result.stats))
        at = n.attributes.set[CrossEntropyAttributes]()
        at.ignore_index = ignored
        at.label_smoothing = smoothing
        at.total_weight = result.total_weight
        at.reduction = r
    return out


cdef Tensor _of_probabilities(Tensor x, Tensor target, object weight, int64_t ignore_index, Reduction r,
                              double smoothing):
    """Cross entropy where the target gives each class a probability."""
    cdef int axis = 0 if x.a.ndim() == 1 else 1
    cdef Tensor w
    if ignore_index >= 0:
        raise TensorValueError(
            f"cross_entropy: ignore_index is for class labels, got {ignore_index} with probabilities as target; "
            "give the lines to ignore a target of zeros"
        )
    if x.shape != target.shape:
        raise TensorValueError(
            f"cross_entropy: probabilities must have the logits' shape {x.shape}, got {target.shape} "
            "(class labels are integers)"
        )
    _check_dtype(x, target, "target")
    classes = x.shape[axis]
    if smoothing > 0.0:
        target = target * (1.0 - smoothing) + smoothing / classes
    if weight is not None:
        w = as_tensor(weight, b"cross_entropy")
        if w.shape != (classes,):
            raise TensorValueError(f"cross_entropy: weight must have shape ({classes},), got {w.shape}")
        _check_dtype(x, w, "weight")
        target = target * w.reshape((classes,) + (1,) * (x.a.ndim() - axis - 1))
    return reduced(-sum(target * log_softmax(x, axis), axis=axis), r)


cdef int _check_dtype(Tensor x, Tensor other, str name) except -1:
    cdef DType t = x.a.dtype(), u = other.a.dtype()
    if u == t:
        return 0
    wide = "input" if t == DType.F64 and u == DType.F32 else name
    raise TensorTypeError(
        f"cross_entropy: input is {x.dtype} but {name} is {other.dtype}; convert the {wide} with "
        f".astype(fg.{dtype_object(t if wide == name else u)})"
    )


def linear_cross_entropy(
    input: Tensor, linear_weight: Tensor, target: Tensor, *, linear_bias: Tensor | None = None,
    weight: Tensor | None = None, reduction: str = "mean", ignore_index: int | None = None,
    label_smoothing: float = 0.0, options: Any = None,
) -> Tensor:
    """Return the `cross_entropy` of what `linear` makes of the input: a network's last layer and its loss in one.

    Parameters
    ----------
    input : Tensor, shape (in_features,) or (N, in_features)
        The samples, or one.
    linear_weight : Tensor, shape (C, in_features) or (C, d1, ..., in_features)
        The linear layer's weights, a line for each of the C classes.
    target : integer Tensor, shape (), (N,) or (N, d1, ...); or floating Tensor, shape of the logits, (N, C, d1, ...)
        Class labels in [0, C), or probabilities of the classes.
    linear_bias : Tensor, shape of `linear_weight` without its last axis, optional
        What is added to the logits.
    weight, reduction, label_smoothing
        As `cross_entropy` has them.
    ignore_index : int, optional
        Labels equal to it contribute nothing; None: -100. Refused beside probabilities.
    options : object, optional
        PyTorch's options of how this is computed, in pieces of the batch. Accepted; results are the same.

    Returns
    -------
    Tensor, shape (), or that of the labels for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, or for what `cross_entropy` refuses.

    See Also
    --------
    fastgrad.nn.LinearCrossEntropyLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.linear_cross_entropy(fg.ones(2, 3), fg.zeros(4, 3), fg.tensor([0, 3])).item(), 4)
    1.3863
    """
    cdef Tensor x = as_tensor(input, b"linear_cross_entropy"), w = as_tensor(linear_weight, b"linear_cross_entropy")
    cdef Tensor labels = as_tensor(target, b"linear_cross_entropy"), b = None
    if x.a.ndim() != 1 and x.a.ndim() != 2:
        raise TensorValueError(
            f"linear_cross_entropy: input must be (in_features,) or (N, in_features), got shape {x.shape}")
    if w.a.ndim() < 2 or w.shape[-1] != x.shape[-1]:
        raise TensorValueError(
            f"linear_cross_entropy: linear_weight must have shape (C, ..., {x.shape[-1]}), got {w.shape}")
    if w.a.ndim() > 2 and x.a.ndim() == 1:
        raise TensorValueError(
            f"linear_cross_entropy: a linear_weight of shape {w.shape} needs an input with a batch axis, "
                         f"got shape {x.shape}")
    rows = w.shape[:-1]
    if linear_bias is not None:
        b = as_tensor(linear_bias, b"linear_cross_entropy")
        if b.shape != rows:
            raise TensorValueError(f"linear_cross_entropy: linear_bias must have shape {rows}, got {b.shape}")
        b = b.reshape((-1,))
    if ignore_index is not None and is_floating(labels.a.dtype()):
        raise TensorValueError("linear_cross_entropy: ignore_index is for class labels, got probabilities as target")
    logits = linear(x, w.reshape((-1, w.shape[-1])), b).reshape((*x.shape[:-1], *rows))
    return cross_entropy(logits, labels, weight, ignore_index=-100 if ignore_index is None else ignore_index,
                         reduction=reduction, label_smoothing=label_smoothing)


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
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean",
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
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or that of `target` for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit or `reduction` is unknown.
    TypeError
        If the weight has another dtype than the input, or requires a gradient.
    IndexError
        If a label is out of range.

    See Also
    --------
    fastgrad.nn.NLLLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.nll_loss(fg.tensor([[-1.0, -2.0]]), fg.tensor([1])).item()
    2.0
    """
    cdef Reduction r = reduction_of(reduction, size_average, reduce, b"nll_loss")
    cdef Tensor x = as_tensor(input, b"nll_loss"), labels = as_tensor(target, b"nll_loss")
    cdef Tensor w = class_weight(weight, "nll_loss"), out
    if is_narrow_float(x.a.dtype()):
        return _in_float32(nll_loss, x, labels, w, dict(
            ignore_index=ignore_index, size_average=size_average, reduce=reduce, reduction=reduction))
    cdef int64_t ignored = word(ignore_index, "nll_loss", "ignore_index")
    cdef ClassLoss result = native.nll_loss(x.a, labels.a, _array(w), ignored, r)
    cdef Node n
    cdef NllAttributes* at
    out = wrap(result.loss)
    if recording(x):
        n = record1(out, &NLL_LOSS, x)
        n.save(0, labels)
        n.save(1, w)
        at = n.attributes.set[NllAttributes]()
        at.shape = x.a.shape()
        at.ignore_index = ignored
        at.classes_innermost = native.classes_innermost(x.a)
        at.total_weight = result.total_weight
        at.reduction = r
    return out
