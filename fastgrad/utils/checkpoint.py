"""Computing again instead of keeping: a part of a network whose saved values are computed anew in the backward pass."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

import fastgrad as fg
from fastgrad._arguments import as_list, check_callable
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole
from fastgrad.autograd.function import Function
from fastgrad.autograd.graph import saved_tensors_hooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential"]


class CheckpointError(RuntimeError):
    """A function did not do the same when it was computed again."""


def noop_context_fn() -> tuple[Any, Any]:
    """Two contexts that do nothing."""
    return nullcontext(), nullcontext()


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """Call a function without keeping what its operations save; the backward pass calls it again for that.

    Parameters
    ----------
    function : callable
        It must do the same when it is called again, with the same arguments.
    *args, **kwargs
        What it is called with. ``preserve_rng_state``, True unless it is given, says whether random numbers are the
        same in each call; the stream goes on as if there was one.
    use_reentrant : bool, optional
        True computes the gradients in a backward pass of their own: arguments must require gradients, keyword arguments
        are refused, and `autograd.grad` has none for what the function uses beside its arguments. False, which is the
        default here, has none of these limits.
    context_fn : callable, optional
        Returns two context managers, for the first call and for those after. Not with ``use_reentrant=True``.
    determinism_check : {"default", "none"}, default "default"
        Whether it is an error if the shapes or dtypes of what is saved differ the second time.
    debug : bool, default False
        Accepted for PyTorch's sake: errors are as they are.
    early_stop : bool, default True
        Whether a call for the backward pass ends as soon as all that is missing is there.

    Returns
    -------
    object
        What the function returns.

    Raises
    ------
    CheckpointError
        In the backward pass, if the function saves something else than before.
    ValueError
        If the arguments do not go together.

    References
    ----------
    Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016, https://arxiv.org/abs/1604.06174

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.utils.checkpoint import checkpoint
    >>> x = fg.ones(3, requires_grad=True)
    >>> checkpoint(lambda x: fg.exp(x).sum(), x).backward()
    >>> bool((x.grad == fg.exp(x)).all())
    True
    """
    if not callable(function):
        raise TypeError(f"checkpoint: function must be callable, got {function!r}")
    if determinism_check not in ("default", "none"):
        raise ValueError(f"checkpoint: determinism_check must be 'default' or 'none', got {determinism_check!r}")
    random = _RandomState(kwargs.pop("preserve_rng_state", True))
    if use_reentrant:
        if kwargs:
            raise ValueError(f"checkpoint: keyword arguments are for use_reentrant=False, got {list(kwargs)}")
        if context_fn is not noop_context_fn or debug:
            raise ValueError("checkpoint: context_fn and debug are for use_reentrant=False")
        return _Reentrant.apply(function, random, *args)
    first, again = context_fn()
    frame = _Frame(function, args, kwargs, random, again, determinism_check, early_stop)
    with saved_tensors_hooks(frame.pack, frame.unpack), first:
        result = function(*args, **kwargs)
    frame.complete = True
    return result


class _RandomState:
    """Where the stream of random numbers is now, if it is to be the same again."""

    def __init__(self, preserved: bool) -> None:
        self.state: Any = fg.get_rng_state() if preserved else None

    def same(self) -> Any:
        """A context in which the stream begins there, and after which it is where it was."""
        return nullcontext() if self.state is None else _Again(self.state)


class _Again:
    def __init__(self, state: Any) -> None:
        self.state = state
        self.fork = fg.random.fork_rng()

    def __enter__(self) -> None:
        self.fork.__enter__()
        fg.set_rng_state(self.state)

    def __exit__(self, *error: Any) -> None:
        self.fork.__exit__(*error)


class _Held:
    """Stands for a tensor that was saved, until it is computed again."""

    __slots__ = ("__weakref__", "dtype", "shape")

    def __init__(self, tensor: Tensor) -> None:
        self.shape = tensor.shape
        self.dtype = tensor.dtype


class _Enough(BaseException):
    """All that is missing is there. It is no error, which modules would say their places on."""


class _Frame:
    """One call: what it saved, and how that is computed again."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        random: _RandomState,
        context: Any,
        determinism_check: str,
        early_stop: bool,
    ) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.random = random
        self.context = context
        self.checks = determinism_check == "default"
        self.early_stop = early_stop
        self.complete = False
        self.held: list[Any] = []  # weak references, in the order of saving
        self.computed: WeakKeyDictionary[_Held, Tensor] = WeakKeyDictionary()

    def pack(self, tensor: Tensor) -> _Held:
        """Take note of a tensor."""
        held = _Held(tensor)
        self.held.append(ref(held))
        return held

    def unpack(self, held: _Held) -> Tensor:
        """Give a tensor, computed again with all the others."""
        if held not in self.computed:
            if not self.complete:
                raise CheckpointError("checkpoint: a backward pass through a part of a function runs inside of it")
            self.compute()
        found = self.computed.get(held)
        if found is None:
            raise CheckpointError(
                f"checkpoint: {self.name} has saved {len(self.held)} tensors for its gradient, and fewer when it was "
                "called again; it must do the same each time"
            )
        return found

    @property
    def name(self) -> str:
        """What the function is called."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    def compute(self) -> None:
        """Call the function again, for what it saves."""
        count = 0

        def pack(tensor: Tensor) -> Tensor:
            nonlocal count
            if count >= len(self.held):
                if self.checks:
                    raise CheckpointError(
                        f"checkpoint: {self.name} has saved {len(self.held)} tensors for its gradient, and more when "
                        "it was called again; it must do the same each time"
                    )
                return tensor
            held = self.held[count]()
            count += 1
            if held is not None:
                if self.checks and (tensor.shape != held.shape or tensor.dtype != held.dtype):
                    raise CheckpointError(
                        f"checkpoint: tensor {count - 1} that {self.name} saves was {held.dtype} of shape "
                        f"{held.shape}, and is {tensor.dtype} of shape {tensor.shape} when it is called again; it must "
                        "do the same each time"
                    )
                self.computed[held] = tensor
            if self.early_stop and count == len(self.held):
                raise _Enough
            return tensor

        args, kwargs = _apart(self.args), _apart(self.kwargs)
        try:
            with fg.enable_grad(), saved_tensors_hooks(pack, _itself), self.random.same(), self.context:
                self.function(*args, **kwargs)
        except _Enough:
            pass


def _itself(tensor: Tensor) -> Tensor:
    return tensor


def _apart(value: Any) -> Any:
    """Arguments as leaves of their own, so that a function that is called again has no part in the graph."""
    if isinstance(value, Tensor):
        apart = value.detach()
        return apart.requires_grad_() if value.requires_grad else apart
    if isinstance(value, dict):
        return {key: _apart(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_apart(part) for part in value)
    return value


class _Reentrant(Function):
    """A function whose gradients are those of a backward pass through it, called again."""

    @staticmethod
    def forward(ctx: Any, function: Callable[..., Any], random: _RandomState, *args: Any) -> Any:
        ctx.function, ctx.random, ctx.args = function, random, args
        ctx.save_for_backward(*(arg if isinstance(arg, Tensor) else None for arg in args))
        return function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Any, ...]:
        args = [arg if saved is None else _apart(saved) for arg, saved in zip(ctx.args, ctx.saved_tensors, strict=True)]
        with fg.enable_grad(), ctx.random.same():
            outputs = ctx.function(*args)
        listed = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [
            (out, g) for out, g in zip(listed, grads, strict=True) if isinstance(out, Tensor) and out.requires_grad
        ]
        if not pairs:
            raise RuntimeError("checkpoint: none of the outputs requires gradients; checkpoint is for what does")
        fg.autograd.backward([out for out, _ in pairs], [g for _, g in pairs])
        return (None, None, *(arg.grad if isinstance(arg, Tensor) else None for arg in args))


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Call modules one after the other, in segments each of which is a `checkpoint`, but for the last.

    Parameters
    ----------
    functions : Sequential, or iterable of callables
        Called one after the other.
    segments : int
        How many.
    input : object
        What the first is called with.
    use_reentrant : bool, optional
        As `checkpoint` takes it.
    **kwargs
        ``preserve_rng_state``, as `checkpoint` has it.

    Returns
    -------
    object
        What the last returns.

    Raises
    ------
    ValueError
        If there are not 1 to as many segments as functions.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.utils.checkpoint import checkpoint_sequential
    >>> net = fg.nn.Sequential(*(fg.nn.Linear(4, 4) for _ in range(6)))
    >>> checkpoint_sequential(net, 3, fg.zeros(2, 4)).shape
    (2, 4)
    """
    preserved = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError(f"checkpoint_sequential: unexpected keyword arguments {list(kwargs)}")
    listed = _functions(functions)
    segments = whole(segments, "checkpoint_sequential", "segments")
    if not 1 <= segments <= max(1, len(listed)):
        raise ValueError(f"checkpoint_sequential: segments must be from 1 to {len(listed)}, got {segments}")
    size = len(listed) // segments
    for i in range(segments - 1):
        part = _in_order(listed[i * size : (i + 1) * size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, preserve_rng_state=preserved)
    return _in_order(listed[(segments - 1) * size :])(input)


def _functions(functions: Any) -> list[Callable[[Any], Any]]:
    if isinstance(functions, fg.nn.Sequential):
        return list(functions.children())
    listed = as_list(functions, "checkpoint_sequential", "functions", "a Sequential or a list of functions")
    for i, each in enumerate(listed):
        check_callable(each, "checkpoint_sequential", f"functions[{i}]")
    return listed


def _in_order(functions: Iterable[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def run(input: Any) -> Any:
        for function in functions:
            input = function(input)
        return input

    return run
