"""``torch.utils.tensorboard``: TensorBoard's files, written by tensorboardX, which needs no PyTorch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from fastgrad._tensor import Tensor

try:
    import tensorboardX
except ImportError as error:
    raise ImportError(
        "torch.utils.tensorboard: TensorBoard's files are written by the package tensorboardX here; install it with "
        "pip install tensorboardX"
    ) from error


def _plain(value: Any) -> Any:
    """Tensors as arrays, also in what holds them."""
    if isinstance(value, Tensor):
        return value.detach().numpy()
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    return value


def _of_arrays(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, *map(_plain, args), **_plain(kwargs))

    return call


class SummaryWriter(tensorboardX.SummaryWriter):  # type: ignore[misc]
    """tensorboardX's writer, whose methods take tensors, too."""

    def add_graph(self, model: Any, *args: Any, **kwargs: Any) -> None:
        """Not here: RuntimeError."""
        raise RuntimeError(
            "SummaryWriter.add_graph: the graph would be PyTorch's compiler's; fastgrad.draw_graph(loss) draws the "
            "graph of gradients, fastgrad.summary(model, input_shape) has the layers"
        )


for _name in dir(tensorboardX.SummaryWriter):
    if _name.startswith("add_") and _name != "add_graph":
        setattr(SummaryWriter, _name, _of_arrays(getattr(tensorboardX.SummaryWriter, _name)))

__all__ = ["SummaryWriter"]
