"""What a module says of names that others have: each is answered, what is answered runs, and nothing else changes."""

from __future__ import annotations

import copy
import importlib
import inspect
import math
import pickle
import sys

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _neighbours, nn, optim

PLACES = _neighbours.MODULES
SPELLED = [
    (place, name, value)
    for place, table in _neighbours.SPELLED.items()
    for name, value in _neighbours.names(table).items()
]
TOLD = [(place, name) for place, table in _neighbours.TOLD.items() for name in _neighbours.names(table)]
NUMPY_SERVES, ABSENT = _neighbours.NUMPY_SERVES.split(), _neighbours.ABSENT.split()
ANYWHERE = [*NUMPY_SERVES, *ABSENT]


def answer(place: str, name: str) -> str:
    with pytest.raises(AttributeError) as caught:
        getattr(importlib.import_module(place), name)
    return str(caught.value)


@pytest.mark.parametrize(("place", "name", "value"), SPELLED, ids=lambda v: v.split(";")[0])
def test_what_is_written_instead_runs(place, name, value):
    x = fg.linspace(0.1, 0.9, 9).reshape(3, 3)
    v = fg.tensor([0.5, 0.25, 0.75])
    optimizer = optim.SGD([x.clone()], lr=0.1)
    variables = {
        "x": x.requires_grad_(name == "backward"), "y": x.detach() + 0.1, "z": x.detach() * 2, "v": v, "w": v + 1,
        "xs": [x, x], "vs": [v, v], "i": fg.tensor([0, 2]), "ii": fg.zeros((3, 3), dtype=fg.int64), "n": 3,
        "k": 1, "axis": 0, "axes": (1, 0), "mask": x > 0.5, "value": 2.0, "low": 0.2, "high": 0.7, "start": 0,
        "data": [1.0, 2.0], "weight": fg.ones(3), "optimizer": optimizer, "dataset": [0, 1, 2], "places": [0, 2],
        "state": fg.get_rng_state(), "fg": fg, "np": np, "math": math,
    }  # fmt: skip
    state = fg.get_rng_state()
    threads = fg.num_threads()
    try:
        assert eval(value.split(";")[0], variables) is not NotImplemented
    finally:
        fg.set_rng_state(state)
        fg.set_num_threads(threads)
    assert f"here it is {value}" in answer(place, name)


@pytest.mark.parametrize(("place", "name"), [*TOLD, *((place, name) for place, name, _ in SPELLED)])
def test_what_is_answered_is_not_there(place, name):
    assert not hasattr(importlib.import_module(place), name)
    assert answer(place, name).startswith(f"module '{place}' has no attribute '{name}'; ")


@pytest.mark.parametrize("name", ANYWHERE)
def test_what_is_absent_is_absent_everywhere(name):
    assert not any(hasattr(sys.modules[place], name) for place in PLACES)
    assert "; " in answer("fastgrad", name)


def test_numpy_has_what_numpy_is_said_to_serve():
    assert [name for name in NUMPY_SERVES if not hasattr(np, name)] == []


def test_no_name_is_answered_twice():
    for place in PLACES:
        groups = [*_neighbours.SPELLED.get(place, {}), *_neighbours.TOLD.get(place, {})]
        listed = [name for group in groups for name in group.split()]
        assert len(listed) == len(set(listed))
    assert len(ANYWHERE) == len(set(ANYWHERE))
    assert not set(ANYWHERE) & {name for _, name, *_ in (*SPELLED, *TOLD)}


@pytest.mark.parametrize(
    ("place", "name", "written"),
    [
        ("fastgrad", "Linear", "fg.nn.Linear"),
        ("fastgrad", "Adam", "fg.optim.Adam"),
        ("fastgrad", "conv2d", "fg.nn.functional.conv2d"),
        ("fastgrad", "DataLoader", "fg.data.DataLoader"),
        ("fastgrad.nn", "relu", "fg.relu"),
        ("fastgrad.nn", "cross_entropy", "fg.nn.functional.cross_entropy"),
        ("fastgrad.nn.functional", "flatten", "fg.flatten"),
        ("fastgrad.optim", "StepLR", "fg.optim.lr_scheduler.StepLR"),
        ("fastgrad.nn.init", "xavier_uniform", "fg.nn.init.xavier_uniform_"),
        ("fastgrad.nn.utils", "clip_grad_norm", "fg.nn.utils.clip_grad_norm_"),
        ("fastgrad.random", "seed", "fg.manual_seed(n)"),
    ],
)
def test_names_that_live_elsewhere_say_where(place, name, written):
    assert answer(place, name) == f"module '{place}' has no attribute '{name}'; here it is {written}"


