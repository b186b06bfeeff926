"""The structure of a checkpoint: JSON for values, and the arrays that it names."""

from __future__ import annotations

import copyreg
import enum
import sys
from collections import OrderedDict
from math import isfinite
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastgrad.io.plain import Kind

# Names of zip's members have at most 65,535 bytes.
_LONGEST_NAME = 60_000


class Encoder:
    """Makes the JSON for values, and collects their arrays.

    Parameters
    ----------
    whole : bool, default False
        Write also what tensors are beside their values: parameters, whether they require gradients, what memory they
        share; and objects, as the name of their class and their attributes.
    kinds : mapping of str to Kind, optional
        Kinds of values beside those of `fastgrad.io.plain`.
    """

    def __init__(self, whole: bool = False, kinds: Mapping[str, Kind] | None = None) -> None:
        self.whole = whole
        self.arrays: dict[str, Any] = {}
        self.kinds: dict[type[Any], tuple[str, Kind]] = {
            kind.type: (name, kind) for name, kind in (kinds or {}).items()
        }
        # What may occur again, each with its number; and tensors, with the nodes that are still to say where they are.
        self.met: dict[int, tuple[int, Any]] = {}
        self.tensors: list[tuple[dict[str, Any], Tensor, str]] = []

    def encode(self, value: Any) -> Any:
        """Return the JSON for a value; its arrays are then in `arrays`."""
        try:
            node = self._encode(value, "")
        except RecursionError:
            raise ValueError("save: the object contains itself, or is nested too deeply") from None
        self._place()
        return node

    def _encode(self, value: Any, path: str) -> Any:
        import numpy as np

        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if value.bit_length() <= 1024 else {"int": hex(value)}
        if kind is float:
            return value if isfinite(value) else {"float": repr(value)}
        if isinstance(value, Tensor):
            return self._tensor(value, path)
        if kind is dict:
            return {"dict": self._pairs(value, path)}
        if kind is list:
            return self._items(value, path)
        if kind is tuple:
            return {"tuple": self._items(value, path)}
        if kind is OrderedDict:
            node: dict[str, Any] = {"ordered": self._pairs(value, path)}
            if vars(value):  # ``_metadata`` of a state_dict
                node["attributes"] = self._encode(vars(value), path)
            return node
        if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray) and value.dtype.kind in "biufc":
            return {"array": _add(value, path, self.arrays)}
        told = self._of_a_kind(value, path)
        if told is not None:
            return told
        if isinstance(value, np.generic):
            return _scalar(value, path)
        if self.whole:
            return self._by_name(value, path)
        # What is derived from a plain type is written as that.
        bases: tuple[Any, ...] = (str, int, float, dict, list, tuple)
        for base in bases:
            if isinstance(value, base):
                return self._encode(base(value), path)
        raise TypeError(
            "save: values must be tensors, arrays, numbers, strings, None, plain values of the standard library, or "
            f"dicts, lists and tuples of them, got a {kind.__name__} at {path or 'the top'!r}"
        )

    def _items(self, values: Any, path: str) -> list[Any]:
        inner = path + "." if path else ""
        return [self._encode(item, f"{inner}{i}") for i, item in enumerate(values)]

    def _pairs(self, values: Mapping[Any, Any], path: str) -> list[list[Any]]:
        inner = path + "." if path else ""
        return [
            [key if type(key) is str else self._encode(key, path), self._encode(item, f"{inner}{key}")]
            for key, item in values.items()
        ]

    def _of_a_kind(self, value: Any, path: str) -> Any:
        """The JSON for a plain value of the standard library or NumPy's; None for others."""
        import numpy as np

        from fastgrad.io.plain import KINDS, kind_of

        if isinstance(value, np.ma.MaskedArray):
            raise TypeError(
                f"save: the array at {path or 'the top'!r} is masked, which a file cannot say; save its data and its "
                "mask, or filled()"
            )
        if isinstance(value, np.ndarray) and value.dtype.kind not in "SUOmM":
            raise TypeError(f"save: an array must be of numbers, got dtype {value.dtype} at {path or 'the top'!r}")
        if type(value) in self.kinds:
            name, kind = self.kinds[type(value)]
        else:
            found = kind_of(value)
            if found is None:
                return None
            name, kind = found, KINDS[found]
        return {"kind": name, "of": self._encode(kind.parts(value), path)}

    # ---- tensors ----

    def _tensor(self, value: Tensor, path: str) -> dict[str, Any]:
        node: dict[str, Any] = {}
        if self.whole:
            seen = self.met.get(id(value))
            if seen is not None:
                return {"again": seen[0]}
            self.met[id(value)] = (len(self.met), value)
            if type(value) is not Tensor:
                node["as"] = _class_of(value, path)
            if value.requires_grad:
                node["requires_grad"] = True
        self.tensors.append((node, value.detach(), path))
        return node

    def _place(self) -> None:
        """File the tensors' values; where several show the same memory, once."""
        if not self.whole:
            for node, tensor, path in self.tensors:
                self._file(node, tensor, path)
            return
        for places in _overlapping([tensor for _, tensor, _ in self.tensors]):
            group = [self.tensors[i] for i in places]
            if len(group) == 1:
                self._file(*group[0])
            else:
                self._file_together(group)

    def _file(self, node: dict[str, Any], tensor: Tensor, path: str) -> None:
        import numpy as np

        if tensor.dtype == fg.bfloat16:
            # bfloat16 is the upper half of float32, so this cast loses nothing.
            bits = np.asarray(tensor.astype(fg.float32).numpy(), order="C").view(np.uint32) >> 16
            node.update(tensor=_add(bits.astype(np.uint16), path, self.arrays), dtype="bfloat16")
        else:
            node["tensor"] = _add(tensor.numpy(), path, self.arrays)

    def _file_together(self, group: list[tuple[dict[str, Any], Tensor, str]]) -> None:
        import ctypes

        import numpy as np

        dtype = group[0][1].dtype
        if any(tensor.dtype != dtype for _, tensor, _ in group):
            raise TypeError(
                "save: tensors of different dtypes show the same memory, at "
                f"{[path for *_, path in group]}; save clones"
            )
        low = min(_reach(tensor)[0] for _, tensor, _ in group)
        high = max(_reach(tensor)[1] for _, tensor, _ in group)
        memory: Any = (ctypes.c_char * (high - low)).from_address(low)
        bits = np.frombuffer(memory, np.uint16 if dtype == fg.bfloat16 else dtype.name)
        first = group[0][1]
        if first.is_contiguous() and first.size == bits.size:  # so that NumPy reads it in its shape, too
            bits = bits.reshape(first.shape)
        name = _add(bits, group[0][2], self.arrays)
        for node, tensor, _ in group:
            node.update(tensor=name, shared=True)
            if dtype == fg.bfloat16:
                node["dtype"] = "bfloat16"
            if tensor.shape != bits.shape or not tensor.is_contiguous():
                offset = (tensor.data_ptr() - low) // dtype.itemsize
                node["view"] = [list(tensor.shape), list(tensor.stride()), offset]

    # ---- what is told by its name ----

    def _by_name(self, value: Any, path: str) -> Any:
        """An object, as the name of its class and its attributes; a function or a class, as its name."""
        if isinstance(value, enum.Enum):
            return {"member": [*_name_of(type(value), path), value.name]}
        if hasattr(value, "__qualname__") and hasattr(value, "__module__"):
            return {"name": list(_name_of(value, path))}
        seen = self.met.get(id(value))
        if seen is not None:
            return {"again": seen[0]}
        try:
            made = value.__reduce_ex__(2)
        except TypeError as error:
            made = error
        if isinstance(made, tuple) and made[0] in (dict, OrderedDict) and isinstance(value, made[0]):
            return self._encode(made[0](value), path)  # what is a dict of its own kind while its owner lives
        if not isinstance(made, tuple) or made[0] is not copyreg.__newobj__:  # type: ignore[attr-defined]
            raise TypeError(
                f"save: a {type(value).__name__} at {path or 'the top'!r} cannot be written as its class and its "
                "attributes; save what it is made of"
            )
        cls, *given = made[1]
        state, items, pairs = (*made[2:], None, None, None)[:3]
        self.met[id(value)] = (len(self.met), value)
        node: dict[str, Any] = {"object": list(_name_of(cls, path))}
        if given:
            node["given"] = self._items(given, path)
        if items is not None:
            node["items"] = self._items(items, path)
        if pairs is not None:
            node["pairs"] = self._pairs(dict(pairs), path)
        if state is not None:
            node["state"] = self._encode(state, path)
        return node


