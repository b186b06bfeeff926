"""Padding layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from fastgrad._tensor.convert import number, words
from fastgrad.errors import TensorValueError
from fastgrad.nn.functional.padding import pad
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


class _PadNd(Module):
    """What padding layers have in common: a number for each side of their axes, the last axis first."""

    _axes: ClassVar[int]
    _mode: ClassVar[str]

    def __init__(self, padding: IntOrPair) -> None:
        super().__init__()
        name, sides = type(self).__name__, 2 * self._axes
        numbers = words(padding, name, "padding")
        if len(numbers) == 1 and not isinstance(padding, (tuple, list)):
            numbers *= sides
        if len(numbers) != sides:
            raise TensorValueError(f"{name}: padding must be an int or {sides} ints, got {padding!r}")
        self.padding: tuple[int, ...] = numbers

    def forward(self, input: Tensor) -> Tensor:
        return pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    _mode = "constant"
    value: Any

    def __init__(self, padding: IntOrPair, value: float) -> None:
        super().__init__(padding)
        self.value = number(value, type(self).__name__, "value")

    def forward(self, input: Tensor) -> Tensor:
        return pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPadNd(_ConstantPadNd):
    def __init__(self, padding: IntOrPair) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ReflectionPadNd(_PadNd):
    _mode = "reflect"


class _ReplicationPadNd(_PadNd):
    _mode = "replicate"


class _CircularPadNd(_PadNd):
    _mode = "circular"


class ConstantPad1d(_ConstantPadNd):
    """Put a number around signals, by `functional.pad`.

    Parameters
    ----------
    padding : int or sequence of 2 int
        How many on all sides, or left, right. Negative numbers take elements away.
    value : number
        What stands at the edges.

    Raises
    ------
    ValueError
        If there is another count of numbers; of a call, if its input has not the shape for them.

    Notes
    -----
    Shape: (N, C, L) or (C, L) to the same with a longer last axis. Any other shape, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ConstantPad1d((1, 2), 9.0)(fg.tensor([[1.0, 2.0]])).tolist()
    [[9.0, 1.0, 2.0, 9.0, 9.0]]
    """

    _axes = 1


class ConstantPad2d(_ConstantPadNd):
    """Put a number around images, by `functional.pad`.

    As `ConstantPad1d`, with 4 numbers: left, right, top, bottom. Shape: (N, C, H, W) or (C, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ConstantPad2d(1, 3.5)(fg.zeros(1, 2, 4, 5)).shape
    (1, 2, 6, 7)
    """

    _axes = 2


class ConstantPad3d(_ConstantPadNd):
    """Put a number around volumes, by `functional.pad`.

    As `ConstantPad1d`, with 6 numbers: left, right, top, bottom, front, back.
    Shape: (N, C, D, H, W) or (C, D, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ConstantPad3d(1, 3.5)(fg.zeros(1, 2, 3, 4, 5)).shape
    (1, 2, 5, 6, 7)
    """

    _axes = 3


class ZeroPad1d(_ZeroPadNd):
    """Put zeros around signals, by `functional.pad`.

    Parameters
    ----------
    padding : int or sequence of 2 int
        How many on all sides, or left, right. Negative numbers take elements away.

    Raises
    ------
    ValueError
        If there is another count of numbers; of a call, if its input has not the shape for them.

    Notes
    -----
    Shape: (N, C, L) or (C, L) to the same with a longer last axis. Any other shape, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ZeroPad1d(1)(fg.tensor([[1.0, 2.0]])).tolist()
    [[0.0, 1.0, 2.0, 0.0]]
    """

    _axes = 1


class ZeroPad2d(_ZeroPadNd):
    """Put zeros around images, by `functional.pad`.

    As `ZeroPad1d`, with 4 numbers: left, right, top, bottom. Shape: (N, C, H, W) or (C, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ZeroPad2d(1)(fg.zeros(1, 2, 4, 5)).shape
    (1, 2, 6, 7)
    """

    _axes = 2


class ZeroPad3d(_ZeroPadNd):
    """Put zeros around volumes, by `functional.pad`.

    As `ZeroPad1d`, with 6 numbers: left, right, top, bottom, front, back.
    Shape: (N, C, D, H, W) or (C, D, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ZeroPad3d(1)(fg.zeros(1, 2, 3, 4, 5)).shape
    (1, 2, 5, 6, 7)
    """

    _axes = 3


class ReflectionPad1d(_ReflectionPadNd):
    """Put signals, mirrored at their edges, around them, by `functional.pad`.

    Parameters
    ----------
    padding : int or sequence of 2 int
        How many on all sides, or left, right. Negative numbers take elements away.

    Raises
    ------
    ValueError
        If there is another count of numbers; of a call, if its input has not the shape for them.

    Notes
    -----
    Shape: (N, C, L) or (C, L) to the same with a longer last axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ReflectionPad1d(2)(fg.tensor([[1.0, 2.0, 3.0]])).tolist()
    [[3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]]
    """

    _axes = 1


class ReflectionPad2d(_ReflectionPadNd):
    """Put images, mirrored at their edges, around them, by `functional.pad`.

    As `ReflectionPad1d`, with 4 numbers: left, right, top, bottom. Shape: (N, C, H, W) or (C, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ReflectionPad2d(1)(fg.zeros(1, 2, 4, 5)).shape
    (1, 2, 6, 7)
    """

    _axes = 2


class ReflectionPad3d(_ReflectionPadNd):
    """Put volumes, mirrored at their edges, around them, by `functional.pad`.

    As `ReflectionPad1d`, with 6 numbers: left, right, top, bottom, front, back.
    Shape: (N, C, D, H, W) or (C, D, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ReflectionPad3d(1)(fg.zeros(1, 2, 3, 4, 5)).shape
    (1, 2, 5, 6, 7)
    """

    _axes = 3


class ReplicationPad1d(_ReplicationPadNd):
    """Put the edges of signals around them over and over, by `functional.pad`.

    Parameters
    ----------
    padding : int or sequence of 2 int
        How many on all sides, or left, right. Negative numbers take elements away.

    Raises
    ------
    ValueError
        If there is another count of numbers; of a call, if its input has not the shape for them.

    Notes
    -----
    Shape: (N, C, L) or (C, L) to the same with a longer last axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ReplicationPad1d((1, 2))(fg.tensor([[1.0, 2.0]])).tolist()
    [[1.0, 1.0, 2.0, 2.0, 2.0]]
    """

    _axes = 1


class ReplicationPad2d(_ReplicationPadNd):
    """Put the edges of images around them over and over, by `functional.pad`.

    As `ReplicationPad1d`, with 4 numbers: left, right, top, bottom. Shape: (N, C, H, W) or (C, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ReplicationPad2d(1)(fg.zeros(1, 2, 4, 5)).shape
    (1, 2, 6, 7)
    """

    _axes = 2


class ReplicationPad3d(_ReplicationPadNd):
    """Put the edges of volumes around them over and over, by `functional.pad`.

    As `ReplicationPad1d`, with 6 numbers: left, right, top, bottom, front, back.
    Shape: (N, C, D, H, W) or (C, D, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ReplicationPad3d(1)(fg.zeros(1, 2, 3, 4, 5)).shape
    (1, 2, 5, 6, 7)
    """

    _axes = 3


class CircularPad1d(_CircularPadNd):
    """Put the other end of signals at each end of theirs, by `functional.pad`.

    Parameters
    ----------
    padding : int or sequence of 2 int
        How many on all sides, or left, right. Negative numbers take elements away.

    Raises
    ------
    ValueError
        If there is another count of numbers; of a call, if its input has not the shape for them.

    Notes
    -----
    Shape: (N, C, L) or (C, L) to the same with a longer last axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.CircularPad1d((1, 2))(fg.tensor([[1.0, 2.0, 3.0]])).tolist()
    [[3.0, 1.0, 2.0, 3.0, 1.0, 2.0]]
    """

    _axes = 1


class CircularPad2d(_CircularPadNd):
    """Put the other end of images at each end of theirs, by `functional.pad`.

    As `CircularPad1d`, with 4 numbers: left, right, top, bottom. Shape: (N, C, H, W) or (C, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.CircularPad2d(1)(fg.zeros(1, 2, 4, 5)).shape
    (1, 2, 6, 7)
    """

    _axes = 2


class CircularPad3d(_CircularPadNd):
    """Put the other end of volumes at each end of theirs, by `functional.pad`.

    As `CircularPad1d`, with 6 numbers: left, right, top, bottom, front, back.
    Shape: (N, C, D, H, W) or (C, D, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.CircularPad3d(1)(fg.zeros(1, 2, 3, 4, 5)).shape
    (1, 2, 5, 6, 7)
    """

    _axes = 3
