"""What belongs to no other part: computing again instead of keeping."""

from fastgrad.utils import checkpoint as checkpoint

__all__ = ["checkpoint"]
