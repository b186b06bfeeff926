"""Modules that hold modules or parameters: Sequential, ModuleList, ModuleDict, ParameterList."""

from __future__ import annotations

from operator import index as as_int
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, cast, overload

from fastgrad._tensor import Tensor
from fastgrad.nn._fusion import RECORDED, UNRECORDED
from fastgrad.nn._sequence import call_in_order
from fastgrad.nn.module import Module, check_module, indent
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView

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
        size, place = len(self), as_int(position)
        if not -size <= place < size:
            raise IndexError(f"index {place} is out of range for a {type(self).__name__} of {size} modules")
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
        numbered = keys == [str(i) for i in range(len(keys))]
        kept = [(key, module) for key, module in self._modules.items() if key not in gone]
        for key in keys:
            delattr(self, key)
        for i, (key, module) in enumerate(kept):
            self.add_module(str(i) if numbered else key, module)

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
            raise TypeError(f"{type(self).__name__}.extend: an iterable of modules is expected, got {modules!r}")
        for module in [check_module(module) for module in modules]:
            self.append(module)
        return self

    def insert(self, index: SupportsIndex, module: Given) -> Self:
        """Put a module before position `index`, as `list.insert` does; name all by their positions; return self."""
        modules: list[Module] = list(self._modules.values())
        modules.insert(index, check_module(module))
        for key in list(self._modules):
            delattr(self, key)
        for i, held in enumerate(modules):
            self.add_module(str(i), held)
        return self

    def pop(self, index: SupportsIndex = -1) -> Held:
        """Take away and return the module at a position."""
        module = self[index]
        del self[index]
        return module


class Sequential(_Listed[Module, "Step"]):
    """Call modules one after the other, each on what the one before returned.

    Parameters
    ----------
    *modules : Module, or one dict of str to Module
        The modules in order; a dict gives them names, otherwise they are called "0", "1", ...

    Notes
    -----
    Shape: that of the first module's input to that of the last module's output.

    Some modules in a row are computed by one operation, faster and with the same bits: `Linear`, `Conv2d` or batch
    normalisation with the `ReLU` behind it, the last with a `MaxPool2d` too, and, under `no_grad` and in evaluation
    mode, `Conv2d` with its `BatchNorm2d`. A module with a hook is always called.

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

    def forward(self, input: Any) -> Tensor:
        return call_in_order(self._modules, input, RECORDED, UNRECORDED, Module.__call__)


class ModuleList(_Listed[M, M]):
    """Hold modules in a list, so that they are registered; calls nothing by itself.

    Parameters
    ----------
    modules : iterable of Module, optional

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

    def __iadd__(self, other: Iterable[M]) -> Self:
        return self.extend(other)

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
        for key, module in dict(modules).items():
            self[key] = module


class ParameterList(Module):
    """Hold parameters in a list, so that they are registered.

    Parameters
    ----------
    values : iterable of Tensor, optional
        Tensors that are not parameters are made ones.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> scales = nn.ParameterList([fg.ones(2), fg.ones(3)])
    >>> [name for name, _ in scales.named_parameters()]
    ['0', '1']
    """

    _parameters: dict[str, Parameter]  # type: ignore[assignment]

    def __init__(self, values: Iterable[Tensor] | None = None) -> None:
        super().__init__()
        if values is not None:
            self.extend(values)

    def _name(self, position: SupportsIndex) -> str:
        size, place = len(self), as_int(position)
        if not -size <= place < size:
            raise IndexError(f"index {place} is out of range for a ParameterList of {size}")
        return str(place % size)

    def __getitem__(self, position: SupportsIndex) -> Parameter:
        return self._parameters[self._name(position)]

    def __setitem__(self, position: SupportsIndex, value: Tensor) -> None:
        setattr(self, self._name(position), value if isinstance(value, Parameter) else Parameter(value))

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def append(self, value: Tensor) -> Self:
        """Add a parameter at the end; return self."""
        param = value if isinstance(value, Parameter) else Parameter(value)
        self.register_parameter(str(len(self)), param)
        return self

    def extend(self, values: Iterable[Tensor]) -> Self:
        """Add parameters at the end; return self."""
        for value in list(values):
            self.append(value)
        return self

    def __repr__(self) -> str:
        lines = [
            f"({i}): Parameter containing: [fastgrad.{param.dtype} of shape {param.shape}]"
            for i, param in enumerate(self)
        ]
        return self._get_name() + "(" + "".join("\n  " + line for line in lines) + ("\n)" if lines else ")")
