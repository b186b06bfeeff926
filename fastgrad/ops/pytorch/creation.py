"""New tensors, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float
from fastgrad.ops.pytorch.common import into, made, place, size_of, strided


def _dtype(dtype: Any) -> Any:
    return get_default_float() if dtype is None else dtype


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False
) -> Any:
    """A new tensor with a copy of the data, without history."""
    place("tensor", device)
    if isinstance(data, Tensor):
        found = data.detach().clone() if dtype is None else data.detach().astype(dtype)
    else:
        data = _plain(data)
        found = fg.tensor(data, dtype=_of_scalars(data) if dtype is None else dtype).detach()
    return made(found, requires_grad)


def _plain(data: Any) -> Any:
    """What has a length and elements, as lists; NumPy's and Python's own as they are."""
    if (
        isinstance(data, (int, float, list, tuple))
        or hasattr(data, "__array__")
        or hasattr(data, "__array_interface__")
    ):
        return data
    if hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, (str, bytes, dict)):
        try:
            memoryview(data)
        except TypeError:
            return list(data)
    return data


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Any:
    """The data as a tensor, on the same memory where that is possible."""
    place("as_tensor", device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.astype(dtype, copy=False)
    data = _plain(data)
    return fg.asarray(data, dtype=_of_scalars(data) if dtype is None else dtype)


def _of_scalars(data: Any) -> Any:
    """float64 of NumPy's scalars of it, alone or first in a list: Python's floats, of which PyTorch keeps the dtype."""
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return fg.float64 if isinstance(data, np.float64) else None


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Any:
    place("asarray", device)
    return made(fg.asarray(_plain(obj), dtype=dtype, copy=copy), requires_grad)


def scalar_tensor(
    s: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    place("scalar_tensor", device)
    return made(fg.tensor(s, dtype=_dtype(dtype)), requires_grad)


def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Any:
    """A vector on the memory of a buffer."""
    import numpy as np

    return made(fg.asarray(np.frombuffer(buffer, dtype.dtype, count, offset)), requires_grad)


def _filled(name: str) -> Any:
    """``zeros``, ``ones`` and ``empty``, whose size is numbers or a tuple."""
    make = getattr(fg, name)

    def function(
        *size: Any,
        out: Tensor | None = None,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
        memory_format: Any = None,
        names: Any = None,
        **words: Any,
    ) -> Any:
        if device is not None or layout is not None or words:
            place(name, device)
            strided(name, layout)
            size = (words.pop("size", size),) if "size" in words else size
            if words:
                raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(words))!r}")
        if out is not None:
            return into(out, make(size_of(size), dtype=out.dtype if dtype is None else dtype))
        return make(size_of(size), dtype=dtype, requires_grad=requires_grad)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{name}``: see ``fastgrad.{name}``."
    return function


empty = _filled("empty")
ones = _filled("ones")
zeros = _filled("zeros")


def full(
    size: Any,
    fill_value: Any,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Any:
    """A tensor of one number."""
    place("full", device)
    strided("full", layout)
    return into(out, fg.full(size_of((size,)), fill_value, dtype=dtype, requires_grad=requires_grad))


def _like(name: str) -> Any:
    make = getattr(fg, name)

    def function(
        input: Any,
        *,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        memory_format: Any = None,
        pin_memory: bool = False,
    ) -> Any:
        place(name, device)
        strided(name, layout)
        return make(input, dtype=dtype, requires_grad=requires_grad)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{name}``: see ``fastgrad.{name}``."
    return function


empty_like = _like("empty_like")
ones_like = _like("ones_like")
zeros_like = _like("zeros_like")


def full_like(
    input: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Any:
    place("full_like", device)
    return fg.full_like(input, fill_value, dtype=dtype, requires_grad=requires_grad)


def arange(
    *args: Any,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    **words: Any,
) -> Any:
    """Numbers from start (0) up to, not including, end, in steps."""
    place("arange", device)
    bounds: Any = list(args)
    start = words.pop("start", None)
    if start is not None:
        bounds.insert(0, start)
    if "end" in words:
        bounds.append(words.pop("end"))
    step = words.pop("step", bounds.pop() if len(bounds) == 3 else 1)
    if words or not 1 <= len(bounds) <= 2:
        raise TypeError("arange: (end), (start, end) or (start, end, step) are wanted")
    first, last = bounds if len(bounds) == 2 else (0, bounds[0])
    _reachable("arange", first, last, step)
    return into(out, fg.arange(first, last, step, dtype, requires_grad=requires_grad))


def _reachable(operation: str, start: Any, end: Any, step: Any) -> None:
    """Raise what goes away from its end: NumPy's is empty, PyTorch's an error."""
    if (step > 0 and end < start) or (step < 0 and end > start):
        raise RuntimeError(
            f"{operation}: end must lie in the direction of step, got start {start}, end {end} and step {step}: upper "
            "bound and lower bound inconsistent with step sign"
        )


def range(
    start: float = 0,
    end: Any = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Tensor | None = None,
) -> Any:
    """As `arange` with its end, which PyTorch has deprecated; floats."""
    place("range", device)
    if end is None:
        start, end = 0, start
    if not step:
        raise RuntimeError("range: step must be nonzero, got 0")
    _reachable("range", start, end, step)
    count = int((end - start) / step) + 1
    return into(out, made(start + fg.arange(count, dtype=_dtype(dtype)) * step, requires_grad))


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """So many numbers evenly spaced from start to end, both included."""
    place("linspace", device)
    return into(out, fg.linspace(start, end, steps, dtype=dtype, requires_grad=requires_grad))


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Powers of a base, of exponents evenly spaced."""
    place("logspace", device)
    powers = base ** fg.linspace(start, end, steps, dtype=fg.float64)
    return made(into(out, powers.astype(_dtype(dtype))), requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A matrix with ones on its diagonal."""
    place("eye", device)
    strided("eye", layout)
    return into(out, fg.eye(n, m, dtype=dtype, requires_grad=requires_grad))


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None
) -> Any:
    """The places of a matrix's lower triangle, a row for each axis."""
    place("tril_indices", device)
    found = fg.stack(fg.nonzero(fg.tril(fg.ones((row, col), dtype=fg.bool), offset)))
    return found if dtype is None else found.astype(dtype)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None
) -> Any:
    """The places of a matrix's upper triangle, a row for each axis."""
    place("triu_indices", device)
    found = fg.stack(fg.nonzero(fg.triu(fg.ones((row, col), dtype=fg.bool), offset)))
    return found if dtype is None else found.astype(dtype)


