"""The helper threads: fewer when the system gives fewer, never waited for without need, right whatever stops them."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fastgrad import _core

pytestmark = [
    pytest.mark.skipif(_core.config()["openmp"] is None, reason="this build has no threads"),
    pytest.mark.skipif(sys.platform != "linux", reason="limits and tracing of threads as Linux has them"),
]


def run_python(code: str, **environment: str) -> str:
    """What a fresh process prints; its failure is one here."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        cwd=os.sep,  # where no sources are, which Python would find before the installed package
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


NO_MORE_THREADS = """
    import os, resource
    import numpy as np
    import fastgrad as fg
    from fastgrad import _core

    def product():
        a = fg.randn(700, 700, generator=fg.Generator(0))
        return np.asarray(a @ a).tobytes()

    def refuse_threads():
        # The limit on processes is no limit for root, so become somebody who has it.
        if os.getuid() == 0:
            os.setuid(65534)
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
"""


def test_refused_threads_mean_fewer_threads_and_the_same_result():
    run_python(
        NO_MORE_THREADS
        + """
    _core.set_num_threads(1)
    wanted = product()
    _core.set_num_threads(4)
    refuse_threads()
    assert product() == wanted
    assert _core.region_counts()[2] == 0
    """
    )


def test_threads_that_exist_go_on_when_more_are_refused():
    run_python(
        NO_MORE_THREADS
        + """
    _core.set_grain_divisor(64)  # as many pieces as it takes, and helpers however busy the machine
    _core.set_num_threads(2)
    wanted = product()
    refuse_threads()
    _core.set_num_threads(8)
    for _ in range(1000):
        assert product() == wanted
        if _core.region_counts()[2] > 0:
            break
    assert _core.region_counts()[2] > 0
    """
    )


def test_helpers_take_no_signals_and_have_a_name():
    """A signal is the program's: were it delivered to a helper, Python would learn of it late or never."""
    printed = run_python(
        """
    import pathlib
    import fastgrad as fg
    from fastgrad import _core
    _core.set_num_threads(3)
    _core.set_grain_divisor(1 << 40)
    fg.ones(1000, 64).exp()
    for task in pathlib.Path("/proc/self/task").iterdir():
        if (task / "comm").read_text() == "fastgrad\\n":
            status = (task / "status").read_text()
            print(next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk")))
    """
    )
    masks = [int(mask, 16) for mask in printed.split()]
    assert len(masks) == 2
    assert all(mask >> 1 & 1 and mask >> 14 & 1 for mask in masks)  # SIGINT, SIGTERM


def test_a_forked_child_has_helpers_of_its_own():
    run_python(
        """
    import os, sys, warnings
    import fastgrad as fg
    from fastgrad import _core
    warnings.simplefilter("ignore")  # of forking with threads
    _core.set_num_threads(3)
    _core.set_grain_divisor(1 << 40)
    comms = lambda: [open(f"/proc/self/task/{t}/comm").read() for t in os.listdir("/proc/self/task")]
    helpers = lambda: comms().count("fastgrad\\n")
    fg.ones(1000, 64).exp()
    assert helpers() == 2
    child = os.fork()
    if child == 0:
        assert helpers() == 0
        fg.ones(1000, 64).exp()
        os._exit(0 if helpers() == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
    """
    )


# ---- stopped helpers -------------------------------------------------------------------------------------------------

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17  # requests of ptrace

WORKER = """
    import sys, threading
    import numpy as np
    import fastgrad as fg
    from fastgrad import _core

    def compute(seed):
        a = fg.randn(200, 300, generator=fg.Generator(seed)).requires_grad_(True)
        (a @ a.mT).exp().mean().backward()
        return np.asarray(a.grad).tobytes()

    _core.set_num_threads(1)
    wanted = [compute(seed) for seed in range(4)]
    _core.set_num_threads(3)
    if sys.argv[1] == "split":
        _core.set_grain_divisor(16)
    compute(0)
    print("ready", flush=True)
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    rounds, usable = 0, 3
    while not stop.is_set():
        for seed in range(4):
            assert compute(seed) == wanted[seed]
        usable = min(usable, _core.usable_threads())
        rounds += 1
    print(rounds, usable, flush=True)
"""


class Stopped:
    """Some thread of another process, stopped for as long as the block runs."""

    def __init__(self, task: int) -> None:
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.task = task

    def request(self, number: int) -> None:
        arguments = (ctypes.c_long(self.task), ctypes.c_void_p(), ctypes.c_void_p())
        if self.libc.ptrace(ctypes.c_long(number), *arguments):
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))

    def __enter__(self) -> None:
        self.request(SEIZE)
        self.request(INTERRUPT)
        os.waitpid(self.task, 0x40000000)  # __WALL: threads, too

    def __exit__(self, *_: object) -> None:
        self.request(DETACH)


def may_trace() -> bool:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with Stopped(child.pid):
            return True
    except OSError:
        return False
    finally:
        child.communicate(b"\n")


@pytest.mark.parametrize("mode", ["split", "learning"])
def test_a_helper_stopped_at_any_moment_delays_only_the_piece_it_holds(mode):
    """Results stay right, nothing deadlocks, and regions that it holds no piece of go on without it."""
    if not may_trace():
        pytest.skip("this system lets nobody stop another's threads")
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORKER), mode],
        cwd=os.sep,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        tasks = [
            int(task.name)
            for task in Path(f"/proc/{worker.pid}/task").iterdir()
            if (task / "comm").read_text() == "fastgrad\n"
        ]
        assert len(tasks) == 2
        for i in range(10):
            with Stopped(tasks[i % 2]):
                time.sleep(0.1)
        with Stopped(tasks[0]), Stopped(tasks[1]):
            time.sleep(1.0)
        printed, errors = worker.communicate("stop\n", timeout=60)
    finally:
        worker.kill()
        worker.communicate()
    assert worker.returncode == 0, errors
    rounds, usable = map(int, printed.split())
    assert rounds > 0
    assert 1 <= usable <= 3


