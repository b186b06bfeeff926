"""Checkpoints: nested dicts and lists of tensors and plain values, in one .npz file. Nothing is ever unpickled.

A .npz file is a zip archive of .npy files (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
Each tensor is one of them, named by its path, ``model.conv1.weight``, so that `numpy.load` reads a saved state_dict
too. The member ``fastgrad.json`` holds the structure: JSON values stand for themselves, and what JSON cannot say is an
object with one of the keys

- ``tensor``: the member's name; ``dtype`` beside it is "bfloat16", whose bits are stored as uint16;
- ``array``: the name of a member that was a NumPy array;
- ``dict``: a list of pairs of key and value; ``tuple``: a list; ``float``: "nan", "inf" or "-inf".
"""

from __future__ import annotations

import os
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

import fastgrad as fg
from fastgrad._tensor import Tensor

if TYPE_CHECKING:
    from typing import BinaryIO

_SKELETON = "fastgrad.json"
_FORMAT = 1


def save(obj: Any, path: str | os.PathLike[str] | BinaryIO) -> None:
    """Write tensors, and what dicts, lists and plain values hold them together, to a file.

    Parameters
    ----------
    obj : Tensor, ndarray, None, bool, int, float, str, or dict, list or tuple of these, nested
        Such as a ``state_dict``, or a dict of several. Tensors lose their history and ``requires_grad``.
    path : path, or file opened for binary writing
        Used as it is; ".npz" is the customary ending. A file at the path is replaced at once when all is written, so
        that no reader sees half of it and a failure leaves the old one.

    Raises
    ------
    TypeError
        If `obj` contains anything else; the message says where.
    OSError
        If the file cannot be written.

    See Also
    --------
    load

    Examples
    --------
    >>> import fastgrad as fg, os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "net.npz")
    >>> fg.save(fg.nn.Linear(3, 2).state_dict(), path)
    >>> net = fg.nn.Linear(3, 2)
    >>> net.load_state_dict(fg.load(path))
    <All keys matched successfully>
    """
    arrays: dict[str, Any] = {}
    skeleton = {"format": _FORMAT, "content": _encode(obj, "", arrays)}
    if hasattr(path, "write"):
        _write(cast("BinaryIO", path), skeleton, arrays)
        return
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"save: wanted a path or a file open for writing, got {path!r}")
    target = os.path.realpath(path)
    # In the same folder, so that the replacement below is atomic.
    temporary = f"{target}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        with open(temporary, "xb") as file:
            _write(file, skeleton, arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename == temporary:
            error.filename = target
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def load(path: str | os.PathLike[str] | BinaryIO) -> Any:
    """Read what `save` wrote, or any .npz file of numbers.

    Parameters
    ----------
    path : path, or file opened for binary reading

    Returns
    -------
    What was saved, with new tensors. A .npz file from elsewhere gives a dict of str to Tensor.

    Raises
    ------
    ValueError
        If the file is not .npz, is damaged or cut off, or contains pickled objects; the message names the file.
    OSError
        If the file cannot be read.

    See Also
    --------
    save

    Examples
    --------
    >>> import fastgrad as fg, io
    >>> file = io.BytesIO()
    >>> fg.save({"epoch": 3, "weights": [fg.ones(2), None]}, file)
    >>> _ = file.seek(0)
    >>> fg.load(file)["epoch"]
    3
    """
    import errno
    import zipfile
    import zlib

    if isinstance(path, (str, os.PathLike)):
        with open(path, "rb") as file:
            return load(file)
    if not hasattr(path, "read"):
        raise TypeError(f"load: wanted a path or a file open for reading, got {path!r}")
    name = getattr(path, "name", "the file")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError) as error:
        raise ValueError(f"{name}: not a .npz file, or a damaged or cut off one ({error})") from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a seek to where a damaged directory points
            raise
        raise ValueError(f"{name}: damaged or cut off .npz file") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"{name}: damaged checkpoint ({error})") from None


def _read(archive: Any) -> Any:
    import json

    names = archive.namelist()
    if _SKELETON not in names:
        return {name[:-4]: _to_tensor(_read_array(archive, name[:-4])) for name in names if name.endswith(".npy")}
    skeleton = json.loads(archive.read(_SKELETON))
    if skeleton["format"] != _FORMAT:
        raise ValueError(f"its format is {skeleton['format']}, this version of fastgrad reads {_FORMAT}")
    return _decode(skeleton["content"], archive)


# ---- structure ----


