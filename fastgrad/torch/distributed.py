"""A group of one process: what it would send to others it keeps. More than one is an error."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NoReturn

from fastgrad._tensor import Tensor

__path__: list[str] = []  # torch.distributed.optim is below it

_backend: str | None = None  # of the group, where there is one


def is_available() -> bool:
    return False


def is_initialized() -> bool:
    return _backend is not None


def is_nccl_available() -> bool:
    return False


def is_gloo_available() -> bool:
    return False


def is_mpi_available() -> bool:
    return False


def is_torchelastic_launched() -> bool:
    return False


def init_process_group(
    backend: str | None = None,
    init_method: str | None = None,
    timeout: Any = None,
    world_size: int = -1,
    rank: int = -1,
    store: Any = None,
    group_name: str = "",
    pg_options: Any = None,
    device_id: Any = None,
) -> None:
    """Begin a group of this process. RuntimeError where there are to be several, and where there is one already.

    The world's size is ``world_size``, or what the environment's WORLD_SIZE says, or 1.
    """
    global _backend
    size = int(os.environ.get("WORLD_SIZE", 1)) if world_size == -1 else world_size
    if size != 1:
        raise RuntimeError(
            f"torch.distributed.init_process_group: a group has one process here, and {size} are asked for; start the "
            "program by itself, not by torchrun"
        )
    if _backend is not None:
        raise RuntimeError(
            "torch.distributed.init_process_group: there is a group already; destroy_process_group ends it"
        )
    _backend = backend or "gloo"


def destroy_process_group(group: Any = None) -> None:
    global _backend
    _backend = None


def get_rank(group: Any = None) -> int:
    return 0


def get_world_size(group: Any = None) -> int:
    return 1


def get_backend(group: Any = None) -> str:
    if _backend is None:
        raise ValueError("torch.distributed.get_backend: there is no group yet; init_process_group begins one")
    return _backend


def new_group(ranks: Sequence[int] | None = None, *args: Any, **words: Any) -> None:
    """Return the group of all: there is no other."""


def barrier(group: Any = None, async_op: bool = False, device_ids: Any = None) -> None:
    """Wait for nobody."""


class ReduceOp:
    """How values of several processes are joined; of one, each leaves it as it is."""

    SUM, PRODUCT, MIN, MAX, BAND, BOR, BXOR, AVG, PREMUL_SUM = range(9)


class _Done:
    """What ``async_op=True`` gives: there is nothing to wait for."""

    def wait(self, timeout: Any = None) -> bool:
        return True

    def is_completed(self) -> bool:
        return True


def _kept(async_op: bool) -> _Done | None:
    return _Done() if async_op else None


def all_reduce(tensor: Tensor, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> _Done | None:
    return _kept(async_op)


def reduce(
    tensor: Tensor, dst: int = 0, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> _Done | None:
    return _kept(async_op)


def broadcast(tensor: Tensor, src: int = 0, group: Any = None, async_op: bool = False) -> _Done | None:
    return _kept(async_op)


def all_gather(tensor_list: list[Tensor], tensor: Tensor, group: Any = None, async_op: bool = False) -> _Done | None:
    _one("all_gather", tensor_list).copy_(tensor.detach())
    return _kept(async_op)


def gather(
    tensor: Tensor, gather_list: list[Tensor] | None = None, dst: int = 0, group: Any = None, async_op: bool = False
) -> _Done | None:
    _one("gather", gather_list).copy_(tensor.detach())
    return _kept(async_op)


def scatter(
    tensor: Tensor, scatter_list: list[Tensor] | None = None, src: int = 0, group: Any = None, async_op: bool = False
) -> _Done | None:
    tensor.detach().copy_(_one("scatter", scatter_list))
    return _kept(async_op)


def _one(function: str, tensors: list[Tensor] | None) -> Tensor:
    if tensors is None or len(tensors) != 1:
        found = "none" if tensors is None else str(len(tensors))
        raise ValueError(f"torch.distributed.{function}: one tensor for each process is wanted, so one, got {found}")
    return tensors[0]


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    object_list[:] = [obj]


def gather_object(obj: Any, object_gather_list: list[Any] | None = None, dst: int = 0, group: Any = None) -> None:
    if object_gather_list is not None:
        object_gather_list[:] = [obj]


def broadcast_object_list(object_list: list[Any], src: int = 0, group: Any = None, device: Any = None) -> None:
    """Keep the list as it is."""


def __getattr__(name: str) -> Any:
    from fastgrad.torch import _door

    if name.startswith("__"):
        raise AttributeError(name)
    found = _door.submodule("distributed", name)
    return _door.missing("distributed", name) if found is None else found


def send(tensor: Tensor, dst: int = 0, group: Any = None, tag: int = 0) -> NoReturn:
    raise RuntimeError("torch.distributed.send: there is no other process")


def recv(tensor: Tensor, src: int | None = None, group: Any = None, tag: int = 0) -> NoReturn:
    raise RuntimeError("torch.distributed.recv: there is no other process")
