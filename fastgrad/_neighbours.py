"""The neighbours' names (NumPy's, PyTorch's, JAX's, MLX's, HIPS autograd's), and what is written here instead.

`SPELLED` has for each module expressions that run as they stand, with x, y, z for matrices, v and w for vectors, xs for
a list, i for integers, n for a number of them, and so on; what follows a semicolon is a remark. `TOLD` has sentences.
`ABSENT` are names that others have and nothing here computes in a line. A name that exists in another module of
fastgrad needs no entry.
"""

from __future__ import annotations

from importlib import import_module

SPELLED: dict[str, dict[str, str]] = {
    "fastgrad": {
        # ---- making tensors ----
        "array": "fg.tensor(data); fg.asarray(data) shares memory",
        "as_tensor asanyarray": "fg.asarray(data)",
        "ndarray": "fg.Tensor",
        "FloatTensor": "fg.tensor(data, dtype=fg.float32)",
        "DoubleTensor": "fg.tensor(data, dtype=fg.float64)",
        "LongTensor": "fg.tensor(data, dtype=fg.int64)",
        "IntTensor": "fg.tensor(data, dtype=fg.int32)",
        "BoolTensor": "fg.tensor(data, dtype=fg.bool)",
        "ByteTensor": "fg.tensor(data, dtype=fg.uint8)",
        "Variable": "fg.tensor(data, requires_grad=True)",
        "rand_like": "fg.rand(x.shape)",
        "randn_like": "fg.randn(x.shape)",
        "randint_like": "fg.randint(0, n, x.shape)",
        "poisson": "fg.distributions.Poisson(3.0).sample(x.shape)",
        "binomial": "fg.distributions.Binomial(n, 0.5).sample(x.shape)",
        "gamma standard_gamma": "fg.distributions.Gamma(2.0, 1.0).sample(x.shape)",
        "beta": "fg.distributions.Beta(2.0, 3.0).sample(x.shape)",
        "dirichlet": "fg.distributions.Dirichlet(fg.ones(n)).sample((n,))",
        "laplace": "fg.distributions.Laplace(0.0, 1.0).sample(x.shape)",
        "multivariate_normal": "fg.distributions.MultivariateNormal(fg.zeros(n), fg.eye(n)).sample((n,))",
        "gammaln": "fg.lgamma(x)",
        "psi": "fg.digamma(x)",
        "kl_divergence": "fg.distributions.kl_divergence",
        "identity": "fg.eye(n)",
        "tri": "fg.tril(fg.ones(n, n))",
        "logspace": "10 ** fg.linspace(0, 1, n)",
        "geomspace": "fg.exp(fg.linspace(math.log(low), math.log(high), n))",
        "mgrid indices": "fg.meshgrid(fg.arange(n), fg.arange(n), indexing='ij')",
        "copy": "x.clone()",
        "ascontiguousarray": "x.contiguous()",
        # ---- dtypes ----
        "float": "fg.float32",
        "double": "fg.float64",
        "half": "fg.float16",
        "long": "fg.int64",
        "int": "fg.int32",
        "short": "fg.int16",
        "int_ intp": "fg.int64",
        "float_ double_": "fg.float64",
        "promote_types": "fg.result_type(x.dtype, y.dtype)",
        "is_tensor": "isinstance(x, fg.Tensor)",
        "is_floating_point": "x.is_floating_point()",
        # ---- joining and cutting ----
        "cat concatenate": "fg.concat(xs, axis=axis)",
        "append": "fg.concat([x, y], axis=axis)",
        "vstack row_stack": "fg.concat(xs, axis=0); of vectors, fg.stack(vs)",
        "hstack": "fg.concat(xs, axis=1); of vectors, fg.concat(vs)",
        "column_stack": "fg.stack(vs, axis=1)",
        "dstack": "fg.stack(xs, axis=2)",
        "chunk array_split tensor_split": "fg.split(x, n, axis=axis); it takes equal parts, or the places to cut at",
        "vsplit": "fg.split(x, n, axis=0)",
        "hsplit": "fg.split(x, n, axis=1)",
        "unbind": "fg.unstack(x, axis=axis)",
        "narrow": "x[start : start + n]",
        # ---- shapes ----
        "unsqueeze": "fg.expand_dims(x, axis)",
        "permute": "fg.permute_dims(x, axes)",
        "movedim": "fg.moveaxis(x, 0, 1)",
        "swapdims": "fg.swapaxes(x, 0, 1)",
        "t": "x.T",
        "adjoint": "x.mT",
        "shape": "x.shape",
        "size numel": "x.size",
        "ndim": "x.ndim",
        "atleast_1d": "x.reshape(-1) if x.ndim == 0 else x",
        "atleast_2d": "x.reshape(1, -1) if x.ndim < 2 else x",
        "fliplr": "fg.flip(x, axis=1)",
        "flipud": "fg.flip(x, axis=0)",
        "repeat_interleave": "fg.repeat(x, n, axis=axis)",
        # ---- elements ----
        "gather take_along_dim": "fg.take_along_axis(x, ii, axis=axis)",
        "index_select": "fg.take(x, i, axis=axis)",
        "masked_select extract": "x[mask]",
        "masked_fill": "fg.where(mask, value, x)",
        "argwhere": "fg.stack(fg.nonzero(x), axis=1)",
        "flatnonzero": "fg.nonzero(x.ravel())[0]",
        # ---- products ----
        "dot mm bmm mv": "x @ y",
        "inner": "x @ y.mT; of vectors, v @ w",
        "vdot": "fg.vecdot(v, w)",
        "addmm baddbmm": "z + x @ y",
        "inverse": "fg.linalg.inv(x)",
        "pinverse": "fg.linalg.pinv(x)",
        "logdet": "fg.linalg.slogdet(x)[1]",
        # ---- arithmetic ----
        "mul": "fg.multiply(x, y)",
        "sub": "fg.subtract(x, y)",
        "div true_divide": "fg.divide(x, y)",
        "neg": "fg.negative(x)",
        "rsub": "y - x",
        "power float_power": "fg.pow(x, y)",
        "mod": "fg.remainder(x, y)",
        "fmod": "x - fg.trunc(x / y) * y",
        "divmod": "(x // y, x % y)",
        "absolute fabs": "fg.abs(x)",
        "rint around": "fg.round(x)",
        "fix": "fg.trunc(x)",
        "clamp": "fg.clip(x, low, high)",
        "clamp_min": "fg.clip(x, low)",
        "clamp_max": "fg.clip(x, None, high)",
        "lerp": "x + (y - x) * value",
        "addcmul": "z + value * x * y",
        "addcdiv": "z + value * x / y",
        "arccos": "fg.acos(x)",
        "arccosh": "fg.acosh(x)",
        "arcsin": "fg.asin(x)",
        "arcsinh": "fg.asinh(x)",
        "arctan": "fg.atan(x)",
        "arctan2": "fg.atan2(x, y)",
        "arctanh": "fg.atanh(x)",
        "bitwise_not invert": "fg.bitwise_invert(i)",
        "left_shift": "fg.bitwise_left_shift(i, n)",
        "right_shift": "fg.bitwise_right_shift(i, n)",
        "logit": "fg.log(x / (1 - x))",
        "expit": "fg.sigmoid(x)",
        "erfc": "1 - fg.erf(x)",
        "cbrt": "fg.sign(x) * fg.abs(x) ** (1 / 3)",
        "deg2rad radians": "x * (fg.pi / 180)",
        "rad2deg degrees": "x * (180 / fg.pi)",
        "isposinf": "x == fg.inf",
        "isneginf": "x == -fg.inf",
        # ---- comparisons ----
        "eq": "fg.equal(x, y)",
        "ne": "fg.not_equal(x, y)",
        "lt": "fg.less(x, y)",
        "le": "fg.less_equal(x, y)",
        "gt": "fg.greater(x, y)",
        "ge": "fg.greater_equal(x, y)",
        # ---- reductions ----
        "amax": "fg.max(x, axis=axis)",
        "amin": "fg.min(x, axis=axis)",
        "ptp": "fg.max(x, axis=axis) - fg.min(x, axis=axis)",
        "aminmax": "(fg.min(x), fg.max(x))",
        "cumsum": "fg.cumulative_sum(x, axis=axis)",
        "cumprod": "fg.cumulative_prod(x, axis=axis)",
        "unique": "fg.unique_values(x); with counts or places, unique_counts, unique_inverse, unique_all",
        "bucketize digitize": "fg.searchsorted(v, x)",
        "percentile": "fg.quantile(x, 0.5, axis=axis)",
        "average": "fg.sum(x * w, axis=1) / fg.sum(w)",
        "std_mean": "(fg.std(x, axis=axis, correction=1), fg.mean(x, axis=axis))",
        "var_mean": "(fg.var(x, axis=axis, correction=1), fg.mean(x, axis=axis))",
        # ---- the library ----
        "seed": "fg.manual_seed(n)",
        "initial_seed": "fg.default_generator.initial_seed",
        "get_num_threads get_num_interop_threads": "fg.num_threads()",
        "set_num_interop_threads": "fg.set_num_threads(n)",
        "inference_mode": "fg.no_grad()",
        "stop_gradient": "x.detach()",
    },
    "fastgrad.random": {
        "default_rng RandomState": "fg.Generator(n)",
        "random random_sample": "fg.rand(n)",
        "standard_normal": "fg.randn(n)",
        "integers": "fg.randint(0, n, (n,))",
        "permutation shuffle": "x[fg.randperm(len(x))]",
        "choice": "x[fg.randint(0, len(x), (n,))]; by weights, x[fg.multinomial(v, n)]",
        "get_state": "fg.get_rng_state()",
        "set_state": "fg.set_rng_state(state)",
        "exponential": "-fg.log(1 - fg.rand(n))",
        "gumbel": "-fg.log(-fg.log(1 - fg.rand(n)))",
        "lognormal": "fg.exp(fg.randn(n))",
    },
}

