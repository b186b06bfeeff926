"""What optimizers of others have for a default where a parameter group must say a value."""

from __future__ import annotations

__all__ = ["required"]


class _Required:
    """Stands for no value."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()
