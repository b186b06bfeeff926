"""Custom differentiable functions: a forward in any code, a backward beside it."""

from __future__ import annotations

import functools
import inspect
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

from fastgrad._tensor import Tensor, refuse_detached
from fastgrad._tensor.node import pack_for_function, unpack_for_function
from fastgrad.autograd import _custom
from fastgrad.autograd._mode import is_grad_enabled, no_grad
from fastgrad.errors import TensorValueError
from fastgrad.ops.numbers import unless_number

if TYPE_CHECKING:
    from typing import ParamSpec, Protocol, TypeVar

    P = ParamSpec("P")
    R_co = TypeVar("R_co", covariant=True)
    Context = TypeVar("Context", bound="Function", contravariant=True)

    class Unwritten:
        """What no setup_context returns: only that which no subclass has written is of this type, by its Any."""

    class TakesContext(Protocol[Context, P, R_co]):
        """A function whose forward takes the context, as `Function.apply` sees it."""

        @staticmethod
        def forward(ctx: Context, /, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> Unwritten: ...

    class TakesArguments(Protocol[P, R_co]):
        """A function whose forward takes its arguments alone."""

        @staticmethod
        def forward(*args: P.args, **kwargs: P.kwargs) -> R_co: ...


class _Forward(threading.local):
    """Whether a custom function's forward runs in this thread."""

    runs = False


_forward = _Forward()


def in_forward() -> bool:
    """Whether a custom function's ``forward`` runs in this thread."""
    return _forward.runs


class Function:
    """Subclass with static methods ``forward(ctx, ...)`` and ``backward(ctx, *grads)``; call it with ``apply``.

    ``forward`` runs unrecorded. ``ctx.save_for_backward(...)`` keeps tensors, which ``backward`` finds in
    ``ctx.saved_tensors``; any other attribute of ``ctx`` is kept as it is. ``ctx.needs_input_grad`` says of each
    argument whether its gradient is wanted. What ``forward`` returns, one thing or a tuple, may hold None and other
    things than tensors. ``backward`` gets one gradient for each of them: zeros (or None, see ``set_materialize_grads``)
    where none arrived, None for what is no tensor. It returns one gradient (or None) for each argument of ``forward``.

    A class may define ``forward(...)`` without the context, and ``setup_context(ctx, inputs, output)`` beside it, and
    it may call ``backward`` by its other name, ``vjp``.

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
        self._node: Any = None  # a weak reference: the node holds this
        self._positions: list[int] = []  # of the tensors among the arguments
        self._saved: list[tuple[Tensor | None, int, int]] = []
        self._to_save: tuple[Tensor | None, ...] = ()
        self._constant: list[Tensor] = []
        self._dirty: list[Tensor] = []
        # Of what forward returned: shape, dtype and which output of the node (-1: none); None for what is no tensor.
        self._outputs: list[tuple[tuple[int, ...], Any, int] | None] = []

    # -- what forward and backward use

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for ``backward``; changing one in place before then is an error there."""
        tensors = tuple(map(unless_number, tensors))
        for t in tensors:
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(
                    "save_for_backward: arguments must be tensors or None; set an attribute for other things, got "
                    f"{type(t).__name__}"
                )
        self._to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Says what PyTorch's ``jvp`` would read, which is not called: `forward_ad` has tangents of ``backward``."""

    @property
    def saved_tensors(self) -> tuple[Tensor | Any, ...]:  # None where that was given, which few do
        """What ``save_for_backward`` kept."""
        tensors: list[Tensor | None] = []
        node = self._node and self._node()
        for tensor, version, output in self._saved:
            if tensor is None:
                tensors.append(None)
                continue
            if tensor._version != version:
                raise RuntimeError(
                    f"{type(self).__name__}: a saved tensor of shape {tensor.shape} was modified in place since"
                )
            tensor = unpack_for_function(tensor)
            if node is not None and is_grad_enabled():
                refuse_detached(node, tensor)
            tensors.append(_custom.attach(tensor, node, output) if output >= 0 and node else tensor)
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

    @staticmethod
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("a Function defines forward(ctx, ...)")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        raise NotImplementedError("setup_context is for a Function whose forward takes no ctx")

    @staticmethod
    def backward(ctx: Any, *grads: Any, **none: Any) -> Any:
        raise NotImplementedError("a Function that requires gradients defines backward(ctx, *grads)")

    @staticmethod
    def vjp(ctx: Any, *grads: Any, **none: Any) -> Any:
        raise NotImplementedError("vjp is another name of backward")

    @overload
    @classmethod
    def apply(cls: type[TakesContext[Context, P, R_co]], *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    @classmethod
    def apply(cls: type[TakesArguments[P, R_co]], *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Runs ``forward`` and records ``backward`` as its gradient rule.

        Arguments given by name take their places among the others. A keyword-only argument has no gradient.
        """
        separate = cls.setup_context is not Function.setup_context
        if separate or kwargs:
            args, kwargs = _placed(cls.forward, separate, args, kwargs)
        for key, a in kwargs.items():
            if isinstance(a, Tensor) and a.requires_grad and is_grad_enabled():
                raise TypeError(
                    f"{cls.__name__}.apply: the keyword-only argument {key} requires gradients, but backward has none "
                    "for it; make it a positional argument of forward, or detach() it"
                )
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
        outer, _forward.runs = _forward.runs, True
        try:
            with no_grad():
                if separate:
                    returned = cls.forward(*args, **kwargs)
                    cls.setup_context(context, args, returned)
                else:
                    returned = cls.forward(context, *args, **kwargs)
        finally:
            _forward.runs = outer
        if isinstance(returned, list):
            raise TypeError(f"{cls.__name__}.forward must return a tensor or a tuple, got a list")
        outputs = [unless_number(out) for out in (returned if isinstance(returned, tuple) else (returned,))]
        if context._dirty:
            context._check_dirty(tensors, outputs)
        elif record:
            context._refuse_writes(tensors, versions)
        if record:
            context._record(tensors, outputs)
        else:
            kept = set(map(id, tensors)).difference(map(id, context._dirty))
            outputs = [out.view_as(out) if id(out) in kept else out for out in outputs]
            for out in outputs:
                if isinstance(out, Tensor):
                    _custom.settle_unrecorded(out, tensors)
        return tuple(outputs) if isinstance(returned, tuple) else outputs[0]

    def _rule(self) -> Callable[..., Any]:
        cls = type(self)
        if cls.vjp is Function.vjp:
            return cls.backward
        if cls.backward is not Function.backward:
            raise RuntimeError(f"{cls.__name__} defines both backward and vjp; they mean the same, define one")
        return cls.vjp

    def _gradients(self, received: tuple[Tensor | None, ...]) -> list[Tensor | None]:
        """What ``backward`` is given, from what the node's outputs received."""
        import fastgrad

        grads: list[Tensor | None] = []
        for out in self._outputs:
            grad = None
            if out is not None:
                shape, dtype, number = out
                grad = received[number] if number >= 0 else None
                if grad is None and self.materialize_grads:
                    grad = fastgrad.zeros(shape, dtype=dtype)
            grads.append(grad)
        return grads

    def _check_dirty(self, tensors: list[Tensor], outputs: list[Tensor]) -> None:
        name = type(self).__name__
        dirty = set(map(id, self._dirty))
        if not dirty.issubset(map(id, tensors)):
            raise TensorValueError(f"{name}.forward: mark_dirty takes arguments of forward")
        if not dirty.issubset(map(id, outputs)):
            raise RuntimeError(f"{name}.forward must return every argument that it marks dirty")
        if not dirty.isdisjoint(map(id, self._constant)):
            raise TensorValueError(f"{name}.forward: an argument that is marked dirty cannot be non-differentiable")

    def _refuse_writes(self, tensors: list[Tensor], versions: list[int]) -> None:
        """Refuse a forward that wrote to an argument behind its history's back: gradients would be wrong."""
        for i, tensor in enumerate(tensors):
            if tensor._version != versions[i] and tensor.grad_fn is not None:
                raise RuntimeError(
                    f"{type(self).__name__}.forward wrote to argument {self._positions[i]} of shape {tensor.shape}, "
                    "which has a history, and did not say so with ctx.mark_dirty"
                )

    def _record(self, tensors: list[Tensor], outputs: list[Any]) -> None:
        """Make the outputs those of a node whose rule is ``backward``."""
        arguments, constant, dirty = set(map(id, tensors)), set(map(id, self._constant)), set(map(id, self._dirty))
        recorded: list[Tensor] = []
        numbers: dict[int, int] = {}  # which of them a tensor is, by its identity
        written: list[tuple[int, Tensor]] = []
        for k, out in enumerate(outputs):
            if not isinstance(out, Tensor):
                self._outputs.append(None)
                continue
            known = out
            if id(out) in arguments or out.requires_grad:  # it keeps its own history, or is given the new one below
                outputs[k] = out.detach()
                if id(out) in dirty:
                    written.append((k, out))
                else:
                    known = outputs[k]
            number = -1
            if id(out) not in constant and out.is_floating_point():
                number = numbers[id(known)] = len(recorded)
                recorded.append(outputs[k])
            self._outputs.append((out.shape, out.dtype, number))
        for t in self._to_save:
            if t is None:
                self._saved.append((None, 0, -1))
            elif id(t) in numbers:  # kept without history, or the graph would hold itself
                kept = pack_for_function(t.detach())
                self._saved.append((kept, kept._version, numbers[id(t)]))
            else:
                kept = pack_for_function(t)
                self._saved.append((kept, kept._version, -1))
        # Held on, an output would hold itself by way of the graph.
        self._to_save, self._constant, self._dirty = (), [], []
        _custom.connect_function(self, tensors, recorded, [out for out in outputs if isinstance(out, Tensor)])
        for k, t in written:
            if t.is_floating_point():
                _custom.give_history(t, outputs[k])
            outputs[k] = t


# By function, as long as that lives: a function holds what surrounds it, which may be a program's tensors.
_signatures: weakref.WeakKeyDictionary[Callable[..., Any], inspect.Signature] = weakref.WeakKeyDictionary()


def _signature(forward: Callable[..., Any]) -> inspect.Signature:
    try:
        found = _signatures.get(forward)
        if found is None:
            found = _signatures[forward] = inspect.signature(forward)
        return found
    except TypeError:  # what has no weak references, or no hash
        return inspect.signature(forward)


def _placed(
    forward: Callable[..., Any], separate: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of forward with those given by name in their places, as far as they have one; with separate (a
    forward without a context), the defaults too, which setup_context is to see."""
    signature = _signature(forward)
    context = () if separate else (None,)
    bound = signature.bind(*context, *args, **kwargs)
    kinds = signature.parameters
    if separate or any(
        name in kinds and kinds[name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for name in bound.kwargs
    ):
        bound.apply_defaults()
    return bound.args[len(context) :], bound.kwargs


class _Once(Function):
    """Passes gradients on, and refuses to be differentiated."""

    @staticmethod
    def forward(ctx: Any, name: str, count: int, *tensors: Tensor | None) -> tuple[Tensor | None, ...]:
        ctx.name = name
        return tuple(None if t is None else t.clone() for t in tensors[:count])

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError(
            f"{ctx.name}: a backward marked @once_differentiable has no derivative of its own; for second derivatives "
            "write it with fastgrad's operations and drop the mark"
        )


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Mark the ``backward`` of a `Function` that computes with other things than recorded operations.

    It runs unrecorded, and to differentiate what it returns (after ``create_graph=True``) is an error.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.autograd.function import once_differentiable
    >>> class Square(fg.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x
    ...     @staticmethod
    ...     @once_differentiable
    ...     def backward(ctx, grad):
    ...         (x,) = ctx.saved_tensors
    ...         return fg.tensor(grad.numpy() * 2 * x.detach().numpy())
    >>> x = fg.tensor([3.0], requires_grad=True)
    >>> Square.apply(x).backward()
    >>> x.grad
    tensor([6.])
    """

    @functools.wraps(backward)
    def once(ctx: Any, *grads: Any) -> Any:
        with no_grad():
            results = backward(ctx, *grads)
        if not is_grad_enabled():
            return results
        several = tuple(map(unless_number, results if isinstance(results, tuple) else (results,)))
        if not all(r is None or isinstance(r, Tensor) for r in several):
            return results
        # Whatever it computed with, it may depend on all that forward was given, and on what came in.
        sources = [*grads, *_custom.arguments(ctx._node())]
        refused = _Once.apply(type(ctx).__name__, len(several), *several, *sources)
        return refused if isinstance(results, tuple) else refused[0]

    return once
