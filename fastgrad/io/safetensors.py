"""Reading safetensors files: the weights of others' networks.

A file is the length of its header, 8 bytes, least first; the header, JSON, which gives for each name a dtype, a shape
and where its bytes are; and these (https://github.com/huggingface/safetensors, "Format"). Everything that the header
says is checked before an array is made.
"""

from __future__ import annotations

import os
from math import prod
from typing import TYPE_CHECKING, Any

import fastgrad as fg

if TYPE_CHECKING:
    from typing import BinaryIO

    from fastgrad._tensor import Tensor

_LONGEST_HEADER = 100_000_000
_MOST_AXES = 16
_DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "U16": "uint16",
    "I16": "int16",
    "U32": "uint32",
    "I32": "int32",
    "U64": "uint64",
    "I64": "int64",
    "F16": "float16",
    "BF16": "uint16",  # the bits
    "F32": "float32",
    "F64": "float64",
}


def load_safetensors(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """Read the tensors of a safetensors file, by name.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    dict of str to Tensor
        In the order of the file's header; `Module.load_state_dict` takes it.

    Raises
    ------
    ValueError
        If the file is of another kind, damaged or cut off, or has a dtype that no tensor has; the message names the
        file.
    OSError
        If the file cannot be read.

    See Also
    --------
    fastgrad.load

    Examples
    --------
    >>> import json, os, tempfile
    >>> from fastgrad.io import load_safetensors
    >>> header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    >>> path = os.path.join(tempfile.mkdtemp(), "net.safetensors")
    >>> with open(path, "wb") as file:
    ...     _ = file.write(len(header).to_bytes(8, "little") + header + bytes(4))
    >>> load_safetensors(path)["w"].tolist()
    [0.0]
    """
    with open(path, "rb") as file:
        try:
            return _read(file, os.fstat(file.fileno()).st_size)
        except _Damaged as error:
            raise ValueError(f"{os.fspath(path)}: no safetensors file, or a damaged one: {error}") from None


class _Damaged(Exception):
    """Carries what is wrong to where the file is known."""


def _read(file: BinaryIO, size: int) -> dict[str, Tensor]:
    if size < 8:
        raise _Damaged("it must begin with the length of its header, 8 bytes")
    length = int.from_bytes(file.read(8), "little")
    if length > min(size - 8, _LONGEST_HEADER):
        raise _Damaged(f"the header's length is {length}, the file's {size}")
    entries = _header(file.read(length))
    start, total = 8 + length, size - 8 - length
    _check_places({name: entry["data_offsets"] for name, entry in entries.items()}, total)
    tensors: dict[str, Tensor] = {}
    for name in sorted(entries, key=lambda name: entries[name]["data_offsets"]):
        file.seek(start + entries[name]["data_offsets"][0])
        tensors[name] = _tensor(file, name, entries[name])
    return {name: tensors[name] for name in entries}


def _header(text: bytes) -> dict[str, Any]:
    """The header's entries, each checked for itself."""
    import json

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise _Damaged("the header names something twice")
        return dict(pairs)

    if not text.startswith(b"{"):
        raise _Damaged("the header must begin with '{'")
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=once)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _Damaged(f"the header is not JSON ({error})") from None
    header.pop("__metadata__", None)
    for name, entry in header.items():
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            raise _Damaged(f"the entry of {name!r} must have dtype, shape and data_offsets")
        dtype, shape, places = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in _DTYPES:
            raise _Damaged(f"{name!r} has dtype {dtype!r}, which no tensor has")
        if not _are_sizes(shape) or len(shape) > _MOST_AXES:
            raise _Damaged(f"{name!r} has shape {shape!r}")
        if not _are_sizes(places) or len(places) != 2:
            raise _Damaged(f"{name!r} has data_offsets {places!r}")
        wanted = prod(shape) * getattr(fg, _DTYPES[dtype]).itemsize
        if places[1] - places[0] != wanted:
            raise _Damaged(f"{name!r} of shape {shape} and dtype {dtype} takes {wanted} bytes, not those of {places}")
    return header  # type: ignore[no-any-return]


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _check_places(places: dict[str, list[int]], total: int) -> None:
    """All bytes are somebody's, and none is two's."""
    end = 0
    for name, (start, stop) in sorted(places.items(), key=lambda item: item[1]):
        if start != end:
            raise _Damaged(f"the bytes of {name!r} begin at {start}, those before it end at {end}")
        end = stop
    if end != total:
        raise _Damaged(f"the header speaks of {end} bytes, and {total} are there")


def _tensor(file: BinaryIO, name: str, entry: dict[str, Any]) -> Tensor:
    import numpy as np

    stored = np.empty(entry["shape"], np.dtype(_DTYPES[entry["dtype"]]).newbyteorder("<"))
    if file.readinto(stored.reshape(-1).view(np.uint8).data) != stored.nbytes:  # type: ignore[attr-defined]
        raise _Damaged(f"it ends within {name!r}")
    array = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    if entry["dtype"] == "BOOL":
        array = array.view(np.uint8) != 0  # whatever the bytes are
    if entry["dtype"] == "BF16":  # the upper half of float32
        return fg.asarray((array.astype(np.uint32) << 16).view(np.float32)).astype(fg.bfloat16)
    return fg.asarray(array)
