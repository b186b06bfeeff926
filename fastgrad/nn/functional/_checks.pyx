# distutils: language = c++
"""What the functions of networks share: checks of arguments, images with and without a batch axis, writing in place."""
from fastgrad._tensor cimport Tensor, requires_grad
from fastgrad._tensor.convert cimport real

from fastgrad.errors import TensorValueError
from fastgrad.ops.view import own


cpdef double probability(object p, str op, str argument="p") except? -1.0:
    """A probability as a float. NaN is none."""
    cdef double number = real(p, op, argument)
    if not 0.0 <= number <= 1.0:
        raise TensorValueError(f"{op}: {argument} must be a probability, between 0 and 1, got {p}")
    return number


cdef tuple given_for(object value, int axes):
    """What was given for each of so many axes: the elements of a sequence, or the same thing for all."""
    if getattr(value, "ndim", 1) == 0 or isinstance(value, (str, bytes)) or not hasattr(value, "__len__"):
        return (value,) * axes
    return tuple(value)


cdef Tensor batch_of(Tensor x, const char* op, int axes=2):
    """Signals (N, C, L), images (N, C, H, W) or volumes (N, C, D, H, W): x, or x with the batch axis that one of them
    without it lacks."""
    if x.a.ndim() == axes + 2:
        return x
    if x.a.ndim() == axes + 1:
        return x.reshape((1, *x.shape))
    letters = ("L", "H, W", "D, H, W")[axes - 1]
    raise TensorValueError(
        f"{op.decode()}: input must be {axes + 2}-D (N, C, {letters}) or {axes + 1}-D (C, {letters}), got shape {x.shape}"
    )


cdef Tensor as_given(Tensor out, bint is_batch):
    """What was made of a batch of images, or without its batch axis where one image was given."""
    return out if is_batch else own(out.reshape(out.shape[1:]))


cpdef Tensor overwritten(object x, str op):
    """The input of an operation that writes over it."""
    if not isinstance(x, Tensor):
        raise TypeError(f"{op}: with inplace=True the input must be a Tensor, got {type(x).__name__}")
    return <Tensor>x


cpdef Tensor source_of(Tensor x):
    """What is to be overwritten by a result whose rule reads it: a copy where there is such a rule."""
    return x.clone() if requires_grad(x) else x


cdef Tensor over(object function, object input, tuple rest):
    """Writes function(input, *rest) over the input."""
    cdef Tensor x = overwritten(input, function.__name__)
    return x.copy_(function(source_of(x), *rest))
