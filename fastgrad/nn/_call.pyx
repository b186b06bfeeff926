# distutils: language = c++
"""Calling a module: hooks, `forward`, hooks; and where an error came from."""
from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject, PyTypeObject

cdef extern from "Python.h":
    dict PyObject_GenericGetDict(object, void*)
    PyTypeObject PyBaseObject_Type


cdef class Called:
    """An object that is called by its ``forward``. It is a base class without state: what a call does is compiled, and
    no frame of Python's lies between the caller and ``forward``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        cdef dict own = PyObject_GenericGetDict(self, NULL)
        cdef PyObject* found = PyDict_GetItemWithError(own, "_forward_pre_hooks")
        if found is NULL:
            raise AttributeError("cannot call a module before Module.__init__() call")
        cdef dict before = <dict>found, after = own["_forward_hooks"]
        try:
            if not (before or after or kwargs):
                if len(args) == 1:
                    return self.forward(args[0])
                return self.forward(*args)
            for hook in tuple(before.values()):
                replaced = hook(self, args)
                if replaced is not None:
                    args = replaced if isinstance(replaced, tuple) else (replaced,)
            result = self.forward(*args, **kwargs)
            for hook in tuple(after.values()):
                replaced = hook(self, args, result)
                if replaced is not None:
                    result = replaced
            return result
        except Exception as error:
            from fastgrad.nn._place import say_place
            say_place(error, self)
            raise


# As if it were no class of its own: pickles of protocols 0 and 1 make an instance by object's.
(<PyTypeObject*>Called).tp_new = PyBaseObject_Type.tp_new
