"""Module: the base class of layers and networks."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import fastgrad as fg
from fastgrad._arguments import check_callable, check_instance
from fastgrad._tensor import Tensor
from fastgrad._tensor.device import KINDS
from fastgrad._tensor.dtype import as_dtype, bfloat16, float16, float32, float64
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.nn._call import Called, look_for_rare_hooks
from fastgrad.nn._registry import NAMES, Registry, adopt
from fastgrad.nn._state import HasState
from fastgrad.nn.hooks import HasHooks, registered
from fastgrad.nn.parameter import Buffer, Parameter, UninitializedBuffer, is_lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import ParamSpec, Protocol, TypeVar

    M = TypeVar("M", bound="Module")
    P = ParamSpec("P")
    R_co = TypeVar("R_co", covariant=True)

    class HasForward(Protocol[P, R_co]):
        """What is called as its forward is: a module, as `Module.__call__` sees it."""

        def forward(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


class _SignatureOfForward:
    """What `inspect.signature` says of a module that is called: what its ``forward`` takes. Of the class, nothing."""

    def __get__(self, module: Module | None, owner: type) -> Any:
        if module is None:
            raise AttributeError("__signature__")
        from inspect import signature

        return signature(module.forward)


class _Answers:
    """What ``super().__getattr__`` finds in a subclass of Module that defines ``__getattr__``: Module has none of its
    own, which would make every look-up of an attribute slower."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        for held in ("_parameters", "_buffers", "_modules"):
            registry = self.__dict__.get(held, ())
            if name in registry:
                return registry[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)


