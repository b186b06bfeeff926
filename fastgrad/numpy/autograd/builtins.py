"""Python's own: containers hold tensors as they are."""

from __future__ import annotations

from builtins import dict as dict, isinstance as isinstance, list as list, tuple as tuple, type as type
