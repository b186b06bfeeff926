"""Mixed precision is accelerators': on the CPU everything is computed in its tensors' dtype."""

from __future__ import annotations

import functools
from typing import Any


class autocast:
    """Changes nothing: operations compute in the dtype of what they are given, float32 by default.

    It can be a block or decorate a function. On the CPU PyTorch would round to bfloat16 inside.

    Parameters
    ----------
    device_type : str
    dtype, enabled, cache_enabled : optional
    """

    def __init__(
        self, device_type: str = "cpu", dtype: Any = None, enabled: bool = True, cache_enabled: Any = None
    ) -> None:
        self.device = device_type
        self.fast_dtype = dtype

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __call__(self, function: Any) -> Any:
        return functools.wraps(function)(lambda *args, **words: function(*args, **words))


class GradScaler:
    """Scales nothing, as PyTorch's does where there is no accelerator."""

    def __init__(self, device: str = "cuda", *args: Any, **words: Any) -> None:
        self._enabled = False

    def is_enabled(self) -> bool:
        return False

    def scale(self, outputs: Any) -> Any:
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        """Leave the gradients as they are."""

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        """Leave the scale as it is."""

    def get_scale(self) -> float:
        return 1.0

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take nothing: there is no state."""


def is_autocast_available(device_type: str) -> bool:
    return False


def custom_fwd(fwd: Any = None, **words: Any) -> Any:
    return (lambda function: function) if fwd is None else fwd


def custom_bwd(bwd: Any = None, **words: Any) -> Any:
    return (lambda function: function) if bwd is None else bwd


__path__: list[str] = []  # modules are found below it
