# Spans of time, while a block of `fg.profile` asks for them.
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint64_t

cdef extern from "bindings/profile.h" namespace "fastgrad::bindings":
    int64_t pass_watchers
    cdef cppclass OpenSpan:
        pass
    bint is_profiled() noexcept
    OpenSpan begin_rule(const char* name, uint64_t node, int products) noexcept
    void end_rule(OpenSpan span, double bytes, bint is_custom) noexcept
    OpenSpan begin_module(PyObject* module) noexcept
    void end_module(OpenSpan span, int modules) noexcept
