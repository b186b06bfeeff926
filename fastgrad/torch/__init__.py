"""PyTorch's vocabulary over fastgrad: ``import fastgrad.torch as torch``.

A table of names. Functions mean what PyTorch means by them, and so do Tensor's methods from this import on, in the
whole process (`fastgrad.set_vocabulary`). Modules are found below their PyTorch paths; ``python -m fastgrad.torch
script.py`` runs a script in which ``import torch`` is this, `install` does so for a process. See
``docs/from-pytorch.md``.
"""

from __future__ import annotations

from typing import Any

import fastgrad as _fastgrad
from fastgrad import (
    bfloat16 as bfloat16,
    bool as bool,
    default_generator as default_generator,
    dtype as dtype,
    e as e,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    from_numpy as from_numpy,
    inf as inf,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    is_grad_enabled as is_grad_enabled,
    manual_seed as manual_seed,
    nan as nan,
    newaxis as newaxis,
    pi as pi,
    set_num_threads as set_num_threads,
    uint8 as uint8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
)
from fastgrad._tensor import Tensor as Tensor
from fastgrad._tensor.device import device as device
from fastgrad.ops.pytorch import types as _types
from fastgrad.ops.pytorch.arithmetic import (
    abs as abs,
    absolute as absolute,
    acos as acos,
    acosh as acosh,
    add as add,
    addcdiv as addcdiv,
    addcmul as addcmul,
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
    ceil as ceil,
    clamp as clamp,
    clamp_max as clamp_max,
    clamp_min as clamp_min,
    clip as clip,
    copysign as copysign,
    cos as cos,
    cosh as cosh,
    deg2rad as deg2rad,
    digamma as digamma,
    div as div,
    divide as divide,
    erf as erf,
    erfinv as erfinv,
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    fix as fix,
    float_power as float_power,
    floor as floor,
    floor_divide as floor_divide,
    fmax as fmax,
    fmin as fmin,
    fmod as fmod,
    frac as frac,
    frexp as frexp,
    gcd as gcd,
    heaviside as heaviside,
    hypot as hypot,
    lcm as lcm,
    ldexp as ldexp,
    lerp as lerp,
    lgamma as lgamma,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    logaddexp as logaddexp,
    logaddexp2 as logaddexp2,
    logit as logit,
    maximum as maximum,
    minimum as minimum,
    mul as mul,
    multiply as multiply,
    mvlgamma as mvlgamma,
    nan_to_num as nan_to_num,
    neg as neg,
    negative as negative,
    nextafter as nextafter,
    polygamma as polygamma,
    positive as positive,
    pow as pow,
    rad2deg as rad2deg,
    reciprocal as reciprocal,
    relu as relu,
    remainder as remainder,
    round as round,
    rsqrt as rsqrt,
    rsub as rsub,
    sgn as sgn,
    sigmoid as sigmoid,
    sign as sign,
    signbit as signbit,
    sin as sin,
    sinc as sinc,
    sinh as sinh,
    sqrt as sqrt,
    square as square,
    sub as sub,
    subtract as subtract,
    tan as tan,
    tanh as tanh,
    true_divide as true_divide,
    trunc as trunc,
    xlogy as xlogy,
)
from fastgrad.ops.pytorch.compare import (
    allclose as allclose,
    bitwise_and as bitwise_and,
    bitwise_left_shift as bitwise_left_shift,
    bitwise_not as bitwise_not,
    bitwise_or as bitwise_or,
    bitwise_right_shift as bitwise_right_shift,
    bitwise_xor as bitwise_xor,
    eq as eq,
    equal as equal,
    ge as ge,
    greater as greater,
    greater_equal as greater_equal,
    gt as gt,
    is_complex as is_complex,
    is_conj as is_conj,
    is_distributed as is_distributed,
    is_floating_point as is_floating_point,
    is_inference as is_inference,
    is_neg as is_neg,
    is_nonzero as is_nonzero,
    is_same_size as is_same_size,
    is_signed as is_signed,
    is_storage as is_storage,
    is_tensor as is_tensor,
    isclose as isclose,
    isfinite as isfinite,
    isin as isin,
    isinf as isinf,
    isnan as isnan,
    isneginf as isneginf,
    isposinf as isposinf,
    isreal as isreal,
    le as le,
    less as less,
    less_equal as less_equal,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    lt as lt,
    ne as ne,
    not_equal as not_equal,
    numel as numel,
)
from fastgrad.ops.pytorch.complex_numbers import (
    angle as angle,
    conj as conj,
    conj_physical as conj_physical,
    imag as imag,
    real as real,
    resolve_conj as resolve_conj,
    resolve_neg as resolve_neg,
)
from fastgrad.ops.pytorch.creation import (
    arange as arange,
    as_tensor as as_tensor,
    asarray as asarray,
    bartlett_window as bartlett_window,
    blackman_window as blackman_window,
    empty as empty,
    empty_like as empty_like,
    empty_strided as empty_strided,
    eye as eye,
    fill as fill,
    from_dlpack as from_dlpack,
    frombuffer as frombuffer,
    full as full,
    full_like as full_like,
    hamming_window as hamming_window,
    hann_window as hann_window,
    kaiser_window as kaiser_window,
    linspace as linspace,
    logspace as logspace,
    ones as ones,
    ones_like as ones_like,
    range as range,
    scalar_tensor as scalar_tensor,
    tensor as tensor,
    to_dlpack as to_dlpack,
    tril_indices as tril_indices,
    triu_indices as triu_indices,
    zeros as zeros,
    zeros_like as zeros_like,
)
from fastgrad.ops.pytorch.index import (
    argwhere as argwhere,
    as_strided_scatter as as_strided_scatter,
    gather as gather,
    index_add as index_add,
    index_copy as index_copy,
    index_fill as index_fill,
    index_put as index_put,
    index_reduce as index_reduce,
    index_select as index_select,
    masked_fill as masked_fill,
    masked_scatter as masked_scatter,
    masked_select as masked_select,
    narrow as narrow,
    nonzero as nonzero,
    nonzero_static as nonzero_static,
    put as put,
    scatter as scatter,
    scatter_add as scatter_add,
    scatter_reduce as scatter_reduce,
    segment_reduce as segment_reduce,
    select as select,
    select_scatter as select_scatter,
    slice_scatter as slice_scatter,
    take as take,
    take_along_dim as take_along_dim,
    where as where,
)
from fastgrad.ops.pytorch.join import (
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    block_diag as block_diag,
    cartesian_prod as cartesian_prod,
    cat as cat,
    chunk as chunk,
    column_stack as column_stack,
    combinations as combinations,
    concat as concat,
    concatenate as concatenate,
    dsplit as dsplit,
    dstack as dstack,
    flip as flip,
    fliplr as fliplr,
    flipud as flipud,
    hsplit as hsplit,
    hstack as hstack,
    meshgrid as meshgrid,
    repeat_interleave as repeat_interleave,
    roll as roll,
    rot90 as rot90,
    row_stack as row_stack,
    split as split,
    split_with_sizes as split_with_sizes,
    stack as stack,
    tensor_split as tensor_split,
    tile as tile,
    unbind as unbind,
    vsplit as vsplit,
    vstack as vstack,
)
from fastgrad.ops.pytorch.linalg import (
    addbmm as addbmm,
    addmm as addmm,
    addmv as addmv,
    addr as addr,
    baddbmm as baddbmm,
    bmm as bmm,
    cdist as cdist,
    chain_matmul as chain_matmul,
    cholesky as cholesky,
    cholesky_inverse as cholesky_inverse,
    cholesky_solve as cholesky_solve,
    corrcoef as corrcoef,
    cov as cov,
    cross as cross,
    det as det,
    dot as dot,
    einsum as einsum,
    frobenius_norm as frobenius_norm,
    geqrf as geqrf,
    ger as ger,
    inner as inner,
    inverse as inverse,
    kron as kron,
    logdet as logdet,
    lu as lu,
    lu_solve as lu_solve,
    lu_unpack as lu_unpack,
    matmul as matmul,
    matrix_exp as matrix_exp,
    matrix_power as matrix_power,
    mm as mm,
    mv as mv,
    nuclear_norm as nuclear_norm,
    orgqr as orgqr,
    ormqr as ormqr,
    outer as outer,
    pca_lowrank as pca_lowrank,
    pinverse as pinverse,
    qr as qr,
    slogdet as slogdet,
    svd as svd,
    svd_lowrank as svd_lowrank,
    tensordot as tensordot,
    triangular_solve as triangular_solve,
    vander as vander,
    vdot as vdot,
)
from fastgrad.ops.pytorch.networks import (
    adaptive_max_pool1d as adaptive_max_pool1d,
    batch_norm as batch_norm,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    constant_pad_nd as constant_pad_nd,
    cosine_embedding_loss as cosine_embedding_loss,
    ctc_loss as ctc_loss,
    dropout as dropout,
    dropout_ as dropout_,
    embedding as embedding,
    feature_dropout as feature_dropout,
    group_norm as group_norm,
    hinge_embedding_loss as hinge_embedding_loss,
    instance_norm as instance_norm,
    kl_div as kl_div,
    layer_norm as layer_norm,
    margin_ranking_loss as margin_ranking_loss,
    poisson_nll_loss as poisson_nll_loss,
    triplet_margin_loss as triplet_margin_loss,
)
from fastgrad.ops.pytorch.random import (
    Generator as Generator,
    bernoulli as bernoulli,
    binomial as binomial,
    get_rng_state as get_rng_state,
    initial_seed as initial_seed,
    multinomial as multinomial,
    normal as normal,
    poisson as poisson,
    rand as rand,
    rand_like as rand_like,
    randint as randint,
    randint_like as randint_like,
    randn as randn,
    randn_like as randn_like,
    randperm as randperm,
    seed as seed,
    set_rng_state as set_rng_state,
)
from fastgrad.ops.pytorch.reduce import (
    all as all,
    amax as amax,
    amin as amin,
    aminmax as aminmax,
    any as any,
    argmax as argmax,
    argmin as argmin,
    count_nonzero as count_nonzero,
    cummax as cummax,
    cummin as cummin,
    cumprod as cumprod,
    cumsum as cumsum,
    cumulative_trapezoid as cumulative_trapezoid,
    diff as diff,
    dist as dist,
    gradient as gradient,
    kthvalue as kthvalue,
    log_softmax as log_softmax,
    logcumsumexp as logcumsumexp,
    logsumexp as logsumexp,
    max as max,
    mean as mean,
    median as median,
    method_max as method_max,
    method_min as method_min,
    min as min,
    mode as mode,
    nanmean as nanmean,
    nanmedian as nanmedian,
    nanquantile as nanquantile,
    nansum as nansum,
    norm as norm,
    prod as prod,
    quantile as quantile,
    renorm as renorm,
    softmax as softmax,
    std as std,
    std_mean as std_mean,
    sum as sum,
    trace as trace,
    trapezoid as trapezoid,
    trapz as trapz,
    var as var,
    var_mean as var_mean,
)
from fastgrad.ops.pytorch.sort import (
    argsort as argsort,
    bincount as bincount,
    bucketize as bucketize,
    histc as histc,
    histogram as histogram,
    histogramdd as histogramdd,
    msort as msort,
    searchsorted as searchsorted,
    sort as sort,
    topk as topk,
    unique as unique,
    unique_consecutive as unique_consecutive,
    unravel_index as unravel_index,
)
from fastgrad.ops.pytorch.special import (
    erfc as erfc,
    i0 as i0,
    igamma as igamma,
    igammac as igammac,
)
from fastgrad.ops.pytorch.storage import TypedStorage as TypedStorage, UntypedStorage as UntypedStorage
from fastgrad.ops.pytorch.types import (
    can_cast as can_cast,
    channels_last as channels_last,
    channels_last_3d as channels_last_3d,
    complex32 as complex32,
    complex64 as complex64,
    complex128 as complex128,
    contiguous_format as contiguous_format,
    finfo as finfo,
    get_default_dtype as get_default_dtype,
    iinfo as iinfo,
    layout as layout,
    memory_format as memory_format,
    preserve_format as preserve_format,
    promote_types as promote_types,
    result_type as result_type,
    set_default_dtype as set_default_dtype,
    set_default_tensor_type as set_default_tensor_type,
    sparse_coo as sparse_coo,
    sparse_csr as sparse_csr,
    strided as strided,
    typename as typename,
)
from fastgrad.ops.pytorch.view import (
    adjoint as adjoint,
    as_strided as as_strided,
    broadcast_shapes as broadcast_shapes,
    broadcast_tensors as broadcast_tensors,
    broadcast_to as broadcast_to,
    clone as clone,
    detach as detach,
    diag as diag,
    diag_embed as diag_embed,
    diagflat as diagflat,
    diagonal as diagonal,
    diagonal_scatter as diagonal_scatter,
    flatten as flatten,
    moveaxis as moveaxis,
    movedim as movedim,
    permute as permute,
    ravel as ravel,
    reshape as reshape,
    squeeze as squeeze,
    swapaxes as swapaxes,
    swapdims as swapdims,
    t as t,
    transpose as transpose,
    tril as tril,
    triu as triu,
    unflatten as unflatten,
    unsqueeze as unsqueeze,
)
from fastgrad.torch import (
    _door,
    _switch,
    cuda as cuda,
    version as version,
)
from fastgrad.torch._io import (
    load as load,
    save as save,
)
from fastgrad.torch._modes import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    is_inference_mode_enabled as is_inference_mode_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from fastgrad.torch._platform import (
    _assert as _assert,
    are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled,
    clear_autocast_cache as clear_autocast_cache,
    compile as compile,
    compiled_with_cxx11_abi as compiled_with_cxx11_abi,
    get_autocast_cpu_dtype as get_autocast_cpu_dtype,
    get_autocast_dtype as get_autocast_dtype,
    get_autocast_gpu_dtype as get_autocast_gpu_dtype,
    get_default_device as get_default_device,
    get_float32_matmul_precision as get_float32_matmul_precision,
    get_num_interop_threads as get_num_interop_threads,
    is_autocast_cache_enabled as is_autocast_cache_enabled,
    is_autocast_cpu_enabled as is_autocast_cpu_enabled,
    is_autocast_enabled as is_autocast_enabled,
    is_deterministic_algorithms_warn_only_enabled as is_deterministic_algorithms_warn_only_enabled,
    set_default_device as set_default_device,
    set_deterministic_debug_mode as set_deterministic_debug_mode,
    set_float32_matmul_precision as set_float32_matmul_precision,
    set_flush_denormal as set_flush_denormal,
    set_num_interop_threads as set_num_interop_threads,
    set_warn_always as set_warn_always,
    use_deterministic_algorithms as use_deterministic_algorithms,
)
from fastgrad.torch._printing import set_printoptions as set_printoptions
from fastgrad.torch._size import Size as Size
from fastgrad.torch.amp import (
    GradScaler as GradScaler,
    autocast as autocast,
)
from fastgrad.torch.version import __version__ as __version__

