# distutils: language = c++
"""Recording on and off: whether operations of a thread enter the graph."""
from fastgrad._cpp cimport grad_off


def is_grad_enabled():
    """Whether operations of this thread are recorded."""
    return not grad_off


cdef class _GradMode:
    """Sets whether operations of this thread are recorded, inside a with block or a decorated function."""
    cdef bint off
    cdef list before

    def __init__(self, *arguments):
        if arguments:
            word = type(self).__name__
            raise TypeError(f"{word} takes no arguments; as a decorator it is written @{word}()")

    def __enter__(self):
        global grad_off
        if self.before is None:
            self.before = []
        self.before.append(grad_off)
        grad_off = self.off

    def __exit__(self, *exc):
        global grad_off
        grad_off = self.before.pop()

    def __call__(self, function):
        return _decorated(self, function)


cdef class no_grad(_GradMode):
    """Inside, operations of this thread are not recorded. A context manager and a decorator.

    >>> import fastgrad as fg
    >>> x = fg.ones(2, requires_grad=True)
    >>> with fg.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    def __cinit__(self):
        self.off = True


cdef class enable_grad(_GradMode):
    """Inside, operations of this thread are recorded, also within ``no_grad``. A context manager and a decorator."""

    def __cinit__(self):
        self.off = False


cdef class set_grad_enabled(_GradMode):
    """Sets at once whether operations of this thread are recorded; as a context manager, restores it at the end."""
    cdef bint fresh  # what was before is noted already

    def __init__(self, mode):
        global grad_off
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled: mode must be True or False, got {mode!r}")
        self.off = not mode
        self.before = [grad_off]
        self.fresh = True
        grad_off = self.off

    def __enter__(self):
        global grad_off
        if not self.fresh:
            self.before.append(grad_off)
        self.fresh = False
        grad_off = self.off

    def __call__(self, function):
        global grad_off
        if self.fresh:
            grad_off = self.before.pop()
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

    @functools.wraps(function)
    def call(*args, **kwargs):
        with type(mode)(*_arguments(mode)):
            return function(*args, **kwargs)
    return call


cdef tuple _arguments(_GradMode mode):
    return (not mode.off,) if isinstance(mode, set_grad_enabled) else ()