_CPU = 'there is one device, called "cpu", and nothing to choose or move'
_FLOATS = "floats are float32 unless a dtype is given"
_EAGER = "operations run when they are called; there is nothing to compile or to wait for"
_DERIVATIVES = "fg.autograd.grad(y, x) gives the gradients of a result, fg.func has functions of functions"

TOLD: dict[str, dict[str, str]] = {
    "fastgrad": {
        "cuda mps xpu accelerator backends device set_default_device get_default_device device_put": _CPU,
        "set_default_dtype get_default_dtype set_default_tensor_type": _FLOATS,
        "complex cfloat cdouble complex64 complex128 angle": "there are no complex numbers",
        "compile jit eval block_until_ready": _EAGER,
        "grad value_and_grad elementwise_grad jacobian hessian vjp jvp jacrev jacfwd vmap": _DERIVATIVES,
        "fft": "there are no Fourier transforms yet",
        "use_deterministic_algorithms": "results are the same for any number of threads, always",
        "set_printoptions": "tensors print as NumPy arrays do, with np.set_printoptions",
        "seterr errstate": "floating-point errors raise nothing: fg.isfinite(x) tells",
        "lax": "jax.lax is not here; fg.where and Python's own if and for take its place",
        "expand_as type_as view_as": "that is a method: x.view_as(y), x.astype(y.dtype)",
    },
    "fastgrad.nn": {
        "DataParallel": _CPU,
        "modules": "the layers are in fg.nn itself",
    },
    "fastgrad.optim": {
        "SparseAdam": "there are no sparse gradients; fg.optim.Adam steps by dense ones",
        "swap_in_optimizer_params_and_state": "state_dict and load_state_dict swap the state of a step",
    },
}

