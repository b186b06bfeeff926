# Written by tools/stubs.py.
from fastgrad import (
    autograd as autograd,
    data as data,
    diagnose as diagnose,
    distributions as distributions,
    errors as errors,
    explain as explain,
    func as func,
    io as io,
    linalg as linalg,
    memory as memory,
    nn as nn,
    ops as ops,
    optim as optim,
    random as random,
    utils as utils,
)
from fastgrad._config import num_threads as num_threads, set_num_threads as set_num_threads, show_config as show_config
from fastgrad._core import Generator as Generator
from fastgrad._profile import draw_graph as draw_graph, profile as profile, summary as summary
from fastgrad._tensor import Tensor as Tensor
from fastgrad._tensor.dtype import (
    bfloat16 as bfloat16,
    bool_ as bool_,
    dtype as dtype,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    uint8 as uint8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
)
from fastgrad._tensor.exchange import from_dlpack as from_dlpack
from fastgrad.autograd._mode import (
    enable_grad as enable_grad,
    is_grad_enabled as is_grad_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from fastgrad.io import load as load, save as save
from fastgrad.ops.arithmetic import (
    add as add,
    divide as divide,
    floor_divide as floor_divide,
    multiply as multiply,
    negative as negative,
    positive as positive,
    pow as pow,
    remainder as remainder,
    subtract as subtract,
)
from fastgrad.ops.cast import astype as astype, clone as clone, contiguous as contiguous
from fastgrad.ops.choose import clip as clip, maximum as maximum, minimum as minimum, where as where
from fastgrad.ops.compare import (
    bitwise_and as bitwise_and,
    bitwise_invert as bitwise_invert,
    bitwise_left_shift as bitwise_left_shift,
    bitwise_or as bitwise_or,
    bitwise_right_shift as bitwise_right_shift,
    bitwise_xor as bitwise_xor,
    equal as equal,
    greater as greater,
    greater_equal as greater_equal,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    less as less,
    less_equal as less_equal,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    not_equal as not_equal,
)
from fastgrad.ops.compare_composed import allclose as allclose, array_equal as array_equal, isclose as isclose
from fastgrad.ops.creation import (
    arange as arange,
    asarray as asarray,
    empty as empty,
    empty_like as empty_like,
    eye as eye,
    from_numpy as from_numpy,
    full as full,
    full_like as full_like,
    linspace as linspace,
    meshgrid as meshgrid,
    ones as ones,
    ones_like as ones_like,
    tensor as tensor,
    tril as tril,
    triu as triu,
    zeros as zeros,
    zeros_like as zeros_like,
)
from fastgrad.ops.dtypes import (
    can_cast as can_cast,
    finfo as finfo,
    iinfo as iinfo,
    isdtype as isdtype,
    result_type as result_type,
)
from fastgrad.ops.einsum import einsum as einsum
from fastgrad.ops.index import one_hot as one_hot, take as take, take_along_axis as take_along_axis
from fastgrad.ops.inspection import __array_namespace_info__ as __array_namespace_info__
from fastgrad.ops.join import (
    concat as concat,
    repeat as repeat,
    roll as roll,
    split as split,
    stack as stack,
    tile as tile,
    unstack as unstack,
)
from fastgrad.ops.linalg import (
    cdist as cdist,
    matmul as matmul,
    norm as norm,
    outer as outer,
    tensordot as tensordot,
    vecdot as vecdot,
)
from fastgrad.ops.math import (
    abs as abs,
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    ceil as ceil,
    cos as cos,
    cosh as cosh,
    digamma as digamma,
    erf as erf,
    erfinv as erfinv,
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    floor as floor,
    hypot as hypot,
    lgamma as lgamma,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    polygamma as polygamma,
    reciprocal as reciprocal,
    relu as relu,
    round as round,
    rsqrt as rsqrt,
    sigmoid as sigmoid,
    sign as sign,
    sin as sin,
    sinh as sinh,
    sqrt as sqrt,
    square as square,
    tan as tan,
    tanh as tanh,
    trunc as trunc,
)
from fastgrad.ops.math_composed import (
    conj as conj,
    copysign as copysign,
    imag as imag,
    logaddexp as logaddexp,
    nan_to_num as nan_to_num,
    nextafter as nextafter,
    real as real,
    signbit as signbit,
)
from fastgrad.ops.matrices import diag as diag, kron as kron
from fastgrad.ops.pad import pad as pad
from fastgrad.ops.reduce import (
    all as all,
    any as any,
    cumulative_sum as cumulative_sum,
    logsumexp as logsumexp,
    max as max,
    mean as mean,
    min as min,
    prod as prod,
    std as std,
    sum as sum,
    var as var,
)
from fastgrad.ops.reduce_composed import (
    nanmax as nanmax,
    nanmean as nanmean,
    nanmin as nanmin,
    nanstd as nanstd,
    nansum as nansum,
    nanvar as nanvar,
)
from fastgrad.ops.scan import cumulative_prod as cumulative_prod, diff as diff
from fastgrad.ops.search import argmax as argmax, argmin as argmin, count_nonzero as count_nonzero, nonzero as nonzero
from fastgrad.ops.search_composed import searchsorted as searchsorted
from fastgrad.ops.sets import (
    isin as isin,
    unique_all as unique_all,
    unique_counts as unique_counts,
    unique_inverse as unique_inverse,
    unique_values as unique_values,
)
from fastgrad.ops.softmax import log_softmax as log_softmax, softmax as softmax
from fastgrad.ops.sort import TopK as TopK, argsort as argsort, sort as sort, topk as topk
from fastgrad.ops.statistics import (
    bincount as bincount,
    corrcoef as corrcoef,
    cov as cov,
    median as median,
    quantile as quantile,
)
from fastgrad.ops.view import (
    broadcast_arrays as broadcast_arrays,
    broadcast_shapes as broadcast_shapes,
    broadcast_to as broadcast_to,
    expand_dims as expand_dims,
    flatten as flatten,
    flip as flip,
    matrix_transpose as matrix_transpose,
    moveaxis as moveaxis,
    permute_dims as permute_dims,
    ravel as ravel,
    reshape as reshape,
    squeeze as squeeze,
    swapaxes as swapaxes,
    transpose as transpose,
    unflatten as unflatten,
)
from fastgrad.ops.vocabulary import set_vocabulary as set_vocabulary
from fastgrad.random import (
    bernoulli as bernoulli,
    default_generator as default_generator,
    get_rng_state as get_rng_state,
    manual_seed as manual_seed,
    multinomial as multinomial,
    normal as normal,
    rand as rand,
    randint as randint,
    randn as randn,
    randperm as randperm,
    set_rng_state as set_rng_state,
    uniform as uniform,
)

bool = bool_
pi: float
e: float
inf: float
nan: float
newaxis: None
__version__: str
__array_api_version__: str
