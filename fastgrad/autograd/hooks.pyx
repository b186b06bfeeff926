# distutils: language = c++
"""Hooks of tensors, which a backward pass calls: with a gradient, or when one is complete.

A tensor's node, or a leaf itself, has a list of (output, hooks by their keys): a handle takes its hook out of such a
dict, which may be in the lists of several nodes.
"""
from fastgrad._tensor.node cimport Node
from fastgrad._tensor.recycle cimport watch
from fastgrad._tensor.tensor cimport Tensor, requires_grad

import weakref
from itertools import count

# How many hooks there are that wait for a gradient to be complete.
cdef int64_t completion_hooks = 0


cdef class CompletionHook:
    """What `register_post_accumulate_grad_hook` registers: a hook of the leaf, not of its gradient."""

    def __cinit__(self, function):
        global completion_hooks
        self.function = function
        completion_hooks += 1

    def __dealloc__(self):
        global completion_hooks
        completion_hooks -= 1

    def __call__(self, leaf: Tensor) -> None:
        self.function(leaf)


cdef bint awaits_completion(Tensor leaf):
    """Whether a leaf has such hooks."""
    return leaf.hooks is not None and any(
        [isinstance(hook, CompletionHook) for _, hooks in leaf.hooks for hook in (<dict>hooks).values()])


class RemovableHandle:
    """What registering a hook returns: `remove` takes the hook away; usable as a context manager."""

    __slots__ = ("_hooks", "_key")

    _keys = count()

    def __init__(self, hooks: dict[int, Any], hook: Any) -> None:
        if not callable(hook):
            raise TypeError(f"a hook must be callable, got {hook!r}")
        self._hooks = hooks
        self._key = next(RemovableHandle._keys)
        hooks[self._key] = hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks.pop(self._key, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


cdef list _with(list known, int output, dict hooks):
    """The lists of hooks that have any, and a new one. A new list: a backward pass may be walking the old one."""
    cdef list kept = [] if known is None else [entry for entry in known if entry[1]]
    kept.append((output, hooks))
    return kept


def register_hook(Tensor self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Calls ``hook(grad)`` whenever this tensor's gradient is computed; what it returns, if not None, replaces it.

    Returns a handle with ``remove()``.
    """
    if not callable(hook):
        raise TypeError(f"register_hook: hook must be callable, got {hook!r}")
    if not requires_grad(self):
        raise RuntimeError("register_hook: the tensor does not require gradients")
    cdef dict hooks = {}
    cdef Node n = self.node
    if n is not None:
        n.hooks = _with(n.hooks, self.output, hooks)
        watch(n)
    else:
        self.hooks = _with(self.hooks, 0, hooks)
    watch(self)
    return RemovableHandle(hooks, hook)


def register_post_accumulate_grad_hook(Tensor self, hook: Callable[[Tensor], Any]) -> RemovableHandle:
    """Calls ``hook(leaf)`` when a backward pass has added to this leaf's ``grad``: as soon as its gradient is complete,
    while the pass goes on with older operations. This ``grad`` is there then also if the pass fails later.

    Returns a handle with ``remove()``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> w = fg.tensor([1.0, 2.0], requires_grad=True)
    >>> def step(p):
    ...     p.data -= 0.5 * p.grad
    ...     p.grad = None
    >>> handle = w.register_post_accumulate_grad_hook(step)
    >>> (w * w).sum().backward()
    >>> w.tolist(), w.grad
    ([0.0, 0.0], None)
    """
    if not callable(hook):
        raise TypeError(f"register_post_accumulate_grad_hook: hook must be callable, got {hook!r}")
    if not requires_grad(self):
        raise RuntimeError("register_post_accumulate_grad_hook: the tensor does not require gradients")
    if self.node is not None:
        raise RuntimeError(
            "register_post_accumulate_grad_hook: the tensor must be a leaf, got the result of an operation; "
            "register_hook sees its gradient")
    cdef dict hooks = {}
    self.hooks = _with(self.hooks, 0, hooks)
    watch(self)
    return RemovableHandle(hooks, CompletionHook(hook))


def retain_grad(Tensor self) -> None:
    """Keeps the gradient of a tensor that is not a leaf in its ``grad``, too."""
    if not requires_grad(self):
        raise RuntimeError("retain_grad: the tensor does not require gradients")
    cdef Node n = self.node
    if n is None:
        return
    if n.retained is None:
        n.retained = []
    if not any([entry[1]() is self for entry in n.retained]):
        n.retained.append((self.output, weakref.ref(self)))
    watch(n)
