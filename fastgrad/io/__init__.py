"""Saving and loading."""

from fastgrad import _names
from fastgrad.io.checkpoint import (
    load as load,
    save as save,
)

__all__ = _names.public(globals(), modules=())
