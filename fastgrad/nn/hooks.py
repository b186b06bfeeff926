"""Hooks of modules: registering them, for one module or for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad.autograd.hooks import RemovableHandle
from fastgrad.nn import _call
from fastgrad.nn._call import FlaggedHook, look_for_rare_hooks

if TYPE_CHECKING:
    from collections.abc import Callable

# Hooks that see what modules are given, by their handles' keys.
every_registration: dict[str, dict[int, Any]] = {"parameter": {}, "buffer": {}, "module": {}}


def register(
    hooks: dict[int, Any], hook: Any, prepend: bool = False, with_kwargs: bool = False, always: bool = False
) -> RemovableHandle:
    """Add a hook to a dict of them, in front of the others or behind them."""
    others = dict(hooks) if prepend else {}
    handle = RemovableHandle(hooks, hook)
    if with_kwargs or always:
        hooks[next(reversed(hooks))] = FlaggedHook(hook, with_kwargs, always)
    for key in others:
        del hooks[key]
    hooks.update(others)
    return handle


class HasHooks:
    """What `Module` does with hooks."""

    if TYPE_CHECKING:
        _forward_hooks: dict[int, Any]
        _forward_pre_hooks: dict[int, Any]

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every `forward`; what it returns, unless None, is the output.

        Parameters
        ----------
        hook : callable
            Receives the module, the tuple of positional arguments, and the output.
        prepend : bool, default False
            Call it before the hooks that are there already.
        with_kwargs : bool, default False
            Call ``hook(module, args, kwargs, output)``.
        always_call : bool, default False
            Call it also where `forward` or another hook has raised an error; then its output is None.

        Returns
        -------
        RemovableHandle
            Its ``remove()`` takes the hook away.

        Examples
        --------
        >>> from fastgrad import nn
        >>> import fastgrad as fg
        >>> layer, shapes = nn.Linear(3, 2), []
        >>> with layer.register_forward_hook(lambda module, args, output: shapes.append(output.shape)):
        ...     _ = layer(fg.zeros(5, 3))
        >>> shapes
        [(5, 2)]
        """
        return register(self._forward_hooks, hook, prepend, with_kwargs, always_call)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every `forward`; what it returns, unless None, replaces the arguments.

        Parameters
        ----------
        hook : callable
            Receives the module and the tuple of positional arguments; a returned value that is not a tuple is taken
            as the only argument.
        prepend : bool, default False
            Call it before the hooks that are there already.
        with_kwargs : bool, default False
            Call ``hook(module, args, kwargs)``, which returns None or new ``(args, kwargs)``.

        Returns
        -------
        RemovableHandle
            Its ``remove()`` takes the hook away.
        """
        return register(self._forward_pre_hooks, hook, prepend, with_kwargs)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when the gradients of the inputs are computed.

        Parameters
        ----------
        hook : callable
            Receives the module, and the gradients of all positional arguments and of all outputs, as tuples with None
            for what is no tensor or has no gradient. What it returns, unless None, replaces those of the arguments.
        prepend : bool, default False
            Call it before the hooks that are there already.

        Returns
        -------
        RemovableHandle
            Its ``remove()`` takes the hook away.

        Notes
        -----
        Arguments and outputs pass through functions of their own, so that writing to them in place is an error. Where
        no argument requires a gradient, the hook is called when the gradients of the outputs are known.

        Examples
        --------
        >>> import fastgrad as fg
        >>> layer, seen = fg.nn.Linear(3, 2), []
        >>> handle = layer.register_full_backward_hook(lambda module, inputs, outputs: seen.append(inputs[0].shape))
        >>> layer(fg.ones(5, 3, requires_grad=True)).sum().backward()
        >>> seen
        [(5, 3)]
        """
        look_for_rare_hooks()
        return register(self.__dict__.setdefault("_backward_hooks", {}), hook, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` when the gradients of the outputs are known.

        Parameters
        ----------
        hook : callable
            Receives the module and the tuple of gradients; what it returns, unless None, replaces these.
        prepend : bool, default False
            Call it before the hooks that are there already.

        Returns
        -------
        RemovableHandle
            Its ``remove()`` takes the hook away.
        """
        look_for_rare_hooks()
        return register(self.__dict__.setdefault("_backward_pre_hooks", {}), hook, prepend)


def _for_every_module(hooks: dict[int, Any], hook: Any, **flags: bool) -> RemovableHandle:
    look_for_rare_hooks()
    return register(hooks, hook, **flags)


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, args)`` before the `forward` of every module; see `Module.register_forward_pre_hook`."""
    return _for_every_module(_call.every_forward_pre, hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call ``hook(module, args, output)`` after the `forward` of every module; see `Module.register_forward_hook`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.hooks import register_module_forward_hook
    >>> net, seen = fg.nn.Sequential(fg.nn.Linear(3, 2), fg.nn.ReLU()), []
    >>> with register_module_forward_hook(lambda module, args, output: seen.append(type(module).__name__)):
    ...     _ = net(fg.zeros(1, 3))
    >>> seen
    ['Linear', 'ReLU', 'Sequential']
    """
    return _for_every_module(_call.every_forward, hook, with_kwargs=with_kwargs, always=always_call)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_input, grad_output)`` for every module; see `Module.register_full_backward_hook`."""
    return _for_every_module(_call.every_backward, hook)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_output)`` for every module; see `Module.register_full_backward_pre_hook`."""
    return _for_every_module(_call.every_backward_pre, hook)


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, name, parameter)`` when any module is given a parameter; what it returns takes its place."""
    return RemovableHandle(every_registration["parameter"], hook)


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, name, buffer)`` when any module is given a buffer; what it returns takes its place."""
    return RemovableHandle(every_registration["buffer"], hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, name, submodule)`` when any module is given another; what it returns takes its place."""
    return RemovableHandle(every_registration["module"], hook)


def registered(kind: str, module: Any, name: str, value: Any) -> Any:
    """What a module is given, after the hooks of that."""
    for hook in tuple(every_registration[kind].values()):
        replaced = hook(module, name, value)
        value = value if replaced is None else replaced
    return value
