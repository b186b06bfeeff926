"""Checkpoints: nested dicts and lists of tensors and plain values, in one .npz file. Nothing is ever unpickled.

A .npz file is a zip archive of .npy files (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
Each tensor is one of them, named by its path, ``model.conv1.weight``, so that `numpy.load` reads a saved state_dict
too. The member ``fastgrad.json`` holds the structure: JSON values stand for themselves, and what JSON cannot say is an
object with one of the keys

- ``tensor``: the member's name; ``dtype`` beside it is "bfloat16", whose bits are stored as uint16;
- ``array``: the name of a member that was a NumPy array;
- ``scalar``: the bytes of a NumPy scalar in hexadecimal; ``dtype`` beside it is NumPy's name of its type;
- ``text``: a string of NumPy's;
- ``dict``: a list of pairs of key and value; ``ordered``: the same of an OrderedDict; ``tuple``: a list;
- ``kind``: another plain value, by the name of its kind in `fastgrad.io.plain`; ``of`` beside it says which;
- ``float``: "nan", "inf" or "-inf"; ``int``: one of very many digits, in hexadecimal.

What ``fastgrad.torch.save`` writes has more: a tensor's class, ``as``, whether it ``requires_grad``, the ``view`` that
it is of ``shared`` memory; ``again``, the number of a tensor or an object that came before; the module and the name of
a class or a function, ``name``, of an ``object`` and its ``state``, of an enumeration's ``member``.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
from operator import index as as_int
from typing import TYPE_CHECKING, Any, cast

from fastgrad.io import foreign
from fastgrad.io.reader import FORMAT, SKELETON, Named, NotLookedUp, Reader
from fastgrad.io.writer import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from fastgrad.io.plain import Kind


def save(obj: Any, path: str | os.PathLike[str] | BinaryIO) -> None:
    """Write tensors, and what dicts, lists and plain values hold them together, to a file.

    Parameters
    ----------
    obj : Tensor, ndarray, NumPy scalar, plain value, or dict, list or tuple of these, nested
        Such as a ``state_dict``, or a dict of several. Plain values are Python's numbers, texts, bytes, sets, ranges
        and slices, what `collections`, `datetime`, `decimal`, `fractions`, `pathlib` and `uuid` have, namespaces of
        arguments, and dtypes. Tensors lose their history and ``requires_grad``.
    path : path, or file opened for binary writing
        Used as it is; ".npz" is the customary ending. A file at the path is replaced at once when all is written, so
        that no reader sees half of it and a failure leaves the old one; the new one has the mode and, where that is
        permitted, the owner of the old. A symbolic link stays, and what it points to is replaced. What is no regular
        file, a device or a pipe, is written to.

    Raises
    ------
    TypeError
        If `obj` contains anything else, masked arrays too; the message says where.
    ValueError
        If `obj` contains itself, or is nested too deeply.
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
    write(obj, path, Encoder())


def write(obj: Any, path: Any, encoder: Encoder) -> None:
    """Write a checkpoint, its values as an encoder has them."""
    skeleton = {"format": FORMAT, "content": encoder.encode(obj)}
    arrays = encoder.arrays
    if hasattr(path, "write"):
        if isinstance(path, io.TextIOBase):
            raise TypeError("save: the file is opened for text; open it for binary writing, 'wb'")
        _write(cast("BinaryIO", path), skeleton, arrays)
        return
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"save: path must be a path or a file open for writing, got {path!r}")
    try:
        old = os.stat(path)
    except OSError:  # there is none, or what is wrong with the path shows below
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(path, "wb") as file:
            _write(cast("BinaryIO", _Stream(file)), skeleton, arrays)
        return
    _replace(os.path.realpath(path), old, skeleton, arrays)


def _replace(target: str, old: os.stat_result | None, skeleton: Any, arrays: dict[str, Any]) -> None:
    """Write a regular file at once, over the old one if there is one."""
    # In the same folder, so that the replacement below is atomic. Until it has the old one's mode nobody else reads it.
    temporary = f"{target}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    mode = 0o666 if old is None else 0o600
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            if old is not None:
                _give(temporary, old)
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


