# distutils: language = c++
"""Connectionist temporal classification: a kernel forward and one backward; recorded, backward is plain operations."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, detached, record1, recording, wrap
from fastgrad._tensor.cpp cimport DType, is_integer
from fastgrad.nn.functional.loss cimport reduced, reduction_of
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.ctc as native
from fastgrad.ops._native.ctc cimport CtcLoss
from fastgrad.ops._native.loss cimport Reduction
from fastgrad.ops.cast cimport cast_to

from fastgrad._tensor.convert import word
from fastgrad.ops.choose import clip, maximum, where
from fastgrad.ops.compare import logical_and
from fastgrad.ops.creation import arange, asarray, full
from fastgrad.ops.index import one_hot, take_along_axis
from fastgrad.ops.join import concat, stack
from fastgrad.ops.math import exp, log


cdef struct CtcAttributes:
    int64_t blank
    bint zero_infinity


cdef int ctc_loss_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), targets = n.saved(1), steps = n.saved(2), labels = n.saved(3)
    cdef CtcAttributes* at = n.attributes.get[CtcAttributes]()
    cdef CtcLoss of
    if to.create_graph:
        to.give(0, _recorded_gradient(g, x, targets, steps, labels, at.blank, at.zero_infinity))
        return 0
    of.loss, of.alpha = n.saved(4).a, n.saved(5).a
    to.give(0, wrap(native.ctc_loss_backward(
        (<Tensor>g).a, x.a, of, targets.a, steps.a, labels.a, at.blank, at.zero_infinity)))
    return 0


cdef Primitive CTC_LOSS = define(b"ctc_loss", ctc_loss_vjp)

# The logarithm of what does not happen: far enough below all others, and finite, so that differences of two are numbers.
cdef double _NEVER = -1e30


cdef object _log_add(object a, object b, object c):
    centre = maximum(maximum(a, b), c).detach()
    return log(exp(a - centre) + exp(b - centre) + exp(c - centre)) + centre


cdef object _moved(object line, int64_t by):
    """The states' line moved by so many states, forwards or backwards."""
    cdef int64_t width = line.shape[1], size = by if by > 0 else -by
    cdef int64_t left = width - size if width > size else 0
    never = full((line.shape[0], width - left), _NEVER, dtype=line.dtype)
    return concat([never, line[:, :left]] if by > 0 else [line[:, width - left:], never], axis=1)


cdef object _recorded_gradient(object g, Tensor x, Tensor targets, Tensor steps, Tensor labels, int64_t blank,
                               bint zero_infinity):
    """What the kernel computes (src/kernels/loss/loss_ctc.cpp says it), of all samples at once."""
    cdef int64_t t, length = x.shape[0], count = x.shape[1], most = int(labels.max()) if count else 0
    if count == 0 or length == 0:
        return x * 0.0
    if targets.a.ndim() == 1:  # one behind the other, so that each begins where those before it end
        begins = asarray(labels.numpy().cumsum() - labels.numpy())
        places = begins.unsqueeze(1) + arange(most)
        targets = targets[clip(places, max=targets.shape[0] - 1)] if targets.shape[0] else places
    own = arange(most) < labels.unsqueeze(1)
    targets = where(own, targets[:, :most], blank)
    blanks = full(targets.shape, blank, dtype=targets.dtype)
    # blank, y1, blank, ..., yS, blank
    emits = concat([stack([blanks, targets], axis=2).reshape((count, 2 * most)),
                    full((count, 1), blank, dtype=targets.dtype)], axis=1)
    state, last = arange(2 * most + 1), (labels * 2).unsqueeze(1)
    exists = state <= last
    differs = concat([emits[:, :2] < 0, emits[:, 2:] != emits[:, :-2]], axis=1)
    past = logical_and(logical_and(differs, state % 2 == 1), exists)  # reached past its neighbour
    emitted = take_along_axis(clip(x, min=_NEVER), emits + arange(length).reshape((length, 1, 1)) * 0, axis=2)
    emitted = where(exists, emitted, _NEVER)
    line = where(state < 2, emitted[0], _NEVER)
    alpha = [line]
    for t in range(1, length):
        line = _log_add(line, _moved(line, 1), where(past, _moved(line, 2), _NEVER)) + emitted[t]
        alpha.append(line)
    alpha = stack(alpha)
    ends = logical_and(state >= last - 1, exists)
    line, beta = full(emits.shape, _NEVER, dtype=x.dtype), []
    for t in range(length - 1, -1, -1):
        sums = _log_add(line, _moved(line, -1), _moved(where(past, line, _NEVER), -2))
        line = where((steps == t + 1).unsqueeze(1), where(ends, 0.0, _NEVER), sums) + emitted[t]
        beta.append(line)
    beta = stack(beta[::-1])
    at_end = take_along_axis(alpha, (clip(steps - 1, min=0).reshape((1, count, 1)) + state * 0), axis=0)[0]
    never = full((count, 1), _NEVER, dtype=x.dtype)
    label = where(last > 0, take_along_axis(at_end, clip(last - 1, min=0), axis=1), never)
    total = -_log_add(take_along_axis(at_end, last, axis=1), label, never)
    inside = (arange(length).unsqueeze(1) < steps).unsqueeze(2)
    chances = where(logical_and(inside, exists), exp(alpha + beta + total - emitted), 0.0)
    found = (chances.permute((1, 0, 2)) @ one_hot(emits, x.shape[2], dtype=x.dtype)).permute((1, 0, 2))
    impossible = total > -_NEVER / 2
    nothing = 0.0 if zero_infinity else float("nan")
    gradient = where(impossible, nothing, exp(x) - found)
    return where(inside, gradient * g.unsqueeze(1), 0.0)


cdef Tensor _integers(object given, str what):
    """Lengths or targets as int64."""
    cdef Tensor t = as_tensor(given, b"ctc_loss")
    if not is_integer(t.a.dtype()):
        if t.a.size() == 0:
            return cast_to(t, DType.I64)
        raise TypeError(f"ctc_loss: {what} must be integers, got {t.dtype}; convert with .astype(fg.int64)")
    return t if t.a.dtype() == DType.I64 else cast_to(t, DType.I64)


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
        Class labels, of each sample the first ones; or those of one sample behind those of another.
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
        If the shapes do not fit, a length is out of range, `blank` is no class, or the reduction is unknown.
    TypeError
        If targets or lengths are no integers, or `log_probs` are neither float32 nor float64.
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
    cdef Tensor y = _integers(targets, "targets")
    cdef Tensor steps = _integers(input_lengths, "input_lengths"), labels = _integers(target_lengths, "target_lengths")
    cdef int64_t none = word(blank, "ctc_loss", "blank")
    cdef Node n
    cdef CtcAttributes* at
    if x.a.ndim() != 2 and x.a.ndim() != 3:
        raise ValueError(f"ctc_loss: log_probs must be (T, N, C) or (T, C), got shape {x.shape}")
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
        at.zero_infinity = zero_infinity
    result = where(losses == float("inf"), 0.0, losses) if zero_infinity else losses
    if r == Reduction.Mean:
        result = result / cast_to(clip(labels, min=1), x.a.dtype())
    return reduced(result if x.a.ndim() == 3 else result.squeeze(0), r)
