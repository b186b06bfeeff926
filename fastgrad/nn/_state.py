"""The state of modules as a dict, and back."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from fastgrad._tensor import Tensor
from fastgrad._tensor.dtype import as_dtype
from fastgrad.autograd.hooks import RemovableHandle
from fastgrad.nn.parameter import is_lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_EXTRA = "_extra_state"


class IncompatibleKeys(NamedTuple):
    """What `Module.load_state_dict` with ``strict=False`` did not find, and what it did not use."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class Loading(dict[str, Any]):
    """What `load_state_dict` tells each module, which is what the state's metadata has of it, and what is to be written
    once everything fits."""

    def __init__(self, metadata: Mapping[str, Any], assign: bool, writes: list[Callable[[], Any]]) -> None:
        super().__init__(metadata)
        if assign:
            self["assign_to_params_buffers"] = True
        self.assign = assign
        self.writes = writes


def _state(values: Mapping[str, Any] | None = None, metadata: Any = None) -> dict[str, Any]:
    """A state with what is said of its modules."""
    state: Any = OrderedDict(values or {})
    state._metadata = OrderedDict() if metadata is None else metadata
    return state  # type: ignore[no-any-return]


class HasState:
    """What `Module` does with its state."""

    _version: ClassVar[int] = 1
    _may_be_missing: ClassVar[frozenset[str]] = frozenset()  # what a state that is loaded need not have

    if TYPE_CHECKING:
        _parameters: dict[str, Any]
        _buffers: dict[str, Any]
        _modules: dict[str, Any]
        _non_persistent_buffers_set: set[str]

    # ---- saving ----

    def state_dict(
        self, *args: Any, destination: dict[str, Tensor] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Tensor]:
        """Return a dict from dotted names to all parameters and persistent buffers, sharing their memory.

        Parameters
        ----------
        *args
            The same as keywords, in their order: as PyTorch does, with a FutureWarning.
        destination : dict, optional
            Filled and returned instead of a new one.
        prefix : str
            Put before every key, dot included.
        keep_vars : bool, default False
            Give the parameters themselves instead of detached tensors.

        Returns
        -------
        dict of str to Tensor
            PyTorch's keys in PyTorch's order; an OrderedDict, whose ``_metadata`` has each module's version, as there.

        Examples
        --------
        >>> from fastgrad import nn
        >>> {key: value.shape for key, value in nn.Linear(3, 2).state_dict().items()}
        {'weight': (2, 3), 'bias': (2,)}
        """
        if args:
            if len(args) > 3:
                raise TypeError(f"{type(self).__name__}.state_dict: at most 3 arguments are wanted, got {len(args)}")
            warnings.warn(
                "Module.state_dict: give destination, prefix and keep_vars as keywords", FutureWarning, stacklevel=2
            )
            given: tuple[Any, ...] = (destination, prefix, keep_vars)
            destination, prefix, keep_vars = (*args, *given[len(args) :])
        state: dict[str, Any] = _state() if destination is None else destination
        told = {"version": self._version}
        metadata = getattr(state, "_metadata", None)
        if metadata is not None:
            metadata[prefix[:-1]] = told
        for hook in self._hooks("_state_dict_pre_hooks"):
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(state, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=state, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook, may_replace in self._hooks("_state_dict_hooks"):
            replaced = hook(self, state, prefix, told)
            if may_replace and replaced is not None:
                state = replaced
            elif replaced is not None:
                raise RuntimeError(f"state_dict: a post-hook must return None, got a {type(replaced).__name__}")
        return state

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Add this module's own state; a subclass may add more."""
        for name, value in self._own_state():
            destination[prefix + name] = value if keep_vars or is_lazy(value) else value.detach()
        if type(self).get_extra_state is not HasState.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

    def _own_state(self) -> Iterator[tuple[str, Any]]:
        """This module's own parameters and persistent buffers."""
        for name, param in self._parameters.items():
            if param is not None:
                yield name, param
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._non_persistent_buffers_set:
                yield name, buffer

    def get_extra_state(self) -> Any:
        """Return what else belongs to the state, to be saved with parameters and buffers, if a subclass defines it."""
        raise RuntimeError(f"{type(self).__name__} has no get_extra_state, which set_extra_state goes with")

    def set_extra_state(self, state: Any) -> None:
        """Take over what `get_extra_state` returned; a subclass that defines one defines the other."""
        raise RuntimeError(
            f"{type(self).__name__} has no set_extra_state, but the state_dict has an extra state for it"
        )

    # ---- loading ----

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy the values of `state_dict` into this module's parameters and buffers.

        Nothing is written unless everything fits.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or ndarray
            What `state_dict` of a module of the same structure returned.
        strict : bool, default True
            Whether the keys must be exactly this module's.
        assign : bool, default False
            Let parameters and buffers share the memory, and take the dtype, of the given tensors instead of copying.

        Returns
        -------
        IncompatibleKeys
            ``missing_keys`` and ``unexpected_keys``.

        Raises
        ------
        RuntimeError
            If a key is missing or unexpected (`strict`), or a shape differs; the message lists all of them.
        TypeError
            If `state_dict` is not a mapping of strings.

        Notes
        -----
        Where modules have hooks for after the loading, these may take keys off the lists, and so see the state as it is
        then: missing keys are an error after the rest has been written.

        Examples
        --------
        >>> from fastgrad import nn
        >>> net = nn.Linear(3, 2)
        >>> net.load_state_dict(nn.Linear(3, 2).state_dict())
        <All keys matched successfully>
        """
        if not hasattr(state_dict, "keys"):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict).__name__}")
        if odd := [key for key in state_dict if not isinstance(key, str)]:
            raise TypeError(f"load_state_dict: the keys of a state are strings, got {odd[0]!r}")
        metadata = getattr(state_dict, "_metadata", {})
        state = _state(state_dict, metadata)
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        writes: list[Callable[[], Any]] = []
        after: list[tuple[Any, Any]] = []

        def load(module: HasState, prefix: str) -> None:
            told = Loading(metadata.get(prefix[:-1], {}), assign, writes)
            module._load_from_state_dict(state, prefix, told, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    load(child, f"{prefix}{name}.")
            after.extend((module, hook) for hook in module._hooks("_load_state_dict_post_hooks"))

        load(self, "")
        keys = IncompatibleKeys(missing, unexpected)
        if errors or (strict and not after):
            self._raise_errors(keys, errors, strict)
        for write in writes:
            write()
        for module, hook in after:
            if hook(module, keys) is not None:
                raise RuntimeError("load_state_dict: a post-hook must return None; it may change the lists it is given")
        if strict:
            self._raise_errors(keys, errors, strict)
        return keys

    def _raise_errors(self, keys: IncompatibleKeys, errors: list[str], strict: bool) -> None:
        said = []
        for word, wrong in (("Missing", keys.missing_keys), ("Unexpected", keys.unexpected_keys)):
            if strict and wrong:
                said.append(f"{word} key(s) in state_dict: " + ", ".join(f'"{key}"' for key in wrong) + ". ")
        said += errors
        if said:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(said))

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Take over this module's own part of a state, the keys of which begin with `prefix`; a subclass may change
        these beforehand."""
        told = local_metadata if isinstance(local_metadata, Loading) else Loading({}, False, [])
        for hook, with_module in self._hooks("_load_state_dict_pre_hooks"):
            given = (state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
            hook(self, *given) if with_module else hook(*given)
        own = dict(self._own_state())
        for name, value in own.items():
            key = prefix + name
            if key in state_dict:
                self._fit(key, name, value, state_dict[key], told, error_msgs)
            elif strict and name not in self._may_be_missing:
                missing_keys.append(key)
        extra = prefix + _EXTRA
        if type(self).set_extra_state is not HasState.set_extra_state:
            if extra in state_dict:
                told.writes.append(lambda: self.set_extra_state(state_dict[extra]))
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra:
                    first, dot, _ = key[len(prefix) :].partition(".")
                    if (first not in self._modules) if dot else (first not in own):
                        unexpected_keys.append(key)
        if told is not local_metadata:
            for write in told.writes:
                write()

    def _fit(self, key: str, name: str, value: Any, source: Any, told: Loading, errors: list[str]) -> None:
        """Note what is wrong with a value for a parameter or buffer, or else that it is to be written."""
        if is_lazy(source):
            if not is_lazy(value):
                errors.append(f'"{key}" is an {type(source).__name__}, which has no values yet.')
            return
        if not hasattr(source, "shape") or not hasattr(source, "dtype"):
            errors.append(f'"{key}" must be a Tensor or ndarray, got a {type(source).__name__}.')
        elif not is_lazy(value) and tuple(source.shape) != value.shape:
            found = type(value.shape)(source.shape)
            errors.append(
                f"size mismatch for {key}: copying a param with shape {found} from checkpoint, the shape in current "
                f"model is {value.shape}."
            )
        elif _is_floating(source.dtype) != value.is_floating_point():
            errors.append(
                f"dtype mismatch for {key}: {source.dtype} in the checkpoint, {value.dtype} in the current model."
            )
        else:
            told.writes.append(lambda: _write(value, as_tensor(source), told.assign))

    # ---- hooks ----

    def _hooks(self, name: str) -> tuple[Any, ...]:
        hooks = self.__dict__.get(name)
        return tuple(hooks.values()) if hooks else ()

    def _add_hook(self, name: str, hook: Any, kept: Any) -> RemovableHandle:
        hooks = self.__dict__.setdefault(name, {})
        handle = RemovableHandle(hooks, hook)
        hooks[next(reversed(hooks))] = kept
        return handle

    def register_state_dict_pre_hook(self, hook: Callable[[Any, str, bool], Any]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before this module's part of a `state_dict` is made."""
        return self._add_hook("_state_dict_pre_hooks", hook, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` when this module's part of a `state_dict` is made.

        It may change the dict, all keys of this module in which begin with the prefix.

        Examples
        --------
        >>> from fastgrad import nn
        >>> layer = nn.Linear(3, 2)
        >>> def drop_bias(module, state, prefix, local_metadata):
        ...     del state[prefix + "bias"]
        >>> handle = layer.register_state_dict_post_hook(drop_bias)
        >>> list(layer.state_dict())
        ['weight']
        """
        return self._add_hook("_state_dict_hooks", hook, (hook, False))

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The same, but what it returns, unless None, takes the dict's place."""
        return self._add_hook("_state_dict_hooks", hook, (hook, True))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)``
        before this module takes over its part of a state; it may change the dict, which is a copy, and the lists."""
        return self._add_hook("_load_state_dict_pre_hooks", hook, (hook, True))

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], with_module: bool = False
    ) -> RemovableHandle:
        """The same, by default without the module."""
        return self._add_hook("_load_state_dict_pre_hooks", hook, (hook, with_module))

    def register_load_state_dict_post_hook(self, hook: Callable[[Any, IncompatibleKeys], None]) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after a state is loaded; it may change the lists of keys."""
        return self._add_hook("_load_state_dict_post_hooks", hook, hook)


def _is_floating(dtype: Any) -> bool | None:
    """Whether it is a dtype of floats; None if fastgrad has it not."""
    try:
        return as_dtype(dtype).is_floating_point
    except TypeError:
        return None


def _write(value: Any, source: Tensor, assign: bool) -> None:
    if is_lazy(value):
        value.materialize(source.shape, dtype=None)
    if assign:
        value.data = source
    else:
        value.detach().copy_(source)


def as_tensor(value: Any) -> Tensor:
    """Return a detached tensor that shares the memory of a tensor or NumPy array."""
    import fastgrad as fg

    return value.detach() if isinstance(value, Tensor) else fg.asarray(value)
