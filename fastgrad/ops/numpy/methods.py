"""What ndarray's methods and attributes mean where Tensor has none of the name, or one of another meaning."""

from __future__ import annotations

from typing import Any

METHODS: dict[str, Any] = {}
