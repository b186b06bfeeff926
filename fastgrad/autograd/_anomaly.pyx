# distutils: language = c++
"""Looking for NaN in a backward pass, and where the operations of the graph were called."""
from fastgrad._tensor.node cimport Node
from fastgrad._tensor.tensor cimport Tensor
from fastgrad._tensor.tracer cimport Tracer

import os
import sys

cdef int64_t anomalies = 0

# By the order of creation of nodes, where each was recorded: the newest so many.
cdef dict _places = {}
cdef Py_ssize_t MOST_PLACES = 1_000_000
cdef int _frames = 12

# Whether gradients are looked at.
cdef bint _check_nan = True

cdef str _PACKAGE = os.path.dirname(os.path.abspath(sys.modules["fastgrad"].__file__)) + os.sep


cdef class Watcher(Tracer):
    """Notes of each operation where it was called."""

    cdef int begin(self, Node n, list inputs, Tensor out) except -1:
        _places[n.sequence] = _stack()
        if len(_places) > MOST_PLACES:
            del _places[next(iter(_places))]
        return Tracer.begin(self, n, inputs, out)

    def operation(self, node: Node, inputs: list[Tensor | None], outputs: list[Tensor]) -> None:
        """Nothing is done with it."""


cdef tuple _stack():
    """The frames of callers outside of this package: file, line and function, the innermost first."""
    cdef list found = []
    frame = sys._getframe()
    while frame is not None and len(found) < _frames:
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            found.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return tuple(found)


def watch(change: int, check_nan: bool) -> bool:
    """Says that there is a block more, or less, and whether gradients are looked at; returns whether they were."""
    global anomalies, _check_nan
    anomalies += change
    before, _check_nan = _check_nan, check_nan
    if not anomalies:
        _places.clear()
    return before


cdef str place_of(Node n):
    """Where an operation was called, as tracebacks have it."""
    import linecache

    found = _places.get(n.sequence)
    if not found:
        return f"{n.name} was recorded outside of detect_anomaly, so that where is not known"
    lines = [f"{n.name} was called here (most recent call last):"]
    for file, line, function in reversed(found):
        lines.append(f'  File "{file}", line {line}, in {function}')
        text = linecache.getline(file, line).strip()
        if text:
            lines.append(f"    {text}")
    return "\n".join(lines)


cdef int say_place(object error, Node n) except -1:
    """Note on an error of a rule where its operation was."""
    if not getattr(error, "_said_place", False):
        error._said_place = True
        if hasattr(error, "add_note"):
            error.add_note(place_of(n))
    return 0


cdef int check_gradient(Node n, int i, Tensor grad) except -1:
    """Raises an error where the gradient that a rule gives to input i has a NaN."""
    if not _check_nan:
        return 0
    from numpy import argwhere, isnan

    values = grad.detach()
    if str(values.dtype) in ("float16", "bfloat16"):
        values = values.astype("float32")
    wrong = argwhere(isnan(values.numpy()))
    if len(wrong):
        place = tuple(map(int, wrong[0]))
        error = RuntimeError(
            f"{n.name}: its gradient rule gave nan for input {i}, of shape {grad.shape}, first at {place}, {len(wrong)} "
            f"in all\n{place_of(n)}")
        error._said_place = True
        raise error
    return 0
