"""NumPy's vocabulary over fastgrad: ``import fastgrad.numpy as np``.

A table of names. Functions mean what NumPy means by them, in its dtypes (a Python float is a float64), and are
differentiable where they have a gradient; so do Tensor's methods from this import on, in the whole process
(`fastgrad.set_vocabulary`). What is not in the table is NumPy's own, and takes and gives tensors without gradients. See
``docs/from-numpy.md``.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any

import numpy as _numpy
from numpy import __version__ as __version__

from fastgrad import Tensor as ndarray
from fastgrad.numpy import _modules, _switch
from fastgrad.ops import numpy as _operations
from fastgrad.ops.numpy.calculus import (
    convolve as convolve,
    correlate as correlate,
    diff as diff,
    ediff1d as ediff1d,
    gradient as gradient,
    interp as interp,
    polyval as polyval,
    trapezoid as trapezoid,
)
from fastgrad.ops.numpy.common import numpys_own as _numpys_own
from fastgrad.ops.numpy.creation import (
    array as array,
    asanyarray as asanyarray,
    asarray as asarray,
    ascontiguousarray as ascontiguousarray,
    asfortranarray as asfortranarray,
    copy as copy,
    diag as diag,
    diagflat as diagflat,
    diagonal as diagonal,
    empty as empty,
    empty_like as empty_like,
    eye as eye,
    fromfunction as fromfunction,
    full as full,
    full_like as full_like,
    geomspace as geomspace,
    identity as identity,
    linspace as linspace,
    logspace as logspace,
    meshgrid as meshgrid,
    mgrid as mgrid,
    ogrid as ogrid,
    ones as ones,
    ones_like as ones_like,
    trace as trace,
    tril as tril,
    triu as triu,
    vander as vander,
    zeros as zeros,
    zeros_like as zeros_like,
)
from fastgrad.ops.numpy.elementwise import (
    angle as angle,
    clip as clip,
    fix as fix,
    i0 as i0,
    imag as imag,
    nan_to_num as nan_to_num,
    real as real,
    round as around,
    round as round,
    sinc as sinc,
    unwrap as unwrap,
)
from fastgrad.ops.numpy.files import (
    load as load,
)
from fastgrad.ops.numpy.index import (
    apply_along_axis as apply_along_axis,
    apply_over_axes as apply_over_axes,
    c_ as c_,
    choose as choose,
    compress as compress,
    copyto as copyto,
    extract as extract,
    fill_diagonal as fill_diagonal,
    ndenumerate as ndenumerate,
    nonzero as nonzero,
    piecewise as piecewise,
    place as place,
    put as put,
    put_along_axis as put_along_axis,
    putmask as putmask,
    r_ as r_,
    select as select,
    take as take,
    take_along_axis as take_along_axis,
    vectorize as vectorize,
    where as where,
)
from fastgrad.ops.numpy.join import (
    append as append,
    array_split as array_split,
    block as block,
    column_stack as column_stack,
    concatenate as concat,
    concatenate as concatenate,
    delete as delete,
    dsplit as dsplit,
    dstack as dstack,
    hsplit as hsplit,
    hstack as hstack,
    insert as insert,
    repeat as repeat,
    split as split,
    stack as stack,
    tile as tile,
    unstack as unstack,
    vsplit as vsplit,
    vstack as vstack,
)
from fastgrad.ops.numpy.pad import (
    pad as pad,
)
from fastgrad.ops.numpy.products import (
    cross as cross,
    dot as dot,
    einsum as einsum,
    inner as inner,
    kron as kron,
    outer as outer,
    tensordot as tensordot,
    vdot as vdot,
)
from fastgrad.ops.numpy.reduce import (
    all as all,
    any as any,
    argmax as argmax,
    argmin as argmin,
    count_nonzero as count_nonzero,
    cumprod as cumprod,
    cumsum as cumsum,
    cumulative_prod as cumulative_prod,
    cumulative_sum as cumulative_sum,
    max as amax,
    max as max,
    mean as mean,
    min as amin,
    min as min,
    nanargmax as nanargmax,
    nanargmin as nanargmin,
    nancumprod as nancumprod,
    nancumsum as nancumsum,
    nanmax as nanmax,
    nanmean as nanmean,
    nanmin as nanmin,
    nanprod as nanprod,
    nanstd as nanstd,
    nansum as nansum,
    nanvar as nanvar,
    prod as prod,
    ptp as ptp,
    std as std,
    sum as sum,
    var as var,
)
from fastgrad.ops.numpy.sets import (
    union1d as union1d,
    unique as unique,
)
from fastgrad.ops.numpy.sort import (
    argsort as argsort,
    partition as partition,
    sort as sort,
)
from fastgrad.ops.numpy.statistics import (
    average as average,
    bincount as bincount,
    corrcoef as corrcoef,
    cov as cov,
    median as median,
    nanmedian as nanmedian,
    nanpercentile as nanpercentile,
    nanquantile as nanquantile,
    percentile as percentile,
    quantile as quantile,
)
from fastgrad.ops.numpy.types import (
    isscalar as isscalar,
    ndim as ndim,
    shape as shape,
    size as size,
)
from fastgrad.ops.numpy.ufuncs import (
    abs as abs,
    absolute as absolute,
    acos as acos,
    acosh as acosh,
    add as add,
    arccos as arccos,
    arccosh as arccosh,
    arcsin as arcsin,
    arcsinh as arcsinh,
    arctan as arctan,
    arctan2 as arctan2,
    arctanh as arctanh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    bitwise_and as bitwise_and,
    bitwise_count as bitwise_count,
    bitwise_invert as bitwise_invert,
    bitwise_left_shift as bitwise_left_shift,
    bitwise_not as bitwise_not,
    bitwise_or as bitwise_or,
    bitwise_right_shift as bitwise_right_shift,
    bitwise_xor as bitwise_xor,
    cbrt as cbrt,
    ceil as ceil,
    conj as conj,
    conjugate as conjugate,
    copysign as copysign,
    cos as cos,
    cosh as cosh,
    deg2rad as deg2rad,
    degrees as degrees,
    divide as divide,
    divmod as divmod,
    equal as equal,
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    fabs as fabs,
    float_power as float_power,
    floor as floor,
    floor_divide as floor_divide,
    fmax as fmax,
    fmin as fmin,
    fmod as fmod,
    frexp as frexp,
    gcd as gcd,
    greater as greater,
    greater_equal as greater_equal,
    heaviside as heaviside,
    hypot as hypot,
    invert as invert,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    lcm as lcm,
    ldexp as ldexp,
    left_shift as left_shift,
    less as less,
    less_equal as less_equal,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    logaddexp as logaddexp,
    logaddexp2 as logaddexp2,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    matmul as matmul,
    matvec as matvec,
    maximum as maximum,
    minimum as minimum,
    mod as mod,
    modf as modf,
    multiply as multiply,
    negative as negative,
    nextafter as nextafter,
    not_equal as not_equal,
    positive as positive,
    pow as pow,
    power as power,
    rad2deg as rad2deg,
    radians as radians,
    reciprocal as reciprocal,
    remainder as remainder,
    right_shift as right_shift,
    rint as rint,
    sign as sign,
    signbit as signbit,
    sin as sin,
    sinh as sinh,
    spacing as spacing,
    sqrt as sqrt,
    square as square,
    subtract as subtract,
    tan as tan,
    tanh as tanh,
    true_divide as true_divide,
    trunc as trunc,
    vecdot as vecdot,
    vecmat as vecmat,
)
from fastgrad.ops.numpy.view import (
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    broadcast_arrays as broadcast_arrays,
    broadcast_to as broadcast_to,
    expand_dims as expand_dims,
    flip as flip,
    fliplr as fliplr,
    flipud as flipud,
    matrix_transpose as matrix_transpose,
    moveaxis as moveaxis,
    ravel as ravel,
    reshape as reshape,
    resize as resize,
    roll as roll,
    rollaxis as rollaxis,
    rot90 as rot90,
    squeeze as squeeze,
    swapaxes as swapaxes,
    transpose as permute_dims,
    transpose as transpose,
)

# Modules of the door's own, imported when they are first named.
_MODULES = ("autograd", "linalg", "random")


def __getattr__(name: str) -> Any:
    """What is NumPy's own: its functions for tensors, its types and constants as they are."""
    if name in _MODULES:
        return _import_module(f"fastgrad.numpy.{name}")
    found = globals()[name] = _numpys_own(_numpy, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_numpy)})


_modules.borrow()
if _operations.import_opens_door:
    _switch.open_door()
