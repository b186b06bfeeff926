# distutils: language = c++
# cython: binding=False
"""What is handed every operation that a thread computes: where forward mode, batching and capture enter."""
cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF

from fastgrad._tensor.cpp cimport TRACED_MODE, mode, set_tracer, tracers
from fastgrad._tensor.node cimport Node
from fastgrad._tensor.tensor cimport Tensor


@cython.binding(True)  # as functions have it that stubs tell of
def is_traced() -> bool:
    """Whether somebody follows what this thread computes, for whom it must be computed by operations."""
    return tracers != 0 and (mode & TRACED_MODE) != 0


cdef class Tracer:
    """Inside a ``with``, it is handed every operation that the thread computes, recorded or not: to count them, to
    compute tangents beside them, to keep a program. A subclass says what to do in ``operation``; what that computes
    itself goes to the tracer around this one, if there is one."""

    def operation(self, node: Node, inputs: list[Tensor | None], outputs: list[Tensor]) -> None:
        """One operation, complete: ``inputs`` are what gradients could flow to, None for those left out."""
        raise NotImplementedError

    cdef int begin(self, Node n, list inputs, Tensor out) except -1:
        self.node = n
        self.inputs = inputs
        self.outputs = [out]
        return 0

    cdef int finish(self) except -1:
        cdef Node n = self.node
        cdef list inputs = self.inputs, outputs = self.outputs
        if n is None:
            return 0
        self.node = self.inputs = self.outputs = None
        set_tracer(self.outer)
        try:
            self.operation(n, inputs, outputs)
        finally:
            set_tracer(<PyObject*>self)
        return 0

    def __enter__(self) -> Self:
        Py_INCREF(self)
        self.outer = set_tracer(<PyObject*>self)
        return self

    def __exit__(self, error: type[BaseException] | None, *exc: object) -> None:
        try:
            if error is None:
                self.finish()
        finally:
            self.node = self.inputs = self.outputs = None
            set_tracer(self.outer)
            Py_DECREF(self)
