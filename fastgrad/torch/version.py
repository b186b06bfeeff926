"""Which PyTorch this door speaks for, and that it is not PyTorch."""

from __future__ import annotations

from typing import Any


class TorchVersion(str):
    """A version that is compared as one: with texts, and with tuples of numbers."""

    __slots__ = ()

    @staticmethod
    def _numbers(version: Any) -> tuple[int, ...]:
        if isinstance(version, (tuple, list)):
            return tuple(int(v) for v in version)
        release = str(version).partition("+")[0]
        return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in release.split("."))

    def _against(self, other: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
        a, b = self._numbers(self), self._numbers(other)
        n = max(len(a), len(b))
        return a + (0,) * (n - len(a)), b + (0,) * (n - len(b))

    def __lt__(self, other: Any) -> bool:
        a, b = self._against(other)
        return a < b

    def __le__(self, other: Any) -> bool:
        a, b = self._against(other)
        return a <= b

    def __gt__(self, other: Any) -> bool:
        a, b = self._against(other)
        return a > b

    def __ge__(self, other: Any) -> bool:
        a, b = self._against(other)
        return a >= b

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (tuple, list)):
            a, b = self._against(other)
            return a == b
        return str.__eq__(self, other)

    __hash__ = str.__hash__


__version__ = TorchVersion("2.13.0+fastgrad")
debug = False
cuda = None
hip = None
git_version = ""
