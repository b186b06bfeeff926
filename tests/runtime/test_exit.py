"""A process ends quietly while its threads compute, and an interpreter beside the main one is told that it cannot."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

# Daemon threads in long work (which comes back for the GIL when Python is ending), in short work, in hooks called by
# the engine, and in deaths of memory that others own.
COMPUTING = """
import sys, threading, time
import numpy as np
import fastgrad as fg
from fastgrad import _core

fg.set_num_threads(2)
_core.set_grain_divisor(64)
sys.setswitchinterval(1e-4)
x = fg.ones(150, 150)
w = fg.ones(200, 200, requires_grad=True)

def long():
    while True:
        (x @ x).exp().sum()

def short():
    while True:
        x[0] + 1

def hooks():
    while True:
        y = w * 2
        y.register_hook(lambda g: g + 0)
        y.sum().backward()

def errors():
    while True:
        try:
            x[10**6]
        except IndexError:
            pass

def memory():
    while True:
        fg.asarray(np.ones(10_000)) + fg.from_dlpack(np.ones(10_000))

alike, mixed = 6 * [long], [long, long, short, hooks, errors, memory]
for work in globals()[sys.argv[2]]:
    threading.Thread(target=work, daemon=True).start()
time.sleep(float(sys.argv[1]))
"""


@pytest.mark.parametrize("threads", ["alike", "mixed"])
def test_daemon_threads_that_compute_do_not_disturb_the_end(threads, tmp_path):
    def run(i: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", COMPUTING, str(0.05 + 0.01 * (i % 10)), threads]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)

    with ThreadPoolExecutor(4) as pool:  # side by side: a loaded machine
        for done in pool.map(run, range(24)):
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def interpreters():
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            return __import__(name)
        except ImportError:
            pass
    return None


@pytest.mark.skipif(interpreters() is None, reason="this Python has no module for sub-interpreters")
@pytest.mark.parametrize("before", ["", "import fastgrad\n"], ids=["first", "after the main one"])
def test_a_sub_interpreter_is_refused_at_once(run_python, before):
    name = interpreters().__name__
    code = f"""
import sys
{before}
import {name} as interpreters
inner = '''
import sys
sys.path[:] = {{path!r}}
try:
    import fastgrad
except ImportError as error:
    print(error, flush=True)
'''
sub = interpreters.create()
interpreters.run_string(sub, inner.format(path=sys.path))
interpreters.destroy(sub)
import fastgrad as fg
print(fg.ones(3).sum().item())
"""
    done = run_python("import faulthandler; faulthandler.dump_traceback_later(60, exit=True)\n" + code)
    assert done.returncode == 0, done.stderr
    assert "sub-interpreter" in done.stdout or "does not support loading in subinterpreters" in done.stdout
    assert done.stdout.endswith("3.0\n")
