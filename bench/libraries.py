"""The libraries under test, behind the few calls in which they differ."""

from __future__ import annotations

import contextlib
import importlib
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAMES = {"fastgrad": "fastgrad", "torch": "PyTorch", "numpy": "NumPy", "jax": "JAX", "autograd": "HIPS autograd"}


class Library:
    """One library in one variant; ``Library.lib`` is the module, whose public names workloads use directly.

    Parameters
    ----------
    name : {"fastgrad", "torch", "numpy", "jax", "autograd"}
    variant : str
        "plain", or any of these, separated by commas: "channels last" (images, and in PyTorch the model, in that memory
        format), "fused" and "foreach" (the optimizer), "inference mode" (instead of no_grad), and for indexing the
        function used.
    threads : int or None
        NumPy, and with it autograd, is held to it by the environment of the process, JAX by the processors that the
        process may use. None leaves the number to the library.
    """

    def __init__(self, name: str, variant: str, threads: int | None) -> None:
        self.name = name
        self.variant = variant
        if name == "jax" and threads is not None and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        self.lib: Any = importlib.import_module(name)
        self.random = np.random.default_rng(0)
        if name in ("fastgrad", "torch"):
            if threads is not None:
                self.lib.set_num_threads(threads)
            self.lib.manual_seed(0)

    def numpy(self) -> Any:
        """The functions below NumPy's names, for programs that are written for NumPy: fastgrad's are its door's."""
        return importlib.import_module("numpy" if self.name == "numpy" else f"{self.name}.numpy")

    def autograd(self) -> Any:
        """The functions below HIPS autograd's names."""
        return importlib.import_module("fastgrad.numpy.autograd" if self.name == "fastgrad" else self.name)

    def has(self, word: str) -> bool:
        """Whether the variant says this."""
        return word in self.variant.split(", ")

    def tensor(self, values: NDArray[Any], grad: bool = False) -> Any:
        """A tensor with a copy of these values, or in NumPy the values."""
        if self.name == "numpy":
            return values
        if self.name == "jax":
            return self.lib.numpy.asarray(values)
        made = self.lib.tensor(values)
        return made.requires_grad_() if grad else made

    def randn(self, *shape: int, grad: bool = False, dtype: Any = np.float32) -> Any:
        return self.tensor(self.random.standard_normal(shape, dtype=dtype), grad)

    def positive(self, *shape: int) -> Any:
        """Random numbers between 0.1 and 1.1, where every function is defined and no power overflows."""
        return self.tensor(self.random.random(shape, dtype=np.float32) + np.float32(0.1))

    def labels(self, classes: int, *shape: int) -> Any:
        return self.tensor(self.random.integers(0, classes, shape))

    def images(self, *shape: int, grad: bool = False) -> Any:
        """Random signals, images or volumes (N, C, ...), in the variant's memory format."""
        made = self.randn(*shape)
        if self.has("channels last") and len(shape) > 2:
            last = len(shape) - 1
            made = made.permute(0, *range(2, last + 1), 1).contiguous().permute(0, last, *range(1, last))
        return made.requires_grad_() if grad else made

    def model(self, made: Any) -> Any:
        """A model, in the variant's memory format; fastgrad's layers have no format of their own."""
        if self.has("channels last") and self.name == "torch":
            return made.to(memory_format=self.lib.channels_last)
        return made

    def optimizer(self, name: str, parameters: Any, **options: Any) -> Any:
        form = {word: True for word in ("fused", "foreach") if self.has(word)}
        return getattr(self.lib.optim, name)(parameters, **options, **form)

    def no_grad(self) -> Any:
        """A context in which nothing is recorded."""
        if self.name in ("numpy", "jax", "autograd"):
            return contextlib.nullcontext()
        return self.lib.inference_mode() if self.has("inference mode") else self.lib.no_grad()
