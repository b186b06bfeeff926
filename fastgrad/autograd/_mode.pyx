# distutils: language = c++
"""Recording on and off: whether operations enter the graph, which is up to the context (PEP 567) that they run in.

A thread begins with a context of its own, and every asyncio task has one: what a task switches off while it awaits
stays on for the others.
"""
cimport cython
from cpython.contextvars cimport PyContextVar_Get, PyContextVar_New, PyContextVar_Reset, PyContextVar_Set
from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF
from libc.stdint cimport uint64_t

from fastgrad._tensor.cpp cimport Recording, force_recording, grad_off, grad_off_in_context, mode_reasons

from contextvars import Token


@cython.no_gc  # it leads to older ones only
@cython.freelist(16)
cdef class _Mode:
    """What a context holds: recording switched on or off. It lives while a context, or a copy of one, holds it, so that
    operations need not look into their context while nothing anywhere is off."""
    cdef bint off
    cdef bint lasting      # set for the rest of the context, by no block that is entered and will be left
    cdef bint over         # its block was left after a later one was entered, or in another context: `before` holds
    cdef _Mode before

    def __dealloc__(self):
        global mode_reasons
        mode_reasons -= self.off


cdef _Mode _new_mode(bint off, bint lasting):
    global mode_reasons
    cdef _Mode mode = _Mode.__new__(_Mode)
    mode.off = off
    mode.lasting = lasting
    mode_reasons += off
    return mode


cdef object _mode_here = PyContextVar_New("fastgrad.recording", NULL)


cdef _Mode _held():
    """The mode that this context holds; None where it never had one."""
    cdef PyObject* value = NULL
    cdef _Mode mode
    PyContextVar_Get(_mode_here, NULL, &value)
    if value == NULL:
        return None
    mode = <_Mode>value
    Py_XDECREF(value)
    return mode


cdef bint _look_up_off() noexcept:
    cdef _Mode mode = _held()
    while mode is not None and mode.over:
        mode = mode.before
    return mode is not None and mode.off


# Looking up is a matter of 10 ns, and operations ask several times. What was found holds until the thread enters or
# leaves a context, which Python counts, or a mode changes.
cdef extern from *:
    """
    static uint64_t fg_mode_changes = 1;
    static int (*fg_look_up_off)() = nullptr;
    static thread_local struct {
      uint64_t thread, context, changes;
      int off;
    } fg_found = {0, 0, 0, 0};
    static int fg_off_here() {
      PyThreadState* const state = PyThreadState_Get();
      if (fg_found.thread != state->id || fg_found.context != state->context_ver || fg_found.changes != fg_mode_changes)
        fg_found = {state->id, state->context_ver, fg_mode_changes, fg_look_up_off()};
      return fg_found.off;
    }
    """
    uint64_t modes_changed "fg_mode_changes"
    bint (*look_up_off "fg_look_up_off")() noexcept
    bint off_here "fg_off_here"() noexcept


look_up_off = _look_up_off
grad_off_in_context = off_here


cdef object _hold(_Mode mode):
    """Makes mode this context's. A look-up while it is stored, by what the garbage collector runs, is not
    remembered."""
    global modes_changed
    token = PyContextVar_Set(_mode_here, mode)
    modes_changed += 1
    return token


cdef object call_user(object function, tuple arguments):
    """Calls a hook or a custom function's backward. What the pass forces on its thread becomes its context's mode,
    which the function may switch as it likes; afterwards both are as before."""
    cdef Recording forced = force_recording(Recording.AsContext)
    cdef _Mode before = _held()
    try:
        if forced != Recording.AsContext and grad_off != (forced == Recording.Off):
            _hold(_new_mode(forced == Recording.Off, True))
        return function(*arguments)
    finally:
        if _held() is not before:
            _hold(before)
        force_recording(forced)


def is_grad_enabled() -> bool:
    """Whether operations are recorded here."""
    return not grad_off


