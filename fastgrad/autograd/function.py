"""Custom differentiable functions: a forward in any code, a backward beside it."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.autograd import _custom
from fastgrad.autograd._mode import is_grad_enabled, no_grad


class Function:
    """Subclass with static methods ``forward(ctx, ...)`` and ``backward(ctx, *grads)``; call it with ``apply``.

    ``forward`` runs unrecorded. ``ctx.save_for_backward(...)`` keeps tensors, which ``backward`` finds in
    ``ctx.saved_tensors``; any other attribute of ``ctx`` is kept as it is. ``backward`` returns one gradient (or None)
    for each argument of ``forward``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> class Cube(fg.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x * x
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (x,) = ctx.saved_tensors
    ...         return grad * 3 * x * x
    >>> x = fg.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad.item()
    12.0
    """

    needs_input_grad: tuple[bool, ...]

    def __init__(self) -> None:
        self.materialize_grads = True
        self.node: Any = None
        self.arguments = 0
        self.positions: tuple[int, ...] = ()
        self._saved: list[tuple[Tensor | None, int, int]] = []
        self._to_save: tuple[Tensor | None, ...] = ()
        self._constant: set[int] = set()
        self._outputs: list[tuple[tuple[int, ...], Any]] = []

    # -- what forward and backward use

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for ``backward``; changing one in place before then is an error there."""
        for t in tensors:
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(f"save_for_backward: wanted tensors, got {type(t).__name__}; set an attribute instead")
        self._to_save = tensors

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What ``save_for_backward`` kept."""
        tensors: list[Tensor | None] = []
        for tensor, version, output in self._saved:
            if tensor is None:
                tensors.append(None)
                continue
            if tensor._version != version:
                raise RuntimeError(
                    f"{type(self).__name__}: a saved tensor of shape {tensor.shape} was modified in place since"
                )
            tensors.append(_custom.attach(tensor, self.node, output) if output >= 0 and self.node else tensor)
        return tuple(tensors)

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Says that these outputs have no gradient."""
        self._constant.update(id(t) for t in tensors)

    def set_materialize_grads(self, value: bool) -> None:
        """Whether ``backward`` gets zeros (the default) or None for outputs that no gradient reached."""
        self.materialize_grads = value

    # -- machinery

    def zero_gradient(self, output: int) -> Tensor:
        import fastgrad

        shape, dtype = self._outputs[output]
        return fastgrad.zeros(shape, dtype=dtype)

    @staticmethod
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("a Function defines forward(ctx, ...)")

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise NotImplementedError("a Function that requires gradients defines backward(ctx, *grads)")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Runs ``forward`` and records ``backward`` as its gradient rule."""
        context = cls()
        context.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        context.positions = tuple(i for i, a in enumerate(args) if isinstance(a, Tensor))
        context.arguments = len(args)
        record = any(context.needs_input_grad) and is_grad_enabled()
        with no_grad():
            returned = cls.forward(context, *args)
        outputs = list(returned) if isinstance(returned, tuple) else [returned]
        for k, out in enumerate(outputs):
            if not isinstance(out, Tensor):
                raise TypeError(f"{cls.__name__}.forward must return tensors, got {type(out).__name__}")
            if any(out is a for a in args):
                outputs[k] = out.view_as(out) if not record else out.detach()
        if not record:
            return tuple(outputs) if isinstance(returned, tuple) else outputs[0]
        differentiable = [out for out in outputs if id(out) not in context._constant and out.dtype.is_floating_point]
        numbers = {id(out): k for k, out in enumerate(differentiable)}
        context._outputs = [(out.shape, out.dtype) for out in differentiable]
        for t in context._to_save:
            if t is None:
                context._saved.append((None, 0, -1))
            elif id(t) in numbers:  # kept without history, or the graph would hold itself
                context._saved.append((t.detach(), t._version, numbers[id(t)]))
            else:
                context._saved.append((t, t._version, -1))
        context._to_save = ()
        _custom.connect_function(context, [args[i] for i in context.positions], differentiable)
        return tuple(outputs) if isinstance(returned, tuple) else outputs[0]
