# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import Any, Literal, overload

from fastgrad._tensor import Tensor

@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: Literal[False] | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor, ...]:
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

@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]: ...
@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: dict[str, Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> dict[str, Any]: ...
def _method_backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
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

def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
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
