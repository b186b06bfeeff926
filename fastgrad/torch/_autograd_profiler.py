"""``torch.autograd.profiler``: the older profiler, of a block and without steps."""

from __future__ import annotations

from typing import Any

from fastgrad._profile import block
from fastgrad.torch._profiler_events import EventList, FunctionEvent, FunctionEventAvg, events_of, write_trace
from fastgrad.torch._refused import refused
from fastgrad.torch.profiler import kineto_available, record_function

__all__ = [
    "EventList",
    "FunctionEvent",
    "FunctionEventAvg",
    "emit_itt",
    "emit_nvtx",
    "kineto_available",
    "profile",
    "record_function",
]

emit_nvtx = refused("torch.autograd.profiler.emit_nvtx", "there is no accelerator whose profiler could see marks")
emit_itt = refused("torch.autograd.profiler.emit_itt", "marks for other profilers are not written")


class profile:
    """Record where time goes within a ``with`` block; see `torch.profiler.profile`.

    With ``enabled=False`` nothing is recorded. The other options say what PyTorch would record beside times.
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
        experimental_config: Any = None,
    ) -> None:
        if use_cuda or use_device not in (None, "cpu"):
            raise RuntimeError("torch.autograd.profiler.profile: there is no accelerator")
        if experimental_config is not None:
            raise RuntimeError("torch.autograd.profiler.profile: configurations of PyTorch's recorder are not there")
        self.enabled, self.with_flops = enabled, with_flops
        self._block = block.profile() if enabled else None

    def __enter__(self) -> profile:
        if self._block is not None:
            self._block.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._block is not None:
            self._block.__exit__()

    @property
    def function_events(self) -> EventList:
        """The calls, in the order in which they began."""
        if self._block is None:
            raise RuntimeError("torch.autograd.profiler.profile: it was not enabled")
        return events_of(self._block, self.with_flops)

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0) -> EventList:
        """Return the sums of calls by their names."""
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n)

    def total_average(self) -> FunctionEventAvg:
        """Return the sum of all calls."""
        return self.function_events.total_average()

    @property
    def self_cpu_time_total(self) -> float:
        """Microseconds in all of them."""
        return self.function_events.self_cpu_time_total

    def table(self, *args: Any, **words: Any) -> str:
        """Return a table of the calls; see `EventList.table`."""
        return self.function_events.table(*args, **words)

    def export_chrome_trace(self, path: Any) -> None:
        """Write what chrome://tracing opens."""
        self.function_events  # noqa: B018  # says that it was not enabled
        assert self._block is not None
        write_trace(self._block.trace(), path)

    def __str__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._block is None or self._is_open() else self.table()

    def _is_open(self) -> bool:
        recorder = self._block._recorder if self._block is not None else None
        return recorder is None or not recorder.end
