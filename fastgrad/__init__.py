"""fastgrad: a tensor engine with automatic differentiation for CPUs, small enough to embed."""

# The compiled modules come before anything that uses them.
from fastgrad import _tensor as _tensor, ops as ops  # noqa: I001
from fastgrad._core import Generator as Generator
from fastgrad._tensor.dtype import (
    bfloat16 as bfloat16,
    bool_ as bool_,
    dtype as dtype,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    int8 as int8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
    uint8 as uint8,
)
from fastgrad._tensor.exchange import from_dlpack as from_dlpack
from fastgrad._tensor import Tensor as Tensor
from fastgrad.autograd._mode import (
    enable_grad as enable_grad,
    is_grad_enabled as is_grad_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from fastgrad.ops.cast import (
    astype as astype,
    clone as clone,
    contiguous as contiguous,
)
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
from fastgrad.ops.choose import (
    clip as clip,
    maximum as maximum,
    minimum as minimum,
    where as where,
)
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
    log10 as log10,
    log1p as log1p,
    log2 as log2,
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
from fastgrad.ops.index import (
    one_hot as one_hot,
    take as take,
    take_along_axis as take_along_axis,
)
from fastgrad.ops.join import (
    concat as concat,
    repeat as repeat,
    roll as roll,
    split as split,
    stack as stack,
    tile as tile,
    unstack as unstack,
)
from fastgrad.ops.pad import pad as pad
from fastgrad.ops.einsum import einsum as einsum
from fastgrad.ops.linalg import (
    cdist as cdist,
    matmul as matmul,
    norm as norm,
    outer as outer,
    tensordot as tensordot,
    vecdot as vecdot,
)
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
from fastgrad.ops.search import (
    argmax as argmax,
    argmin as argmin,
    count_nonzero as count_nonzero,
    nonzero as nonzero,
)
from fastgrad.ops.softmax import (
    log_softmax as log_softmax,
    softmax as softmax,
)
from fastgrad.ops.sort import (
    TopK as TopK,
    argsort as argsort,
    sort as sort,
    topk as topk,
)
from fastgrad.ops.vocabulary import set_vocabulary as set_vocabulary
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
from fastgrad import (
    _einops,
    _missing,
    _moved,
    _names,
    autograd as autograd,
    errors as errors,
    memory as memory,
    random as random,
)
from fastgrad._config import (
    num_threads as num_threads,
    set_num_threads as set_num_threads,
    show_config as show_config,
)

# Loaded when they are first named: a program of arrays need not wait for the layers.
_LATER = {
    "__array_namespace_info__": "ops.inspection",
    "allclose": "ops.compare_composed",
    "array_equal": "ops.compare_composed",
    "bincount": "ops.statistics",
    "can_cast": "ops.dtypes",
    "conj": "ops.math_composed",
    "copysign": "ops.math_composed",
    "corrcoef": "ops.statistics",
    "cov": "ops.statistics",
    "cumulative_prod": "ops.scan",
    "data": "data",
    "diag": "ops.matrices",
    "diagnose": "diagnose",
    "diff": "ops.scan",
    "distributions": "distributions",
    "draw_graph": "_profile",
    "explain": "explain",
    "finfo": "ops.dtypes",
    "func": "func",
    "iinfo": "ops.dtypes",
    "imag": "ops.math_composed",
    "io": "io",
    "isclose": "ops.compare_composed",
    "isdtype": "ops.dtypes",
    "isin": "ops.sets",
    "kron": "ops.matrices",
    "linalg": "linalg",
    "load": "io",
    "logaddexp": "ops.math_composed",
    "median": "ops.statistics",
    "nan_to_num": "ops.math_composed",
    "nanmax": "ops.reduce_composed",
    "nanmean": "ops.reduce_composed",
    "nanmin": "ops.reduce_composed",
    "nanstd": "ops.reduce_composed",
    "nansum": "ops.reduce_composed",
    "nanvar": "ops.reduce_composed",
    "nextafter": "ops.math_composed",
    "nn": "nn",
    "optim": "optim",
    "profile": "_profile",
    "quantile": "ops.statistics",
    "real": "ops.math_composed",
    "result_type": "ops.dtypes",
    "save": "io",
    "searchsorted": "ops.search_composed",
    "signbit": "ops.math_composed",
    "summary": "_profile",
    "unique_all": "ops.sets",
    "unique_counts": "ops.sets",
    "unique_inverse": "ops.sets",
    "unique_values": "ops.sets",
    "utils": "utils",
}

bool = bool_
pi: float = 3.141592653589793
e: float = 2.718281828459045
inf: float = float("inf")
nan: float = float("nan")
newaxis = None

__version__ = "0.1.0"
__array_api_version__ = "2025.12"

for _name in ("fastgrad", "fastgrad.autograd", "fastgrad.random"):
    _missing.explain(_name)
del _name
_moved.remember("fastgrad")
_einops.watch()

__all__ = _names.public({**globals(), **_LATER})
