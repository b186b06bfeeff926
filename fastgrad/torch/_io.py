"""``torch.save`` and ``torch.load``: fastgrad's checkpoints, and PyTorch's own read."""

from __future__ import annotations

import os
import pickle
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.io.plain import Kind


def _kinds() -> dict[str, Kind]:
    """Kinds of plain values that only this door has."""
    import fastgrad.torch as torch
    from fastgrad.ops.pytorch import types

    layouts = {str(t): t for t in vars(types).values() if isinstance(t, (types.layout, types.memory_format))}
    return {
        "Size": Kind(torch.Size, list, torch.Size),
        "layout": Kind(types.layout, str, layouts.__getitem__),
        "memory_format": Kind(types.memory_format, str, layouts.__getitem__),
        "Generator": Kind(torch.Generator, lambda g: g.get_state(), lambda state: torch.Generator().set_state(state)),
    }


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write a checkpoint, which is no pickle: tensors with what memory they share, plain values, and objects, such as
    whole modules, as the name of their class and their attributes.

    Parameters
    ----------
    obj : object
    f : path or file
    pickle_module : module
        Only ``pickle``, for which nothing is needed here.
    pickle_protocol : int
        Nothing is pickled, by whatever protocol.

    Raises
    ------
    TypeError
        For what has no such description, as a lambda; the message says where it is.
    """
    from fastgrad.io.checkpoint import write
    from fastgrad.io.writer import Encoder

    if pickle_module is not None and pickle_module is not pickle:
        raise TypeError(f"torch.save: nothing is pickled, so that {pickle_module!r} cannot be used; leave it out")
    if isinstance(f, (str, os.PathLike)):
        folder = os.path.dirname(os.fspath(f))
        if folder and not os.path.isdir(folder):
            raise RuntimeError(f"Parent directory {os.fsdecode(folder)} does not exist.")
    write(obj, f, Encoder(whole=True, kinds=_kinds()))


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read what `save` wrote, or PyTorch's own file. Nothing is imported, and of PyTorch's files nothing is called but
    what ``torch.serialization.add_safe_globals`` names.

    Parameters
    ----------
    f : path or file
    map_location : str, device, dict or callable, optional
        The CPU: everything is read to it. A callable is given each tensor's storage, and may return it, or None.
    pickle_module : module, optional
        Only ``pickle``, which reads nothing here.
    weights_only : bool, default True
        False: classes and functions that a file of `save` names are looked up in the modules that are imported.
        Otherwise it may name only what ``torch.serialization.add_safe_globals`` was given.
    mmap : bool, optional
        Taken for a path: what is read is the same.
    **pickle_load_args
        ``encoding``, which is of PyTorch's old files.

    Raises
    ------
    pickle.UnpicklingError
        If the file names what is not to be looked up.
    """
    from fastgrad.io import checkpoint, pytorch
    from fastgrad.torch.serialization import allowed, finder

    if pickle_module is not None:
        if weights_only:
            raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
        if pickle_module is not pickle:
            raise TypeError(f"torch.load: nothing is unpickled by {pickle_module!r}; leave it out")
    unknown = pickle_load_args.keys() - {"encoding", "errors", "fix_imports"}
    if unknown:
        raise TypeError(f"load() got an unexpected keyword argument {min(unknown)!r}")
    if mmap and not isinstance(f, (str, os.PathLike)):
        raise ValueError("f must be a file path in order to use the mmap argument")
    check = _location(map_location)
    if pytorch.is_pytorch(f):
        found = pytorch.read(f, allowed=allowed())
    else:
        found = checkpoint.read(f, None, finder(weights_only is False), _kinds())
    if check is not None:
        _visit(found, check, set())
    return found


def _location(wanted: Any) -> Any:
    """Check that everything is to be on the CPU; return what each storage is to be shown."""
    if callable(wanted):
        return wanted
    if isinstance(wanted, dict):
        wanted = wanted.get("cpu", "cpu")
    kind = "cpu" if wanted is None else str(wanted).partition(":")[0]
    if kind == "cpu":
        return None
    if kind in ("cuda", "mps", "xpu"):
        raise RuntimeError(
            f"Attempting to deserialize object on a {kind.upper()} device but torch.{kind}.is_available() is False. "
            "Please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
        )
    raise RuntimeError(
        f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {wanted})"
    )


def _visit(value: Any, check: Any, seen: set[int]) -> None:
    """Show each tensor's storage to a callable, as PyTorch does."""
    if isinstance(value, Tensor):
        from fastgrad.ops.pytorch.storage import UntypedStorage

        storage = UntypedStorage(value)
        placed = check(storage, "cpu")
        if placed is not None and placed != storage:
            raise RuntimeError(f"torch.load: map_location must return the storage that it is given, got {placed!r}")
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, dict):
        for item in value.values():
            _visit(item, check, seen)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            _visit(item, check, seen)
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        _visit(vars(value), check, seen)
