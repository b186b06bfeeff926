"""What builds, walks and transforms networks says which of its arguments is of the wrong kind, and changes nothing."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import data, distributions, func, nn, optim
from fastgrad.nn import utils
from fastgrad.nn.utils import prune
from fastgrad.optim import swa_utils
from fastgrad.utils.checkpoint import checkpoint_sequential

x = fg.ones(2)


def linear():
    return nn.Linear(2, 2)


def listed(kind):
    return kind([linear(), linear()]) if kind is nn.ModuleList else kind(linear(), linear())


NO_FUNCTION = [None, "x", 3, 1.5, [], x, np.ones(3)]
NO_MODULE = [None, "x", 3, [1], x, np.ones(3), object()]
NO_INTEGER = [None, "x", 1.5, [1], 1j, x, np.ones(3), object(), int]
NO_WORD = [None, 3, 1.5, ["weight"], x, np.ones(3), object()]
NO_TENSOR = [None, "x", 3, [1.0], np.ones((2, 2)), object()]

CASES = [
    ("Sequential: a position must be an int", lambda bad: listed(nn.Sequential)[bad], NO_INTEGER),
    ("ModuleList: a position must be an int", lambda bad: listed(nn.ModuleList)[bad], NO_INTEGER),
    ("ModuleList: a position must be an int", lambda bad: listed(nn.ModuleList).pop(bad), NO_INTEGER),
    ("ModuleList.insert: index must be an int", lambda bad: listed(nn.ModuleList).insert(bad, linear()), NO_INTEGER),
    ("ParameterList: a position must be an int", lambda bad: nn.ParameterList([nn.Parameter(x)])[bad], NO_INTEGER),
    ("get_submodule: target must be of type str", lambda bad: linear().get_submodule(bad), NO_WORD),
    ("set_submodule: target must be of type str", lambda bad: linear().set_submodule(bad, linear()), NO_WORD),
    ("get_parameter: target must be of type str", lambda bad: linear().get_parameter(bad), NO_WORD),
    ("get_buffer: target must be of type str", lambda bad: linear().get_buffer(bad), NO_WORD),
    ("Module.apply: fn must be callable", lambda bad: linear().apply(bad), NO_FUNCTION),
    ("calculate_gain: nonlinearity must be of type str", nn.init.calculate_gain, NO_WORD),
    ("dirac_: groups must be an int", lambda bad: nn.init.dirac_(fg.ones(2, 2, 3), bad), NO_INTEGER),
    (
        "fuse_conv_bn_eval: a layer must be of type Module",
        lambda bad: utils.fuse_conv_bn_eval(bad, linear()),
        NO_MODULE,
    ),
    ("spectral_norm: eps must be a number", lambda bad: utils.parametrizations.spectral_norm(linear(), eps=bad), ["x"]),
    ("CustomFromMask: mask must have", lambda bad: prune.custom_from_mask(linear(), "weight", bad), [None, "x", 3]),
    (
        "AveragedModel.update_parameters: model must be of type Module",
        lambda bad: swa_utils.AveragedModel(linear()).update_parameters(bad),
        NO_MODULE,
    ),
    ("update_bn: model must be of type Module", lambda bad: swa_utils.update_bn([x], bad), NO_MODULE),
    (
        "checkpoint_sequential: functions must be a Sequential or a list of functions",
        lambda bad: checkpoint_sequential(bad, 1, x),
        [None, 3, 1.5, object()],
    ),
    (
        "checkpoint_sequential: functions.0. must be callable",
        lambda bad: checkpoint_sequential([bad], 1, x),
        NO_FUNCTION,
    ),
    ("checkpoint_sequential: segments must be an int", lambda bad: checkpoint_sequential([fg.sin], bad, x), NO_INTEGER),
    ("vmap: func must be callable", func.vmap, NO_FUNCTION),
    ("grad: func must be callable", func.grad, NO_FUNCTION),
    ("vjp: func must be callable", lambda bad: func.vjp(bad, x), NO_FUNCTION),
    ("jvp: func must be callable", lambda bad: func.jvp(bad, (x,), (x,)), NO_FUNCTION),
    ("jacrev: func must be callable", func.jacrev, NO_FUNCTION),
    ("linearize: func must be callable", lambda bad: func.linearize(bad, x), NO_FUNCTION),
    ("functional_call: module must be of type Module", lambda bad: func.functional_call(bad, {}, (x,)), NO_MODULE),
    (r"stack_module_state: models\[0\] must be of type", lambda bad: func.stack_module_state([bad]), NO_MODULE),
    ("stack_module_state: models must be a list of modules", func.stack_module_state, [None, 3, object()]),
    ("DataLoader: num_workers must be an int", lambda bad: data.DataLoader([1], num_workers=bad), NO_INTEGER),
    ("random_split: dataset must have a length", lambda bad: data.random_split(bad, [1]), [3, 1.5, object()]),
    ("random_split: lengths must be a list", lambda bad: data.random_split([1], bad), [None, 3, object()]),
    ("ConcatDataset: datasets must be a list", data.ConcatDataset, [None, 3, object()]),
    (r"ConcatDataset: datasets\[0\] must have a length", lambda bad: data.ConcatDataset([bad]), [3, object()]),
    ("set_num_threads: n must be an int", fg.set_num_threads, NO_INTEGER),
    (
        "Independent: base_distribution must be of type Distribution",
        lambda bad: distributions.Independent(bad, 1),
        [None, "x", 3, x],
    ),
    (
        "Independent: reinterpreted_batch_ndims must be an int",
        lambda bad: distributions.Independent(distributions.Normal(x, 1.0), bad),
        NO_INTEGER,
    ),
    (
        "LambdaLR: what lr_lambda returns must be a number",
        lambda bad: optim.lr_scheduler.LambdaLR(optim.SGD(linear().parameters(), lr=0.1), lambda _: bad),
        [None, "x", [1], {}, object()],
    ),
]
FILLING = ["uniform_", "normal_", "trunc_normal_", "kaiming_uniform_", "kaiming_normal_", "orthogonal_", "dirac_"]
CASES += [(f"{name}: tensor must be of type Tensor", getattr(nn.init, name), NO_TENSOR) for name in FILLING]


@pytest.mark.parametrize(("message", "call", "values"), CASES, ids=[case[0] for case in CASES])
def test_an_argument_of_another_kind_is_named(message, call, values):
    threads = fg.num_threads()
    for bad in values:
        with pytest.raises((TypeError, ValueError), match=f"^{message}"):
            call(bad)
    assert fg.num_threads() == threads


@pytest.mark.parametrize("bad", NO_TENSOR)
def test_initial_values_are_for_tensors(bad):
    for fill in (nn.init.zeros_, nn.init.ones_, nn.init.xavier_uniform_, nn.init.xavier_normal_):
        with pytest.raises(TypeError, match="tensor must be of type Tensor, got a "):
            fill(bad)
    with pytest.raises(TypeError, match="sparse_: tensor must be of type Tensor, got a "):
        nn.init.sparse_(bad, 0.5)


def test_a_product_with_a_jacobian_takes_tensors():
    _, pull = func.vjp(fg.sin, x)
    for bad in (None, "x", object()):
        with pytest.raises(RuntimeError, match="vjp: vectors must be tensors, got a "):
            pull(bad)
    assert fg.equal(pull(fg.ones(2))[0], fg.cos(x)).all()


def test_errors_of_what_is_walked_are_its_own():
    def datasets():
        yield [1]
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        data.ConcatDataset(datasets())


def test_a_list_keeps_its_modules_when_an_insertion_fails():
    modules = listed(nn.ModuleList)
    before = list(modules)
    with pytest.raises(TypeError):
        modules.insert("0", linear())
    assert list(modules) == before


@pytest.mark.parametrize(
    ("loss", "names"),
    [
        ("margin_ranking_loss", ["input1", "input2", "target"]),
        ("cosine_embedding_loss", ["input1", "input2"]),
        ("triplet_margin_loss", ["anchor", "positive", "negative"]),
        ("gaussian_nll_loss", ["input", "target", "var"]),
        ("soft_margin_loss", ["input", "target"]),
    ],
)
def test_a_loss_of_several_tensors_names_the_one_of_another_dtype(loss, names):
    call = getattr(nn.functional, loss)
    given = [fg.ones(3, 2) for _ in names] + ([fg.ones(3)] if loss == "cosine_embedding_loss" else [])
    call(*given)
    for i, name in enumerate(names):
        if i:
            message = f"{loss}: {names[0]} is float32 but {name} is float64; convert the {name} with .astype"
        else:
            message = f"{loss}: {name} must be floats, got int64"
        wrong = given[i].astype(fg.float64 if i else fg.int64)
        with pytest.raises(TypeError, match=message):
            call(*given[:i], wrong, *given[i + 1 :])
