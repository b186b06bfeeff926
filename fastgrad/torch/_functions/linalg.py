"""Products of vectors and matrices, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.torch._functions.common import axis_of, in_both_vocabularies, into, of_two, tensor_of

matmul = of_two(fg.matmul)


def _product(name: str, axes: tuple[int, int]) -> Any:
    """A product that takes operands of so many axes, and does not broadcast."""
    first = {"mm": "input", "bmm": "input", "mv": "input", "dot": "input"}[name]
    second = {"mm": "mat2", "bmm": "mat2", "mv": "vec", "dot": "tensor"}[name]

    def function(input: Any, other: Any = None, *, out: Tensor | None = None, **words: Any) -> Any:
        other = words.pop(second, other)
        if words:
            raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(words))!r}")
        found = tensor_of(name, input, first).ndim, tensor_of(name, other, second).ndim
        if found != axes:
            raise RuntimeError(f"{name}: operands of {axes[0]} and {axes[1]} axes are wanted, got {found[0]} and "
                               f"{found[1]}")  # fmt: skip
        if name == "bmm" and input.shape[0] != other.shape[0]:
            raise RuntimeError(f"bmm: both must have as many matrices, got {input.shape[0]} and {other.shape[0]}")
        if input.dtype is not other.dtype:
            raise RuntimeError(f"{name}: both operands must have one dtype, got {input.dtype} and {other.dtype}")
        return into(out, fg.matmul(input, other))

    function.__name__ = function.__qualname__ = name
    return function


mm = _product("mm", (2, 2))
bmm = _product("bmm", (3, 3))
mv = _product("mv", (2, 1))
dot = _product("dot", (1, 1))


def vdot(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    return dot(input, other, out=out)


def inner(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """Products of the last axes."""
    if input.ndim == 0 or other.ndim == 0:
        return into(out, input * other)
    return into(out, fg.tensordot(input, other, axes=([input.ndim - 1], [other.ndim - 1])))


def outer(input: Any, vec2: Any, *, out: Tensor | None = None) -> Any:
    """Each product of two vectors' elements."""
    return into(out, fg.outer(input, vec2))


def ger(input: Any, vec2: Any, *, out: Tensor | None = None) -> Any:
    return outer(input, vec2, out=out)


def _added(input: Any, product: Any, beta: float, alpha: float) -> Any:
    if alpha != 1:
        product = product * alpha
    if beta == 0:
        return product  # what input holds, NaN too, is not looked at
    return product + (input if beta == 1 else input * beta)


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None) -> Any:
    """``beta * input + alpha * mat1 @ mat2``."""
    return into(out, _added(input, mm(mat1, mat2), beta, alpha))


def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None) -> Any:
    return into(out, _added(input, mv(mat, vec), beta, alpha))


def addr(input: Any, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None) -> Any:
    return into(out, _added(input, outer(vec1, vec2), beta, alpha))


def baddbmm(
    input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None
) -> Any:
    """``beta * input + alpha * batch1 @ batch2``, of batches of matrices."""
    return into(out, _added(input, bmm(batch1, batch2), beta, alpha))


def addbmm(
    input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None
) -> Any:
    """``beta * input + alpha * (batch1 @ batch2).sum(0)``."""
    return into(out, _added(input, fg.sum(bmm(batch1, batch2), 0), beta, alpha))


def einsum(equation: Any, *operands: Any) -> Any:
    """Sums of products, as Einstein writes them."""
    given = operands[0] if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    return fg.einsum(equation, *given)


def tensordot(a: Any, b: Any, dims: Any = 2, out: Tensor | None = None) -> Any:
    """Products summed over axes of both."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    return into(out, fg.tensordot(a, b, axes=dims))


def kron(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """Each element of input times all of other."""
    n = max(input.ndim, other.ndim)
    x = input.reshape((1,) * (n - input.ndim) + tuple(input.shape))
    y = other.reshape((1,) * (n - other.ndim) + tuple(other.shape))
    wide = x.reshape([m for k in x.shape for m in (k, 1)]) * y.reshape([m for k in y.shape for m in (1, k)])
    return into(out, wide.reshape([a * b for a, b in zip(x.shape, y.shape, strict=True)]))


def cross(input: Any, other: Any, dim: int | None = None, *, out: Tensor | None = None) -> Any:
    """The product of vectors of 3, along an axis: the first of length 3, unless it is given."""
    if dim is None:
        dim = next((i for i, n in enumerate(input.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError(f"cross: an axis of length 3 is wanted, got shape {tuple(input.shape)}")
    x, y = fg.broadcast_arrays(input, other)
    at = axis_of("cross", dim, x.ndim)
    if x.shape[at] != 3:
        raise RuntimeError(f"cross: an axis of length 3 is wanted, got {x.shape[at]}")
    a, b = fg.unstack(x, axis=at), fg.unstack(y, axis=at)
    turned = [a[i] * b[k] - a[k] * b[i] for i, k in ((1, 2), (2, 0), (0, 1))]
    return into(out, fg.stack(turned, axis=at))


def matrix_power(input: Any, n: int, *, out: Tensor | None = None) -> Any:
    """A square matrix to a whole power that is not negative."""
    if n < 0:
        raise NotImplementedError("matrix_power: n must not be negative; there is no inverse yet")
    result = fg.eye(input.shape[-1], dtype=input.dtype).expand(input.shape).clone()
    square = input
    while n:
        result = result @ square if n & 1 else result
        n >>= 1
        square = square @ square if n else square
    return into(out, result)


def chain_matmul(*matrices: Any, out: Tensor | None = None) -> Any:
    result = matrices[0]
    for m in matrices[1:]:
        result = result @ m
    return into(out, result)


def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Any:
    """The distance of each row of one to each row of the other."""
    return fg.norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, axis=-1)


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """Covariances of rows, whose columns are observations."""
    if fweights is not None or aweights is not None:
        raise NotImplementedError("cov: weights are not there; weigh the observations before")
    x = input.reshape(1, -1) if input.ndim < 2 else input
    centred = x - fg.mean(x, 1, None, True)
    found = centred @ centred.mT / (x.shape[1] - correction)
    return found.reshape(()) if input.ndim < 2 else found


def corrcoef(input: Any) -> Any:
    c = cov(input)
    if c.ndim == 0:
        return c / c
    d = fg.sqrt(c[fg.arange(len(c)), fg.arange(len(c))])
    return fg.clip(c / d.unsqueeze(0) / d.unsqueeze(1), -1, 1)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    powers = fg.arange(len(x) if N is None else N)
    table = x.unsqueeze(-1) ** powers
    return table if increasing else fg.flip(table, -1).clone()


in_both_vocabularies(globals())
