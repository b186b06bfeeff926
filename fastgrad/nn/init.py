"""Initial values of parameters, drawn from PyTorch's distributions.

Each function fills a tensor in place, without recording it, and returns it.
"""

from __future__ import annotations

from contextvars import ContextVar
from math import ceil, erf, prod, sqrt
from typing import TYPE_CHECKING, Any
from warnings import warn

import fastgrad as fg
from fastgrad._arguments import check_instance
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real, whole
from fastgrad.errors import TensorValueError

if TYPE_CHECKING:
    from fastgrad._core import Generator

# Whether values are drawn; `nn.utils.skip_init` makes layers without.
_drawing: ContextVar[bool] = ContextVar("fastgrad.nn.init", default=True)

_GAINS = {"sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": sqrt(2.0), "selu": 3.0 / 4.0}
_LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor that keeps a signal's variance through a nonlinearity.

    Parameters
    ----------
    nonlinearity : str
        "linear", "conv2d" (and its relatives), "sigmoid", "tanh", "relu", "leaky_relu" or "selu".
    param : float, optional
        The slope of "leaky_relu", 0.01 by default.

    Raises
    ------
    ValueError
        If the nonlinearity is unknown or the slope is not a number.

    Examples
    --------
    >>> from fastgrad import nn
    >>> nn.init.calculate_gain("tanh")
    1.6666666666666667
    """
    check_instance(nonlinearity, str, "calculate_gain", "nonlinearity")
    if nonlinearity in _LINEAR:
        return 1.0
    if nonlinearity == "leaky_relu":
        if param is None:
            param = 0.01
        elif isinstance(param, bool) or not isinstance(param, (int, float)):
            raise TensorValueError(f"negative_slope {param!r} not a valid number")
        return sqrt(2.0 / (1.0 + float(param) ** 2))
    if nonlinearity not in _GAINS:
        raise TensorValueError(f"Unsupported nonlinearity {nonlinearity}")
    return _GAINS[nonlinearity]


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """Return how many inputs an output depends on, and how many outputs an input goes to."""
    check_instance(tensor, Tensor, "nn.init", "tensor")
    shape = tensor.shape
    if len(shape) < 2:
        raise TensorValueError(
            f"Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, got {shape}"
        )
    field = prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    check_instance(mode, str, "nn.init", "mode")
    if mode not in ("fan_in", "fan_out"):
        raise TensorValueError(f"Mode {mode!r} not supported, please use one of 'fan_in', 'fan_out'")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


def _fill(tensor: Tensor, values: Any) -> Tensor:
    """Write values into a tensor, unseen by autograd."""
    with fg.no_grad():
        tensor.copy_(values)
    return tensor


def _draw_dtype(tensor: Tensor) -> Any:
    """The dtype to draw in: 16-bit floats are cast from float32."""
    return fg.float64 if tensor.dtype == fg.float64 else fg.float32


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with values drawn uniformly from [a, b).

    Parameters
    ----------
    tensor : Tensor, any shape
        What is filled, in place.
    a, b : float, default 0.0 and 1.0
        The interval's ends.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> bool((fg.nn.init.uniform_(fg.empty(3, 5), 2.0, 3.0) >= 2.0).all())
    True
    """
    check_instance(tensor, Tensor, "uniform_", "tensor")
    if not _drawing.get():
        return tensor
    return _fill(tensor, fg.uniform(a, b, tensor.shape, dtype=_draw_dtype(tensor), generator=generator))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with values drawn from a normal distribution.

    Parameters
    ----------
    tensor : Tensor, any shape
        What is filled, in place.
    mean, std : float, default 0.0 and 1.0
        The distribution's mean and standard deviation.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.init.normal_(fg.empty(3, 5), std=0.02).shape
    (3, 5)
    """
    check_instance(tensor, Tensor, "normal_", "tensor")
    if not _drawing.get():
        return tensor
    return _fill(tensor, fg.normal(mean, std, tensor.shape, dtype=_draw_dtype(tensor), generator=generator))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with values drawn from a normal distribution, those outside [a, b] drawn again.

    Parameters
    ----------
    tensor : Tensor, any shape
        What is filled, in place.
    mean, std : float, default 0.0 and 1.0
        Of the distribution before it is cut.
    a, b : float, default -2.0 and 2.0
        The bounds.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Raises
    ------
    ValueError
        If ``a < b`` does not hold, `std` is not positive, or less than 1 % of the distribution is inside.

    Examples
    --------
    >>> import fastgrad as fg
    >>> values = fg.nn.init.trunc_normal_(fg.empty(1000), a=-1.0, b=1.0)
    >>> bool((abs(values) <= 1.0).all())
    True
    """
    check_instance(tensor, Tensor, "trunc_normal_", "tensor")
    mean, std = real(mean, "trunc_normal_", "mean"), real(std, "trunc_normal_", "std")
    a, b = real(a, "trunc_normal_", "a"), real(b, "trunc_normal_", "b")
    if not (a < b and std > 0):
        raise TensorValueError(f"trunc_normal_: a must be less than b, and std positive, got a={a}, b={b}, std={std}")
    scale = std * sqrt(2.0)
    if erf((b - mean) / scale) - erf((a - mean) / scale) < 0.02:
        raise TensorValueError(f"trunc_normal_: less than 1 % of mean {mean}, std {std} is inside [{a}, {b}]")
    missing = prod(tensor.shape)
    parts = []
    while missing:
        draw = fg.normal(mean, std, (2 * missing + 64,), dtype=_draw_dtype(tensor), generator=generator).numpy()
        kept = draw[(draw >= a) & (draw <= b)][:missing]
        missing -= kept.size
        parts.append(fg.asarray(kept))
    return _fill(tensor, fg.concat(parts).reshape(tensor.shape)) if parts else tensor


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.init.constant_(fg.empty(2), 0.5).tolist()
    [0.5, 0.5]
    """
    check_instance(tensor, Tensor, "constant_", "tensor")
    if isinstance(val, Tensor) and val.requires_grad:
        real(val, "constant_", "val")  # which refuses it
    with fg.no_grad():
        tensor.fill_(val)
    return tensor


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on the diagonal, zeros elsewhere.

    Raises
    ------
    ValueError
        If the tensor is not 2-D.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.init.eye_(fg.empty(2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    check_instance(tensor, Tensor, "eye_", "tensor")
    if tensor.ndim != 2:
        raise TensorValueError(f"eye_: only tensors with 2 dimensions are supported, got shape {tensor.shape}")
    return _fill(tensor, fg.eye(*tensor.shape, dtype=tensor.dtype))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill uniformly such that forward and backward signals keep their variance, on the average of both.

    Parameters
    ----------
    tensor : Tensor, at least 2-D
        A weight, (out, in, ...).
    gain : float, default 1.0
        See `calculate_gain`.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Raises
    ------
    ValueError
        If the tensor has fewer than 2 dimensions.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
    https://proceedings.mlr.press/v9/glorot10a.html

    Examples
    --------
    >>> import fastgrad as fg
    >>> bool((abs(fg.nn.init.xavier_uniform_(fg.empty(2, 4))) <= 1.0).all())
    True
    """
    bound = real(gain, "xavier_uniform_", "gain") * sqrt(6.0 / max(sum(_calculate_fan_in_and_fan_out(tensor)), 1))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill normally such that forward and backward signals keep their variance, on the average of both.

    The arguments, errors and source are those of `xavier_uniform_`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.init.xavier_normal_(fg.empty(2, 4)).shape
    (2, 4)
    """
    std = real(gain, "xavier_normal_", "gain") * sqrt(2.0 / max(sum(_calculate_fan_in_and_fan_out(tensor)), 1))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill uniformly such that signals keep their variance through a rectifier.

    Parameters
    ----------
    tensor : Tensor, at least 2-D
        A weight, (out, in, ...).
    a : float, default 0.0
        The slope of the leaky relu that follows.
    mode : {"fan_in", "fan_out"}, default "fan_in"
        Keep the variance of the forward or of the backward signal.
    nonlinearity : str, default "leaky_relu"
        See `calculate_gain`.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Raises
    ------
    ValueError
        If the tensor has fewer than 2 dimensions, or `mode` or `nonlinearity` is unknown.

    References
    ----------
    He et al., "Delving Deep into Rectifiers", 2015, https://arxiv.org/abs/1502.01852

    Examples
    --------
    >>> import fastgrad as fg
    >>> bool((abs(fg.nn.init.kaiming_uniform_(fg.empty(5, 6))) <= 1.0).all())
    True
    """
    check_instance(tensor, Tensor, "kaiming_uniform_", "tensor")
    if 0 in tensor.shape:
        warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    bound = sqrt(3.0) * calculate_gain(nonlinearity, a) / sqrt(_calculate_correct_fan(tensor, mode))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill normally such that signals keep their variance through a rectifier.

    The arguments, errors and source are those of `kaiming_uniform_`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.init.kaiming_normal_(fg.empty(5, 6), mode="fan_out", nonlinearity="relu").shape
    (5, 6)
    """
    check_instance(tensor, Tensor, "kaiming_normal_", "tensor")
    if 0 in tensor.shape:
        warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    std = calculate_gain(nonlinearity, a) / sqrt(_calculate_correct_fan(tensor, mode))
    return normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with a (semi-)orthogonal matrix, the axes after the first taken as one.

    Parameters
    ----------
    tensor : Tensor, at least 2-D
        What is filled, in place.
    gain : float, default 1.0
        A factor.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Raises
    ------
    ValueError
        If the tensor has fewer than 2 dimensions.

    References
    ----------
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2013, https://arxiv.org/abs/1312.6120. The factorisation is NumPy's, so that the last bits depend on its
    linear algebra library.

    Examples
    --------
    >>> import fastgrad as fg
    >>> import numpy as np
    >>> w = fg.nn.init.orthogonal_(fg.empty(3, 5)).numpy()
    >>> bool(np.allclose(w @ w.T, np.eye(3), atol=1e-5))
    True
    """
    check_instance(tensor, Tensor, "orthogonal_", "tensor")
    gain = real(gain, "orthogonal_", "gain")
    if tensor.ndim < 2:
        raise TensorValueError(
            f"orthogonal_: only tensors with 2 or more dimensions are supported, got shape {tensor.shape}"
        )
    if tensor.size == 0:
        return tensor
    import numpy as np

    rows, columns = tensor.shape[0], prod(tensor.shape[1:])
    flat = fg.normal(0.0, 1.0, (max(rows, columns), min(rows, columns)), dtype=_draw_dtype(tensor), generator=generator)
    q, r = np.linalg.qr(flat.numpy())
    # Signs that make the factorisation unique make the distribution uniform (Mezzadri, https://arxiv.org/abs/math-ph/0609050).
    q = q * np.where(np.diagonal(r) < 0, -1, 1).astype(q.dtype)
    values = np.ascontiguousarray((q if rows >= columns else q.T) * q.dtype.type(gain)).reshape(tensor.shape)
    return _fill(tensor, fg.asarray(values))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight of a convolution such that it passes on as many channels as it can, each as it is.

    Parameters
    ----------
    tensor : Tensor, 3-, 4- or 5-D
        A weight, (out, in, ...).
    groups : int, default 1
        The convolution's groups, each of which passes on channels.

    Raises
    ------
    ValueError
        If the tensor has other numbers of dimensions, or the groups do not divide the first axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.init.dirac_(fg.empty(2, 2, 3)).tolist()
    [[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    """
    check_instance(tensor, Tensor, "dirac_", "tensor")
    groups = whole(groups, "dirac_", "groups")
    if tensor.ndim not in (3, 4, 5):
        raise TensorValueError(f"dirac_: tensor must have 3, 4 or 5 dimensions, got shape {tensor.shape}")
    if groups < 1 or tensor.shape[0] % groups:
        raise TensorValueError(f"dirac_: groups must divide the first axis of shape {tensor.shape}, got {groups}")
    import numpy as np

    outputs = tensor.shape[0] // groups
    values = np.zeros(tensor.shape, np.float32)
    center = tuple(size // 2 for size in tensor.shape[2:])
    for group in range(groups):
        for i in range(min(outputs, tensor.shape[1])):
            place = (group * outputs + i, i, *center)
            values[place] = 1.0
    return _fill(tensor, fg.asarray(values))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Fill a matrix with values drawn from a normal distribution, and with zeros at random places of each column.

    Parameters
    ----------
    tensor : Tensor, 2-D
        What is filled, in place.
    sparsity : float
        The share of zeros in a column, rounded up.
    std : float, default 0.01
        The standard deviation of what is not 0.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Raises
    ------
    ValueError
        If the tensor is not 2-D, or the share is not between 0 and 1.

    References
    ----------
    Martens, "Deep learning via Hessian-free optimization", 2010, https://www.cs.toronto.edu/~jmartens/docs/Deep_HessianFree.pdf

    Examples
    --------
    >>> import fastgrad as fg
    >>> int((fg.nn.init.sparse_(fg.empty(10, 3), 0.4) == 0).sum())
    12
    """
    check_instance(tensor, Tensor, "sparse_", "tensor")
    if tensor.ndim != 2:
        raise TensorValueError(f"sparse_: only tensors with 2 dimensions are supported, got shape {tensor.shape}")
    if not 0.0 <= real(sparsity, "sparse_", "sparsity") <= 1.0:
        raise TensorValueError(f"sparse_: sparsity must be between 0 and 1, got {sparsity}")
    normal_(tensor, 0.0, std, generator)
    rows, columns = tensor.shape
    zeros = ceil(sparsity * rows)
    with fg.no_grad():
        for column in range(columns):
            tensor[fg.randperm(rows, generator=generator)[:zeros], column] = 0.0
    return tensor
