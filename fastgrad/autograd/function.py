"""Custom differentiable functions: a forward in any code, a backward beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from fastgrad._tensor import Tensor
from fastgrad.autograd import _custom
from fastgrad.autograd._mode import is_grad_enabled, no_grad

if TYPE_CHECKING:
    from typing import ParamSpec, Protocol, TypeVar

    P = ParamSpec("P")
    R_co = TypeVar("R_co", covariant=True)
    Context = TypeVar("Context", bound="Function", contravariant=True)

    class HasForward(Protocol[Context, P, R_co]):
        """What is applied to what its forward takes after the context: a function, as `Function.apply` sees it."""

        @staticmethod
        def forward(ctx: Context, /, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


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

    if TYPE_CHECKING:
        # Attributes of a context are whatever forward kept.
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    def __init__(self) -> None:
        self.materialize_grads: bool = True
        self._node: Any = None
        self._positions: list[int] = []  # of the tensors among the arguments
        self._saved: list[tuple[Tensor | None, int, int]] = []
        self._to_save: tuple[Tensor | None, ...] = ()
        self._constant: list[Tensor] = []
        self._dirty: list[Tensor] = []
        self._outputs: list[tuple[tuple[int, ...], Any]] = []

    # -- what forward and backward use

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for ``backward``; changing one in place before then is an error there."""
        for t in tensors:
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(f"save_for_backward: wanted tensors, got {type(t).__name__}; set an attribute instead")
        self._to_save = tensors

    @property
    def saved_tensors(self) -> tuple[Tensor | Any, ...]:  # None where that was given, which few do
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
            tensors.append(_custom.attach(tensor, self._node, output) if output >= 0 and self._node else tensor)
        return tuple(tensors)

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Says that ``forward`` writes to these arguments in place; it must return each of them.

        An argument with a history that is written to otherwise is an error.

        Examples
        --------
        >>> import fastgrad as fg
        >>> class Double_(fg.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.mark_dirty(x)
        ...         return x.mul_(2.0)
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         return grad * 2.0
        >>> x = fg.tensor(3.0, requires_grad=True)
        >>> h = x * x
        >>> y = Double_.apply(h)
        >>> y is h
        True
        >>> h.backward()
        >>> x.grad.item()
        12.0
        """
        self._dirty.extend(tensors)

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Says that these outputs have no gradient."""
        self._constant.extend(tensors)

    def set_materialize_grads(self, value: bool) -> None:
        """Whether ``backward`` gets zeros (the default) or None for outputs that no gradient reached."""
        self.materialize_grads = value

    # -- machinery

    def _zero_gradient(self, output: int) -> Tensor:
        import fastgrad

        shape, dtype = self._outputs[output]
        return fastgrad.zeros(shape, dtype=dtype)

    @staticmethod
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("a Function defines forward(ctx, ...)")

    @staticmethod
    def backward(ctx: Any, *grads: Any, **none: Any) -> Any:
        raise NotImplementedError("a Function that requires gradients defines backward(ctx, *grads)")

    @overload
    @classmethod
    def apply(cls: type[HasForward[Context, P, R_co]], *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any: ...
    @classmethod  # type: ignore[misc]
    def apply(cls, *args: Any) -> Any:
        """Runs ``forward`` and records ``backward`` as its gradient rule."""
        context = cls()
        tensors: list[Tensor] = []
        positions: list[int] = []
        versions: list[int] = []
        needs: list[bool] = []
        for i, a in enumerate(args):
            if isinstance(a, Tensor):
                tensors.append(a)
                positions.append(i)
                versions.append(a._version)
                needs.append(a.requires_grad)
            else:
                needs.append(False)
        context.needs_input_grad = tuple(needs)
        context._positions = positions
        record = True in needs and is_grad_enabled()
        with no_grad():
            returned = cls.forward(context, *args)
        outputs = list(returned) if isinstance(returned, tuple) else [returned]
        for out in outputs:
            if not isinstance(out, Tensor):
                raise TypeError(f"{cls.__name__}.forward must return tensors, got {type(out).__name__}")
        if context._dirty:
            context._check_dirty(tensors, outputs)
        elif record:
            context._refuse_writes(tensors, versions)
        if record:
            context._record(tensors, outputs)
        else:
            kept = set(map(id, tensors)).difference(map(id, context._dirty))
            outputs = [out.view_as(out) if id(out) in kept else out for out in outputs]
        return tuple(outputs) if isinstance(returned, tuple) else outputs[0]

    def _check_dirty(self, tensors: list[Tensor], outputs: list[Tensor]) -> None:
        name = type(self).__name__
        dirty = set(map(id, self._dirty))
        if not dirty.issubset(map(id, tensors)):
            raise ValueError(f"{name}.forward: mark_dirty takes arguments of forward")
        if not dirty.issubset(map(id, outputs)):
            raise RuntimeError(f"{name}.forward must return every argument that it marks dirty")
        if not dirty.isdisjoint(map(id, self._constant)):
            raise ValueError(f"{name}.forward: an argument that is marked dirty cannot be non-differentiable")

    def _refuse_writes(self, tensors: list[Tensor], versions: list[int]) -> None:
        """Refuse a forward that wrote to an argument behind its history's back: gradients would be wrong."""
        for i, tensor in enumerate(tensors):
            if tensor._version != versions[i] and tensor.grad_fn is not None:
                raise RuntimeError(
                    f"{type(self).__name__}.forward wrote to argument {self._positions[i]} of shape {tensor.shape}, "
                    "which has a history, and did not say so with ctx.mark_dirty"
                )

    def _record(self, tensors: list[Tensor], outputs: list[Tensor]) -> None:
        """Make the outputs those of a node whose rule is ``backward``."""
        arguments, constant, dirty = set(map(id, tensors)), set(map(id, self._constant)), set(map(id, self._dirty))
        recorded: list[Tensor] = []
        numbers: dict[int, int] = {}  # which of them a tensor is, by its identity
        written: list[tuple[int, Tensor]] = []
        for k, out in enumerate(outputs):
            known = out
            if id(out) in arguments:  # it keeps its own history, or is given the new one below
                outputs[k] = out.detach()
                if id(out) in dirty:
                    written.append((k, out))
                else:
                    known = outputs[k]
            if id(out) not in constant and out.is_floating_point():
                numbers[id(known)] = len(recorded)
                recorded.append(outputs[k])
        self._outputs = [(out.shape, out.dtype) for out in recorded]
        for t in self._to_save:
            if t is None:
                self._saved.append((None, 0, -1))
            elif id(t) in numbers:  # kept without history, or the graph would hold itself
                self._saved.append((t.detach(), t._version, numbers[id(t)]))
            else:
                self._saved.append((t, t._version, -1))
        # Held on, an output would hold itself by way of the graph.
        self._to_save, self._constant, self._dirty = (), [], []
        _custom.connect_function(self, tensors, recorded)
        for k, t in written:
            if t.is_floating_point():
                _custom.give_history(t, outputs[k])
            outputs[k] = t