def _cosines(name: str, window_length: int, periodic: bool, weights: tuple[float, ...], how: dict[str, Any]) -> Any:
    """A window that is a sum of cosines, of alternating sign."""
    dtype, requires_grad = how.pop("dtype", None), how.pop("requires_grad", False)
    place(name, how.pop("device", None))
    strided(name, how.pop("layout", None))
    how.pop("pin_memory", None)
    if how:
        raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(how))!r}")
    if window_length < 0:
        raise RuntimeError(f"{name}: window_length must be non-negative, got {window_length}")
    if window_length < 2:
        return made(fg.ones((window_length,), dtype=_dtype(dtype)), requires_grad)
    k = fg.arange(window_length, dtype=fg.float64) * (2 * fg.pi / (window_length - (0 if periodic else 1)))
    values = sum((-1) ** i * a * fg.cos(i * k) for i, a in enumerate(weights))
    return made(values.astype(_dtype(dtype)), requires_grad)


def hann_window(window_length: int, periodic: bool = True, **how: Any) -> Any:
    """Hann's window, ``0.5 - 0.5 cos``: one period of it, or symmetric."""
    return _cosines("hann_window", window_length, periodic, (0.5, 0.5), how)


def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, **how: Any
) -> Any:
    """Hamming's window, ``alpha - beta cos``: one period of it, or symmetric."""
    return _cosines("hamming_window", window_length, periodic, (alpha, beta), how)


