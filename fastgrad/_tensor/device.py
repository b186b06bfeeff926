"""The device of tensors: there is one, and programs ask for its ``type``."""

from __future__ import annotations

from typing import Any

# The kinds that PyTorch has names for.
KINDS = {
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy",
    "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
}  # fmt: skip


class device(str):
    """Where tensors are: a str such as ``"cpu"``, with PyTorch's `type` and `index`.

    Names of other devices can be said, and compared; to put a tensor there is an error.

    Parameters
    ----------
    type : str or device
        ``"cpu"``, or a device's type and number, ``"cuda:0"``.
    index : int, optional
        Its number, where `type` has none.

    Examples
    --------
    >>> from fastgrad._tensor.device import device
    >>> device("cpu"), device("cuda:1").type, device("cuda", 1).index
    (device(type='cpu'), 'cuda', 1)
    """

    __slots__ = ()
    __module__ = "fastgrad.torch"

    def __new__(cls, type: Any = "cpu", index: int | None = None) -> device:
        if isinstance(type, int):
            raise TypeError(f"device: the number {type} names an accelerator, and there is none; the device is 'cpu'")
        if not isinstance(type, str):
            raise TypeError(f"device: a device's name must be a str, got {type!r}")
        kind, _, number = type.partition(":")
        if kind not in KINDS or (number and not number.isdigit()):
            raise RuntimeError(f"device: a name such as 'cpu' or 'cuda:0' is wanted, got {type!r}")
        if number and index is not None:
            raise RuntimeError(f"device: {type!r} has a number; index {index} cannot be given beside it")
        if number or index is not None:
            number = str(int(number or index or 0))
        return str.__new__(cls, f"{kind}:{number}" if number else kind)

    @property
    def type(self) -> str:
        """The kind of device: ``"cpu"``."""
        return str(self).partition(":")[0]

    @property
    def index(self) -> int | None:  # type: ignore[override]  # str's, which nobody asks a device for
        """The number that was given with it."""
        number = str(self).partition(":")[2]
        return int(number) if number else None

    def __repr__(self) -> str:
        return f"device(type={self.type!r}" + ("" if self.index is None else f", index={self.index}") + ")"

    def __enter__(self) -> device:
        if self.type != "cpu":
            raise RuntimeError(f"device: fastgrad computes on the CPU; {str(self)!r} cannot be the default")
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (str(self),)


CPU = device("cpu")
