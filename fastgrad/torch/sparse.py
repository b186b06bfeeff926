"""``torch.sparse``: what PyTorch makes of sparse matrices is made of dense ones."""

from typing import Any

from fastgrad import torch as torch  # older programs write torch.sparse.torch.eye(n)
from fastgrad.ops.pytorch.sparse import (
    addmm as addmm,
    log_softmax as log_softmax,
    mm as mm,
    softmax as softmax,
    sparse_coo_tensor as _coo,
    sum as sum,
)
from fastgrad.ops.pytorch.types import CLASSES as _CLASSES


def _made(name: str) -> Any:
    dtype = _CLASSES[name].dtype

    def function(*given: Any) -> Any:
        if len(given) in (2, 3):  # indices, values, size
            return _coo(*given, dtype=dtype)
        return _coo(given[0] if len(given) == 1 else (), dtype=dtype)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"A dense {name} of indices, values and size."
    return function


BFloat16Tensor = _made("BFloat16Tensor")
ByteTensor = _made("ByteTensor")
CharTensor = _made("CharTensor")
DoubleTensor = _made("DoubleTensor")
FloatTensor = _made("FloatTensor")
HalfTensor = _made("HalfTensor")
IntTensor = _made("IntTensor")
LongTensor = _made("LongTensor")
ShortTensor = _made("ShortTensor")