class Module(HasHooks, HasState, Called):
    """Base class of layers and networks.

    A subclass assigns parameters, buffers and other modules to attributes in ``__init__`` (after
    ``super().__init__()``) and defines ``forward``. Assignment registers: what is registered is found by
    `parameters`, `state_dict`, `to` and the rest.

    Attributes
    ----------
    training : bool
        True after `train`, False after `eval`; dropout and batch normalisation look at it.

    Notes
    -----
    The registries (names to values, in order of assignment) are what traversals walk. Each value is also an ordinary
    instance attribute, so that ``self.weight`` in ``forward`` costs one plain attribute look-up; what is written to a
    registry, ``self._modules["head"] = layer``, becomes the attribute, too.

    An error that leaves a module has a note of the part that it comes from: "in layer 4 of Sequential: Linear(...)".

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(4, 8)
    ...         self.out = nn.Linear(8, 1)
    ...
    ...     def forward(self, x):
    ...         return self.out(nn.functional.relu(self.hidden(x)))
    >>> net = Net()
    >>> net(fg.zeros(2, 4)).shape
    (2, 1)
    >>> [name for name, _ in net.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
    """

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]

    # Of modules that have none, which are most; those that are registered stand in the module's own.
    _backward_hooks: Mapping[Any, Any] = MappingProxyType({})
    _backward_pre_hooks: Mapping[Any, Any] = MappingProxyType({})

    if TYPE_CHECKING:
        # Attributes of a network are whatever its author assigned.
        def __getattr__(self, name: str) -> Any: ...

    def __init_subclass__(cls, **words: Any) -> None:
        super().__init_subclass__(**words)
        if "__getattr__" in cls.__dict__ and not issubclass(cls, _Answers):
            type.__setattr__(cls, "__bases__", (*cls.__bases__, _Answers))

    def __init__(self) -> None:
        self.__dict__.update(
            training=True,
            _parameters=Registry(self),
            _buffers=Registry(self),
            _non_persistent_buffers_set=set(),
            _modules=Registry(self),
            _forward_hooks={},
            _forward_pre_hooks={},
        )

    # ---- calling ----

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the module's output; every subclass that is called defines it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    __signature__: Any = _SignatureOfForward()

    if TYPE_CHECKING:
        # A call, which `Called` defines, takes and returns what the subclass's forward does.
        def __call__(self: HasForward[P, R_co], *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    # ---- registering ----

    def __setattr__(self, name: str, value: Any) -> None:
        attributes = self.__dict__
        if isinstance(value, Parameter):
            if name in attributes and name not in attributes.get("_parameters", ()):
                delattr(self, name)  # an attribute of another kind gives way
            self.register_parameter(name, value)
            return
        if isinstance(value, Module):
            if "_modules" not in attributes:
                raise AttributeError("cannot assign module before Module.__init__() call")
            value = registered("module", self, name, value)
            self._forget(name)
            dict.__setitem__(self._modules, name, value)
        elif isinstance(value, (Buffer, UninitializedBuffer)) and name not in attributes.get("_parameters", ()):
            if name in attributes and name not in attributes.get("_buffers", ()):
                delattr(self, name)
            self.register_buffer(name, value, value.persistent)
            return
        elif name in NAMES and isinstance(value, dict):
            adopt(self, name, value)
            return
        elif "_parameters" in attributes:
            if name in self._parameters:
                if value is not None:
                    raise TypeError(
                        f"cannot assign '{type(value).__name__}' as parameter '{name}' (nn.Parameter or None expected)"
                    )
                dict.__setitem__(self._parameters, name, None)
            elif name in self._modules:
                if value is not None:
                    raise TypeError(
                        f"cannot assign '{type(value).__name__}' as child module '{name}' (nn.Module or None expected)"
                    )
                dict.__setitem__(self._modules, name, None)
            elif name in self._buffers:
                if value is not None and not isinstance(value, Tensor):
                    raise TypeError(
                        f"cannot assign '{type(value).__name__}' as buffer '{name}' (fastgrad.Tensor or None expected)"
                    )
                value = registered("buffer", self, name, value)
                dict.__setitem__(self._buffers, name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._forget(name)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return super().__reduce_ex__(max(2, protocol))  # below, what has a compiled base is refused

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for name in NAMES:
            if name in state:
                object.__setattr__(self, name, Registry(self, state[name]))
        if state.get("_backward_hooks") or state.get("_backward_pre_hooks"):
            look_for_rare_hooks()

    def _forget(self, name: str) -> None:
        """Drop `name` from the registries, but keep its place where it stays of the same kind."""
        dict.pop(self._parameters, name, None)
        dict.pop(self._buffers, name, None)
        self._non_persistent_buffers_set.discard(name)
        if not isinstance(self.__dict__.get(name), Module):
            dict.pop(self._modules, name, None)

    def _check_name(self, kind: str, name: str, registry: dict[str, Any]) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f"{kind} name can't contain \".\", got: '{name}'")
        if not name:
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in registry:
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under `name`; what ``self.name = param`` does.

        Parameters
        ----------
        name : str
            A name without dots that is not yet an attribute of another kind.
        param : Parameter or None
            None reserves the name: the parameter is absent from `state_dict` and `parameters`.

        Raises
        ------
        KeyError
            If the name is empty, contains a dot or is taken.
        TypeError
            If `param` is not a `Parameter` or None.
        """
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"{self._get_name()}: cannot assign '{type(param).__name__}' object to parameter '{name}' "
                "(nn.Parameter or None required)"
            )
        self._check_name("parameter", name, self._parameters)
        param = registered("parameter", self, name, param)
        dict.__setitem__(self._parameters, name, param)
        object.__setattr__(self, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that is part of the module's state but is not trained, such as a running mean.

        Parameters
        ----------
        name : str
            A name without dots that is not yet an attribute of another kind.
        tensor : Tensor or None
            None reserves the name.
        persistent : bool, default True
            Whether `state_dict` contains it.

        Raises
        ------
        KeyError
            If the name is empty, contains a dot or is taken.
        TypeError
            If `tensor` is not a tensor or None.
        """
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"{self._get_name()}: cannot assign '{type(tensor).__name__}' object to buffer '{name}' "
                "(fastgrad.Tensor or None required)"
            )
        tensor = registered("buffer", self, name, tensor)
        dict.__setitem__(self._buffers, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)
        object.__setattr__(self, name, tensor)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a child module under `name`; what ``self.name = module`` does.

        Parameters
        ----------
        name : str
            A name without dots that is not yet an attribute of another kind.
        module : Module or None
            None reserves the name.

        Raises
        ------
        KeyError
            If the name is empty, contains a dot or is taken.
        TypeError
            If `module` is not a `Module` or None.
        """
        if "_modules" not in self.__dict__:
            raise AttributeError("cannot assign module before Module.__init__() call")
        if module is not None:
            check_module(module)
        self._check_name("module", name, self._modules)
        module = registered("module", self, name, module)
        dict.__setitem__(self._modules, name, module)
        object.__setattr__(self, name, module)

    register_module = add_module

    # ---- walking ----

    def children(self) -> Iterator[Module]:
        """Iterate over the modules directly inside this one, each once."""
        for _, module in self.named_children():
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over ``(name, module)`` of the modules directly inside this one, each once."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Iterate over this module and all inside it, at any depth; each once, unless `remove_duplicate` is False."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(
        self, memo: set[int] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Iterate over ``(dotted name, module)`` of this module and all inside it, outer before inner.

        Parameters
        ----------
        memo : set of int, optional
            Identities of modules already seen.
        prefix : str
            Put before every name.
        remove_duplicate : bool, default True
            Whether a module that occurs twice is given once.
        """
        memo = set() if memo is None else memo
        if id(self) in memo:
            return
        if remove_duplicate:
            memo.add(id(self))
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def _named_members(
        self, registry: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else ((prefix, self),)
        for path, module in modules:
            for name, member in getattr(module, registry).items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield f"{path}.{name}" if path else name, member

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Iterate over the parameters, each once; with ``recurse=False`` only this module's own."""
        for _, param in self.named_parameters(recurse=recurse):
            yield param

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over ``(dotted name, parameter)``.

        Parameters
        ----------
        prefix : str
            Put before every name, with a dot.
        recurse : bool, default True
            Whether to include the parameters of modules inside this one.
        remove_duplicate : bool, default True
            Whether a parameter that occurs twice is given once.
        """
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Iterate over the buffers, each once; with ``recurse=False`` only this module's own."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Iterate over ``(dotted name, buffer)``; the arguments are those of `named_parameters`."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def get_submodule(self, target: str) -> Module:
        """Return the module at the dotted path `target`; the module itself for an empty path.

        Raises
        ------
        AttributeError
            If there is no such module; the message names the part that is missing.
        """
        check_instance(target, str, "get_submodule", "target")
        module = self
        for name in target.split(".") if target else ():
            child = module._modules.get(name)
            if child is None:
                raise AttributeError(f"{type(module).__name__} has no child module '{name}' (looking for '{target}')")
            module = child
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module at the dotted path `target`, in place of the one that is there, if any.

        Parameters
        ----------
        target : str
            All but its last part must exist.
        module : Module
            What stands there from then on.
        strict : bool, default False
            Whether there must be one already.

        Raises
        ------
        ValueError
            If the path is empty.
        AttributeError
            If there is no such path, or what is there is no module.

        Examples
        --------
        >>> from fastgrad import nn
        >>> net = nn.Sequential(nn.Sequential(nn.Linear(3, 2), nn.ReLU()))
        >>> net.set_submodule("0.1", nn.Tanh())
        >>> net[0][1]
        Tanh()
        """
        check_instance(target, str, "set_submodule", "target")
        if not target:
            raise TensorValueError("set_submodule: the path must not be empty")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        there = parent.__dict__.get(name)
        if there is None and strict:
            raise AttributeError(f"{type(parent).__name__} has no child module '{name}' (looking for '{target}')")
        if there is not None and not isinstance(there, Module):
            raise AttributeError(f"'{name}' of {type(parent).__name__} is no module (looking for '{target}')")
        setattr(parent, name, check_module(module))

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at the dotted path `target`; AttributeError if there is none."""
        check_instance(target, str, "get_parameter", "target")
        path, _, name = target.rpartition(".")
        param = self.get_submodule(path)._parameters.get(name)
        if param is None:
            raise AttributeError(f"{type(self).__name__} has no parameter '{target}'")
        return param

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer at the dotted path `target`; AttributeError if there is none."""
        check_instance(target, str, "get_buffer", "target")
        path, _, name = target.rpartition(".")
        buffer = self.get_submodule(path)._buffers.get(name)
        if buffer is None:
            raise AttributeError(f"{type(self).__name__} has no buffer '{target}'")
        return buffer

    # ---- changing all of it ----

    def apply(self: M, fn: Callable[[Module], object]) -> M:
        """Call ``fn`` on every module inside this one, inner before outer, then on this one; return self.

        Examples
        --------
        >>> from fastgrad import nn
        >>> def zero_bias(module):
        ...     if isinstance(module, nn.Linear):
        ...         nn.init.zeros_(module.bias)
        >>> nn.Sequential(nn.Linear(2, 2), nn.ReLU()).apply(zero_bias)[0].bias.tolist()
        [0.0, 0.0]
        """
        check_callable(fn, "Module.apply", "fn")
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self: M, mode: bool = True) -> M:
        """Set ``training`` to `mode` in this module and all inside it, by their own `train`; return self."""
        if not isinstance(mode, bool):
            raise TensorValueError(f"training mode is expected to be boolean, got {mode!r}")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self: M) -> M:
        """Set ``training`` to False in this module and all inside it; return self."""
        return self.train(False)

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """Set ``requires_grad`` of every parameter, as to freeze a part of a network; return self."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the parameters' gradients.

        Parameters
        ----------
        set_to_none : bool, default True
            Set ``grad`` to None; otherwise fill it with zeros.
        """
        for param in self.parameters():
            if set_to_none:
                param.grad = None
            elif param.grad is not None:
                param.grad = param.grad.detach()
                param.grad.zero_()

    def to(
        self: M,
        *args: Any,
        dtype: Any = None,
        device: Any = None,
        non_blocking: bool = False,
        memory_format: Any = None,
    ) -> M:
        """Cast floating-point parameters and buffers in place; return self.

        Parameters
        ----------
        *args
            A dtype, a tensor whose dtype is wanted, or the device ``"cpu"``.
        dtype : dtype, optional
            A floating dtype. Integer buffers, such as counters, keep theirs.
        device : str, optional
            Accepted for PyTorch's sake; only ``"cpu"`` exists.
        non_blocking, memory_format
            Change nothing: kernels lay their weights out as they want them.

        Raises
        ------
        TypeError
            If the dtype is not a floating one.
        ValueError
            If the device is not the CPU.

        Examples
        --------
        >>> import fastgrad as fg
        >>> fg.nn.Linear(2, 2).to(fg.float64).weight.dtype == fg.float64
        True
        """
        for arg in args:
            if isinstance(arg, str) and arg.partition(":")[0] in KINDS:
                device = arg
            elif isinstance(arg, Tensor):
                dtype = arg.dtype
            elif arg is not None and not isinstance(arg, bool):  # non_blocking
                dtype = arg
        if device is not None and str(device) not in ("cpu", "cpu:0"):
            raise TensorValueError(f"Module.to: fastgrad computes on the CPU only, got device {str(device)!r}")
        if dtype is None:
            return self
        dtype = as_dtype(dtype)
        if not dtype.is_floating_point:
            raise TensorTypeError(f"Module.to: only floating-point dtypes are accepted, got {dtype}")
        return self._apply(lambda t: t.astype(dtype) if t.is_floating_point() and t.dtype != dtype else t)

    def _apply(self: M, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> M:
        """Replace the values of all parameters, with their gradients, and all buffers by what a function makes of them,
        those of modules inside by their own `_apply`; return self."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for param in self._parameters.values():
            if param is None:
                continue
            if is_lazy(param):
                param.data = fn(param.data)
                continue
            value = param.detach()
            made = fn(value)
            if made is value:
                continue
            grad = param.grad
            param.grad = None
            param.data = made
            if grad is not None:
                param.grad = fn(grad.detach())
        for name, buffer in self._buffers.items():
            if buffer is not None and is_lazy(buffer):
                buffer.data = fn(buffer.data)
            elif buffer is not None and (made := fn(buffer)) is not buffer:
                setattr(self, name, made)
        return self

    def float(self: M) -> M:
        """Cast floating-point parameters and buffers to float32."""
        return self.to(float32)

    def double(self: M) -> M:
        """Cast floating-point parameters and buffers to float64."""
        return self.to(float64)

    def half(self: M) -> M:
        """Cast floating-point parameters and buffers to float16, which few operations compute in."""
        return self.to(float16)

    def bfloat16(self: M) -> M:
        """Cast floating-point parameters and buffers to bfloat16, which few operations compute in."""
        return self.to(bfloat16)

    def type(self: M, dst_type: Any) -> M:
        """Cast all parameters and buffers, integers too, to a dtype; return self.

        Parameters
        ----------
        dst_type : dtype
            Parameters that require gradients take floating ones only.
        """
        dtype = as_dtype(dst_type)
        for param in self.parameters():
            if param.requires_grad and not dtype.is_floating_point:
                raise UnsupportedDtypeError(
                    f"Module.type: a parameter that requires gradients must be floating-point, got {dtype}"
                )
        return self._apply(lambda t: t if t.dtype == dtype else t.astype(dtype))

    def to_empty(self: M, *, device: Any, recurse: bool = True) -> M:
        """Give all parameters and buffers new memory, its values not set; return self.

        Parameters
        ----------
        device : str or None
            Only ``"cpu"`` exists.
        recurse : bool, default True
            Whether modules inside this one are included.
        """
        self.to(device=device)
        return self._apply(fg.empty_like, recurse)

    def share_memory(self: M) -> M:
        """Not here: RuntimeError."""
        raise RuntimeError(
            "Module.share_memory: tensors do not move to memory that processes share; make them on such memory, as by "
            "fg.asarray of a NumPy array on multiprocessing.shared_memory, and assign it to param.data"
        )

    def cpu(self: M) -> M:
        """Return self: everything lives on the CPU."""
        return self

    def cuda(self, device: Any = None) -> NoReturn:
        """Raise a RuntimeError: there is no such device."""
        raise RuntimeError(
            f"{type(self).__name__}.cuda: fastgrad computes on the CPU alone; write model.to(device) with "
            "device = 'cpu'"
        )

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Change nothing, whatever a compiler is told: operations run when they are called."""

    # ---- printing ----

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of this module's `repr`."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        extra_lines = extra.split("\n") if extra else []
        child_lines = [f"({name}): {indent(repr(module))}" for name, module in self._modules.items()]
        if not child_lines and len(extra_lines) <= 1:
            return f"{self._get_name()}({extra})"
        return "\n  ".join([self._get_name() + "(", *extra_lines, *child_lines]) + "\n)"


def check_module(module: M) -> M:
    """Return what is a module; raise TypeError for anything else."""
    if not isinstance(module, Module):
        raise TypeError(f"{type(module).__name__} is not a Module subclass")
    return module


def indent(text: str) -> str:
    """Indent all lines but the first by two spaces."""
    return text.replace("\n", "\n  ")