# What NumPy computes where no gradient is needed.
NUMPY_SERVES = """
    histogram lexsort partition argpartition nanpercentile nanquantile nanmedian interp convolve
    correlate gradient trapezoid rot90 unravel_index ravel_multi_index tril_indices triu_indices diag_indices union1d
    intersect1d setdiff1d polyfit polyval gcd lcm
"""

ABSENT = """
    scatter scatter_add scatter_reduce index_add index_copy index_fill index_put put_along_axis
    cummax cummin logcumsumexp heaviside fmax fmin sinc xlogy
    block_diag mode kthvalue nanprod
    as_strided sliding_window_view atleast_3d apply_along_axis vectorize piecewise select insert delete
    block ix_ r_ c_ ogrid cartesian_prod combinations eig eigvals einsum_path sparse_coo_tensor
"""

# Where a name is looked for, in this order. Those that explain what they have not are these modules.
MODULES = (
    "fastgrad",
    "fastgrad.nn.functional",
    "fastgrad.nn",
    "fastgrad.nn.init",
    "fastgrad.nn.utils",
    "fastgrad.optim",
    "fastgrad.optim.lr_scheduler",
    "fastgrad.data",
    "fastgrad.autograd",
    "fastgrad.random",
    "fastgrad.linalg",
)


def names(table: dict[str, str]) -> dict[str, str]:
    """A table with one entry a name."""
    return {name: value for group, value in table.items() for name in group.split()}


def _own(place: str, name: str) -> str | None:
    """How a module's own public name is written, with or without the underscore of what fills in place."""
    module = import_module(place)
    for own in (name, f"{name}_"):
        value = vars(module).get(own)
        if own in getattr(module, "__all__", ()) or getattr(value, "__module__", None) == place:
            return f"{place.replace('fastgrad', 'fg', 1)}.{own}"
    return None


def hint(module: str, name: str) -> str | None:
    """Say what is written for a name that a module has not; None where nobody is known to have it."""
    for place in (module, *MODULES):
        told = names(TOLD.get(place, {})).get(name)
        if told is not None:
            return told
        spelled = names(SPELLED.get(place, {})).get(name) or _own(place, name)
        if spelled is not None:
            return f"here it is {spelled}"
    if name in NUMPY_SERVES.split():
        return f"there is none; where no gradient is needed, np.{name} of x.numpy() serves"
    return "fastgrad has none yet" if name in ABSENT.split() else None
