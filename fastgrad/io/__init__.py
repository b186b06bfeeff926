"""Saving and loading."""

from fastgrad import _names
from fastgrad.io.checkpoint import (
    load as load,
    save as save,
)
from fastgrad.io.safetensors import load_safetensors as load_safetensors

__all__ = _names.public(globals(), modules=())
