"""PyTorch's profiler: steps by a schedule, sums by name, tables and traces, of fastgrad's operations."""

from __future__ import annotations

import gzip
import json

import pytest

import fastgrad as fg
import fastgrad.torch as torch
from fastgrad.torch.profiler import ProfilerActivity, profile, record_function, schedule, tensorboard_trace_handler

CPU = [ProfilerActivity.CPU]


def work():
    with record_function("forward"):
        loss = torch.nn.functional.linear(torch.ones(4, 3), torch.ones(2, 3, requires_grad=True)).sum()
    loss.backward()


def test_a_schedule_says_what_each_step_does():
    by = schedule(wait=1, warmup=1, active=2, repeat=2, skip_first=1)
    cycle = ["NONE", "WARMUP", "RECORD", "RECORD_AND_SAVE"]
    assert [by(i).name for i in range(11)] == ["NONE", *cycle, *cycle, "NONE", "NONE"]
    assert schedule(wait=2, warmup=0, active=1, skip_first_wait=1)(0).name == "RECORD_AND_SAVE"
    for wrong in ({"wait": -1, "warmup": 0, "active": 1}, {"wait": 0, "warmup": 0, "active": 0}):
        with pytest.raises(AssertionError, match="Invalid profiler schedule"):
            schedule(**wrong)


def test_each_cycle_is_handed_over_with_its_own_steps():
    seen = []

    def ready(p):
        sums = {event.key: event.count for event in p.key_averages()}
        seen.append((p.step_num, sums["ProfilerStep*"], sums["forward"], sums["linear"], sums["linear backward"]))

    with profile(activities=CPU, schedule=schedule(wait=1, warmup=1, active=2, repeat=2), on_trace_ready=ready) as p:
        for _ in range(10):
            work()
            p.step()
    assert seen == [(4, 2, 2, 2, 2), (8, 2, 2, 2, 2)]
    assert [e.name for e in p.events() if e.name.startswith("Prof")] == ["ProfilerStep#6", "ProfilerStep#7"]


def test_times_nest_and_a_name_within_itself_is_counted_once():
    with profile() as p, record_function("outer"), record_function("inner"), record_function("outer"):
        work()
    sums = {event.key: event for event in p.key_averages()}
    assert sums["outer"].count == 2
    assert sums["outer"].cpu_time_total >= sums["inner"].cpu_time_total >= sums["linear"].cpu_time_total > 0
    whole = sums["outer"].cpu_time_total
    assert p.key_averages().self_cpu_time_total == pytest.approx(whole)
    assert p.key_averages().total_average().self_cpu_time_total == pytest.approx(whole)
    outer = p.events()[0]
    assert outer.cpu_parent is None
    assert [child.name for child in outer.cpu_children] == ["inner"]


def test_the_table_sorts_limits_and_names_its_columns():
    with profile(activities=CPU, record_shapes=True, with_flops=True) as p:
        for _ in range(3):
            work()
    lines = p.key_averages().table(sort_by="self_cpu_time_total", row_limit=2, header="mine").splitlines()
    assert lines[1] == "mine"
    assert lines[3].split("  ")[-1].strip() == "Total MFLOPs"
    assert len(lines) == 2 + 3 + 2 + 2
    times = [event.cpu_time_total for event in sorted(p.key_averages(), key=lambda e: -e.cpu_time_total)]
    assert times == sorted(times, reverse=True)
    assert "Self CPU time total" in str(p.key_averages())
    assert p.key_averages().table(sort_by="cuda_time_total", time_unit="ms").count("ms") > 3
    with pytest.raises(ValueError, match="time_unit must be"):
        p.key_averages().table(time_unit="h")


def test_what_is_not_recorded_is_an_error_that_says_so():
    with profile(profile_memory=True, with_stack=True) as p:
        work()
    with pytest.raises(AttributeError, match="allocations are not recorded"):
        p.key_averages().table(sort_by="self_cpu_memory_usage")
    with pytest.raises(RuntimeError, match="shapes and stacks are not recorded"):
        p.key_averages(group_by_input_shape=True)
    with pytest.raises(RuntimeError, match="stacks are not recorded"):
        p.export_stacks("stacks.txt")
    with pytest.raises(AssertionError, match="nothing has been recorded"):
        profile().key_averages()
    with pytest.warns(UserWarning, match="no accelerator"):
        profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA])


def test_traces_are_written(tmp_path):
    with profile(on_trace_ready=tensorboard_trace_handler(tmp_path / "log", "me", use_gzip=True)) as p:
        work()
    p.add_metadata("note", "mine")
    p.add_metadata_json("numbers", "[1, 2]")
    p.export_chrome_trace(tmp_path / "trace.json")
    trace = json.loads((tmp_path / "trace.json").read_text())
    assert {"forward", "linear"} <= {event["name"] for event in trace["traceEvents"]}
    assert (trace["note"], trace["numbers"]) == ("mine", [1, 2])
    (written,) = (tmp_path / "log").iterdir()
    assert written.name.startswith("me.")
    assert "traceEvents" in json.loads(gzip.decompress(written.read_bytes()))


def test_the_older_profiler_has_tables_of_a_block(tmp_path):
    with torch.autograd.profiler.profile(record_shapes=True) as p:
        work()
    assert p.self_cpu_time_total > 0
    assert "linear backward" in p.key_averages().table(sort_by="cpu_time_total")
    p.export_chrome_trace(str(tmp_path / "trace.json"))
    assert (tmp_path / "trace.json").stat().st_size > 100
    with torch.autograd.profiler.profile(enabled=False) as p:
        work()
    with pytest.raises(RuntimeError, match="not enabled"):
        p.key_averages()


def test_marks_are_rows_of_fastgrads_own_profiler_and_nothing_outside_of_it():
    work()
    with fg.profile() as p:
        work()
    assert "forward" in [row.name for row in p.operations]
    with fg.profile(), pytest.raises(RuntimeError, match="being profiled"), profile():
        pass


def test_start_and_stop_stand_for_the_block():
    p = profile()
    p.start()
    work()
    p.stop()
    assert "linear" in {event.key for event in p.key_averages()}
