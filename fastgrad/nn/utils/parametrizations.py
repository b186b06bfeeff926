"""Parametrizations of weights: by norm and direction, over the largest singular value, orthogonal."""

from __future__ import annotations

from functools import partial
from math import ceil, log2
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.convert import real, whole
from fastgrad.autograd._mode import no_grad
from fastgrad.autograd.function import Function
from fastgrad.errors import TensorValueError
from fastgrad.nn._common import check_owner
from fastgrad.nn.module import Module
from fastgrad.nn.utils import parametrize
from fastgrad.nn.utils.spectral_norm import as_matrix, check_iterations, default_axis, unit
from fastgrad.nn.utils.weight_norm import check_axis, norm_except_dim

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


class _WeightNorm(Module):
    def __init__(self, dim: int | None) -> None:
        super().__init__()
        self.dim: int = -1 if dim is None else whole(dim, "weight_norm", "dim")

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, self.dim), weight


def _rename(name: str, state: dict[str, Any], prefix: str, *rest: Any) -> None:
    """Give what `nn.utils.weight_norm` calls otherwise its names here."""
    old = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
    if all(key in state for key in old):
        for i, key in enumerate(old):
            state[f"{prefix}parametrizations.{name}.original{i}"] = state.pop(key)


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn a weight as ``g * v / norm(v)``, by `parametrize.register_parametrization`.

    The parameters are ``module.parametrizations.weight.original0``, the norms g, and ``original1``, the directions v.
    States that `nn.utils.weight_norm` made are loaded, too.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str, default "weight"
        The parameter's name.
    dim : int or None, default 0
        There is a norm for each slice along this axis; one for all for None, and for -1, as PyTorch has it.

    Returns
    -------
    Module
        The same.

    References
    ----------
    Salimans and Kingma, "Weight Normalization", 2016, https://arxiv.org/abs/1602.07868

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.utils.parametrizations.weight_norm(fg.nn.Linear(20, 40))
    >>> layer.parametrizations.weight.original0.shape
    (40, 1)
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    module._register_load_state_dict_pre_hook(partial(_rename, name))
    return module