WAKER = """
    import os, sys, time
    import fastgrad as fg
    from fastgrad import _core

    _core.set_num_threads(2)
    a = fg.randn(300, 300, generator=fg.Generator(0))
    a @ a
    cores = sorted(os.sched_getaffinity(0))
    helper = next(t for t in os.listdir("/proc/self/task") if open(f"/proc/self/task/{t}/comm").read() == "fastgrad\\n")
    os.sched_setaffinity(0, cores[:1])
    os.sched_setaffinity(int(helper), cores[:1] if sys.argv[1] == "here" else cores[1:2])
    a @ a
    time.sleep(0.05)  # the helper sleeps on the core it is to be on
    if sys.argv[1] == "here":
        os.sched_setaffinity(int(helper), cores)
    print(helper, flush=True)
    for line in sys.stdin:
        while _core.usable_threads() < 2:
            time.sleep(0.01)
        a @ a  # wakes the helper, and does its pieces
        fewest = 2
        for _ in range(1000):
            time.sleep(0.0001)
            fewest = min(fewest, _core.usable_threads())
        print(fewest, flush=True)
"""


def usable_after_a_helper_woke_late(where: str) -> list[int]:
    """Of each attempt: the threads that regions could use after a helper got to run 20 ms after it was woken."""
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WAKER), where],
        cwd=os.sep,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = []
    try:
        assert worker.stdin is not None
        assert worker.stdout is not None
        helper = int(worker.stdout.readline())
        for _ in range(10):
            with Stopped(helper):
                worker.stdin.write("region\n")
                worker.stdin.flush()
                time.sleep(0.02)
            found.append(int(worker.stdout.readline()))
    finally:
        worker.kill()
        worker.communicate()
    return found


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2 if sys.platform == "linux" else True, reason="needs two cores")
def test_a_helper_that_others_keep_from_running_tells_so_although_nobody_waits_for_it():
    if not may_trace():
        pytest.skip("this system lets nobody stop another's threads")
    assert 1 in usable_after_a_helper_woke_late("beside")


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2 if sys.platform == "linux" else True, reason="needs two cores")
def test_a_helper_that_waited_on_its_callers_core_is_no_sign_of_other_programs():
    """There its own program kept it: it goes elsewhere, and regions are not limited."""
    if not may_trace():
        pytest.skip("this system lets nobody stop another's threads")
    assert 2 in usable_after_a_helper_woke_late("here")


PRODUCTS = """
    import os, sys, time
    import fastgrad as fg
    from fastgrad import _core

    def thread(name):
        tasks = os.listdir("/proc/self/task")
        return next((int(t) for t in tasks if open(f"/proc/self/task/{t}/comm").read() == name + "\\n"), None)

    _core.set_num_threads(2)
    a = fg.randn(300, 300, generator=fg.Generator(0))
    a @ a
    cores = sorted(os.sched_getaffinity(0))
    helper = thread("fastgrad")
    os.sched_setaffinity(0, cores[:1])
    os.sched_setaffinity(helper, cores[1:2])
    a @ a
    time.sleep(0.05)  # the helper sleeps
    print(helper, flush=True)
    for line in sys.stdin:
        a @ a
        for _ in range(1000):
            if _core.usable_threads() == 1:
                break
            time.sleep(0.0001)
        watch = thread("fastgrad-watch")
        if watch is None:  # the helper was not seen to be late this time
            print(0, flush=True)
            continue
        os.sched_setaffinity(watch, cores)
        os.sched_setaffinity(0, cores)
        begun = time.monotonic()
        while len(left := os.sched_getaffinity(watch)) == len(cores) and time.monotonic() < begun + 0.05:
            a @ a
        print(len(cores) - len(left), flush=True)
        os.sched_setaffinity(0, cores[:1])
        time.sleep(0.2)  # the limit is lifted
"""


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2 if sys.platform == "linux" else True, reason="needs two cores")
def test_products_alone_keep_the_watch_off_their_core_while_they_are_limited():
    """They are one piece each then, no region; a watch on their core would find no room where there is."""
    if not may_trace():
        pytest.skip("this system lets nobody stop another's threads")
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PRODUCTS)],
        cwd=os.sep,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdin is not None
        assert worker.stdout is not None
        helper = int(worker.stdout.readline())
        kept_off: list[int] = []
        while 1 not in kept_off and len(kept_off) < 20:
            with Stopped(helper):
                worker.stdin.write("product\n")
                worker.stdin.flush()
                time.sleep(0.02)
            kept_off.append(int(worker.stdout.readline()))
    finally:
        worker.kill()
        worker.communicate()
    assert 1 in kept_off


# ---- several threads that compute ------------------------------------------------------------------------------------


def test_python_threads_that_compute_at_once_leave_each_other_their_cores():
    """Two threads with two cores take no helper, but for the regions before the one has seen the other."""
    printed = run_python(
        """
    import threading, time
    import fastgrad as fg
    from fastgrad import _core

    _core.set_num_threads(2)
    start = threading.Barrier(2)

    def compute(seconds):
        a = fg.randn(250, 250, generator=fg.Generator(0))
        start.wait()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            a @ a

    threads = [threading.Thread(target=compute, args=(0.5,)) for _ in range(2)]
    before = _core.region_counts()
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    _, pieces, helped = (b - a for a, b in zip(before, _core.region_counts()))
    print(helped / pieces)
    """
    )
    assert float(printed) < 0.2
