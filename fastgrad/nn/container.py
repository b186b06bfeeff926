"""Modules that hold modules or parameters: Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, cast, overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole
from fastgrad._tensor.dtype import float32
from fastgrad.errors import TensorIndexError, TensorValueError
from fastgrad.nn._fusion import RECORDED, UNRECORDED
from fastgrad.nn._sequence import call_in_order
from fastgrad.nn.module import Module, check_module, indent
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView

    from typing_extensions import Self, TypeVar as TypeVarWithDefault

    M = TypeVarWithDefault("M", bound=Module, default=Module)

    class Step(Module):
        """A module of a Sequential, as that knows it: called with one argument it gives a tensor."""

        weight: Parameter | Any
        bias: Parameter | Any

        def forward(self, input: Any, /) -> Tensor: ...

else:
    M = TypeVar("M")

Given = TypeVar("Given", bound=Module)
Held = TypeVar("Held", bound=Module)


class _Listed(Module, Generic[Given, Held]):
    """What Sequential and ModuleList share: modules under the names "0", "1", ... or names of their own."""

    _modules: dict[str, Held]  # type: ignore[assignment]

    def _key(self, position: SupportsIndex) -> str:
        """The name of the module at a position, which may be negative."""
        size, place = len(self), whole(position, type(self).__name__, "a position")
        if not -size <= place < size:
            raise TensorIndexError(f"index {place} is out of range for a {type(self).__name__} of {size} modules")
        return list(self._modules)[place]

    @overload
    def __getitem__(self, position: SupportsIndex) -> Held: ...
    @overload
    def __getitem__(self, position: slice) -> Self: ...
    def __getitem__(self, position: SupportsIndex | slice) -> Held | Self:
        if isinstance(position, slice):
            part = type(self)()
            for key, module in list(self._modules.items())[position]:
                part.add_module(self._sliced_name(key, len(part)), module)
            return part
        return self._modules[self._key(position)]

    def _sliced_name(self, key: str, position: int) -> str:
        return str(position)

    def __setitem__(self, position: SupportsIndex, module: Given) -> None:
        setattr(self, self._key(position), module)

    def __delitem__(self, position: SupportsIndex | slice) -> None:
        keys = list(self._modules)
        gone = set(keys[position]) if isinstance(position, slice) else {self._key(position)}
        kept = [module for key, module in self._modules.items() if key not in gone]
        for key in keys:
            delattr(self, key)
        for i, module in enumerate(kept):  # numbered anew, also those that had names, as PyTorch does
            self.add_module(str(i), module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Held]:
        return iter(self._modules.values())

    def __contains__(self, module: object) -> bool:
        return any(module is held for held in self._modules.values())

    def append(self, module: Given) -> Self:
        """Add a module at the end; return self."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Given]) -> Self:
        """Add modules at the end; return self."""
        if isinstance(modules, (str, bytes)) or not hasattr(modules, "__iter__"):
            raise TypeError(f"{type(self).__name__}.extend: modules must be an iterable of modules, got {modules!r}")
        for module in [module if module is None else check_module(module) for module in modules]:
            self.append(module)
        return self

    def insert(self, index: SupportsIndex, module: Given) -> Self:
        """Put a module before position `index`, as `list.insert` does; name all by their positions; return self."""
        modules: list[Module] = list(self._modules.values())
        index = whole(index, f"{type(self).__name__}.insert", "index")
        modules.insert(index, module if module is None else check_module(module))
        for key in list(self._modules):
            delattr(self, key)
        for i, held in enumerate(modules):
            self.add_module(str(i), held)
        return self

    @overload
    def pop(self, key: SupportsIndex = -1) -> Held: ...
    @overload
    def pop(self, key: slice) -> Self: ...
    def pop(self, key: SupportsIndex | slice = -1) -> Held | Self:
        """Take away and return the module at a position, or those of a slice."""
        modules = self[key]
        del self[key]
        return modules

    def __iadd__(self, other: Iterable[Given]) -> Self:
        return self.extend(other)