cdef class _GradMode:
    """Sets whether operations are recorded, inside a with block or a decorated function."""
    cdef bint off
    cdef list entered  # (mode, token) of each block that is not left yet

    def __init__(self, *arguments: NoReturn) -> None:
        if arguments:
            word = type(self).__name__
            raise TypeError(f"{word} takes no arguments; as a decorator it is written @{word}()")

    cdef int begin(self, bint lasting) except -1:
        cdef _Mode mode = _new_mode(self.off, lasting)
        token = _hold(mode)
        if self.entered is None:
            self.entered = []
        self.entered.append((mode, token))
        return 0

    cdef int end(self) except -1:
        cdef _Mode held = _held(), mode, before
        cdef Py_ssize_t i = -1, k
        global modes_changed
        for k in range(len(self.entered)):
            if self.entered[k][0] is held:  # not always the last: another task may have entered this object since
                i = k
        mode, token = self.entered.pop(i)
        if mode is held or held is not None and held.lasting:
            try:
                PyContextVar_Reset(_mode_here, token)
                modes_changed += 1
                return 0
            except ValueError:  # entered in another context
                pass
        before = None if token.old_value is Token.MISSING else token.old_value
        while before is not None and before.over:
            before = before.before
        mode.before = before
        mode.over = True
        modes_changed += 1
        return 0

    def __enter__(self) -> None:
        self.begin(False)

    def __exit__(self, *exc: object) -> None:
        self.end()

    def __call__(self, function: _F) -> _F:
        return _decorated(self, function)


cdef class no_grad(_GradMode):
    """Inside, operations are not recorded. A context manager and a decorator.

    It holds for the thread, and in asyncio for the task, that enters it.

    >>> import fastgrad as fg
    >>> x = fg.ones(2, requires_grad=True)
    >>> with fg.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    def __cinit__(self):
        self.off = True


cdef class enable_grad(_GradMode):
    """Inside, operations are recorded, also within ``no_grad``. A context manager and a decorator."""

    def __cinit__(self):
        self.off = False


cdef class inference_mode(_GradMode):
    """Inside, operations are not recorded, as in ``no_grad``; with ``mode=False``, they are. A context manager and a
    decorator. What is computed inside are tensors as any other.

    >>> import fastgrad as fg
    >>> x = fg.ones(2, requires_grad=True)
    >>> with fg.autograd.inference_mode():
    ...     (x * 2).requires_grad
    False
    """

    def __init__(self, mode: bool = True) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"inference_mode: mode must be True or False, got {mode!r}; as a decorator it is written "
                            "@inference_mode()")
        self.off = mode


cdef class set_grad_enabled(_GradMode):
    """Sets at once whether operations of this thread or task are recorded; as a context manager, restores it at the
    end."""
    cdef bint fresh  # it acts already

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled: mode must be True or False, got {mode!r}")
        self.off = not mode
        self.begin(True)
        self.fresh = True

    def __enter__(self):
        if not self.fresh:
            self.begin(False)
            return
        self.fresh = False
        (<_Mode>self.entered[0][0]).lasting = False

    def __call__(self, function):
        if self.fresh:
            self.end()
            self.fresh = False
        return _decorated(self, function)


def _decorated(_GradMode mode, function):
    import functools
    import inspect

    if inspect.isgeneratorfunction(function):
        @functools.wraps(function)
        def generate(*args, **kwargs):
            # The mode holds while the generator runs, not while its caller does.
            generator = function(*args, **kwargs)
            resume, value = generator.send, None
            while True:
                with type(mode)(*_arguments(mode)):
                    try:
                        item = resume(value)
                    except StopIteration as stop:
                        return stop.value
                try:
                    value = yield item
                    resume = generator.send
                except GeneratorExit:
                    with type(mode)(*_arguments(mode)):
                        generator.close()
                    raise
                except BaseException as error:
                    resume, value = generator.throw, error
        return generate

    if inspect.isasyncgenfunction(function):
        @functools.wraps(function)
        async def generate_async(*args, **kwargs):
            generator = function(*args, **kwargs)
            resume, value = generator.asend, None
            while True:
                with type(mode)(*_arguments(mode)):
                    try:
                        item = await resume(value)
                    except StopAsyncIteration:
                        return
                try:
                    value = yield item
                    resume = generator.asend
                except GeneratorExit:
                    with type(mode)(*_arguments(mode)):
                        await generator.aclose()
                    raise
                except BaseException as error:
                    resume, value = generator.athrow, error
        return generate_async

    if inspect.iscoroutinefunction(function):
        @functools.wraps(function)
        async def call_async(*args, **kwargs):
            with type(mode)(*_arguments(mode)):
                return await function(*args, **kwargs)
        return call_async

    @functools.wraps(function)
    def call(*args, **kwargs):
        with type(mode)(*_arguments(mode)):
            return function(*args, **kwargs)
    return call


cdef tuple _arguments(_GradMode mode):
    if isinstance(mode, inference_mode):
        return (mode.off,)
    return (not mode.off,) if isinstance(mode, set_grad_enabled) else ()


def call_unforced(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function that may record, also within a backward pass that does not."""
    return call_user(function, arguments)
