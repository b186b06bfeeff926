# distutils: language = c++
"""Looking for NaN and infinities in both passes, and where the operations of the graph were called."""
from fastgrad._tensor cimport profile
from fastgrad._tensor.cpp cimport is_floating
from fastgrad._tensor.node cimport Node
from fastgrad._tensor.tensor cimport Tensor
from fastgrad._tensor.tracer cimport Tracer, tracer_here

import os
import sys
import threading
import weakref

cdef int64_t anomalies = 0

# By the order of creation of nodes, where each was recorded, and in which modules: the newest so many.
cdef dict _places = {}
cdef Py_ssize_t MOST_PLACES = 1_000_000
cdef int _frames = 12

# Whether gradients are looked at, and infinities among them.
cdef bint _check_nan = True
cdef bint _check_inf = False

# The modules that are being called by each thread, the outermost first.
_called = threading.local()

cdef str _PACKAGE = os.path.dirname(os.path.abspath(sys.modules["fastgrad"].__file__)) + os.sep


cdef class Watcher(Tracer):
    """Notes of each operation where it was called, and looks at what it gave, if it is to."""

    def __init__(self, check_forward: bool, check_inf: bool) -> None:
        self.check_forward = check_forward
        self.check_inf = check_inf

    cdef int begin(self, Node n, list inputs, Tensor out) except -1:
        _places[n.sequence] = (_stack(), _innermost())
        if len(_places) > MOST_PLACES:
            del _places[next(iter(_places))]
        return Tracer.begin(self, n, inputs, out)

    def operation(self, node: Node, inputs: list[Tensor | None], outputs: list[Tensor]) -> None:
        """In a rule it is the rule's result that is looked at, not each step of it."""
        if self.check_forward and not self.rules:
            for out in outputs:
                _check_output(node, inputs, <Tensor>out, self.check_inf)


cdef Watcher watcher_here():
    """This thread's, if there is one and no other tracer within it."""
    cdef Tracer tracer = tracer_here()
    return <Watcher>tracer if isinstance(tracer, Watcher) else None


cdef list _modules():
    """The modules that this thread is calling."""
    if not hasattr(_called, "modules"):
        _called.modules = []
    return _called.modules


cdef tuple _innermost():
    """The outermost and the innermost of these, neither kept alive, and what the latter is; None for none."""
    cdef list modules = _modules()
    if not modules:
        return None
    return weakref.ref(modules[0]), weakref.ref(modules[-1]), type(modules[-1]).__name__


def enter_module(module: Any, args: tuple[Any, ...]) -> None:
    """A hook before every module."""
    _modules().append(module)


def leave_module(module: Any, args: tuple[Any, ...], out: Any) -> None:
    """A hook after every module, also after an error."""
    cdef list modules = _modules()
    if modules and modules[-1] is module:
        modules.pop()


cdef int _check_output(Node n, list inputs, Tensor out, bint check_inf) except -1:
    cdef tuple found = _wrong(out, check_inf)
    if found is None:
        return 0
    # What is written to a tensor is the second input, which the operation has computed itself, or was given.
    writes = bool(inputs) and inputs[0] is out
    says = (f"{'wrote' if writes else 'gave'} {found[0]} in the forward pass, of shape {out.shape}, first at {found[1]}, "
            f"{found[2]} in all")
    for i, given in enumerate(() if writes else inputs):
        before = None if given is None else _wrong(<Tensor>given, check_inf)
        if before is None or (before[0] == "nan") != (found[0] == "nan"):
            continue
        if found[0] != "nan":  # an infinity that came from outside is meant, as those of masks are
            return 0
        says = f"was given {before[0]} as input {i}, of shape {given.shape}, first at {before[1]}"
        break
    error = RuntimeError(f"{n.name}: it {says}\n{place_of(n)}")
    error._said_place = True
    raise error


cdef tuple _wrong(Tensor t, bint check_inf):
    """Which kind of number is wrong in a tensor, where the first one is, and how many there are; None for none. NaN is
    worse than infinity."""
    from numpy import argwhere, isinf, isnan

    if not is_floating(t.a.dtype()):
        return None
    values = t.detach()
    array = (values.astype("float32") if str(values.dtype) in ("float16", "bfloat16") else values).numpy()
    bad = argwhere(isnan(array))
    kind = "nan"
    if not len(bad) and check_inf:
        bad = argwhere(isinf(array))
        kind = "inf" if len(bad) and array[tuple(bad[0])] > 0 else "-inf"
    return (kind, tuple(map(int, bad[0])), len(bad)) if len(bad) else None


cdef tuple _stack():
    """The frames of callers outside of this package: file, line and function, the innermost first."""
    cdef list found = []
    frame = sys._getframe()
    while frame is not None and len(found) < _frames:
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            found.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return tuple(found)


def watch(change: int, check_nan: bool, check_inf: bool) -> tuple[bool, bool]:
    """Says that there is a block more, or less, and which gradients are wrong; returns which were."""
    global anomalies, _check_nan, _check_inf
    anomalies += change
    profile.pass_watchers += change
    before = _check_nan, _check_inf
    _check_nan, _check_inf = check_nan, check_inf
    if not anomalies:
        _places.clear()
    return before


cdef str place_of(Node n):
    """Where an operation was called, as tracebacks have it, and in which layer."""
    import linecache

    frames, where = _places.get(n.sequence, ((), None))
    if not frames:
        return f"{n.name} was recorded outside of detect_anomaly, so that where is not known"
    lines = [f"{n.name} was called here (most recent call last):"]
    for file, line, function in reversed(frames):
        lines.append(f'  File "{file}", line {line}, in {function}')
        text = linecache.getline(file, line).strip()
        if text:
            lines.append(f"    {text}")
    if where is not None:
        lines.append(f"in {_layer(where)}")
    return "\n".join(lines)


cdef str _layer(tuple where):
    """A module that was being called, by its path in the outermost one."""
    root, inner = where[0](), where[1]()
    if root is None or inner is None or inner is root:
        return where[2]
    path = next((path for path, module in root.named_modules() if module is inner), None)
    return f"layer {path} ({where[2]}) of {type(root).__name__}" if path else where[2]


cdef int say_place(object error, Node n) except -1:
    """Note on an error of a rule where its operation was."""
    if not getattr(error, "_said_place", False):
        error._said_place = True
        if hasattr(error, "add_note"):
            error.add_note(place_of(n))
    return 0


cdef int check_gradient(Node n, int i, Tensor grad) except -1:
    """Raises an error where the gradient that a rule gives to input i has a NaN, or an infinity if that is looked for."""
    if not _check_nan:
        return 0
    cdef tuple found = _wrong(grad, _check_inf)
    if found is not None:
        error = RuntimeError(
            f"{n.name}: its gradient rule gave {found[0]} for input {i}, of shape {grad.shape}, first at {found[1]}, "
            f"{found[2]} in all\n{place_of(n)}")
        error._said_place = True
        raise error
    return 0