def _class_of(value: Tensor, path: str) -> str:
    from fastgrad.nn import Buffer, Parameter

    for name, cls in (("Parameter", Parameter), ("Buffer", Buffer)):
        if type(value) is cls:
            return name
    raise TypeError(
        f"save: a tensor of the class {type(value).__name__} at {path or 'the top'!r} cannot be written; save "
        "its detach() as a torch.Tensor, or its values"
    )


def _name_of(value: Any, path: str) -> tuple[str, str]:
    """Return a module and a name by which a class or a function is found."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    found: Any = sys.modules.get(module or "")
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not value or module is None:
        raise TypeError(
            f"save: {value!r} at {path or 'the top'!r} is not found by its name, as what is defined within a "
            "function or as a lambda never is; define it at the top of a module, or save what it is made of"
        )
    return module, name


def _reach(tensor: Tensor) -> tuple[int, int]:
    """Where a tensor's memory begins and ends; of nothing, nowhere."""
    if not tensor.size:
        return 0, 0
    first = last = tensor.data_ptr()
    for length, stride in zip(tensor.shape, tensor.stride(), strict=True):
        step = (length - 1) * stride * tensor.itemsize
        first, last = (first + step, last) if step < 0 else (first, last + step)
    return first, last + tensor.itemsize


def _overlapping(tensors: list[Tensor]) -> list[list[int]]:
    """Return the places of tensors, those together that show the same memory; in order of the first of each."""
    reaches = [_reach(tensor) for tensor in tensors]
    # What runs backwards through memory is no view that a file describes.
    forward = [i for i, tensor in enumerate(tensors) if min(tensor.stride(), default=0) >= 0]
    known = set(forward)
    groups = [[i] for i in range(len(tensors)) if i not in known]
    together: list[list[int]] = []
    end = 0
    for i in sorted(forward, key=reaches.__getitem__):
        first, last = reaches[i]
        if together and first < end:
            together[-1].append(i)
        else:
            together.append([i])
        end = max(end, last)
    groups += together
    return sorted(sorted(group) for group in groups)


def _scalar(value: Any, path: str) -> Any:
    """Return the JSON for a NumPy scalar, which keeps its type."""
    import numpy as np

    if isinstance(value, np.str_):
        return {"text": str(value)}
    if value.dtype.kind not in "biufcmM":
        raise TypeError(f"save: a scalar must be a number, got dtype {value.dtype} at {path or 'the top'!r}")
    return {"scalar": value.tobytes().hex(), "dtype": value.dtype.str}


def _add(array: Any, path: str, arrays: dict[str, Any]) -> str:
    """File an array under its path, or a name derived from it if that is taken."""
    # Zip cuts names at a zero and knows no lone surrogates, Windows turns backslashes.
    stem = path.replace("\0", "_").replace("\\", "_").encode("utf-8", "replace").decode() or "value"
    if len(stem.encode()) > _LONGEST_NAME:
        stem = stem[:100] + "..."
    name, count = stem, 1
    while name in arrays:
        count += 1
        name = f"{stem}#{count}"
    arrays[name] = array
    return name