class _SpectralNorm(Module):
    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__()
        self.dim: int = check_axis(weight, dim, "spectral_norm")
        self.n_power_iterations: int = check_iterations(n_power_iterations)
        self.eps = real(eps, "spectral_norm", "eps")
        if weight.ndim > 1:
            matrix = as_matrix(weight.detach(), self.dim)
            for name, size in zip(("_u", "_v"), matrix.shape, strict=True):
                self.register_buffer(name, unit(fg.randn(size, dtype=weight.dtype), eps))
            self._iterate(matrix, 15)

    def _iterate(self, matrix: Tensor, times: int) -> None:
        with no_grad():
            for _ in range(times):
                self._u.copy_(unit(matrix @ self._v, self.eps))
                self._v.copy_(unit(matrix.mT @ self._u, self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return weight / fg.maximum(fg.norm(weight), self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next call may change them before this one's gradients
        return weight / (u @ (matrix @ v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight by its largest singular value, by `parametrize.register_parametrization`.

    Each computation in training mode improves an estimate of the singular vectors, which begins with 15 iterations.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str, default "weight"
        The parameter's name.
    n_power_iterations : int, default 1
        For each computation in training mode.
    eps : float, default 1e-12
        The least norm that is divided by.
    dim : int, optional
        The axis of outputs: by default 0, of transposed convolutions 1.

    Returns
    -------
    Module
        The same.

    References
    ----------
    Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1802.05957

    Examples
    --------
    >>> import fastgrad as fg
    >>> import numpy as np
    >>> layer = fg.nn.utils.parametrizations.spectral_norm(fg.nn.Linear(20, 40), n_power_iterations=50)
    >>> round(float(np.linalg.norm(layer.weight.detach().numpy(), 2)), 3)
    1.0
    """
    weight = _tensor(module, name, "spectral_norm")
    made = _SpectralNorm(weight, n_power_iterations, default_axis(module, dim), eps)
    return parametrize.register_parametrization(module, name, made)


def _tensor(module: Module, name: str, operation: str) -> Tensor:
    check_owner(module, name, operation)
    weight = getattr(module, name, None)
    if not isinstance(weight, fg.Tensor):
        raise TensorValueError(f"{operation}: {type(module).__name__} has no parameter or buffer {name!r}")
    return weight


# ---- orthogonal ------------------------------------------------------------------------------------------------------


class _Solve(Function):
    """The solution of ``a @ x = b``, by NumPy's linear algebra."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        import numpy as np

        x = fg.asarray(np.linalg.solve(a.detach().numpy(), b.detach().numpy()))
        ctx.save_for_backward(a, x)
        return x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        a, x = ctx.saved_tensors
        of_b = _Solve.apply(a.mT, grad)
        return -(of_b @ x.mT), of_b


def _exponential(a: Tensor) -> Tensor:
    """The exponential of skew-symmetric matrices: 18 terms of its series for ``a / 2**s``, the norm of which is at most
    1/2, so that the rest is below 1e-22; then s squarings, of orthogonal matrices."""
    largest = float(abs(a.detach()).sum(axis=-1).max().item()) if a.size else 0.0
    squarings = max(0, ceil(log2(largest)) + 1) if largest > 0 else 0
    a = a * 0.5**squarings
    term = total = fg.eye(a.shape[-1], dtype=a.dtype)
    for k in range(1, 19):
        term = term @ a / k
        total = total + term
    for _ in range(squarings):
        total = total @ total
    return total


def _reflected(a: Tensor, tau: Tensor) -> Tensor:
    """The first columns of the product of Householder's reflections, given by the columns of a below its diagonal."""
    rows, columns = a.shape[-2:]
    q = fg.eye(rows, columns, dtype=a.dtype)
    below = a + fg.eye(rows, columns, dtype=a.dtype)
    for i in reversed(range(columns)):
        v = below[..., i : i + 1]
        q = q - tau[..., None, i : i + 1] * (v @ (v.mT @ q))
    return q


class _Orthogonal(Module):
    base: Tensor

    def __init__(self, weight: Tensor, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        self.shape: tuple[int, ...] = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Tensor) -> Tensor:
        wide = x.shape[-2] < x.shape[-1]
        if wide:
            x = x.mT
        rows, columns = x.shape[-2:]
        if self.orthogonal_map == "householder":
            a = fg.tril(x, -1)
            tau = 2.0 / (1.0 + (a * a).sum(axis=-2))
            diagonal = fg.arange(columns)
            signs = fg.trunc(x.detach()[..., diagonal, diagonal])
            q = _reflected(a, tau) * signs[..., None, :]
        else:
            x = fg.tril(x)
            if rows != columns:
                x = fg.concat([x, fg.zeros((*x.shape[:-1], rows - columns), dtype=x.dtype)], axis=-1)
            a = x - x.mT
            if self.orthogonal_map == "matrix_exp":
                q = _exponential(a)
            else:
                half, identity = a * 0.5, fg.eye(rows, dtype=a.dtype)
                q = _Solve.apply(identity - half, identity + half)
            q = q[..., :columns]
        if "base" in self._buffers:
            q = self.base @ q
        return q.mT if wide else q

    def right_inverse(self, q: Tensor) -> Tensor:
        if q.shape != self.shape:
            raise TensorValueError(f"orthogonal: the matrix must have shape {self.shape}, got {q.shape}")
        import numpy as np

        values = q.detach().numpy()
        wide = values.shape[-2] < values.shape[-1]
        tall = np.swapaxes(values, -1, -2) if wide else values
        rows, columns = tall.shape[-2:]
        if "base" in self._buffers:
            if rows != columns:
                more = fg.randn((*tall.shape[:-1], rows - columns), dtype=q.dtype).numpy()
                tall = np.concatenate([tall, more], axis=-1)
            identity = np.eye(rows, dtype=tall.dtype)
            product = np.swapaxes(tall, -1, -2) @ tall
            if rows != columns or not np.allclose(product, identity, atol=_slack(tall.dtype, rows)):
                tall = _orthonormal(tall)
            self.base = fg.tensor(np.ascontiguousarray(tall))
            return fg.tensor(np.broadcast_to(-np.eye(*values.shape[-2:], dtype=values.dtype), values.shape))
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                f"orthogonal: the inverse of {self.orthogonal_map} is not known; use_trivialization=True does without"
            )
        made = _as_reflections(_orthonormal(tall))
        return fg.tensor(np.ascontiguousarray(np.swapaxes(made, -1, -2) if wide else made))


def _slack(dtype: Any, size: int) -> float:
    import numpy as np

    return float(10 * size * np.finfo(dtype).eps)


def _orthonormal(matrix: Any) -> Any:
    """Orthonormal columns that span the same, such that those of an orthogonal matrix are its own."""
    import numpy as np

    q, r = np.linalg.qr(matrix)
    signs = np.sign(np.diagonal(r, axis1=-2, axis2=-1))
    return q * np.where(signs == 0, 1, signs)[..., None, :]


def _as_reflections(q: Any) -> Any:
    """Reflections, below the diagonal, and signs, on it, the product of which has these columns."""
    import numpy as np

    rest, made = q.copy(), np.zeros_like(q)
    for i in range(q.shape[-1]):
        x = rest[..., i:, i]
        # Reflects x, of length 1, to the first axis, away from its first element: nothing cancels.
        sign = np.where(x[..., :1] < 0, 1, -1).astype(q.dtype)
        v = np.concatenate([x[..., :1] - sign, x[..., 1:]], axis=-1)
        v = v / v[..., :1]
        tau = 2.0 / (v * v).sum(axis=-1)
        made[..., i + 1 :, i] = v[..., 1:]
        made[..., i, i] = sign[..., 0]
        below = rest[..., i:, :]
        rest[..., i:, :] = below - tau[..., None, None] * (v[..., :, None] * (v[..., None, :] @ below))
    return made


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep a matrix orthogonal: its columns, or its rows if they are fewer, are orthonormal.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str, default "weight"
        A parameter of two axes or more, of which the last two are a matrix.
    orthogonal_map : {"matrix_exp", "cayley", "householder"}, optional
        How the matrix is computed from a free one; by default by the exponential where it is square, and by
        Householder's reflections otherwise.
    use_trivialization : bool, default True
        Multiply what is computed by a fixed orthogonal matrix, a buffer ``base``, that assigning to the tensor sets.

    Returns
    -------
    Module
        The same.

    Raises
    ------
    ValueError
        If there is no such tensor, it is no matrix, or the map is unknown.

    References
    ----------
    Lezcano-Casado and Martinez-Rubio, "Cheap Orthogonal Constraints in Neural Networks", 2019,
    https://arxiv.org/abs/1901.08428; Lezcano-Casado, "Trivializations for Gradient-Based Optimization on Manifolds",
    2019, https://arxiv.org/abs/1909.09501

    Examples
    --------
    >>> import fastgrad as fg
    >>> import numpy as np
    >>> weight = fg.nn.utils.parametrizations.orthogonal(fg.nn.Linear(20, 40)).weight.detach().numpy()
    >>> bool(np.allclose(weight.T @ weight, np.eye(20), atol=1e-5))
    True
    """
    weight = _tensor(module, name, "orthogonal")
    if weight.ndim < 2:
        raise TensorValueError(f"orthogonal: weight must be a matrix, or a batch of them, got shape {weight.shape}")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise TensorValueError(
            f"orthogonal: orthogonal_map must be 'matrix_exp', 'cayley' or 'householder', got {orthogonal_map!r}"
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)
