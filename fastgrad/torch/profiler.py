"""PyTorch's profiler over `fastgrad.profile`: its schedule, marks, tables and traces, with fastgrad's operations."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from contextlib import ContextDecorator
from enum import Enum
from typing import Any

from fastgrad._profile import block
from fastgrad.torch._profiler_events import EventList, events_of, write_trace

__all__ = [
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]


class ProfilerActivity(Enum):
    """What PyTorch's profiler watches; here, the CPU."""

    CPU = 0
    CUDA = 1
    XPU = 2


class ProfilerAction(Enum):
    """What the profiler does in a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


_RECORDS = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


class record_function(ContextDecorator):
    """Name a part of a program: within a profiled block it is a row of its own, elsewhere it runs as it is."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args
        self._open: list[Any] = []

    def __enter__(self) -> record_function:
        recorder = block.recorder()
        self._open.append(None if recorder is None else (recorder, recorder.begin_label(str(self.name))))
        return self

    def __exit__(self, *error: object) -> None:
        if (opened := self._open.pop()) is not None:
            opened[0].end_label(opened[1])


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Callable[[int], ProfilerAction]:
    """Return what says of each step what the profiler does in it.

    Parameters
    ----------
    wait, warmup, active : int
        The steps of a cycle in which nothing is recorded, in which the profiler gets ready, and which are recorded.
    repeat : int, default 0
        How many cycles; 0: without end.
    skip_first : int, default 0
        Steps before the first cycle.
    skip_first_wait : int, default 0
        Whether, as 1, the first cycle has no `wait`.
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active < 1:
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} (need >= 0), "
            f"active={active} (need > 0), repeat={repeat} (need >= 0), skip_first={skip_first} (need >= 0)."
        )

    def action(step: int) -> ProfilerAction:
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        step += wait if skip_first_wait else 0
        cycle, place = divmod(step, wait + warmup + active)
        if (repeat and cycle >= repeat) or place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < wait + warmup + active - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def tensorboard_trace_handler(dir_name: Any, worker_name: str | None = None, use_gzip: bool = False) -> Any:
    """Return an `on_trace_ready` that writes each trace into a folder, under the worker's name and the time."""

    def handler(prof: profile) -> None:
        import os
        import socket
        import time

        os.makedirs(dir_name, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json" + (".gz" if use_gzip else "")
        prof.export_chrome_trace(os.path.join(dir_name, name))

    return handler


def supported_activities() -> set[ProfilerActivity]:
    """The CPU's."""
    return {ProfilerActivity.CPU}


def kineto_available() -> bool:
    """Return False: it is PyTorch's own recorder."""
    return False


class profile:
    """Record where time goes within a ``with`` block, or between `start` and `stop`, as `fastgrad.profile` does.

    Names are those of fastgrad's operations, and the times are the CPU's. Shapes, stacks and allocations are not
    recorded: `record_shapes`, `with_stack`, `with_modules` and `profile_memory` are taken, and asking for what they
    would have recorded is an error.

    Parameters
    ----------
    activities : iterable of ProfilerActivity, optional
        What to watch. What is no CPU is left out, with a warning.
    schedule : callable, optional
        Says for the number of a step what to do in it, a `ProfilerAction`; by default every step is recorded.
    on_trace_ready : callable, optional
        Called with this when a cycle of the schedule, or the block, has been recorded.
    with_flops : bool, default False
        Have the arithmetic of operations in the table.
    acc_events : bool, default False
        Not supported: the events are those of the last cycle.
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: float | None = None,
    ) -> None:
        if execution_trace_observer is not None or experimental_config is not None:
            raise RuntimeError(
                "torch.profiler.profile: observers and configurations of PyTorch's recorder are not there"
            )
        if acc_events:
            raise RuntimeError("torch.profiler.profile: acc_events is not supported; on_trace_ready sees every cycle")
        kinds = set(activities or supported_activities())
        if use_cuda or kinds - supported_activities():
            warnings.warn("torch.profiler: there is no accelerator; the CPU is profiled", UserWarning, stacklevel=2)
        self.activities, self.schedule, self.on_trace_ready = kinds, schedule, on_trace_ready
        self.with_flops, self.step_num = bool(with_flops), 0
        self.current_action = ProfilerAction.NONE
        self._metadata: dict[str, Any] = {}
        self._block: block.profile | None = None
        self._records = False
        self._mark: record_function | None = None

    # ---- steps ----

    def start(self) -> None:
        """Begin: the block's start."""
        self.current_action = self._action()
        self._begin_step()

    def step(self) -> None:
        """Say that a step of the program is over, and the next one begins."""
        self._end_step()
        before = self.current_action
        self.step_num += 1
        self.current_action = self._action()
        saves = before is ProfilerAction.RECORD_AND_SAVE
        if before in _RECORDS and (saves or self.current_action not in _RECORDS):
            self._end_block(ready=saves)
        self._begin_step()

    def stop(self) -> None:
        """End: what was recorded is ready."""
        self._end_step()
        if self.current_action in _RECORDS:
            self._end_block(ready=True)
        self.current_action = ProfilerAction.NONE

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _action(self) -> ProfilerAction:
        return ProfilerAction.RECORD if self.schedule is None else self.schedule(self.step_num)

    def _begin_step(self) -> None:
        if self.current_action not in _RECORDS:
            return
        if not self._records:
            self._block = block.profile().__enter__()
            self._records = True
        if self.schedule is not None:
            self._mark = record_function(f"ProfilerStep#{self.step_num}").__enter__()

    def _end_step(self) -> None:
        if self._mark is not None:
            self._mark.__exit__()
            self._mark = None

    def _end_block(self, ready: bool) -> None:
        assert self._block is not None
        self._block.__exit__()
        self._records = False
        if ready and self.on_trace_ready is not None:
            self.on_trace_ready(self)

    # ---- what was found ----

    def _found(self) -> block.profile:
        if self._block is None:
            raise AssertionError("torch.profiler.profile: nothing has been recorded yet")
        return self._block

    def events(self) -> EventList:
        """Return the calls of the last cycle, in the order in which they began."""
        return events_of(self._found(), self.with_flops)

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """Return the sums of calls by their names; see `EventList.table`."""
        return self.events().key_averages(group_by_input_shape, group_by_stack_n)

    def export_chrome_trace(self, path: Any) -> None:
        """Write what chrome://tracing and https://ui.perfetto.dev open; compressed where the name ends in .gz."""
        write_trace({**self._found().trace(), **self._metadata}, path)

    def export_stacks(self, path: Any, metric: str = "self_cpu_time_total") -> None:
        """Refuse: stacks are not recorded."""
        raise RuntimeError("torch.profiler: stacks are not recorded; export_chrome_trace shows which call is in which")

    def export_memory_timeline(self, path: Any, device: Any = None) -> None:
        """Refuse: allocations are not recorded."""
        raise RuntimeError("torch.profiler: allocations are not recorded; fastgrad.memory.stats() has sums")

    def add_metadata(self, key: str, value: str) -> None:
        """Have a text in the trace."""
        self._metadata[key] = value

    def add_metadata_json(self, key: str, value: str) -> None:
        """Have what a text of JSON says in the trace."""
        import json

        self._metadata[key] = json.loads(value)
