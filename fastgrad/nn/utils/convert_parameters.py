"""All parameters as one vector, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.nn.utils.clip_grad import listed_tensors

if TYPE_CHECKING:
    from collections.abc import Iterable


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return all elements of all parameters as one vector, differentiably.

    Parameters
    ----------
    parameters : iterable of Tensor
        Those that are copied, one after the other.

    Returns
    -------
    Tensor, shape (total size,)

    Raises
    ------
    ValueError
        If there are no parameters.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.utils.parameters_to_vector([fg.ones(2, 2), fg.zeros(1)]).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.0]
    """
    flat = [param.reshape((-1,)) for param in listed_tensors("parameters_to_vector", parameters)]
    if not flat:
        raise TensorValueError("parameters_to_vector: no parameters given")
    return fg.concat(flat)


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Copy consecutive parts of a vector into parameters; the inverse of `parameters_to_vector`.

    Parameters
    ----------
    vec : Tensor, shape (total size,)
        The elements of all, one after the other.
    parameters : iterable of Tensor
        Those that are written to.

    Raises
    ------
    ValueError
        If the vector's size is not that of all parameters together.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.zeros(2, 1))
    >>> fg.nn.utils.vector_to_parameters(fg.tensor([1.0, 2.0]), [p])
    >>> p.tolist()
    [[1.0], [2.0]]
    """
    listed = listed_tensors("vector_to_parameters", parameters)
    total = sum(param.size for param in listed)
    if not isinstance(vec, Tensor):
        raise TypeError(f"vector_to_parameters: vec must be a Tensor, got a {type(vec).__name__}")
    if vec.shape != (total,):
        raise TensorValueError(
            f"vector_to_parameters: the parameters need a vector of shape ({total},), got {vec.shape}"
        )
    start = 0
    with fg.no_grad():
        for param in listed:
            param.copy_(vec[start : start + param.size].reshape(param.shape))
            start += param.size
