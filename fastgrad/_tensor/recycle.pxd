# Dead tensors and nodes, kept to be used again.
from cpython.object cimport PyObject, PyTypeObject, destructor


cdef extern from "bindings/recycle.h" namespace "fastgrad::bindings":
    void watch(object) noexcept
    void unwatch(object) noexcept
    cdef cppclass Kept:
        void install(PyTypeObject*, destructor) noexcept
        bint any() noexcept
        object take()
        bint revive(PyObject*) noexcept
        void keep(PyObject*) noexcept
    Kept kept_tensors, kept_nodes
