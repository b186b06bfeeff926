# distutils: language = c++
"""Calling a module: hooks, `forward`, hooks; and where an error came from."""
from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject, PyTypeObject

from fastgrad._tensor.profile cimport OpenSpan, begin_module, end_module

cdef extern from "Python.h":
    dict PyObject_GenericGetDict(object, void*)
    PyTypeObject PyBaseObject_Type

cdef int rare_hooks = 0

# Hooks of all modules, by their handles' keys.
every_forward_pre: dict[int, Any] = {}
every_forward: dict[int, Any] = {}
every_backward_pre: dict[int, Any] = {}
every_backward: dict[int, Any] = {}


def look_for_rare_hooks() -> None:
    """From now on, calls look for hooks of all modules and of backward passes."""
    global rare_hooks
    rare_hooks |= 1


def count_profiles(change: int) -> None:
    """Says that there is a block of `fg.profile` more, or less: within one, each call of a module is a span."""
    global rare_hooks
    rare_hooks += 2 * change


cdef bint has_rare_hooks(dict own) except -1:
    """Whether a module with these attributes has any now."""
    return bool(
        every_forward_pre or every_forward or every_backward_pre or every_backward
        or own.get("_backward_hooks") or own.get("_backward_pre_hooks"))


class FlaggedHook:
    """A hook of ``forward`` that is given keyword arguments, too, or called after an error, too."""

    __slots__ = ("always", "function", "with_kwargs")

    def __init__(self, function: Callable[..., Any], with_kwargs: bool, always: bool) -> None:
        self.function = function
        self.with_kwargs = with_kwargs
        self.always = always

    def __reduce__(self):
        return FlaggedHook, (self.function, self.with_kwargs, self.always)


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
            if not (before or after or kwargs or rare_hooks):
                if len(args) == 1:
                    return self.forward(args[0])
                return self.forward(*args)
            if not (before or after or rare_hooks):
                return self.forward(*args, **kwargs)
            if rare_hooks > 1:
                return _call_profiled(self, own, args, kwargs)
            return _call_hooked(self, own, args, kwargs)
        except Exception as error:
            from fastgrad.nn._place import say_place
            say_place(error, self)
            raise


cdef object _call_profiled(object module, dict own, tuple args, dict kwargs):
    cdef OpenSpan span = begin_module(<PyObject*>module)
    try:
        if own["_forward_pre_hooks"] or own["_forward_hooks"] or has_rare_hooks(own):
            return _call_hooked(module, own, args, kwargs)
        return module.forward(*args, **kwargs)
    finally:
        end_module(span, 1)


cdef object _call_hooked(object module, dict own, tuple args, dict kwargs):
    cdef list before = list((<dict>own["_forward_pre_hooks"]).values())
    cdef list after = list((<dict>own["_forward_hooks"]).values())
    cdef Py_ssize_t called = 0
    around = result = None
    if rare_hooks:
        before = list(every_forward_pre.values()) + before
        after = list(every_forward.values()) + after
        if every_backward or every_backward_pre or own.get("_backward_hooks") or own.get("_backward_pre_hooks"):
            from fastgrad.nn._backward_hooks import AroundModule
            around = AroundModule(module)
    try:
        for hook in before:
            if type(hook) is FlaggedHook and hook.with_kwargs:
                replaced = hook.function(module, args, kwargs)
                if replaced is not None:
                    if not isinstance(replaced, tuple) or len(replaced) != 2:
                        raise RuntimeError(
                            "a forward pre-hook with_kwargs must return None or a tuple of arguments and keyword "
                            f"arguments, got {replaced!r}")
                    args, kwargs = replaced
                continue
            replaced = (hook.function if type(hook) is FlaggedHook else hook)(module, args)
            if replaced is not None:
                args = replaced if isinstance(replaced, tuple) else (replaced,)
        if around is not None:
            args = around.enter(args)
        result = module.forward(*args, **kwargs)
        for hook in after:
            called += 1
            replaced = _call_after(hook, module, args, kwargs, result)
            if replaced is not None:
                result = replaced
        return result if around is None else around.leave(result)
    except Exception:
        for hook in after[called:]:
            if type(hook) is FlaggedHook and hook.always:
                try:
                    replaced = _call_after(hook, module, args, kwargs, result)
                    result = result if replaced is None else replaced
                except Exception as second:
                    import warnings
                    warnings.warn(
                        "a forward hook with always_call=True raised an error after another one, which is raised: "
                        f"{second}", stacklevel=2)
        raise


cdef object _call_after(object hook, object module, tuple args, dict kwargs, object result):
    if type(hook) is not FlaggedHook:
        return hook(module, args, result)
    if hook.with_kwargs:
        return hook.function(module, args, kwargs, result)
    return hook.function(module, args, result)


# As if it were no class of its own: pickles of protocols 0 and 1 make an instance by object's.
(<PyTypeObject*>Called).tp_new = PyBaseObject_Type.tp_new
