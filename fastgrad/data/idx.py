"""IDX files, the format of MNIST: http://yann.lecun.com/exdb/mnist/ describes it.

Two zero bytes, one byte for the element type, one for the number of axes; then each axis' size as a big-endian 32-bit
integer; then the elements in C order, big-endian.
"""

from __future__ import annotations

import os
from math import prod
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad.io.reader import MOST_RATIO, safe_bytes

if TYPE_CHECKING:
    from io import BufferedIOBase

    from fastgrad._tensor import Tensor

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | os.PathLike[str], *, max_bytes: int | None = None) -> Tensor:
    """Read an IDX file, compressed by gzip or not.

    Parameters
    ----------
    path : path
        Compression is told from the content, not from the name.
    max_bytes : int, optional
        How much the array may hold; a file whose header states more is refused before that is read. By default as for
        `fastgrad.load`: 1 GiB, or a hundred times the file's size if that is more.

    Returns
    -------
    Tensor
        Of the shape and the type the file states: uint8, int8, int16, int32, float32 or float64.

    Raises
    ------
    ValueError
        If the file is not IDX, is cut off or damaged, holds more or less data than its header states, or states more
        than `max_bytes`; the message names the file and says what is wrong.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import fastgrad as fg, os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "labels.idx")
    >>> with open(path, "wb") as file:
    ...     _ = file.write(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    >>> fg.data.read_idx(path).tolist()
    [7, 2, 1]
    """
    if not isinstance(path, (str, os.PathLike)):  # open() would take an int for a descriptor, and close it
        raise TypeError(f"read_idx: path must be a str or a path, got {path!r}")
    with open(path, "rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        size = os.fstat(raw.fileno()).st_size
        raw.seek(0)
        limit = safe_bytes(size) if max_bytes is None else max_bytes
        if not compressed:
            return _parse(path, raw, size, True, limit)
        import gzip
        import zlib

        try:
            with gzip.open(raw, "rb") as file:
                return _parse(path, file, MOST_RATIO * (size + 1), False, limit)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{os.fspath(path)}: damaged or cut off gzip file ({error})") from None


def _parse(path: Any, file: BufferedIOBase, size: int, exact: bool, limit: int) -> Tensor:
    """Read a file of `size` bytes, or at most as many."""
    import numpy as np

    name = os.fspath(path)
    magic = file.read(4)
    if len(magic) < 4:
        raise ValueError(f"{name}: not an IDX file: {len(magic)} bytes are too few for a header")
    if magic[:2] != b"\0\0" or magic[2] not in _TYPES:
        raise ValueError(f"{name}: not an IDX file: bad magic number 0x{magic.hex()}")
    dtype, ndim = np.dtype(_TYPES[magic[2]]), magic[3]
    header = file.read(4 * ndim)
    if len(header) < 4 * ndim:
        raise ValueError(f"{name}: truncated IDX file: the header states {ndim} axes, but ends before their sizes")
    shape = tuple(int.from_bytes(header[i : i + 4], "big") for i in range(0, 4 * ndim, 4))
    expected = prod(shape) * dtype.itemsize
    held = size - 4 - 4 * ndim
    if expected > held or (exact and expected != held):
        raise ValueError(_wrong_length(name, shape, dtype, expected, f"{held}" if exact else f"{held} at most"))
    if expected > limit:
        raise ValueError(
            f"{name}: states {expected} bytes, more than {limit}; if it is to be trusted, give read_idx more max_bytes"
        )
    # In pieces, and one byte further than stated: a lying header costs neither the memory it asks for nor what a
    # compressed stream could expand to.
    data = bytearray()
    while len(data) <= expected:
        piece = file.read(min(expected + 1 - len(data), 1 << 24))
        if not piece:
            break
        data += piece
    if len(data) != expected:
        what = f"{len(data)}" if len(data) < expected else "more"
        raise ValueError(_wrong_length(name, shape, dtype, expected, what))
    if len(shape) > 64:
        raise ValueError(f"{name}: an IDX file of {len(shape)} axes; at most 64 are supported")
    values = np.frombuffer(data, dtype=dtype).reshape(shape)
    native = dtype.newbyteorder("=")
    if native != dtype:
        values = values.byteswap(inplace=True).view(native)
    return fg.asarray(values)  # the memory that was read into


def _wrong_length(name: str, shape: tuple[int, ...], dtype: Any, expected: int, held: str) -> str:
    return (
        f"{name}: wrong length: the IDX header states shape {shape} of {dtype.newbyteorder('=')}, "
        f"{expected} bytes, but the file holds {held}"
    )


def mnist(folder: str | os.PathLike[str], split: str = "train") -> tuple[Tensor, Tensor]:
    """Read images and labels of MNIST, or of a dataset laid out like it, from a folder.

    Parameters
    ----------
    folder : path
        Contains "train-images-idx3-ubyte" and "train-labels-idx1-ubyte", or "t10k-...", with or without ".gz"; a dot
        in place of the second hyphen is accepted.
    split : {"train", "test"}, default "train"
        "test" reads the files that begin with "t10k".

    Returns
    -------
    images : uint8 Tensor, shape (n, height, width)
    labels : uint8 Tensor, shape (n,)

    Raises
    ------
    FileNotFoundError
        If the folder does not contain the files.
    ValueError
        If `split` is unknown, a file is damaged, or the files do not fit together.

    Examples
    --------
    >>> import fastgrad as fg
    >>> images, labels = fg.data.mnist("data/mnist", split="test")  # doctest: +SKIP
    >>> images.shape  # doctest: +SKIP
    (10000, 28, 28)
    """
    if split not in ("train", "test"):
        raise ValueError(f"mnist: split must be 'train' or 'test', got {split!r}")
    prefix = "train" if split == "train" else "t10k"
    images_path = _find(folder, f"{prefix}-images", "idx3-ubyte")
    labels_path = _find(folder, f"{prefix}-labels", "idx1-ubyte")
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or labels.ndim != 1 or images.shape[0] != labels.shape[0]:
        raise ValueError(
            f"mnist: shapes must be (n, height, width) and (n,), got {images.shape} in {images_path} and "
            f"{labels.shape} in {labels_path}"
        )
    return images, labels


def _find(folder: str | os.PathLike[str], stem: str, ending: str) -> str:
    for name in (f"{stem}-{ending}", f"{stem}.{ending}"):
        for suffix in ("", ".gz"):
            path = os.path.join(folder, name + suffix)
            if os.path.isfile(path):
                return path
    raise FileNotFoundError(f"mnist: no file '{stem}-{ending}' or '{stem}-{ending}.gz' in {os.fspath(folder)}")
