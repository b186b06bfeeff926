# distutils: language = c++
"""`grad`, `backward` and `Tensor.backward`: what they are given, and what they return."""
from fastgrad._tensor cimport Tensor
from fastgrad._tensor.convert cimport flag
from fastgrad.autograd._engine cimport run

from collections.abc import Iterable

from fastgrad.errors import TensorValueError


def _method_backward(
    Tensor self, gradient: Tensor | None = None, retain_graph: bool | None = None, create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Computes the gradient of this tensor with respect to every leaf it was computed from, and adds it to their
    ``grad``.

    Parameters
    ----------
    gradient : Tensor, optional
        The gradient to start from, of this tensor's shape. May be left out for a tensor of one element: 1.
    retain_graph : bool, optional
        Keep the saved values, so that backward can run again. Default: ``create_graph``.
    create_graph : bool
        Record the backward pass itself, for higher derivatives.
    inputs : sequence of Tensor, optional
        Accumulate into the ``grad`` of these only; of results, too, which retain theirs from then on.

    Raises
    ------
    RuntimeError
        Without ``gradient`` on more than one element; without any history; a second time without ``retain_graph``; when
        a value that is needed was modified in place since.
    """
    cdef bint again = flag(create_graph, "backward", "create_graph"), keep = _keeps(retain_graph, again, "backward")
    run([self], [gradient], _targets(inputs), keep, again, True, "backward")


cdef bint _keeps(object retain_graph, bint create_graph, str op) except -1:
    """Whether a pass keeps the saved values."""
    return create_graph if retain_graph is None else flag(retain_graph, op, "retain_graph")


cdef list _targets(inputs):
    """The tensors whose ``grad`` a pass adds to; None for all leaves."""
    if inputs is None:
        return None
    cdef list targets = _listed(list(inputs.values()) if isinstance(inputs, dict) else inputs)
    if not targets:
        raise TensorValueError("backward: inputs must not be empty")
    for t in targets:
        if not isinstance(t, Tensor) or not t.requires_grad:
            raise TensorValueError("backward: inputs must be tensors that require gradients")
    for t in targets:
        t.retain_grad()
    return targets


def backward(
    tensors: Tensor | Sequence[Tensor], grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None, create_graph: bool = False,
    grad_variables: Tensor | Sequence[Tensor | None] | None = None,
    inputs: Tensor | Sequence[Tensor] | dict[str, Tensor] | None = None,
) -> None:
    """Computes the gradient of the sum of tensors with respect to every leaf that they were computed from, and adds it
    to their ``grad``: `Tensor.backward` of several.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        What is differentiated, usually one loss.
    grad_tensors : Tensor, None or sequence of them, optional
        The gradient to start from for each; of tensors of one element by default 1.
    retain_graph, create_graph, inputs
        As `Tensor.backward` has them.
    grad_variables : optional
        An old name of `grad_tensors`.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As `Tensor.backward` and `grad`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.ones(2, requires_grad=True)
    >>> fg.autograd.backward([(x * 2).sum(), x * 3], [None, fg.tensor([1.0, 0.0])])
    >>> x.grad.tolist()
    [5.0, 2.0]
    """
    if grad_variables is not None:
        if grad_tensors is not None:
            raise RuntimeError("backward: grad_variables is an old name of grad_tensors; give one of them")
        grad_tensors = grad_variables
    cdef list outs = _listed(tensors)
    cdef list firsts = [None] * len(outs) if grad_tensors is None else _listed(grad_tensors)
    if not outs:
        raise TensorValueError("backward: tensors must not be empty")
    if len(firsts) != len(outs):
        raise TensorValueError(f"backward: {len(outs)} tensors but {len(firsts)} grad_tensors")
    for t in outs:
        if not isinstance(t, Tensor):
            raise TypeError(f"backward: tensors must be tensors, got {type(t).__name__}")
    cdef bint again = flag(create_graph, "backward", "create_graph"), keep = _keeps(retain_graph, again, "backward")
    run(outs, firsts, _targets(inputs), keep, again, True, "backward")


cdef list _listed(tensors):
    """One tensor or several as a list; anything else by itself, to be refused."""
    if isinstance(tensors, (list, tuple)):
        return list(tensors)
    return [tensors] if isinstance(tensors, Tensor) or not isinstance(tensors, Iterable) else list(tensors)


def grad(
    outputs: Tensor | Sequence[Tensor], inputs: Tensor | Sequence[Tensor] | dict[str, Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None, retain_graph: bool | None = None,
    create_graph: bool = False, only_inputs: bool = True, allow_unused: bool | None = None,
    is_grads_batched: bool = False, materialize_grads: bool = False,
) -> tuple[Tensor | None, ...] | dict[str, Tensor | None]:
    """The gradients of the sum of ``outputs`` with respect to ``inputs``; no ``.grad`` is touched.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
        What is differentiated, and by what.
    grad_outputs : Tensor, None or sequence of them, optional
        The gradient to start from for each output.
    retain_graph : bool, optional
        Keep the saved values. Default: ``create_graph``.
    create_graph : bool
        Record the backward pass, for higher derivatives.
    only_inputs : bool
        True: there is no other way.
    allow_unused : bool, optional
        Give None, not an error, for an input that the outputs do not depend on. Default: ``materialize_grads``.
    is_grads_batched : bool
        Whether ``grad_outputs`` have an axis more, the first: of gradients for each of which the pass is run.
    materialize_grads : bool
        Give zeros, not an error, for an input that the outputs do not depend on.

    Returns
    -------
    tuple of Tensor
        One gradient for each input, of its shape and dtype; with an axis more, the first, for a batch. For inputs in a
        dict, a dict of the same keys.

    Raises
    ------
    TypeError
        If something else than tensors is given.
    ValueError
        If there are no outputs or inputs, or the gradients to start from do not fit the outputs.
    RuntimeError
        If an input does not require gradients or is not used, and where ``backward`` does.
    """
    if isinstance(inputs, dict):
        found = grad(outputs, list(inputs.values()), grad_outputs, retain_graph, create_graph, only_inputs,
                     allow_unused, is_grads_batched, materialize_grads)
        return dict(zip(inputs, found))
    cdef list outs = _listed(outputs), ins = _listed(inputs), firsts
    cdef bint again = flag(create_graph, "grad", "create_graph"), keep = _keeps(retain_graph, again, "grad")
    cdef bint batched = flag(is_grads_batched, "grad", "is_grads_batched")
    cdef bint filled = flag(materialize_grads, "grad", "materialize_grads")
    cdef bint some = filled if allow_unused is None else flag(allow_unused, "grad", "allow_unused")
    firsts = [None] * len(outs) if grad_outputs is None else _listed(grad_outputs)
    if not flag(only_inputs, "grad", "only_inputs"):
        raise TensorValueError("grad: only_inputs must be True; backward adds to the gradients of all leaves")
    if filled and not some:
        raise TensorValueError(
            "grad: materialize_grads=True gives zeros for unused inputs; allow_unused must not be False")
    if len(firsts) != len(outs):
        raise TensorValueError(f"grad: {len(outs)} outputs but {len(firsts)} grad_outputs")
    if not outs or not ins:
        raise TensorValueError("grad: outputs and inputs must not be empty")
    for t in outs + ins:
        if not isinstance(t, Tensor):
            raise TypeError(f"grad: outputs and inputs must be tensors, got {type(t).__name__}")
    for i, t in enumerate(ins):
        if not t.requires_grad:
            raise RuntimeError(f"grad: input {i} of shape {t.shape} does not require gradients")
    if batched:
        results = _run_batch(outs, firsts, ins, keep, again)
    else:
        results = run(outs, firsts, ins, keep, again, False, "grad")
    if filled:
        from fastgrad.ops.creation import zeros_like
        lead = (len(next(f for f in firsts if f is not None)),) if batched else ()
        results = [
            zeros_like(t.detach()).expand(*lead, *t.shape).clone() if g is None else g for g, t in zip(results, ins)]
    if not some:
        for i, g in enumerate(results):
            if g is None:
                raise RuntimeError(
                    f"grad: the outputs do not depend on input {i} of shape {ins[i].shape}; "
                    "allow_unused=True gives None instead"
                )
    return tuple(results)


cdef list _run_batch(list outs, list firsts, list ins, bint keep, bint create_graph):
    """The gradients for each of a batch of gradients to start from, stacked."""
    cdef Py_ssize_t size = -1, i
    for f in firsts:
        if not isinstance(f, Tensor) or not f.ndim or size not in (-1, len(f)):
            raise TensorValueError(
                "grad: with is_grads_batched=True, grad_outputs must have a first axis of one size for all")
        size = len(f)
    from fastgrad.ops.join import stack
    cdef list found = [
        run(outs, [f[i] for f in firsts], ins, keep or i + 1 < size, create_graph, False, "grad") for i in range(size)]
    if not found:
        raise TensorValueError("grad: a batch of grad_outputs must not be empty")
    return [None if grads[0] is None else stack(list(grads)) for grads in zip(*found)]