float = float32
double = float64
half = float16
short = int16
int = int32
long = int64
chalf = complex32
cfloat = complex64
cdouble = complex128

BFloat16Tensor = _types.CLASSES["BFloat16Tensor"]
BoolTensor = _types.CLASSES["BoolTensor"]
ByteTensor = _types.CLASSES["ByteTensor"]
CharTensor = _types.CLASSES["CharTensor"]
DoubleTensor = _types.CLASSES["DoubleTensor"]
FloatTensor = _types.CLASSES["FloatTensor"]
HalfTensor = _types.CLASSES["HalfTensor"]
IntTensor = _types.CLASSES["IntTensor"]
LongTensor = _types.CLASSES["LongTensor"]
ShortTensor = _types.CLASSES["ShortTensor"]

get_num_threads = _fastgrad.num_threads
OutOfMemoryError = MemoryError  # what is raised here where memory is out
unsafe_chunk, unsafe_split, unsafe_split_with_sizes = chunk, split, split_with_sizes
install = _door.install

# Functions of `fastgrad.nn.functional` that PyTorch has here, too, with their arguments: found when they are asked for.
_NETWORKS = """
    adaptive_avg_pool1d alpha_dropout avg_pool1d bilinear celu celu_ channel_shuffle conv1d conv2d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity feature_alpha_dropout
    hardshrink max_pool1d max_pool2d max_pool3d pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu
    relu_ rms_norm rrelu rrelu_ selu selu_ threshold threshold_
"""


