# distutils: language = c++
"""Connectionist temporal classification: a kernel forward and one backward; recorded, backward is plain
operations (`_ctc_gradient.py`)."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, detached, record1, recording, wrap
from fastgrad._tensor.convert cimport flag
from fastgrad._tensor.cpp cimport DType, is_floating, is_integer
from fastgrad.nn.functional.loss cimport reduced, reduction_of
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.ctc as native
from fastgrad.ops._native.ctc cimport CtcLoss
from fastgrad.ops._native.loss cimport Reduction
from fastgrad.ops.cast cimport cast_to

from fastgrad._tensor.convert import word
from fastgrad.errors import TensorValueError, UnsupportedDtypeError
from fastgrad.ops.choose import clip, where


cdef struct CtcAttributes:
    int64_t blank
    bint zero_infinity


cdef int ctc_loss_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), targets = n.saved(1), steps = n.saved(2), labels = n.saved(3)
    cdef CtcAttributes* at = n.attributes.get[CtcAttributes]()
    cdef CtcLoss of
    if to.create_graph:
        from fastgrad.nn.functional._ctc_gradient import recorded_gradient
        to.give(0, recorded_gradient(g, x, targets, steps, labels, at.blank, at.zero_infinity))
        return 0
    of.loss, of.alpha = n.saved(4).a, n.saved(5).a
    to.give(0, wrap(native.ctc_loss_backward(
        (<Tensor>g).a, x.a, of, targets.a, steps.a, labels.a, at.blank, at.zero_infinity)))
    return 0


cdef Primitive CTC_LOSS = define(b"ctc_loss", ctc_loss_vjp)


cdef Tensor _integers(object given, str what):
    """Lengths or targets as int64."""
    cdef Tensor t = as_tensor(given, b"ctc_loss")
    if not is_integer(t.a.dtype()):
        if t.a.size() == 0:
            return cast_to(t, DType.I64)
        raise UnsupportedDtypeError(f"ctc_loss: {what} must be integers, got {t.dtype}; convert with .astype(fg.int64)")
    return t if t.a.dtype() == DType.I64 else cast_to(t, DType.I64)


cdef Tensor _labels(object given):
    """Targets as int64. Floats, too, as programs have them that pad tensors made of lists; but no fractions."""
    cdef Tensor t = as_tensor(given, b"ctc_loss"), whole
    if not is_floating(t.a.dtype()) and t.a.dtype() != DType.Bool:
        return _integers(t, "targets")
    whole = cast_to(detached(t), DType.I64)
    if (whole != detached(t)).any():
        raise TensorValueError(f"ctc_loss: targets must be whole numbers, got {t.dtype} with others among them")
    return whole


def ctc_loss(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int = 0,
    reduction: str = "mean", zero_infinity: bool = False,
) -> Tensor:
    """Return the negative log-likelihood of sequences of labels, whatever steps they are emitted at.

    Connectionist temporal classification: the probabilities of all paths of classes which, without repetitions and then
    without blanks, are the labels, are summed.

    Parameters
    ----------
    log_probs : Tensor, shape (T, N, C) or (T, C)
        Logarithms of the classes' probabilities at each step, as from `log_softmax`.
    targets : integer Tensor, shape (N, S) or (S,), or (sum of target_lengths,)
        Class labels, of each sample the first ones; or those of one sample behind those of another. Floats may hold
        them, too.
    input_lengths, target_lengths : integer Tensor, tuple or list, shape (N,) or ()
        How many steps and how many labels each sample has.
    blank : int, default 0
        The class of no label.
    reduction : {"mean", "sum", "none"}, default "mean"
        "mean" divides each loss by the number of its labels, at least 1, and then takes the mean.
    zero_infinity : bool, default False
        Whether a sample with fewer steps than its labels need has a loss and gradient of 0, instead of infinity.

    Returns
    -------
    Tensor, shape (), or (N,) for "none" (of one sequence without N, ())

    Raises
    ------
    ValueError
        If the shapes do not fit, a length is out of range, `blank` is no class, a target no whole number, or the
        reduction unknown.
    TypeError
        If lengths are no integers, or `log_probs` are neither float32 nor float64.
    IndexError
        If a target is no class.

    Notes
    -----
    The gradient of `log_probs` is PyTorch's, in which the rows are taken for results of `log_softmax`.

    References
    ----------
    Graves, Fernandez, Gomez and Schmidhuber, "Connectionist Temporal Classification", 2006,
    https://www.cs.toronto.edu/~graves/icml_2006.pdf

    See Also
    --------
    fastgrad.nn.CTCLoss

    Examples
    --------
    Of two steps and two classes, three of the four paths are the label 1: "1 1", "- 1", "1 -".

    >>> import fastgrad as fg
    >>> log_probs = fg.log(fg.full((2, 1, 2), 0.5))
    >>> loss = fg.nn.functional.ctc_loss(log_probs, fg.tensor([[1]]), (2,), (1,))
    >>> round(fg.exp(-loss).item(), 4)
    0.75
    """
    cdef Reduction r = reduction_of(reduction, None, None, b"ctc_loss")
    cdef Tensor x = as_tensor(log_probs, b"ctc_loss"), batch, losses
    cdef Tensor y = _labels(targets)
    cdef Tensor steps = _integers(input_lengths, "input_lengths"), labels = _integers(target_lengths, "target_lengths")
    cdef bint without_infinity = flag(zero_infinity, "ctc_loss", "zero_infinity")
    cdef int64_t none = word(blank, "ctc_loss", "blank")
    cdef Node n
    cdef CtcAttributes* at
    if x.a.ndim() != 2 and x.a.ndim() != 3:
        raise TensorValueError(f"ctc_loss: log_probs must be (T, N, C) or (T, C), got shape {x.shape}")
    batch = x if x.a.ndim() == 3 else x.unsqueeze(1)
    if x.a.ndim() == 2:
        steps, labels = steps.reshape((-1,)), labels.reshape((-1,))
    cdef CtcLoss of = native.ctc_loss(batch.a, y.a, steps.a, labels.a, none)
    losses = wrap(of.loss)
    if recording(batch):
        n = record1(losses, &CTC_LOSS, batch)
        n.save(0, batch)
        n.save(1, y)
        n.save(2, steps)
        n.save(3, labels)
        n.save(4, detached(losses))
        n.save(5, wrap(of.alpha))
        at = n.attributes.set[CtcAttributes]()
        at.blank = none
        at.zero_infinity = without_infinity
    result = where(losses == float("inf"), 0.0, losses) if without_infinity else losses
    if r == Reduction.Mean:
        result = result / cast_to(clip(labels, min=1), x.a.dtype())
    return reduced(result if x.a.ndim() == 3 else result.squeeze(0), r)
