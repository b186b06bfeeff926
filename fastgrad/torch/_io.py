"""``torch.save`` and ``torch.load``: fastgrad's checkpoints, and PyTorch's own read."""

from __future__ import annotations

from typing import Any

import fastgrad as fg


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write tensors, numbers and texts, and dicts and lists of them, as ``fastgrad.save`` does.

    Raises
    ------
    TypeError
        For anything else, such as a whole module: its ``state_dict()`` can be saved.
    """
    if isinstance(obj, fg.nn.Module):
        raise TypeError(
            f"torch.save: a whole {type(obj).__name__} cannot be saved, since reading it would run code; save "
            "model.state_dict(), and read it with model.load_state_dict(torch.load(f))"
        )
    fg.save(obj, f)


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read what `save` wrote, or PyTorch's own file of tensors, numbers, texts and containers. Nothing is executed.

    Parameters
    ----------
    f : path or file
    map_location : object
        Everything is read to the CPU.
    weights_only : bool, optional
        Nothing else is read, whatever it says.
    """
    from fastgrad.io.pytorch import is_pytorch, read

    return read(f) if is_pytorch(f) else fg.load(f)
