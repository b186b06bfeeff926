from fastgrad._core import Generator
from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def dropout(x: TensorLike, p: float = 0.5, training: bool = True, generator: Generator | None = None) -> Tensor: ...