# Names that stand in a module, which is imported when they are asked for.
_LATER = {"Future": "futures", "vmap": "func"} | dict.fromkeys(
    ("is_anomaly_check_nan_enabled", "is_anomaly_enabled", "set_anomaly_enabled"), "autograd.anomaly_mode"
)
# PyTorch's spelling of a view's copy: ``torch.permute_copy(x, dims)`` is ``x.permute(dims).clone()``.
_COPIES = """
    as_strided_copy detach_copy diagonal_copy expand_copy narrow_copy permute_copy select_copy squeeze_copy t_copy
    transpose_copy unfold_copy unsqueeze_copy view_copy
"""
# Sparse matrices are dense ones: see `fastgrad.ops.pytorch.sparse`.
_SPARSE = {name: name for name in ("sparse_coo_tensor", "sparse_csr_tensor")} | {"spmm": "mm", "dsmm": "mm"}


def __getattr__(name: str) -> Any:
    if name in _NETWORKS.split() and hasattr(_fastgrad.nn.functional, name):
        found: Any = getattr(_fastgrad.nn.functional, name)
    elif name.endswith("_") and not name.startswith("_") and hasattr(Tensor, name):
        found = getattr(Tensor, name)  # torch.exp_(x) is x.exp_()
    elif name in _SPARSE:
        from fastgrad.ops.pytorch import sparse

        found = getattr(sparse, _SPARSE[name])
    elif name in _LATER:
        found = getattr(_door.submodule("", _LATER[name]), name)
    elif name.startswith("fake_quantize_per_"):
        from fastgrad.ops.pytorch import quantize

        found = getattr(quantize, name, None) or _door.missing("", name)
    elif name in _COPIES.split():
        from fastgrad.ops.pytorch.view import copied

        found = copied(name)
    elif name.startswith("_foreach_"):
        from fastgrad.torch import _foreach

        found = _foreach.function(name.removeprefix("_foreach_")) or _door.missing("", name)
    elif name == "__config__":
        from fastgrad.torch import _config

        found = _config
    elif name.startswith("__"):
        raise AttributeError(f"module 'fastgrad.torch' has no attribute {name!r}")
    else:
        found = _door.submodule("", name)
        if found is None:
            _door.missing("", name)
    globals()[name] = found
    return found


_door.attach()
_switch.open_door()
