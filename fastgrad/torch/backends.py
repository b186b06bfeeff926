"""PyTorch's libraries below: none of them is here. They can be asked, and what is set is kept and changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


class _Attention:
    """Which of PyTorch's kernels of attention are allowed."""

    def __init__(self) -> None:
        self.allowed = dict.fromkeys(("flash", "mem_efficient", "math", "cudnn"), True)

    def functions(self) -> dict[str, Any]:
        found: dict[str, Any] = {"sdp_kernel": self.sdp_kernel}
        for kind in self.allowed:
            found[f"enable_{kind}_sdp"] = lambda enabled, kind=kind: self.allowed.update({kind: bool(enabled)})
            found[f"{kind}_sdp_enabled"] = lambda kind=kind: self.allowed[kind]
        return found

    @contextmanager
    def sdp_kernel(
        self,
        enable_flash: bool = True,
        enable_math: bool = True,
        enable_mem_efficient: bool = True,
        enable_cudnn: bool = True,
    ) -> Iterator[None]:
        before = dict(self.allowed)
        self.allowed.update(
            flash=enable_flash, math=enable_math, mem_efficient=enable_mem_efficient, cudnn=enable_cudnn
        )
        try:
            yield
        finally:
            self.allowed.update(before)


_matmul = _Backend("cuda.matmul", allow_tf32=False, allow_fp16_reduced_precision_reduction=False)
cuda = _Backend("cuda", matmul=_matmul, **_Attention().functions())
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
