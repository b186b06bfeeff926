"""What belongs to no other part: computing again instead of keeping, trees of tensors."""

from fastgrad.utils import checkpoint as checkpoint, pytree as pytree

__all__ = ["checkpoint", "pytree"]