def _give(path: str, old: os.stat_result) -> None:
    """Give a file the owner, where permitted, and the mode of another; in this order, since a new owner clears bits."""
    if hasattr(os, "chown"):
        new = os.stat(path)
        for owner, group in ((old.st_uid, -1), (-1, old.st_gid)):
            if owner != new.st_uid and group != new.st_gid:
                with contextlib.suppress(OSError):
                    os.chown(path, owner, group)
    os.chmod(path, stat.S_IMODE(old.st_mode))


class _Stream:
    """What has no places to go back to, for `zipfile`: some devices claim to have them."""

    def __init__(self, file: BinaryIO) -> None:
        self.write = file.write
        self.flush = file.flush


def load(path: str | os.PathLike[str] | BinaryIO, *, max_bytes: int | None = None) -> Any:
    """Read what `save` wrote, or any .npz file of numbers.

    Parameters
    ----------
    path : path, or file opened for binary reading
        The file.
    max_bytes : int, optional
        How much the file may hold once it is unpacked; one that states more is refused before anything is read. By
        default 1 GiB, or a hundred times the file's size if that is more: a few megabytes can stand for gigabytes.

    Returns
    -------
    What was saved, with new tensors. A .npz file from elsewhere gives a dict of str to Tensor.

    Raises
    ------
    ValueError
        If the file is of another kind (the message says which, and what to do), is damaged or cut off, contains pickled
        objects, or states more than `max_bytes`; the message names the file.
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
    return read(path, max_bytes)


def read(
    path: Any,
    max_bytes: int | None = None,
    find: Callable[[str, str], Any] | None = None,
    kinds: Mapping[str, Kind] | None = None,
) -> Any:
    """Read a checkpoint; `find` and `kinds` are those of a `Reader`."""
    import errno
    import zipfile
    import zlib

    if isinstance(path, (str, os.PathLike)):
        with open(path, "rb") as file:
            return read(file, max_bytes, find, kinds)
    if not hasattr(path, "read"):
        raise TypeError(f"load: path must be a path or a file open for reading, got {path!r}")
    name = getattr(path, "name", "the file")
    if isinstance(path, io.TextIOBase):
        raise TypeError(f"load: {name} is opened for text; open it for binary reading, 'rb'")
    if max_bytes is not None and as_int(max_bytes) < 0:
        raise ValueError(f"load: max_bytes must not be negative, got {max_bytes}")
    head, size = _begin(path, name)
    if not head.startswith((b"PK\3\4", b"PK\5\6")):
        raise _refusal(name, *foreign.of_bytes(head, size))
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if SKELETON not in names and not (names and all(name.endswith(".npy") for name in names)):
                raise _Refused(_refusal(name, *foreign.of_members(names)))
            return Reader(archive, size, max_bytes, find, kinds).read(names)
    except _Refused as refused:
        raise refused.args[0] from None
    except Named as named:
        raise NotLookedUp(f"{name}: {named}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ArithmeticError) as error:
        raise ValueError(f"{name}: not a .npz file, or a damaged or cut off one ({error})") from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a seek to where a damaged directory points
            raise
        raise ValueError(f"{name}: damaged or cut off .npz file") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"{name}: damaged checkpoint ({error})") from None


class _Refused(Exception):
    """Carries a finished message past the handlers above."""


def _refusal(name: Any, what: str, advice: str) -> ValueError:
    return ValueError(f"{name}: {what}, not a checkpoint of fastgrad" + (f"; {advice}" if advice else ""))


def _begin(file: BinaryIO, name: Any) -> tuple[bytes, int]:
    """Return the first bytes of a file from where it stands, and how many there are; leave it there."""
    if not hasattr(file, "seek") or (hasattr(file, "seekable") and not file.seekable()):
        raise ValueError(f"{name}: a pipe or a device, in which load cannot go back; put what it gives into io.BytesIO")
    here = file.tell()
    head = file.read(512)
    size = file.seek(0, os.SEEK_END) - here
    file.seek(here)
    return head, size


# ---- archive ----


def _write(file: BinaryIO, skeleton: Any, arrays: dict[str, Any]) -> None:
    import json
    import zipfile

    import numpy as np

    npy: Any = np.lib.format  # without types before NumPy 2.3
    # A fixed date makes equal content equal bytes.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(zipfile.ZipInfo(SKELETON), json.dumps(skeleton, allow_nan=False))
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(name + ".npy"), "w", force_zip64=True) as member:
                npy.write_array(member, np.asanyarray(array), allow_pickle=False)