def _encode(value: Any, path: str, arrays: dict[str, Any]) -> Any:
    """Return the JSON for a value, adding its tensors to `arrays`."""
    import numpy as np

    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Tensor):
        tensor = value.detach()
        if tensor.dtype == fg.bfloat16:
            # bfloat16 is the upper half of float32, so this cast loses nothing.
            bits = np.asarray(tensor.astype(fg.float32).numpy(), order="C").view(np.uint32) >> 16
            return {"tensor": _add(bits.astype(np.uint16), path, arrays), "dtype": "bfloat16"}
        return {"tensor": _add(tensor.numpy(), path, arrays)}
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biufc":
            raise TypeError(f"save: the array at {path or 'the top'!r} has dtype {value.dtype}; numbers are expected")
        return {"array": _add(value, path, arrays)}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else {"float": repr(float(value))}
    inner = path + "." if path else ""
    if isinstance(value, dict):
        pairs = []
        for key, item in value.items():
            if key is not None and not isinstance(key, (str, int, float)):
                raise TypeError(f"save: a key of the dict at {path or 'the top'!r} is a {type(key).__name__}")
            pairs.append([_encode(key, path, arrays), _encode(item, f"{inner}{key}", arrays)])
        return {"dict": pairs}
    if isinstance(value, (list, tuple)):
        items = [_encode(item, f"{inner}{i}", arrays) for i, item in enumerate(value)]
        return {"tuple": items} if isinstance(value, tuple) else items
    raise TypeError(
        f"save: a {type(value).__name__} at {path or 'the top'!r}; tensors, arrays, numbers, strings, None, and dicts, "
        "lists and tuples of them are expected"
    )


def _decode(node: Any, archive: Any) -> Any:
    if isinstance(node, list):
        return [_decode(item, archive) for item in node]
    if not isinstance(node, dict):
        return node
    if "tensor" in node:
        return _to_tensor(_read_array(archive, node["tensor"]), node.get("dtype"))
    if "array" in node:
        array = _read_array(archive, node["array"])
        return array.astype(array.dtype.newbyteorder("="))
    if "dict" in node:
        return {_decode(key, archive): _decode(item, archive) for key, item in node["dict"]}
    if "tuple" in node:
        return tuple(_decode(item, archive) for item in node["tuple"])
    if "float" in node:
        return float(node["float"])
    raise ValueError(f"unknown kind of value {sorted(node)}")


def _to_tensor(array: Any, dtype: str | None = None) -> Tensor:
    import numpy as np

    if dtype == "bfloat16":
        return fg.asarray((array.astype(np.uint32) << 16).view(np.float32)).astype(fg.bfloat16)
    return fg.tensor(array)


# ---- archive ----


def _add(array: Any, path: str, arrays: dict[str, Any]) -> str:
    """File an array under its path, or a name derived from it if that is taken."""
    stem = path.replace("\0", "_").replace("\\", "_") or "value"  # zip cuts names at a zero, Windows turns backslashes
    name, count = stem, 1
    while name in arrays:
        count += 1
        name = f"{stem}#{count}"
    arrays[name] = array
    return name


def _write(file: BinaryIO, skeleton: Any, arrays: dict[str, Any]) -> None:
    import json
    import zipfile

    import numpy as np

    npy: Any = np.lib.format  # without types before NumPy 2.3
    # A fixed date makes equal content equal bytes.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(zipfile.ZipInfo(_SKELETON), json.dumps(skeleton, allow_nan=False))
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(name + ".npy"), "w", force_zip64=True) as member:
                npy.write_array(member, np.asanyarray(array), allow_pickle=False)


def _read_array(archive: Any, name: str) -> Any:
    """Read one .npy member, trusting nothing in its header, as a read-only array."""
    import io
    from math import prod

    import numpy as np

    npy: Any = np.lib.format  # as above
    data = archive.read(name + ".npy")  # checks the checksum
    stream = io.BytesIO(data)
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"the array '{name}' has the unknown .npy version {version}")
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, fortran, dtype = read_header(stream)
    except Exception as error:  # whatever its Python parser makes of a forged header
        raise ValueError(f"the array '{name}' has a damaged header ({error})") from None
    if dtype.kind not in "biufc":
        raise ValueError(f"the array '{name}' has dtype {dtype}; numbers are expected")
    held, stated = len(data) - stream.tell(), prod(shape) * dtype.itemsize
    if held != stated or min(shape, default=0) < 0:
        raise ValueError(f"the array '{name}' states shape {shape} of {dtype}, {stated} bytes, but holds {held}")
    values = np.frombuffer(data, dtype=dtype, offset=stream.tell())
    return values.reshape(shape, order="F" if fortran else "C")
