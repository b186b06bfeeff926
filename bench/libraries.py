"""The libraries under test, behind the few calls in which they differ."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODULES = {"fastgrad": "fastgrad", "torch": "torch", "numpy": "numpy"}


class Library:
    """One library in one variant; ``Library.lib`` is the module, whose public names workloads use directly.

    Parameters
    ----------
    name : {"fastgrad", "torch", "numpy"}
    variant : str
        "plain", "channels last" (images, and in PyTorch the model, in that memory format) or "fused" (the optimizer).
    threads : int
        NumPy is held to it by the environment of the process.
    """

    def __init__(self, name: str, variant: str, threads: int) -> None:
        self.name = name
        self.variant = variant
        self.lib: Any = importlib.import_module(MODULES[name])
        self.random = np.random.default_rng(0)
        if name != "numpy":
            self.lib.set_num_threads(threads)
            self.lib.manual_seed(0)

    @property
    def channels_last(self) -> bool:
        return self.variant == "channels last"

    def tensor(self, values: NDArray[Any], grad: bool = False) -> Any:
        """A tensor with a copy of these values, or in NumPy the values."""
        if self.name == "numpy":
            return values
        made = self.lib.tensor(values)
        return made.requires_grad_() if grad else made

    def randn(self, *shape: int, grad: bool = False) -> Any:
        return self.tensor(self.random.standard_normal(shape, dtype=np.float32), grad)

    def labels(self, classes: int, *shape: int) -> Any:
        return self.tensor(self.random.integers(0, classes, shape))

    def images(self, *shape: int, grad: bool = False) -> Any:
        """Random images (N, C, H, W), in the variant's memory format."""
        made = self.randn(*shape)
        if self.channels_last:
            made = made.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
        return made.requires_grad_() if grad else made

    def model(self, made: Any) -> Any:
        """A model, in the variant's memory format; fastgrad's layers have no format of their own."""
        if self.channels_last and self.name == "torch":
            return made.to(memory_format=self.lib.channels_last)
        return made

    def optimizer(self, name: str, parameters: Any, **options: Any) -> Any:
        fused = {"fused": True} if self.variant == "fused" else {}
        return getattr(self.lib.optim, name)(parameters, **options, **fused)