# The most used names without a counterpart, of 37 repositories with NumPy's and 18 with PyTorch's programs.
OFTEN = """
    array dot mm bmm mv allclose vstack hstack dstack column_stack concatenate cat finfo iinfo diag unique atleast_1d
    atleast_2d atleast_3d linalg power arctan2 arcsin gather scatter scatter_add index_add array_equal isclose diff
    bincount cumsum trace median nanmedian chunk nanmean nansum nanmax nanmin nanstd nanvar result_type searchsorted
    bucketize digitize isin quantile percentile masked_fill masked_select nan_to_num clamp clamp_min clamp_max rand_like
    randn_like randint_like unfold sliding_window_view as_strided cumprod diagonal logaddexp lgamma digamma erfc erfinv
    polygamma grad value_and_grad jacobian hessian vjp jvp isdtype complex64 complex128 indices ix_ mgrid ogrid r_ c_
    ndim shape size real imag conj absolute mod amax amin around logspace geomspace average signbit copysign nextafter
    unbind lerp addcmul addcdiv addmm baddbmm argwhere flatnonzero fmax fmin fmod divmod float_power cbrt sinc heaviside
    xlogy as_tensor is_tensor tri tril_indices triu_indices diag_indices narrow mul sub div neg true_divide unsqueeze
    cov corrcoef inner vdot inference_mode convolve correlate can_cast promote_types unravel_index set_printoptions
    set_default_dtype get_default_dtype interp fft argpartition partition kthvalue histogram array_split hsplit vsplit
    kron vmap cross gradient trapezoid cdist pdist seterr errstate compile cuda copy ascontiguousarray append insert
    delete apply_along_axis vectorize isposinf isneginf deg2rad rad2deg radians degrees block intersect1d union1d
    setdiff1d ptp aminmax polyfit polyval use_deterministic_algorithms fliplr flipud rot90 lexsort std_mean var_mean
    cartesian_prod combinations cummax cummin logcumsumexp einsum_path seed get_num_threads device float long double
    accelerator backends Variable FloatTensor LongTensor repeat_interleave index_select t eq ne lt le gt ge embedding
    is_floating_point inverse distributions Embedding LSTM GRU RNN LSTMCell ConvTranspose2d Dropout2d InstanceNorm2d
    ReflectionPad2d PixelShuffle LazyLinear LazyConv2d MultiheadAttention Transformer SmoothL1Loss HuberLoss Conv1d
    DataParallel elu interpolate normalize scaled_dot_product_attention smooth_l1_loss huber_loss grid_sample LBFGS
    Adadelta ExponentialLR MultiStepLR ReduceLROnPlateau OneCycleLR CyclicLR LinearLR SequentialLR RandomSampler
    SequentialSampler BatchSampler WeightedRandomSampler
"""


@pytest.mark.parametrize("name", OFTEN.split())
def test_the_names_that_programs_use_most_are_answered(name):
    assert any(hasattr(sys.modules[place], name) for place in PLACES) or "; " in answer("fastgrad", name)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_else_changes(place):
    module = importlib.import_module(place)
    assert not hasattr(module, "no_such_name")
    assert "cat" not in dir(module)
    assert not any(name in vars(module) for name in ("__path_", "__wrapped__"))
    assert inspect.unwrap(module) is module
    inspect.getmembers(module)  # so that what is imported when it is asked for is there
    assert dict(inspect.getmembers(module)) == {name: getattr(module, name) for name in dir(module)}
    assert getattr(module, "cat", None) is None


def test_an_unknown_name_is_an_error_as_ever():
    with pytest.raises(AttributeError, match=r"^module 'fastgrad' has no attribute 'concatt'$") as caught:
        _ = fg.concatt
    assert (caught.value.name, caught.value.obj) == ("concatt", fg)  # of which Python makes "Did you mean: 'concat'?"
    with pytest.raises(ImportError, match="cannot import name 'cat'"):
        exec("from fastgrad import cat")


def test_modules_and_what_is_in_them_are_pickled_and_copied_as_before():
    assert pickle.loads(pickle.dumps(fg.concat)) is fg.concat
    assert pickle.loads(pickle.dumps(nn.Linear)) is nn.Linear
    assert copy.copy(fg.float32) == fg.float32


def test_the_names_are_read_when_the_first_is_missed(run_python):
    code = "import sys, fastgrad; print('fastgrad._neighbours' in sys.modules, hasattr(fastgrad, '__wrapped__'))"
    assert run_python(code).stdout.split() == ["False", "False"]
    assert run_python(code.replace("__wrapped__", "cat")).stdout.split() == ["False", "False"]
    assert "here it is fg.concat(xs, axis=axis)" in run_python("import fastgrad; fastgrad.cat").stderr
