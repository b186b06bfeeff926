"""Reading checkpoints: the structure, and arrays straight into their memory. Nothing that a file states is trusted."""

from __future__ import annotations

import contextlib
import pickle
from collections import OrderedDict
from math import prod
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.dtype import as_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fastgrad._tensor import Tensor
    from fastgrad.io.plain import Kind

SKELETON = "fastgrad.json"
FORMAT = 1
# What `load` reads without being asked to: more only of a file that is not much smaller itself.
_SAFE_BYTES = 1 << 30
_SAFE_RATIO = 100
# Deflate makes 1032 bytes of one at most.
MOST_RATIO = 1100
_PIECE = 1 << 20


def safe_bytes(size: int) -> int:
    """Return how much a file of this size may hold once it is unpacked, unless the caller trusts it with more."""
    return max(_SAFE_BYTES, _SAFE_RATIO * size)


class Named(Exception):
    """A class or a function that a file names, and that is not looked up: what there is to say of it."""


class NotLookedUp(pickle.UnpicklingError, ValueError):
    """The error that says so: ValueError as of any file that is refused, and what PyTorch raises."""


class Reader:
    """Reads the values of an archive, at most `max_bytes` of them.

    Classes and functions that it names are what `find` gives for a module and a name; by default there are none.
    `kinds` are such of values beside those of `fastgrad.io.plain`.
    """

    def __init__(
        self,
        archive: Any,
        size: int,
        max_bytes: int | None,
        find: Callable[[str, str], Any] | None = None,
        kinds: Mapping[str, Kind] | None = None,
    ) -> None:
        self.archive = archive
        self.size = size
        self.find = find
        self.kinds: Mapping[str, Kind] = kinds or {}
        self.made: list[Any] = []  # what may be named again, by its number
        self.shared: dict[str, Tensor] = {}  # memory that several tensors show
        self.most: int = safe_bytes(size) if max_bytes is None else max_bytes
        self.left: int = self.most

    def read(self, names: list[str]) -> Any:
        import json

        # Before the first array is read; a structure may name one several times, so that each is counted again below.
        self._spend(sum(self._stated(name) for name in names))
        self.left = self.most
        if SKELETON not in names:
            return {name[:-4]: self.tensor(name[:-4]) for name in names}
        skeleton = json.loads(self.archive.read(SKELETON))
        if skeleton["format"] != FORMAT:
            raise ValueError(f"its format is {skeleton['format']}, this version of fastgrad reads {FORMAT}")
        return self._decode(skeleton["content"])

    def _stated(self, name: str) -> int:
        """How many bytes a member states to hold; ValueError if its own in the file cannot be as many."""
        info = self.archive.getinfo(name)
        if info.compress_size > self.size or info.file_size > MOST_RATIO * (info.compress_size + 1):
            raise ValueError(f"'{name}' states {info.file_size} bytes, which its {info.compress_size} cannot hold")
        return int(info.file_size)

    def _spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise ValueError(
                f"it holds more than {self.most} bytes once unpacked; if it is to be trusted, give load more max_bytes"
            )

    def _decode(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._decode(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "tensor" in node:
            return self._met(self._tensor(node))
        if "array" in node:
            return self._array(node["array"])
        if "scalar" in node:
            return _scalar(node["scalar"], node["dtype"])
        if "text" in node:
            import numpy as np

            return np.str_(node["text"])
        if "dict" in node:
            return {self._decode(key): self._decode(item) for key, item in node["dict"]}
        if "ordered" in node:
            ordered = OrderedDict((self._decode(key), self._decode(item)) for key, item in node["ordered"])
            ordered.__dict__.update(self._attributes(node["attributes"]) if "attributes" in node else {})
            return ordered
        if "kind" in node:
            return self._kind(node["kind"]).make(self._decode(node["of"]))
        if "tuple" in node:
            return tuple(self._decode(item) for item in node["tuple"])
        if "float" in node:
            return float(node["float"])
        if "int" in node:
            return int(node["int"], 16)
        if "again" in node:
            return self.made[node["again"]]
        if "object" in node:
            return self._object(node)
        if "member" in node:
            module, name, member = node["member"]
            return self._found(module, name)[member]
        if "name" in node:
            return self._found(*node["name"])
        raise ValueError(f"unknown kind of value {sorted(node)}")

    def _kind(self, name: str) -> Kind:
        from fastgrad.io.plain import KINDS

        found = self.kinds.get(name) or KINDS.get(name)
        if found is None:
            raise ValueError(f"unknown kind of value {name!r}")
        return found

    def _met(self, value: Any) -> Any:
        self.made.append(value)
        return value

    def _attributes(self, node: Any) -> dict[str, Any]:
        values = self._decode(node)
        if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
            raise ValueError("attributes are no dict of names")
        return values

    # ---- what is told by its name ----

    def _found(self, module: str, name: str) -> Any:
        if self.find is None:
            raise Named(f"it holds what the program defines, {module}.{name}; torch.load of fastgrad.torch reads it")
        return self.find(module, name)

    def _object(self, node: dict[str, Any]) -> Any:
        """An object of a class that is there: made without a call of its ``__init__``, and given its attributes."""
        place = len(self.made)
        self.made.append(None)
        cls = self._found(*node["object"])
        if not isinstance(cls, type):
            raise ValueError(f"{node['object']} is no class")
        made = self.made[place] = cls.__new__(cls, *[self._decode(item) for item in node.get("given", [])])
        for item in node.get("items", []):
            made.append(self._decode(item))
        for key, item in node.get("pairs", []):
            made[self._decode(key)] = self._decode(item)
        if "state" in node:
            state = self._decode(node["state"])
            if hasattr(cls, "__setstate__"):
                made.__setstate__(state)
                return made
            plain, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
            made.__dict__.update(plain or {})
            for name, value in (slots or {}).items():
                object.__setattr__(made, name, value)
        return made

    # ---- arrays, each read into its own memory and nowhere else ----

    def _tensor(self, node: dict[str, Any]) -> Tensor:
        """A tensor as it was: a parameter, a view of memory that others show, too."""
        name = node["tensor"]
        if node.get("shared"):
            if name not in self.shared:
                self.shared[name] = self.tensor(name, node.get("dtype"))
            found = self.shared[name].detach()
            if "view" in node:
                from fastgrad.ops.view import as_strided

                found = as_strided(found, *node["view"]).detach()
        else:
            found = self.tensor(name, node.get("dtype"))
        if "as" in node:
            if node["as"] not in ("Parameter", "Buffer"):
                raise ValueError(f"a tensor of the class {node['as']!r}")
            made: Tensor = getattr(fg.nn, node["as"])(found)
            return made.requires_grad_(node.get("requires_grad") is True)
        return found.requires_grad_(True) if node.get("requires_grad") is True else found

    def tensor(self, name: str, dtype: str | None = None) -> Tensor:
        """Read a member as a tensor; the bits of bfloat16 are stored as uint16."""
        with self._open(name) as member:
            shape, fortran, stored = member.header
            if dtype == "bfloat16":
                return _read_bfloat16(member, shape, stored)
            native = stored.newbyteorder("=")
            try:
                wanted = as_dtype(native)
            except TypeError:
                raise ValueError(f"the array '{name}' has dtype {stored}, which no tensor has") from None
            # A Fortran array lies in memory as its transpose does in C.
            tensor = fg.empty(shape[::-1] if fortran else shape, dtype=wanted)
            member.fill(tensor.numpy(), stored)
            return tensor.permute(tuple(range(len(shape)))[::-1]) if fortran and len(shape) > 1 else tensor

    def _array(self, name: str) -> Any:
        import numpy as np

        with self._open(name) as member:
            shape, fortran, stored = member.header
            array = np.empty(shape[::-1] if fortran else shape, stored.newbyteorder("="))
            member.fill(array, stored)
            return array.T if fortran else array

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[_Member]:
        stated = self._stated(name + ".npy")
        with self.archive.open(name + ".npy") as file:
            member = _Member(file, name, stated)
            self._spend(member.nbytes)
            yield member


class _Member:
    """A .npy member of an archive; nothing in its header is trusted."""

    def __init__(self, file: Any, name: str, size: int) -> None:
        import numpy as np

        npy: Any = np.lib.format  # without types before NumPy 2.3
        self.file = file
        self.name = name
        version = npy.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"the array '{name}' has the unknown .npy version {version}")
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        try:
            shape, fortran, dtype = read_header(file)
        except Exception as error:  # whatever its Python parser makes of a forged header
            raise ValueError(f"the array '{name}' has a damaged header ({error})") from None
        if dtype.kind not in "biufc":
            raise ValueError(f"the array '{name}' must be of numbers, got dtype {dtype}")
        self.nbytes = prod(shape) * dtype.itemsize
        held = size - file.tell()
        if held != self.nbytes or min(shape, default=0) < 0:
            raise ValueError(
                f"the array '{name}' states shape {shape} of {dtype}, {self.nbytes} bytes, but holds {held}"
            )
        self.header = (shape, fortran, dtype)

    def fill(self, array: Any, stored: Any) -> None:
        """Read the elements into a dense array of the native byte order."""
        import numpy as np

        flat = array.reshape(-1)
        self.fill_bytes(flat.view(np.uint8).data)
        self.end()
        if stored.newbyteorder("=") != stored:
            flat.byteswap(inplace=True)
        if stored.kind == "b":  # any byte but 0 is true
            np.not_equal(flat.view(np.uint8), 0, out=flat)

    def fill_bytes(self, memory: memoryview) -> None:
        done = 0
        while done < len(memory):
            count = self.file.readinto(memory[done : done + _PIECE])
            if not count:
                raise ValueError(f"the array '{self.name}' is cut off")
            done += count

    def end(self) -> None:
        """Come to the end, where the checksum is compared."""
        if self.file.read(1):
            raise ValueError(f"the array '{self.name}' is longer than its header states")


def _read_bfloat16(member: _Member, shape: tuple[int, ...], stored: Any) -> Tensor:
    import numpy as np

    if stored.newbyteorder("=") != np.uint16:
        raise ValueError(f"the array '{member.name}' has dtype {stored}, but bfloat16 is stored as uint16")
    tensor = fg.empty((prod(shape),), dtype=fg.bfloat16)
    most = _PIECE >> 4  # since a piece is widened
    for start in range(0, tensor.size, most):
        piece = np.empty(min(most, tensor.size - start), np.uint16)
        member.fill_bytes(piece.view(np.uint8).data)
        wide = piece.view(stored).astype(np.uint32) << 16  # bfloat16 is the upper half of float32
        tensor[start : start + piece.size].copy_(fg.asarray(wide.view(np.float32)))
    member.end()
    return tensor.reshape(shape)


def _scalar(text: str, name: str) -> Any:
    import numpy as np

    dtype = np.dtype(name)
    if dtype.kind not in "biufcmM":
        raise ValueError(f"a scalar must be a number, got dtype {dtype}")
    scalar = np.frombuffer(bytes.fromhex(text), dtype).astype(dtype.newbyteorder("="))
    if scalar.size != 1:
        raise ValueError(f"a scalar of {scalar.size} elements")
    return scalar[0]
