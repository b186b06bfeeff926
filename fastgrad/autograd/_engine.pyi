# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import Literal, overload

from typing_extensions import disjoint_base

from fastgrad._tensor import Backward, Tensor

@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: Literal[False] = False,
) -> tuple[Tensor, ...]:
    """The gradients of the sum of ``outputs`` with respect to ``inputs``; no ``.grad`` is touched.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
    grad_outputs : Tensor, None or sequence of them, optional
        The gradient to start from for each output.
    retain_graph : bool, optional
        Keep the saved values. Default: ``create_graph``.
    create_graph : bool
        Record the backward pass, for higher derivatives.
    allow_unused : bool
        Give None, not an error, for an input that the outputs do not depend on.

    Returns
    -------
    tuple of Tensor
        One gradient for each input, of its shape and dtype.

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
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]: ...

@disjoint_base
class Pass(Backward): ...

def backward(
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
        Accumulate into these leaves only.

    Raises
    ------
    RuntimeError
        Without ``gradient`` on more than one element; without any history; a second time without ``retain_graph``; when
        a value that is needed was modified in place since.
    """