class Sequential(_Listed[Module, "Step"]):
    """Call modules one after the other, each on what the one before returned.

    Parameters
    ----------
    *modules : Module, or one dict of str to Module
        The modules in order; a dict gives them names, otherwise they are called "0", "1", ...

    Notes
    -----
    Shape: that of the first module's input to that of the last module's output.

    Some modules in a row are computed by one operation, faster and with the same bits: `Linear`, a convolution or batch
    normalisation with the `ReLU` behind it, the last with a `MaxPool2d` too, and, under `no_grad` and in evaluation
    mode, a convolution with its batch normalisation. A module with a hook is always called.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> net(fg.zeros(3, 4)).shape
    (3, 2)
    >>> net[:2]
    Sequential(
      (0): Linear(in_features=4, out_features=8, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], dict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(modules):
                self.add_module(str(i), cast("Module", module))  # which refuses what is none

    def _sliced_name(self, key: str, position: int) -> str:
        return key

    def extend(self, sequential: Iterable[Module]) -> Self:
        """Add modules at the end; return self."""
        return super().extend(sequential)

    def __add__(self, other: Iterable[Module]) -> Sequential:
        return Sequential(*self).extend(other)

    def __mul__(self, times: int) -> Sequential:
        repeated = Sequential()
        for _ in range(self._times(times)):
            repeated.extend(self)
        return repeated

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        modules = list(self)
        for _ in range(self._times(times) - 1):
            self.extend(modules)
        return self

    def _times(self, times: int) -> int:
        count = whole(times, "Sequential", "the number of times")
        if count < 1:
            raise TensorValueError(f"Sequential: it is repeated at least once, got {times}")
        return count

    def forward(self, input: Any) -> Tensor:
        return call_in_order(self._modules, input, RECORDED, UNRECORDED, Module.__call__)


class ModuleList(_Listed[M, M]):
    """Hold modules in a list, so that they are registered; calls nothing by itself.

    Parameters
    ----------
    modules : iterable of Module, optional
        Those that it begins with.

    Examples
    --------
    >>> from fastgrad import nn
    >>> layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))
    >>> len(layers), len(list(layers.parameters()))
    (3, 6)
    >>> layers
    ModuleList(
      (0-2): 3 x Linear(in_features=8, out_features=8, bias=True)
    )
    """

    def __init__(self, modules: Iterable[M] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __add__(self, other: Iterable[M]) -> ModuleList[M]:
        return ModuleList(self).extend(other)

    def __repr__(self) -> str:
        if not len(self):
            return f"{self._get_name()}()"
        lines: list[str] = []
        runs: list[list[Any]] = []  # [first position, count, text] of equal neighbours
        for i, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][2] == text:
                runs[-1][1] += 1
            else:
                runs.append([i, 1, text])
        for first, count, text in runs:
            line = f"({first}): {text}" if count == 1 else f"({first}-{first + count - 1}): {count} x {text}"
            lines.append(indent(line))
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"


class ModuleDict(Module, Generic[M]):
    """Hold modules in a dict, so that they are registered; calls nothing by itself.

    Parameters
    ----------
    modules : mapping of str to Module, or iterable of pairs, optional
        Those that it begins with, by name.

    Examples
    --------
    >>> from fastgrad import nn
    >>> heads = nn.ModuleDict({"mean": nn.Linear(4, 1), "scale": nn.Linear(4, 1)})
    >>> list(heads), heads["mean"].out_features
    (['mean', 'scale'], 1)
    """

    _modules: dict[str, M]  # type: ignore[assignment]

    def __init__(self, modules: Mapping[str, M] | Iterable[tuple[str, M]] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> M:
        return self._modules[key]

    def __setitem__(self, key: str, module: M) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        if key not in self._modules:
            raise KeyError(key)
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> ValuesView[M]:
        """The modules."""
        return self._modules.values()

    def items(self) -> ItemsView[str, M]:
        """Pairs of name and module."""
        return self._modules.items()

    def pop(self, key: str) -> M:
        """Take away and return the module of that name."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take away all modules."""
        for key in list(self._modules):
            delattr(self, key)

    def update(self, modules: Mapping[str, M] | Iterable[tuple[str, M]]) -> None:
        """Add or replace modules, given as a mapping or as pairs."""
        try:
            pairs = dict(modules)
        except (TypeError, ValueError) as error:
            raise type(error)(f"ModuleDict.update: modules must be a mapping or pairs, got {modules!r}") from None
        for key, module in pairs.items():
            self[key] = module


class _Values(Module):
    """What ParameterList and ParameterDict share: values under names, tensors as parameters."""

    def _set(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value, value.is_floating_point())
        if name in self._parameters and not isinstance(value, Parameter):
            delattr(self, name)
        setattr(self, name, value)

    def _entries(self) -> Iterable[tuple[Any, Any]]:
        raise NotImplementedError

    def extra_repr(self) -> str:
        """A line for each value."""
        indent = "  " if _as_torch() else ""
        return "\n".join(f"{indent}({name}): {_described(value, self._typed)}" for name, value in self._entries())

    # Whether PyTorch names the type of its values, where it does not name their dtype.
    _typed = False

    def __repr__(self) -> str:
        lines = self.extra_repr()
        if _as_torch() and "\n" not in lines:
            return f"{self._get_name()}({lines})"  # PyTorch has one line in no line of its own
        return self._get_name() + "(" + (f"\n{lines}".replace("\n", "\n  ") + "\n)" if lines else ")")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"{type(self).__name__} holds parameters and should not be called")


