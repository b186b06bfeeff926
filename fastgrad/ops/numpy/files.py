"""NumPy's files: what is read of them are tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastgrad.ops.numpy.common import given


class NpzFile(np.lib.npyio.NpzFile):
    """Arrays by name in an ``.npz`` file, which are read as tensors when they are asked for."""

    def __getitem__(self, key: str) -> Any:
        return given(super().__getitem__(key))


def load(
    file: Any,
    mmap_mode: Any = None,
    allow_pickle: bool = False,
    fix_imports: bool = True,
    encoding: Any = "ASCII",
    *,
    max_header_size: int = 10000,
) -> Any:
    """Read what `save`, `savez` or pickle has written: a tensor, a mapping of tensors, an object."""
    found = np.load(file, mmap_mode, allow_pickle, fix_imports, encoding, max_header_size=max_header_size)
    if isinstance(found, np.lib.npyio.NpzFile):
        found.__class__ = NpzFile
        return found
    return given(found)