def blackman_window(window_length: int, periodic: bool = True, **how: Any) -> Any:
    """Blackman's window, of three cosines: one period of it, or symmetric."""
    return _cosines("blackman_window", window_length, periodic, (0.42, 0.5, 0.08), how)


def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Any:
    """A new tensor whose elements lie by these strides, which must not have two of them share memory."""
    place("empty_strided", device)
    strided("empty_strided", layout)
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride) or min((*size, *stride), default=0) < 0:
        raise RuntimeError(f"empty_strided: lengths and strides must be as many, none negative, got {size}, {stride}")
    reach = 1
    for n, step in sorted(zip(size, stride, strict=True), key=lambda pair: pair[1]):
        if n > 1 and step < reach:
            raise RuntimeError(f"empty_strided: elements of {size} would share memory by the strides {stride}")
        reach += (n - 1) * step if n else 0
    from fastgrad.ops.view import as_strided

    memory = fg.empty((0 if 0 in size else reach,), dtype=_dtype(dtype))
    return made(fg.empty(size, dtype=memory.dtype) if 0 in size else as_strided(memory, size, stride, 0), requires_grad)


# ---- methods ---------------------------------------------------------------------------------------------------------


def fill(input: Any, value: Any) -> Any:
    """A tensor of another's shape and dtype, of one number, which may be a tensor's."""
    return fg.broadcast_to(fg.asarray(value).astype(input.dtype), input.shape).clone()


def to_dlpack(tensor: Any) -> Any:
    """A capsule with the tensor's memory, for ``from_dlpack``."""
    return tensor.__dlpack__()


class _Lent:
    """What has given a capsule."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **version: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0  # which device it is of the capsule says itself


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of any object that has ``__dlpack__``, or of a capsule that such an object has given."""
    lent = _Lent(ext_tensor) if type(ext_tensor).__name__ == "PyCapsule" else ext_tensor
    return fg.from_dlpack(lent, device=device, copy=copy)


def bartlett_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """A triangle, 0 at its ends."""
    place("bartlett_window", device)
    strided("bartlett_window", layout)
    if window_length < 0:
        raise RuntimeError(f"bartlett_window: window_length must be non-negative, got {window_length}")
    n = window_length - (0 if periodic else 1)
    if window_length == 1:
        return made(fg.ones((1,), dtype=_dtype(dtype)), requires_grad)
    k = fg.arange(window_length, dtype=_dtype(dtype))
    return made(1 - fg.abs(2 * k / n - 1), requires_grad)


def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """Kaiser's window: the Bessel function `i0` over a half circle."""
    import numpy as np

    place("kaiser_window", device)
    strided("kaiser_window", layout)
    if window_length < 0:
        raise RuntimeError(f"kaiser_window: window_length must be non-negative, got {window_length}")
    values = np.ones(1) if window_length == 1 else np.kaiser(window_length + int(periodic), beta)[:window_length]
    return made(fg.asarray(values).astype(_dtype(dtype)), requires_grad)


def new_tensor(self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
    """A new tensor of the data, in this one's dtype."""
    return tensor(data, dtype=self.dtype if dtype is None else dtype, device=device, requires_grad=requires_grad)


def _new(make: Any, name: str) -> Any:
    def method(self: Tensor, *size: Any, dtype: Any = None, **words: Any) -> Any:
        return make(*size, dtype=self.dtype if dtype is None else dtype, **words)

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    return method


new_empty = _new(empty, "new_empty")
new_ones = _new(ones, "new_ones")
new_zeros = _new(zeros, "new_zeros")
new_full = _new(full, "new_full")


def new(self: Tensor, *args: Any, **words: Any) -> Any:
    """A tensor of this dtype: of lengths, or of data."""
    if args and not all(isinstance(n, int) for n in args):
        return tensor(args[0], dtype=self.dtype)
    return empty(*args, dtype=self.dtype) if args else empty(0, dtype=self.dtype)