def _as_torch() -> bool:
    """Whether PyTorch's door has dtypes, and what shows them, be written as PyTorch's."""
    return str(float32).startswith("torch.")


def _described(value: Any, typed: bool) -> str:
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    if _as_torch():
        of = value.type() if typed else value.dtype
        return f"{kind} containing: [{of} of size {'x'.join(map(str, value.shape))}]"
    return f"{kind} containing: [fastgrad.{value.dtype} of shape {value.shape}]"


class ParameterList(_Values):
    """Hold parameters in a list, so that they are registered.

    Parameters
    ----------
    values : iterable, optional
        Tensors that are not parameters are made ones; other things are kept as they are.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> scales = nn.ParameterList([fg.ones(2), fg.ones(3)])
    >>> [name for name, _ in scales.named_parameters()]
    ['0', '1']
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _name(self, position: SupportsIndex) -> str:
        size, place = len(self), whole(position, "ParameterList", "a position")
        if not -size <= place < size:
            raise TensorIndexError(f"index {place} is out of range for a ParameterList of {size}")
        return str(place % size)

    def _entries(self) -> Iterable[tuple[Any, Any]]:
        return enumerate(self)

    @overload
    def __getitem__(self, idx: SupportsIndex) -> Parameter: ...
    @overload
    def __getitem__(self, idx: slice) -> Self: ...
    def __getitem__(self, idx: SupportsIndex | slice) -> Parameter | Self:
        if isinstance(idx, slice):
            return type(self)(list(self)[idx])
        return cast("Parameter", getattr(self, self._name(idx)))

    def __setitem__(self, idx: SupportsIndex, value: Any) -> None:
        self._set(self._name(idx), value)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Parameter]:
        return (getattr(self, str(i)) for i in range(len(self)))

    def append(self, value: Any) -> Self:
        """Add a value at the end; return self."""
        self._set(str(len(self)), value)
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add values at the end; return self."""
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            raise TypeError(f"{type(self).__name__}.extend: values must be an iterable of tensors, got {values!r}")
        for value in list(values):
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)


class ParameterDict(_Values):
    """Hold parameters in a dict, so that they are registered.

    Parameters
    ----------
    parameters : mapping of str to Tensor, or iterable of pairs, optional
        Tensors that are not parameters are made ones; other things are kept as they are. Their order is as in `update`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> scales = nn.ParameterDict({"inner": fg.ones(2), "outer": fg.ones(3)})
    >>> [name for name, _ in scales.named_parameters()], scales["outer"].shape
    (['inner', 'outer'], (3,))
    """

    _typed = True

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def _entries(self) -> Iterable[tuple[Any, Any]]:
        return self.items()

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise KeyError(key)
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self._keys:
            self._check_name("parameter", key, {})
        self._set(key, value)
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self._keys))

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._keys.keys()

    def values(self) -> Iterable[Any]:
        """The values."""
        return [self[key] for key in self._keys]

    def items(self) -> Iterable[tuple[str, Any]]:
        """Pairs of name and value."""
        return [(key, self[key]) for key in self._keys]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of that name, or the default."""
        return self[key] if key in self._keys else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of that name, which is the default where there is none yet."""
        if key not in self._keys:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Any:
        """Take away and return the value of that name."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take away and return the last name with its value."""
        if not self._keys:
            raise KeyError("popitem: the ParameterDict is empty")
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def clear(self) -> None:
        """Take away all values."""
        for key in list(self._keys):
            del self[key]

    def copy(self) -> ParameterDict:
        """Another dict of the same values."""
        return ParameterDict(self)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """Another dict with these names and one value for all."""
        return ParameterDict((key, default) for key in keys)

    def update(self, parameters: Any) -> None:
        """Add or replace values, given as a mapping or as pairs.

        Those of a plain mapping come in the order of their names, as PyTorch has them, so that an optimizer numbers
        them alike and its state can be loaded in either library; pairs, an OrderedDict and another ParameterDict keep
        theirs.
        """
        try:
            pairs = dict(parameters)
            if isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict):
                pairs = dict(sorted(pairs.items(), key=lambda pair: str(pair[0])))
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"ParameterDict.update: parameters must be a mapping or pairs, got {parameters!r}"
            ) from None
        for key, value in pairs.items():
            self[key] = value

    def __or__(self, other: ParameterDict) -> ParameterDict:
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other: ParameterDict) -> ParameterDict:
        both = ParameterDict(other)
        both.update(self)
        return both

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other)
        return self
