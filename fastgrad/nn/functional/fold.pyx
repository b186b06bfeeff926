# distutils: language = c++
"""The windows of images as columns, and the sum of such columns back into images: a pair of linear operations, the rule
of each of which is the other."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport pair
from fastgrad._tensor.cpp cimport Array, Dims, DType, is_narrow_float
from fastgrad.nn.functional._checks cimport as_given, batch_of
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native.copy cimport cast, contiguous, copy_into
from fastgrad.ops._native.elementwise cimport BinaryOp, binary_into

from fastgrad.errors import TensorValueError


# Where the windows lie: of height and width.
cdef struct FoldAttributes:
    int64_t[2] size  # of the images
    int64_t[2] kernel
    int64_t[2] dilation
    int64_t[2] padding
    int64_t[2] stride
    int64_t[2] count  # of windows


cdef int unfold_vjp(Node n, object g, Backward to) except -1:
    to.give(0, fold_columns(<Tensor>g, n.attributes.get[FoldAttributes]()))
    return 0


cdef int fold_vjp(Node n, object g, Backward to) except -1:
    to.give(0, unfold_images(<Tensor>g, n.attributes.get[FoldAttributes]()))
    return 0


cdef Primitive UNFOLD = define(b"unfold", unfold_vjp)
cdef Primitive FOLD = define(b"fold", fold_vjp)


cdef FoldAttributes windows_of(str op, size, kernel_size, dilation, padding, stride) except *:
    cdef FoldAttributes p
    cdef int i
    p.size[0], p.size[1] = size
    p.kernel[0], p.kernel[1] = pair(kernel_size, op, "kernel_size", 1)
    p.dilation[0], p.dilation[1] = pair(dilation, op, "dilation", 1)
    p.padding[0], p.padding[1] = pair(padding, op, "padding")
    p.stride[0], p.stride[1] = pair(stride, op, "stride", 1)
    for i in range(2):
        # of Python's ints, which do not overflow
        room = <object>p.size[i] + 2 * <object>p.padding[i] - <object>p.dilation[i] * (<object>p.kernel[i] - 1) - 1
        if room < 0:
            raise TensorValueError(
                f"{op}: the kernel {(p.kernel[0], p.kernel[1])} with dilation {(p.dilation[0], p.dilation[1])} is larger "
                f"than the padded image, got size {(p.size[0], p.size[1])} and padding {(p.padding[0], p.padding[1])}"
            )
        p.count[i] = room // <object>p.stride[i] + 1
    return p


cdef Array padded_zeros(int64_t n, int64_t c, const FoldAttributes* p, DType dtype) except *:
    cdef Dims shape
    shape.push_back(n)
    shape.push_back(c)
    shape.push_back(p.size[0] + 2 * p.padding[0])
    shape.push_back(p.size[1] + 2 * p.padding[1])
    return Array.zeros(shape, dtype)


cdef Array without_padding(const Array& padded, const FoldAttributes* p) except *:
    return padded.slice(2, p.padding[0], p.padding[0] + p.size[0], 1).slice(3, p.padding[1], p.padding[1] + p.size[1], 1)


cdef Array by_taps(const Array& columns, int64_t n, int64_t c, const FoldAttributes* p) except *:
    """Contiguous columns as (N, C, kernel rows, kernel columns, window rows, window columns)."""
    cdef Dims shape
    shape.push_back(n)
    shape.push_back(c)
    for i in range(2):
        shape.push_back(p.kernel[i])
    for i in range(2):
        shape.push_back(p.count[i])
    cdef Array out
    columns.try_reshape(shape, &out)
    return out


cdef Array tap(const Array& padded, int64_t r, int64_t s, const FoldAttributes* p) except *:
    """The pixels that one kernel element meets."""
    cdef int64_t y = r * p.dilation[0], x = s * p.dilation[1]
    return padded.slice(2, y, y + p.stride[0] * (p.count[0] - 1) + 1, p.stride[0]).slice(
        3, x, x + p.stride[1] * (p.count[1] - 1) + 1, p.stride[1])


cdef Tensor unfold_images(Tensor x, const FoldAttributes* p):
    cdef int64_t n = x.a.shape(0), c = x.a.shape(1), r, s
    cdef Array padded = x.a, out, taps
    cdef Dims shape
    cdef Tensor result
    if p.padding[0] or p.padding[1]:
        padded = padded_zeros(n, c, p, x.a.dtype())
        copy_into(without_padding(padded, p), x.a)
    shape.push_back(n)
    shape.push_back(c * p.kernel[0] * p.kernel[1])
    shape.push_back(p.count[0] * p.count[1])
    out = Array.empty(shape, x.a.dtype())
    taps = by_taps(out, n, c, p)
    for r in range(p.kernel[0]):
        for s in range(p.kernel[1]):
            copy_into(taps.select(2, r).select(2, s), tap(padded, r, s, p))
    result = wrap(out)
    if recording(x):
        record1(result, &UNFOLD, x).attributes.set[FoldAttributes]()[0] = p[0]
    return result


cdef Tensor fold_columns(Tensor columns, const FoldAttributes* p):
    cdef DType dtype = columns.a.dtype()
    cdef bint narrow = is_narrow_float(dtype)
    cdef Array given = contiguous(cast(columns.a, DType.F32) if narrow else columns.a), padded, taps, image, of_image
    cdef int64_t n = columns.a.shape(0), c = columns.a.shape(1) // (p.kernel[0] * p.kernel[1]), i, r, s
    cdef Array pixels
    cdef Tensor result
    padded = padded_zeros(n, c, p, given.dtype())
    taps = by_taps(given, n, c, p)
    # image by image: what one kernel element has added to is near when the next one comes
    for i in range(n):
        image = padded.slice(0, i, i + 1, 1)
        of_image = taps.slice(0, i, i + 1, 1)
        for r in range(p.kernel[0]):
            for s in range(p.kernel[1]):
                pixels = tap(image, r, s, p)
                binary_into(pixels, BinaryOp.Add, pixels, of_image.select(2, r).select(2, s))
    if p.padding[0] or p.padding[1]:
        padded = contiguous(without_padding(padded, p))
    result = wrap(cast(padded, dtype) if narrow else padded)
    if recording(columns):
        record1(result, &FOLD, columns).attributes.set[FoldAttributes]()[0] = p[0]
    return result


def unfold(
    input: Tensor, kernel_size: int | Sequence[int], dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0, stride: int | Sequence[int] = 1,
) -> Tensor:
    """Return the windows of images as columns (im2col).

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        The images, of which blocks are taken.
    kernel_size : int or pair of int
        The window.
    dilation : int or pair of int, default 1
        Distance between a window's elements.
    padding : int or pair of int, default 0
        Zeros put on both sides of each axis.
    stride : int or pair of int, default 1
        Distance between windows.

    Returns
    -------
    Tensor, shape (N, C * R * S, L) or (C * R * S, L)
        A column for each of the ``L`` windows, row by row, of its channels, rows and columns in this order.
        ``L = H' * W'``, ``H' = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``, and likewise ``W'``.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.Unfold

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.unfold(fg.arange(9.0).reshape(1, 1, 3, 3), 2)[0].tolist()
    [[0.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 5.0], [3.0, 4.0, 6.0, 7.0], [4.0, 5.0, 7.0, 8.0]]
    """
    cdef Tensor x = as_tensor(input, b"unfold"), images = batch_of(x, b"unfold")
    cdef FoldAttributes p = windows_of("unfold", images.shape[2:], kernel_size, dilation, padding, stride)
    return as_given(unfold_images(images, &p), images is x)


def fold(
    input: Tensor, output_size: int | Sequence[int], kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1, padding: int | Sequence[int] = 0, stride: int | Sequence[int] = 1,
) -> Tensor:
    """Add columns up into images, each where `unfold` takes it from (col2im).

    Parameters
    ----------
    input : Tensor, shape (N, C * R * S, L) or (C * R * S, L)
        What `unfold` gives for images of this size.
    output_size : int or pair of int
        Height and width of the images.
    kernel_size, dilation, padding, stride
        As `unfold` has them.

    Returns
    -------
    Tensor, shape (N, C, H, W) or (C, H, W)

    Raises
    ------
    ValueError
        If the input's shape is not that of columns of such images, or a number is out of range.

    See Also
    --------
    fastgrad.nn.Fold

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.fold(fg.ones(1, 4, 4), 3, 2)[0, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """
    cdef Tensor x = as_tensor(input, b"fold"), columns = x
    if x.a.ndim() not in (2, 3):
        raise TensorValueError(f"fold: input must be 3-D (N, C * R * S, L) or 2-D (C * R * S, L), got shape {x.shape}")
    if x.a.ndim() == 2:
        columns = x.reshape((1, *x.shape))
    cdef FoldAttributes p = windows_of(
        "fold", pair(output_size, "fold", "output_size", 1), kernel_size, dilation, padding, stride)
    taps, length = p.kernel[0] * p.kernel[1], p.count[0] * p.count[1]
    if columns.a.shape(1) % taps or columns.a.shape(2) != length:
        raise TensorValueError(
            f"fold: the input must have a multiple of {taps} rows, the elements of a window {(p.kernel[0], p.kernel[1])}, "
            f"and {length} columns, the windows of an image {(p.size[0], p.size[1])}, got shape {x.shape}"
        )
    return as_given(fold_columns(columns, &p), columns is x)
