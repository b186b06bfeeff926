"""Saving and loading."""

from fastgrad.io.checkpoint import load, save

__all__ = ["load", "save"]
