"""Reads PyTorch's checkpoints: zip archives of a pickle and of the tensors' memory.

The pickle is walked by Python's own unpickler, which is allowed to make tensors, dicts and a few plain types, and
nothing else: what a file names is looked up in a table, never imported, and so nothing of it is run. Format:
``torch.save`` since PyTorch 1.6, https://docs.pytorch.org/docs/stable/notes/serialization.html.
"""

from __future__ import annotations

import errno
import pickle
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from math import prod
from typing import Any

import fastgrad as fg
from fastgrad.io.reader import MOST_RATIO, safe_bytes

_STORAGES = {
    "BFloat16Storage": fg.bfloat16,
    "BoolStorage": fg.bool_,
    "ByteStorage": fg.uint8,
    "CharStorage": fg.int8,
    "DoubleStorage": fg.float64,
    "FloatStorage": fg.float32,
    "HalfStorage": fg.float16,
    "IntStorage": fg.int32,
    "LongStorage": fg.int64,
    "ShortStorage": fg.int16,
    "UntypedStorage": fg.uint8,
}

# What the archive's and the pickle's readers raise where bytes are not those that were written.
_DAMAGES = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
)


def is_pytorch(file: Any) -> bool:
    """Whether a path or a file is such a checkpoint; a file is left where it was."""
    start = file.tell() if hasattr(file, "tell") else None
    try:
        if not zipfile.is_zipfile(file):
            return False
        if start is not None:
            file.seek(start)
        with zipfile.ZipFile(file) as archive:
            return any(name.endswith("/data.pkl") or name == "data.pkl" for name in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False  # a damaged archive, of which the reader of any other file says so
    finally:
        if start is not None:
            file.seek(start)


def read(file: Any, max_bytes: int | None = None, allowed: Mapping[tuple[str, str], Any] | None = None) -> Any:
    """Read a checkpoint.

    Parameters
    ----------
    file : path or file
        What is read.
    max_bytes : int, optional
        How much it may hold; by default 1 GiB, or more where the file itself is large.
    allowed : mapping, optional
        Classes and functions that the file may name beside those of this table, and so call, by their modules and names
        there.

    Raises
    ------
    ValueError
        If it is damaged, or holds what is no tensor, number, text or container.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _Checkpoint(archive, max_bytes, allowed or {}).content()
    except _DAMAGES as error:
        raise ValueError(f"load: the PyTorch checkpoint is damaged, or holds what is not read here ({error})") from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a seek to where a damaged directory points
            raise
        raise ValueError("load: the PyTorch checkpoint is damaged or cut off") from None


class _Storage:
    """Memory of a tensor, read when it is first wanted."""

    def __init__(self, dtype: Any, key: str, count: int) -> None:
        self.dtype = dtype
        self.key = key
        self.count = count


class _Checkpoint:
    def __init__(self, archive: zipfile.ZipFile, max_bytes: int | None, allowed: Mapping[tuple[str, str], Any]) -> None:
        self.archive = archive
        self.allowed = allowed
        self.names = archive.namelist()
        self.root = next(name for name in self.names if name.rpartition("/")[2] == "data.pkl")[: -len("data.pkl")]
        infos = archive.infolist()
        size = sum(info.compress_size for info in infos)
        most = safe_bytes(size) if max_bytes is None else max_bytes
        stated = sum(info.file_size for info in infos)
        if any(info.file_size > MOST_RATIO * (info.compress_size + 1) for info in infos):
            raise ValueError("a part of the checkpoint states more bytes than it can hold")
        if stated > most:
            raise ValueError(f"it holds {stated} bytes, more than max_bytes, {most}")
        self.order = "little"
        if f"{self.root}byteorder" in self.names:
            self.order = archive.read(f"{self.root}byteorder").decode("ascii", "replace")
        self.memory: dict[str, Any] = {}

    def content(self) -> Any:
        with self.archive.open(f"{self.root}data.pkl") as file:
            return _Unpickler(file, self).load()

    def bytes_of(self, storage: _Storage) -> Any:
        """A storage's bytes, one array for all tensors that share it."""
        import numpy as np

        if storage.key not in self.memory:
            raw = self.archive.read(f"{self.root}data/{storage.key}")
            self.memory[storage.key] = np.frombuffer(bytearray(raw), np.uint8)
        return self.memory[storage.key]

    def tensor(self, storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any = False, *rest: Any) -> Any:
        """A tensor on a storage; nothing that the file states of it is trusted."""
        import numpy as np

        if not isinstance(storage, _Storage) or not all(
            isinstance(part, tuple) and all(type(n) is int and n >= 0 for n in part)
            for part in (size, stride, (offset,))
        ):
            raise ValueError("a tensor has no shape, strides and storage")
        if len(size) != len(stride):
            raise ValueError(f"a tensor has shape {size} and strides {stride}")
        raw = self.bytes_of(storage)
        item = storage.dtype.itemsize
        last = offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True)) if prod(size) else offset - 1
        if (last + 1) * item > raw.size:
            raise ValueError(f"a tensor of shape {size} and strides {stride} reaches beyond its {raw.size} bytes")
        stored = "uint16" if storage.dtype is fg.bfloat16 else storage.dtype.name
        elements = raw[: raw.size // item * item].view(
            np.dtype(stored).newbyteorder("<" if self.order == "little" else ">")
        )
        view = np.lib.stride_tricks.as_strided(elements[offset:], size, [s * elements.itemsize for s in stride])
        if stored == "bool":
            view = view.view(np.uint8) != 0  # any byte but 0 is true
        if storage.dtype is fg.bfloat16:
            wide = (np.ascontiguousarray(view).astype(np.uint32) << 16).view(np.float32)
            found = fg.asarray(wide.reshape(size)).astype(fg.bfloat16)
        else:
            found = fg.asarray(np.ascontiguousarray(view.astype(view.dtype.newbyteorder("="))).reshape(size))
        return found.requires_grad_(True) if requires_grad is True else found


class _Unpickler(pickle.Unpickler):
    """Makes what `_Checkpoint.tensor` and this table make."""

    def __init__(self, file: Any, checkpoint: _Checkpoint) -> None:
        super().__init__(file, encoding="utf-8")
        self.checkpoint = checkpoint
        self.known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): checkpoint.tensor,
            ("torch._utils", "_rebuild_tensor"): checkpoint.tensor,
            ("torch._utils", "_rebuild_parameter"): _parameter,
            ("torch", "Size"): _size,
            ("torch", "device"): _device,
            **{("torch", name): name for name in _STORAGES},
            ("torch.storage", "UntypedStorage"): "UntypedStorage",
            **{("torch", d.name): d for d in _STORAGES.values()},
            **checkpoint.allowed,
        }

    def find_class(self, module: str, name: str) -> Any:
        found = self.known.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(
                f"it names {module}.{name}; tensors, numbers, texts and containers are read, and no code is run"
            )
        return found

    def persistent_load(self, pid: Any) -> Any:
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or pid[1] not in _STORAGES:
            raise pickle.UnpicklingError("a storage is not described as PyTorch describes it")
        return _Storage(_STORAGES[pid[1]], str(pid[2]), int(pid[4]))


def _parameter(data: Any, requires_grad: Any, hooks: Any = None) -> Any:
    return fg.nn.Parameter(data, bool(requires_grad))


def _size(lengths: Any = ()) -> tuple[int, ...]:
    return tuple(int(n) for n in lengths)


def _device(*args: Any) -> str:
    return ":".join(str(a) for a in args)
