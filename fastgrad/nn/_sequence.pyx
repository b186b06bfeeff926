# distutils: language = c++
"""Calling modules one after the other: `Sequential`'s loop."""
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject

from fastgrad._tensor.cpp cimport grad_off
from fastgrad._tensor.profile cimport OpenSpan, begin_module, end_module
from fastgrad.nn._call cimport has_rare_hooks, rare_hooks

cdef extern from "Python.h":
    list PyDict_Values(object)  # of subclasses of dict, too
    PyObject* _PyType_Lookup(type, object)  # borrowed; what finds every method, with its cache


cpdef bint is_plain(module) except -1:
    """Whether calling a module of a known type does nothing but its class's ``forward``."""
    return _has_no_hooks(module) and "forward" not in <dict>module.__dict__


cdef inline bint _has_no_hooks(module) except -1:
    cdef dict own = module.__dict__
    if rare_hooks and has_rare_hooks(own):
        return False
    return not <dict>own["_forward_hooks"] and not <dict>own["_forward_pre_hooks"]


def call_in_order(
    modules: dict[str, Any], x: Any, dict recorded: dict[type, dict[type, _Fused]],
    dict unrecorded: dict[type, dict[type, _Fused]], plain_call: Callable[..., Any],
) -> Tensor:
    """What the modules make of x, each given what the one before returned.

    Parameters
    ----------
    modules : dict of str to Module
        The modules in the order in which they are called.
    x : object
        What the first is given.
    recorded, unrecorded : dict of type to dict of type to function
        By the types of a module and of its successor, a function of the list of modules, the first one's position and
        its input; both modules are plain. It gives the output and how many modules that contains, or None. The second
        is for when nothing is recorded.
    plain_call : function
        `Module.__call__`. Where a module's class has that one and the module no hooks, its ``forward`` is called
        instead: that is all that it would do.
    """
    cdef list row = PyDict_Values(modules)
    cdef Py_ssize_t i = 0, n = len(row)
    cdef PyObject* found
    cdef bint profiled = rare_hooks > 1
    cdef OpenSpan span
    try:
        while i < n:
            if profiled:
                span = begin_module(<PyObject*>row[i])
            if i + 1 < n:
                found = PyDict_GetItem(unrecorded if grad_off else recorded, type(row[i]))
                if found is not NULL:
                    found = PyDict_GetItem(<dict>found, type(row[i + 1]))
                if found is not NULL and is_plain(row[i]) and is_plain(row[i + 1]):
                    fused = (<object>found)(row, i, x)
                    if fused is not None:
                        x, count = <tuple>fused
                        if profiled:
                            end_module(span, count)
                        i += <Py_ssize_t>count
                        continue
            module = row[i]
            if _PyType_Lookup(type(module), "__call__") == <PyObject*>plain_call and _has_no_hooks(module):
                x = module.forward(x)
            else:
                x = module(x)
            if profiled:
                end_module(span, 1)
            i += 1
    except Exception as error:
        from fastgrad.nn._place import say_place
        say_place(error, row[i])  # of fused modules the first: the others fit it
        raise
    return x
