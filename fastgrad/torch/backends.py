"""PyTorch's libraries below: none of them is here. They can be asked, and what is set is kept and changes nothing."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Backend(ModuleType):
    """A place for settings."""

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(f"fastgrad.torch.backends.{name}")
        self.__path__: list[str] = []
        self.__dict__.update(settings)

    def is_available(self) -> bool:
        return False

    def is_built(self) -> bool:
        return False

    def version(self) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        from fastgrad.torch._door import missing

        return missing(self.__name__.removeprefix("fastgrad.torch."), name)


_matmul = _Backend("cuda.matmul", allow_tf32=False, allow_fp16_reduced_precision_reduction=False)
cuda = _Backend("cuda", matmul=_matmul)
cudnn = _Backend("cudnn", enabled=False, benchmark=False, deterministic=True, allow_tf32=False)
mps = _Backend("mps")
mkl = _Backend("mkl")
mkldnn = _Backend("mkldnn", enabled=False)
openmp = _Backend("openmp")
opt_einsum = _Backend("opt_einsum", enabled=False)
cpu = _Backend("cpu")

for _module in (cuda, cudnn, mps, mkl, mkldnn, openmp, opt_einsum, cpu):
    sys.modules[_module.__name__] = _module
del _module

__path__: list[str] = []
