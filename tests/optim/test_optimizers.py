"""Optimizers: each update against its formula in NumPy, and what all of them share."""

import copy
import inspect

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core, nn, optim
from fastgrad.optim.minimizer import Minimizer

RNG = np.random.default_rng(0)


def sgd(p, g, s, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    if momentum:
        s["b"] = g if "b" not in s else momentum * s["b"] + (1 - dampening) * g
        g = g + momentum * s["b"] if nesterov else s["b"]
    return p - lr * g


def adam(
    p, g, s, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False, decoupled=False
):
    g = -g if maximize else g
    if decoupled:
        p = p * (1 - lr * weight_decay)
    else:
        g = g + weight_decay * p
    t = s["t"] = s.get("t", 0) + 1
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["v"] = betas[1] * s.get("v", 0) + (1 - betas[1]) * g**2
    s["x"] = np.maximum(s.get("x", 0), s["v"])
    v = s["x"] if amsgrad else s["v"]
    return p - lr * (s["m"] / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)


def adamw(p, g, s, weight_decay=0.01, **arguments):
    return adam(p, g, s, weight_decay=weight_decay, decoupled=True, **arguments)


def rmsprop(p, g, s, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    s["v"] = alpha * s.get("v", 0) + (1 - alpha) * g**2
    s["a"] = alpha * s.get("a", 0) + (1 - alpha) * g
    v = np.maximum(s["v"] - s["a"] ** 2, 0) if centered else s["v"]
    s["b"] = momentum * s.get("b", 0) + g / (np.sqrt(v) + eps)
    return p - lr * s["b"]


def adagrad(p, g, s, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    t = s["t"] = s.get("t", 0) + 1
    s["s"] = s.get("s", initial_accumulator_value) + g**2
    return p - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s["s"]) + eps)


def nadam(
    p, g, s, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
    decoupled_weight_decay=False, maximize=False,
):  # fmt: skip
    g = -g if maximize else g
    if decoupled_weight_decay:
        p = p * (1 - lr * weight_decay)
    else:
        g = g + weight_decay * p
    t = s["t"] = s.get("t", 0) + 1
    mu, following = (betas[0] * (1 - 0.96 ** (u * momentum_decay) / 2) for u in (t, t + 1))
    s["product"] = float(np.float32(s.get("product", 1)) * np.float32(mu))
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["v"] = betas[1] * s.get("v", 0) + (1 - betas[1]) * g**2
    n = following * s["m"] / (1 - s["product"] * following) + (1 - mu) * g / (1 - s["product"])
    return p - lr * n / (np.sqrt(s["v"] / (1 - betas[1] ** t)) + eps)


def radam(p, g, s, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, maximize=False):
    g = -g if maximize else g
    if decoupled_weight_decay:
        p = p * (1 - lr * weight_decay)
    else:
        g = g + weight_decay * p
    t = s["t"] = s.get("t", 0) + 1
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["v"] = betas[1] * s.get("v", 0) + (1 - betas[1]) * g**2
    m, rest = s["m"] / (1 - betas[0] ** t), 1 - betas[1] ** t
    n = 2 / (1 - betas[1]) - 1
    r = n - 2 * t * betas[1] ** t / rest
    if r <= 5:
        return p - lr * m
    rectified = np.sqrt((r - 4) * (r - 2) * n / ((n - 4) * (n - 2) * r))
    return p - lr * rectified * m * np.sqrt(rest) / (np.sqrt(s["v"]) + eps)


def adamax(p, g, s, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    t = s["t"] = s.get("t", 0) + 1
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["u"] = np.maximum(betas[1] * s.get("u", 0), np.abs(g) + eps)
    return p - lr / (1 - betas[0] ** t) * s["m"] / s["u"]


def lion(p, g, s, lr=1e-4, betas=(0.9, 0.99), weight_decay=0, maximize=False):
    g, m = (-g if maximize else g), s.get("m", 0)
    s["m"] = betas[1] * m + (1 - betas[1]) * g
    return p - lr * (np.sign(betas[0] * m + (1 - betas[0]) * g) + weight_decay * p)


def lamb(p, g, s, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01, maximize=False):
    t = s["t"] = s.get("t", 0) + 1
    g = -g if maximize else g
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["v"] = betas[1] * s.get("v", 0) + (1 - betas[1]) * g**2
    r = (s["m"] / (1 - betas[0] ** t)) / (np.sqrt(s["v"] / (1 - betas[1] ** t)) + eps) + weight_decay * p
    lengths = np.sqrt((p**2).sum()), np.sqrt((r**2).sum())
    return p - lr * (lengths[0] / lengths[1] if all(lengths) else 1) * r


def adadelta(p, g, s, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    s["v"] = rho * s.get("v", 0) + (1 - rho) * g**2
    d = np.sqrt(s.get("a", 0) + eps) / np.sqrt(s["v"] + eps) * g
    s["a"] = rho * s.get("a", 0) + (1 - rho) * d**2
    return p - lr * d


def rprop(p, g, s, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), maximize=False):
    g = -g if maximize else g
    agrees = g * s.get("b", 0)
    factor = np.where(agrees > 0, etas[1], np.where(agrees < 0, etas[0], 1.0))
    s["s"] = np.clip(s.get("s", lr) * factor, *step_sizes)
    s["b"] = np.where(agrees < 0, 0, g)
    return p - s["s"] * np.sign(s["b"])


def asgd(p, g, s, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    t = s["t"] = s.get("t", 0) + 1
    eta, mu = s.get("eta", np.float64(np.float32(lr))), s.get("mu", 1.0)
    p = p * (1 - lambd * eta) - eta * g
    s["ax"] = p if mu == 1 else s["ax"] + mu * (p - s["ax"])
    s["eta"] = np.float64(np.float32(lr / (1 + lambd * lr * t) ** alpha))
    s["mu"] = np.float64(np.float32(1 / max(1, t - t0)))
    return p


def adafactor(p, g, s, lr=1e-2, beta2_decay=-0.8, eps=(1e-30, 1e-3), d=1.0, weight_decay=0.0, maximize=False):
    if p.size == 0:
        return p
    t = s["t"] = s.get("t", 0) + 1
    b, root, g = t**beta2_decay, np.sqrt(p.size), (-g if maximize else g)
    a = max(eps[1], np.sqrt((p**2).sum()) / root) * min(lr, 1 / np.sqrt(t))
    p = p * (1 - lr * weight_decay)
    if p.ndim > 1:
        s["r"] = (1 - b) * s.get("r", 0) + b * (g**2).mean(-1, keepdims=True)
        s["c"] = (1 - b) * s.get("c", 0) + b * (g**2).mean(-2, keepdims=True)
        v = s["r"] * s["c"] / np.maximum(s["r"].mean(-2, keepdims=True), eps[0])
    else:
        v = s["v"] = (1 - b) * s.get("v", 0) + b * g**2
    u = g / np.maximum(np.sqrt(v), eps[0])
    return p - a / max(1, np.sqrt((u**2).sum()) / (root * d)) * u


CASES = [
    (optim.SGD, sgd, {}),
    (optim.SGD, sgd, {"lr": 0.1, "weight_decay": 0.01}),
    (optim.SGD, sgd, {"lr": 0.1, "momentum": 0.9}),
    (optim.SGD, sgd, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    (optim.SGD, sgd, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1, "maximize": True}),
    (optim.Adam, adam, {}),
    (optim.Adam, adam, {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3, "weight_decay": 0.1}),
    (optim.Adam, adam, {"lr": 0.1, "betas": (0.5, 0.1), "amsgrad": True, "maximize": True}),
    (optim.AdamW, adamw, {}),
    (optim.AdamW, adamw, {"lr": 0.1, "weight_decay": 0.5, "amsgrad": True}),
    (optim.RMSprop, rmsprop, {}),
    (optim.RMSprop, rmsprop, {"lr": 0.1, "alpha": 0.5, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.9}),
    (optim.RMSprop, rmsprop, {"lr": 0.1, "alpha": 0.5, "centered": True, "momentum": 0.5, "maximize": True}),
    (optim.Adagrad, adagrad, {}),
    (
        optim.Adagrad,
        adagrad,
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3},
    ),
    (optim.Adagrad, adagrad, {"lr": 0.1, "maximize": True}),
    (optim.NAdam, nadam, {}),
    (optim.NAdam, nadam, {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3, "weight_decay": 0.1, "momentum_decay": 0.5}),
    (optim.NAdam, nadam, {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    (optim.RAdam, radam, {}),
    (optim.RAdam, radam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    (optim.RAdam, radam, {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    (optim.Adamax, adamax, {}),
    (optim.Adamax, adamax, {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3, "weight_decay": 0.1, "maximize": True}),
    (optim.Lion, lion, {}),
    (optim.Lion, lion, {"lr": 0.1, "betas": (0.5, 0.7), "weight_decay": 0.1, "maximize": True}),
    (optim.LAMB, lamb, {}),
    (optim.LAMB, lamb, {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3, "weight_decay": 0.0, "maximize": True}),
    (optim.Adadelta, adadelta, {}),
    (optim.Adadelta, adadelta, {"lr": 0.5, "rho": 0.5, "eps": 1e-3, "weight_decay": 0.1, "maximize": True}),
    (optim.Rprop, rprop, {}),
    (optim.Rprop, rprop, {"lr": 0.1, "etas": (0.25, 2.0), "step_sizes": (0.05, 0.15), "maximize": True}),
    (optim.ASGD, asgd, {}),
    (optim.ASGD, asgd, {"lr": 0.5, "lambd": 0.5, "alpha": 0.5, "t0": 1, "weight_decay": 0.1, "maximize": True}),
    (optim.Adafactor, adafactor, {"eps": (1e-30, 1e-3)}),
    (
        optim.Adafactor,
        adafactor,
        {"lr": 0.5, "beta2_decay": -0.5, "eps": (0.5, 2.0), "d": 1.5, "weight_decay": 0.1, "maximize": True},
    ),
]
ALL = list(dict.fromkeys(kind for kind, _, _ in CASES))


def test_every_optimizer_has_its_formula():
    public = [getattr(optim, name) for name in optim.__all__]
    kinds = {k for k in public if isinstance(k, type) and issubclass(k, optim.Optimizer) and k is not optim.Optimizer}
    stepping = {kind for kind in kinds if not issubclass(kind, Minimizer)}
    assert stepping - {optim.Muon} == set(ALL)  # Muon's digits are bfloat16's: a test of its own below


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("kind", "formula", "arguments"), CASES)
def test_updates_follow_the_formula(kind, formula, arguments, dtype):
    # Shapes on both sides of vector and chunk lengths, none, and one element; the second skips every other step.
    shapes = [(17, 33), (5,), (), (0, 3), (70001,)]
    params = [nn.Parameter(fg.tensor(RNG.normal(size=shape).astype(dtype))) for shape in shapes]
    expected = [p.detach().numpy().astype(np.float64) for p in params]
    states = [{} for _ in shapes]
    optimizer = kind(params, **arguments)
    for step in range(5):
        for i, p in enumerate(params):
            p.grad = None
            if i != 1 or step % 2 == 0:
                grad = RNG.normal(size=p.shape).astype(dtype)
                p.grad = fg.tensor(grad)
                expected[i] = formula(expected[i], grad.astype(np.float64), states[i], **arguments)
        optimizer.step()
    # A step divides by a root, which near 0 stretches the rounding of the moments under it.
    tolerance = 1e-10 if dtype == "float64" else 2e-4
    for p, value in zip(params, expected, strict=True):
        assert p.dtype == (fg.float64 if dtype == "float64" else fg.float32)
        np.testing.assert_allclose(p.detach().numpy(), value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("kind", ALL)
def test_strided_parameters_and_gradients_are_updated_like_dense_ones(kind):
    values, grads = RNG.normal(size=(2, 6, 4)), RNG.normal(size=(2, 6, 4))
    dense = nn.Parameter(fg.tensor(values))
    strided = nn.Parameter(fg.tensor(np.ascontiguousarray(values.transpose(2, 0, 1))).permute((1, 2, 0)))
    for p, grad in (
        (dense, fg.tensor(grads)),
        (strided, fg.tensor(np.repeat(grads, 2, axis=1))[:, ::2]),
    ):
        p.grad = grad
        optimizer = kind([p], lr=0.1)
        optimizer.step()
        optimizer.step()
    assert np.array_equal(dense.detach().numpy(), strided.detach().numpy())


@pytest.mark.parametrize("kind", ALL)
def test_parameters_stay_what_they_were(kind):
    net = nn.Linear(3, 2)
    weight = net.weight
    optimizer = kind(net.parameters(), lr=0.1)
    before = weight.detach().numpy().copy()
    net(fg.ones(1, 3)).sum().backward()
    assert optimizer.step() is None
    assert net.weight is weight
    assert weight.is_leaf
    assert weight.requires_grad
    assert not np.array_equal(weight.detach().numpy(), before)
    optimizer.zero_grad(set_to_none=False)
    assert weight.grad.tolist() == [[0.0] * 3] * 2
    optimizer.zero_grad()
    assert weight.grad is None
    assert net.bias.grad is None
    after = weight.detach().numpy().copy()
    optimizer.step()
    assert np.array_equal(weight.detach().numpy(), after)


@pytest.mark.parametrize("kind", ALL)
def test_a_step_invalidates_what_was_saved_for_backward(kind):
    p = nn.Parameter(fg.ones(3))
    loss = (p * p).sum()
    p.grad = fg.ones(3)
    kind([p]).step()
    with pytest.raises(RuntimeError, match="modified"):
        loss.backward()


@pytest.mark.parametrize("kind", ALL)
def test_closures_run_with_gradients_enabled(kind):
    p = nn.Parameter(fg.tensor([3.0]))
    optimizer = kind([p], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with pytest.raises(TypeError, match=rf"{kind.__name__}\.step: closure must be callable, got a int"):
        optimizer.step(3)
    with fg.no_grad():
        assert optimizer.step(closure).item() == 9.0
    assert p.item() < 3.0


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind not in (optim.Rprop, optim.ASGD)])
def test_groups_have_their_own_hyperparameters(kind):
    a, b, c = (nn.Parameter(fg.ones(2)) for _ in range(3))
    optimizer = kind([{"params": [a], "lr": 0.5}, {"params": b}], lr=0.0)
    optimizer.add_param_group({"params": iter([c]), "lr": 0.25})
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.0, 0.25]
    assert [group["params"] for group in optimizer.param_groups] == [[a], [b], [c]]
    for p in (a, b, c):
        p.grad = fg.ones(2)
    optimizer.step()
    assert b.tolist() == [1.0, 1.0]
    assert a.tolist()[0] < c.tolist()[0] < 1.0
    optimizer.param_groups[1]["lr"] = 1.0
    optimizer.step()
    assert b.tolist()[0] < 1.0


@pytest.mark.parametrize("kind", ALL)
def test_parameters_are_checked(kind):
    p = nn.Parameter(fg.ones(2))
    with pytest.raises(ValueError, match="empty parameter list"):
        kind([])
    with pytest.raises(TypeError, match="iterable"):
        kind(p)
    with pytest.raises(TypeError, match="iterable"):
        kind({"params": [p]})
    with pytest.raises(TypeError, match="got a str"):
        kind(["weight"])
    with pytest.raises(ValueError, match="non-leaf"):
        kind([p * 2])
    with pytest.raises(TypeError, match="int64"):
        kind([fg.zeros(2, dtype=fg.int64)])
    with pytest.warns(UserWarning, match="twice"):
        kind([p, p])
    with pytest.raises(ValueError, match="twice"):
        kind([{"params": [p]}, {"params": [p]}])
    for unordered in ([{"params": {p}}], {p}, frozenset([p])):
        with pytest.raises(TypeError, match="set has none"):
            kind(unordered)
    for net in (nn.Linear(1, 1), nn.Sequential(nn.Linear(1, 1))):
        with pytest.raises(TypeError, match=rf"{kind.__name__}.*net\.parameters\(\)"):
            kind(net)
        with pytest.raises(TypeError, match=rf"{kind.__name__}.*parameters\(\)"):
            kind([net])
    with pytest.raises(ValueError, match="'params'"):
        kind([{"lr": 1.0}])
    for wrong in ("learning_rate", "beta_1", "maximise"):
        with pytest.raises(TypeError, match=f"{kind.__name__}: unknown hyperparameters .*{wrong}"):
            kind([{"params": [p], wrong: 1.0}])
    assert kind([{"params": [p], "lr_scale": 0.5}]).param_groups[0]["lr_scale"] == 0.5  # the user's, as in PyTorch
    with pytest.raises(TypeError, match="dict"):
        kind([p]).add_param_group([nn.Parameter(fg.ones(1))])
    optimizer = kind([p])
    with pytest.raises(ValueError, match="lr must be"):
        optimizer.add_param_group({"params": [nn.Parameter(fg.ones(1))], "lr": -1.0})
    assert len(optimizer.param_groups) == 1


NAN, INF = float("nan"), float("inf")
WITH_BETAS = [kind for kind in ALL if "betas" in kind._pairs]


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        *((kind, {"lr": lr}) for kind in ALL for lr in (-1.0, NAN, INF)),
        *((kind, {"weight_decay": decay}) for kind in ALL if kind is not optim.Rprop for decay in (-1.0, NAN)),
        (optim.SGD, {"momentum": -0.1}),
        (optim.SGD, {"dampening": NAN}),
        (optim.SGD, {"nesterov": True}),
        (optim.SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
        *((kind, {"betas": betas}) for kind in WITH_BETAS for betas in ((1.0, 0.9), (0.9, -0.1), (0.9, NAN))),
        (optim.Adam, {"eps": -1.0}),
        (optim.RMSprop, {"alpha": -1.0}),
        (optim.RMSprop, {"momentum": -1.0}),
        (optim.RMSprop, {"eps": NAN}),
        (optim.Adagrad, {"lr_decay": -1.0}),
        (optim.Adagrad, {"initial_accumulator_value": -1.0}),
        (optim.Adagrad, {"eps": -1.0}),
        (optim.NAdam, {"momentum_decay": -1.0}),
        (optim.Adadelta, {"rho": 1.5}),
        (optim.Rprop, {"etas": (0.0, 1.2)}),
        (optim.Rprop, {"etas": (1.0, 1.2)}),
        (optim.Rprop, {"etas": (0.5, 1.0)}),
        (optim.Rprop, {"step_sizes": (NAN, 50)}),
        (optim.ASGD, {"t0": INF}),
        (optim.ASGD, {"lambd": -1.0}),
        (optim.Adafactor, {"beta2_decay": 0.5}),
        (optim.Adafactor, {"d": 0.5}),
        (optim.Adafactor, {"eps": (-1.0, 1e-3)}),
        (optim.Adafactor, {"eps": (None, NAN)}),
    ],
)
def test_hyperparameters_are_checked(kind, arguments):
    with pytest.raises(ValueError, match=kind.__name__):
        kind([nn.Parameter(fg.ones(1))], **arguments)


def named(key):
    return "the learning rate lr" if key == "lr" else key


def numbers_of(optimizer):
    return [key for key in optimizer._not_negative if key in optimizer.defaults]


WRONG = ["0.1", None, True, [0.1], fg.ones(2), fg.tensor(0.1, requires_grad=True), 0.1j, np.ones(2), np.str_("0.1")]


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("kind", ALL)
def test_hyperparameters_of_the_wrong_type_are_named_at_once_and_at_the_next_step(kind, value):
    p = nn.Parameter(fg.ones(1))
    p.grad = fg.ones(1)
    for key in numbers_of(kind([p])):
        with pytest.raises(TypeError, match=f"{kind.__name__}: {named(key)} must be a number"):
            kind([p], **{key: value})
        optimizer = kind([p])
        optimizer.step()
        optimizer.param_groups[0][key] = value
        before = p.item()
        with pytest.raises(TypeError, match=f"{kind.__name__}: {named(key)} must be a number"):
            optimizer.step()
        assert p.item() == before


@pytest.mark.parametrize("value", [-1.0, NAN, INF])
@pytest.mark.parametrize("kind", ALL)
def test_hyperparameters_out_of_range_are_refused_by_the_next_step(kind, value):
    p = nn.Parameter(fg.ones(1))
    p.grad = fg.ones(1)
    for key in numbers_of(kind([p])):
        optimizer = kind([p])
        optimizer.param_groups[0][key] = value
        before = p.item()
        with pytest.raises(ValueError, match=f"{kind.__name__}: {named(key)} must be"):
            optimizer.step()
        assert p.item() == before
        optimizer.param_groups[0][key] = 0.5
        optimizer.step()


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), np.array(0.5), np.int64(1), fg.tensor(0.5), 1])
@pytest.mark.parametrize("kind", ALL)
def test_a_hyperparameter_may_be_any_real_number(kind, number):
    p, q = (nn.Parameter(fg.ones(3)) for _ in range(2))
    for param, lr in ((p, number), (q, float(number))):
        param.grad = fg.ones(3)
        kind([param], lr=lr).step()
    assert p.tolist() == q.tolist()


@pytest.mark.parametrize("kind", ALL)
def test_flags_are_true_or_false(kind):
    p = nn.Parameter(fg.ones(1))
    for flag in inspect.signature(kind).parameters.keys() & {*kind._flags, "nesterov"}:
        for value in ("yes", None, 0.5, [True]):
            with pytest.raises(TypeError, match=f"{kind.__name__}: {flag} must be True or False"):
                kind([p], **{flag: value})


@pytest.mark.parametrize("kind", WITH_BETAS)
def test_betas_are_a_pair_of_numbers(kind):
    p = nn.Parameter(fg.ones(1))
    for betas in (0.9, (0.9,), (0.9, "0.9"), (0.9, fg.tensor(0.9, requires_grad=True)), None):
        with pytest.raises(TypeError, match=f"{kind.__name__}: betas"):
            kind([p], betas=betas)


def test_a_group_without_a_hyperparameter_says_which():
    optimizer = optim.SGD([nn.Parameter(fg.ones(1))])
    del optimizer.param_groups[0]["lr"]
    with pytest.raises(KeyError, match=r"SGD: a parameter group lacks the hyperparameters \['lr'\]"):
        optimizer.step()


def test_parameters_may_come_with_their_names():
    net = nn.Linear(2, 1)
    optimizer = optim.SGD(net.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["params"] == [net.weight, net.bias]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    optimizer.load_state_dict(optimizer.state_dict())
    with pytest.raises(ValueError, match="all parameters must come with a name, or none"):
        optim.SGD([("weight", net.weight), net.bias])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1e-18, 1e-6, 1.0, 1e6, 1e18])
def test_steady_gradients_of_any_size_never_make_a_parameter_nan(dtype, scale):
    rng = np.random.default_rng(3)
    grad = fg.tensor((scale * rng.normal(size=199)).astype(dtype))
    kinds = [
        *((kind, {}) for kind in ALL),
        (optim.Adam, {"amsgrad": True, "betas": (0.5, 0.5)}),
        *((optim.RMSprop, {"centered": True, "alpha": alpha}) for alpha in (0.0, 0.5, 0.9, 0.99)),
        (optim.RMSprop, {"centered": True, "alpha": 0.5, "momentum": 0.9}),
    ]
    for kind, arguments in kinds:
        p = nn.Parameter(fg.zeros(199, dtype=getattr(fg, dtype)))
        optimizer = kind([p], lr=1e-9, **arguments)
        for _ in range(400):
            p.grad = grad
            optimizer.step()
        assert np.isfinite(p.detach().numpy()).all(), (kind, arguments)


# Their states are the same moments of the gradient.
ALIKE = {optim.Adam, optim.AdamW, optim.RAdam, optim.LAMB}


@pytest.mark.parametrize("kind", ALL)
def test_the_state_of_another_kind_of_optimizer_is_refused_and_changes_nothing(kind):
    p = nn.Parameter(fg.ones(2))
    optimizer = kind([p], lr=0.5)
    for other in ALL:
        arguments = [{}] if other is not optim.SGD else [{}, {"momentum": 0.9}]
        for given in arguments:
            q = nn.Parameter(fg.ones(2))
            q.grad = fg.ones(2)
            theirs = other([q], lr=0.25, **given)
            theirs.step()
            if {kind, other} <= ALIKE or kind is other:
                continue
            with pytest.raises(ValueError, match=f"{kind.__name__}.*another kind of optimizer"):
                optimizer.load_state_dict(theirs.state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.5
    assert not optimizer.state
    groups = optimizer.state_dict()["param_groups"]
    for wrong, error in (
        (None, TypeError),
        ([], TypeError),
        (nn.Linear(1, 1).state_dict(), KeyError),
        ({"state": [], "param_groups": groups}, TypeError),
        ({"state": {0: 3}, "param_groups": groups}, TypeError),
        *(({"state": {}, "param_groups": bad}, TypeError) for bad in (3, [3], [{}], [{"params": 0}])),
    ):
        with pytest.raises(error, match=rf"{kind.__name__}\.load_state_dict"):
            optimizer.load_state_dict(wrong)


def test_a_state_that_was_broken_by_hand_is_named():
    p = nn.Parameter(fg.ones(2))
    p.grad = fg.ones(2)
    optimizer = optim.Adam([p])
    optimizer.step()
    for key, value in (("exp_avg", np.ones(2, np.float32)), ("step", 1.5)):
        good, optimizer.state[p][key] = optimizer.state[p][key], value
        with pytest.raises(TypeError, match=f"Adam: '{key}' of a state must be"):
            optimizer.step()
        optimizer.state[p][key] = good
    for step in (-1, NAN, "x", 1.5):
        state = optimizer.state_dict()
        state["state"][0]["step"] = step
        with pytest.raises(ValueError, match=r"Adam\.load_state_dict: 'step' must be a whole number"):
            optimizer.load_state_dict(state)


def test_looking_at_the_state_of_a_parameter_before_the_first_step_changes_nothing():
    p = nn.Parameter(fg.ones(2))
    p.grad = fg.ones(2)
    optimizer = optim.Adam([p])
    assert optimizer.state[p] == {}  # as in PyTorch, where it is the usual way to begin
    optimizer.step()
    assert optimizer.state[p]["step"] == 1


STATES = [
    (optim.SGD, {"momentum": 0.9}, {"momentum_buffer"}),
    (optim.SGD, {}, set()),
    (optim.Adam, {}, {"step", "exp_avg", "exp_avg_sq"}),
    (optim.AdamW, {"amsgrad": True}, {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"}),
    (optim.RMSprop, {}, {"step", "square_avg"}),
    (optim.RMSprop, {"momentum": 0.5, "centered": True}, {"step", "square_avg", "momentum_buffer", "grad_avg"}),
    (optim.Adagrad, {}, {"step", "sum"}),
    (optim.NAdam, {}, {"step", "mu_product", "exp_avg", "exp_avg_sq"}),
    (optim.RAdam, {}, {"step", "exp_avg", "exp_avg_sq"}),
    (optim.Adamax, {}, {"step", "exp_avg", "exp_inf"}),
    (optim.Lion, {}, {"step", "exp_avg"}),
    (optim.LAMB, {}, {"step", "exp_avg", "exp_avg_sq"}),
    (optim.Adadelta, {}, {"step", "square_avg", "acc_delta"}),
    (optim.Rprop, {}, {"step", "prev", "step_size"}),
    (optim.ASGD, {"t0": 1}, {"step", "eta", "mu", "ax"}),
]


def run(optimizer, params, steps, seed):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        for p in params:
            p.grad = fg.tensor(rng.normal(size=p.shape))
        optimizer.step()


def make_params():
    rng = np.random.default_rng(1)
    return [nn.Parameter(fg.tensor(rng.normal(size=shape))) for shape in ((3, 4), (5,))]


@pytest.mark.parametrize(("kind", "arguments", "keys"), STATES)
def test_state_dict_has_the_structure_of_pytorch_and_resumes_a_run(kind, arguments, keys):
    params = make_params()
    optimizer = kind([{"params": params[:1], "lr": 0.1}, {"params": params[1:]}], **arguments)
    run(optimizer, params, 3, seed=2)
    state = optimizer.state_dict()
    assert state.keys() == {"state", "param_groups"}
    assert [group["params"] for group in state["param_groups"]] == [[0], [1]]
    assert state["param_groups"][0]["lr"] == 0.1
    assert list(state["state"]) == ([0, 1] if keys else [])  # PyTorch has no empty ones
    assert all(entry.keys() == keys for entry in state["state"].values())

    resumed_params = [nn.Parameter(p.detach().clone()) for p in params]
    resumed = kind([{"params": resumed_params[:1]}, {"params": resumed_params[1:]}], lr=5.0)
    resumed.load_state_dict(copy.deepcopy(state))
    assert resumed.param_groups[0]["lr"] == 0.1
    run(optimizer, params, 3, seed=3)
    run(resumed, resumed_params, 3, seed=3)
    for p, q in zip(params, resumed_params, strict=True):
        assert np.array_equal(p.detach().numpy(), q.detach().numpy())


def test_load_state_dict_copies_and_casts():
    params = make_params()
    optimizer = optim.Adam(params)
    run(optimizer, params, 1, seed=0)
    other_params = [nn.Parameter(p.detach().astype(fg.float32)) for p in params]
    other = optim.Adam(other_params)
    state = optimizer.state_dict()
    state["state"][0]["step"] = fg.tensor(1.0)  # PyTorch keeps it as a tensor
    other.load_state_dict(state)
    loaded = other.state[other_params[0]]
    assert loaded["exp_avg"].dtype == fg.float32
    assert loaded["step"] == 1
    assert (loaded["step"].dtype, loaded["step"].shape) == (fg.float32, ())
    assert loaded["step"] is not state["state"][0]["step"]
    loaded["exp_avg"].zero_()
    assert optimizer.state[params[0]]["exp_avg"].numpy().any()


def test_load_state_dict_refuses_what_does_not_fit():
    params = make_params()
    optimizer = optim.Adam(params)
    run(optimizer, params, 1, seed=0)
    state = optimizer.state_dict()
    before = optimizer.state
    with pytest.raises(ValueError, match="number of parameter groups"):
        optimizer.load_state_dict({**state, "param_groups": state["param_groups"] * 2})
    with pytest.raises(ValueError, match="sizes"):
        optimizer.load_state_dict({**state, "param_groups": [{**state["param_groups"][0], "params": [0]}]})
    with pytest.raises(KeyError, match="state"):
        optimizer.load_state_dict({"param_groups": []})
    with pytest.raises(ValueError, match="lr must be"):
        optimizer.load_state_dict({**state, "param_groups": [{**state["param_groups"][0], "lr": -1.0}]})
    with pytest.raises(ValueError, match="exp_avg"):
        optimizer.load_state_dict({**state, "state": {0: state["state"][1]}})
    with pytest.raises(ValueError, match="no group"):
        optimizer.load_state_dict({**state, "state": {7: {}}})
    assert optimizer.state is before


def test_repr_lists_the_groups():
    assert repr(optim.SGD([nn.Parameter(fg.ones(1))], lr=0.1)) == (
        "SGD (\n"
        "Parameter Group 0\n"
        "    dampening: 0\n"
        "    differentiable: False\n"
        "    foreach: None\n"
        "    fused: None\n"
        "    lr: 0.1\n"
        "    maximize: False\n"
        "    momentum: 0\n"
        "    nesterov: False\n"
        "    weight_decay: 0\n"
        ")"
    )


def test_deepcopy_of_network_and_optimizer_together_stay_connected():
    net = nn.Linear(2, 1)
    optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net(fg.ones(1, 2)).sum().backward()
    optimizer.step()
    twin_net, twin = copy.deepcopy((net, optimizer))
    assert twin.param_groups[0]["params"][0] is twin_net.weight is not net.weight
    assert twin.state[twin_net.weight]["momentum_buffer"] is not optimizer.state[net.weight]["momentum_buffer"]


def test_what_is_remembered_begins_with_the_first_update_that_needs_it():
    for kind, key, name in (
        (optim.SGD, "momentum", "momentum_buffer"),
        (optim.Adam, "amsgrad", "max_exp_avg_sq"),
        (optim.RMSprop, "centered", "grad_avg"),
    ):
        p = nn.Parameter(fg.ones(2))
        p.grad = fg.ones(2)
        optimizer = kind([p], lr=0.1)
        optimizer.step()
        assert name not in optimizer.state[p]
        optimizer.param_groups[0][key] = 0.5 if key == "momentum" else True
        optimizer.step()
        assert optimizer.state[p][name].shape == (2,)


def test_a_momentum_buffer_that_pytorch_saved_as_none_is_not_there_yet():
    p = nn.Parameter(fg.ones(2))
    p.grad = fg.ones(2)
    optimizer = optim.SGD([p], lr=0.1, momentum=0.9, dampening=0.5)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": {0: {"momentum_buffer": None}}, "param_groups": groups})
    optimizer.step()
    assert optimizer.state[p]["momentum_buffer"].tolist() == [1.0, 1.0]  # undamped, as a first gradient is


def test_states_and_groups_that_are_replaced_between_steps_are_used():
    p, q = make_params()
    optimizer = optim.Adam([p])
    run(optimizer, [p], 2, seed=0)
    optimizer.state[p]["exp_avg"] = fg.ones_like(p.detach())
    optimizer.state[p]["step"] = 7
    optimizer.param_groups[0]["params"].append(q)
    run(optimizer, [p, q], 1, seed=1)
    assert (optimizer.state[p]["step"], optimizer.state[q]["step"]) == (8, 1)
    assert optimizer.state[p]["exp_avg"].numpy().mean() > 0.5


@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16], ids=str)
def test_narrow_parameters_are_refused_with_advice(dtype):
    with pytest.raises(TypeError, match=rf"float32 and float64 tensors, got {dtype}; keep it in float32 and convert"):
        fg.optim.SGD([fg.ones(2, dtype=dtype).requires_grad_()])


# ---- what has no formula above ---------------------------------------------------------------------------------------


def rounded(x):
    return fg.tensor(x.astype(np.float32)).astype(fg.bfloat16).astype(fg.float32).numpy()


def orthogonal(x, coefficients, steps, eps):
    """What Muon makes of a matrix, with the digits of bfloat16."""
    a, b, c = coefficients
    tall = x.shape[0] > x.shape[1]
    x = rounded(x.T if tall else x)
    x = rounded(x / max(float(rounded(np.sqrt((x.astype(np.float64) ** 2).sum()))), eps))
    for _ in range(steps):
        y = rounded(x @ x.T)
        x = rounded(a * x + rounded(b * y + c * (y @ y)) @ x)
    return x.T if tall else x


@pytest.mark.parametrize("shape", [(4, 3), (3, 5), (1, 7), (0, 3)])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"lr": 0.1, "momentum": 0.5, "nesterov": False, "weight_decay": 0.0, "adjust_lr_fn": "match_rms_adamw"},
        {"lr": 0.1, "ns_coefficients": (1.5, -0.5, 0.0), "ns_steps": 3, "eps": 1e-3, "adjust_lr_fn": "original"},
        {"lr": 0.1, "ns_steps": 0},
    ],
)
def test_muon_follows_the_formula(arguments, shape):
    given = {"lr": 1e-3, "weight_decay": 0.1, "momentum": 0.95, "nesterov": True, "eps": 1e-7, "ns_steps": 5}
    given |= {"ns_coefficients": (3.4445, -4.775, 2.0315), "adjust_lr_fn": None, **arguments}
    p = nn.Parameter(fg.tensor(RNG.normal(size=shape)))
    expected, buffer = p.detach().numpy().copy(), np.zeros(shape)
    optimizer = optim.Muon([p], **arguments)
    for _ in range(3):
        g = RNG.normal(size=shape)
        p.grad = fg.tensor(g)
        optimizer.step()
        if 0 in shape:
            continue
        buffer += (1 - given["momentum"]) * (g - buffer)
        update = g + given["momentum"] * (buffer - g) if given["nesterov"] else buffer
        direction = orthogonal(update, given["ns_coefficients"], given["ns_steps"], given["eps"])
        ratio = np.sqrt(max(1, shape[0] / shape[1]))
        if given["adjust_lr_fn"] == "match_rms_adamw":
            ratio = 0.2 * np.sqrt(max(shape))
        expected = expected * (1 - given["lr"] * given["weight_decay"]) - given["lr"] * ratio * direction
    # A number of bfloat16 that rounds the other way moves an element by 2**-8 of its step.
    np.testing.assert_allclose(p.detach().numpy(), expected, atol=3 * given["lr"] * 2**-6)


def test_muons_steps_are_nearly_orthogonal():
    p = nn.Parameter(fg.zeros((8, 20)))
    p.grad = fg.tensor(RNG.normal(size=(8, 20)).astype(np.float32))
    optim.Muon([p], lr=1.0, weight_decay=0).step()
    values = np.linalg.svd(p.detach().numpy(), compute_uv=False)
    assert (values > 0.6).all()
    assert (values < 1.3).all()


def test_muon_is_for_matrices():
    matrix, vector = nn.Parameter(fg.ones((2, 2))), nn.Parameter(fg.ones(2))
    with pytest.raises(ValueError, match=r"Muon: every parameter must be a matrix, got one of shape \(2,\)"):
        optim.Muon([matrix, vector])
    optimizer = optim.Muon([matrix])
    with pytest.raises(ValueError, match="Muon: every parameter must be a matrix"):
        optimizer.add_param_group({"params": [vector]})
    for arguments, error in (
        ({"ns_steps": 100}, ValueError),
        ({"ns_steps": 1.5}, TypeError),
        ({"ns_coefficients": (1.0, 2.0)}, TypeError),
        ({"ns_coefficients": (1.0, 2.0, NAN)}, ValueError),
        ({"adjust_lr_fn": "half"}, ValueError),
        ({"momentum": -1.0}, ValueError),
    ):
        with pytest.raises(error, match=f"Muon: {next(iter(arguments))}"):
            optim.Muon([matrix], **arguments)


def test_adafactor_remembers_rows_and_columns_and_resumes():
    params = [nn.Parameter(fg.tensor(RNG.normal(size=shape))) for shape in ((2, 3, 4), (5,), ())]
    optimizer = optim.Adafactor(params)
    run(optimizer, params, 2, seed=0)
    shapes = [{key: value.shape for key, value in optimizer.state[p].items() if key != "step"} for p in params]
    assert shapes == [{"row_var": (2, 3, 1), "col_var": (2, 1, 4)}, {"variance": (5,)}, {"variance": ()}]
    state = optimizer.state_dict()
    copies = [nn.Parameter(p.detach().clone()) for p in params]
    resumed = optim.Adafactor(copies)
    resumed.load_state_dict(copy.deepcopy(state))
    for one, others in ((optimizer, params), (resumed, copies)):
        run(one, others, 2, seed=1)
    assert all(np.array_equal(p.detach().numpy(), q.detach().numpy()) for p, q in zip(params, copies, strict=True))
    state["state"][0]["row_var"] = fg.ones((2, 3))
    with pytest.raises(ValueError, match=r"'row_var' must have the shape \(2, 3, 1\), got \(2, 3\)"):
        resumed.load_state_dict(state)


@pytest.mark.parametrize("kind", [*ALL, optim.Muon])
def test_steps_are_bit_identical_for_any_number_of_threads(kind):
    rng = np.random.default_rng(5)
    values, grads = rng.normal(size=(2, 3, 300, 70)).astype(np.float32)
    threads, divisor = fg.num_threads(), _core.grain_divisor()
    runs = []
    try:
        _core.set_grain_divisor(1 << 20)  # cut even the smallest work into pieces
        for count in (1, 2, 3, 8):
            fg.set_num_threads(count)
            params = [nn.Parameter(fg.tensor(value)) for value in values]
            optimizer = kind(params, lr=0.1)
            for i in range(3):
                for p, grad in zip(params, grads, strict=True):
                    p.grad = fg.tensor(grad * (-0.5) ** i)
                optimizer.step()
            runs.append([p.detach().numpy() for p in params])
    finally:
        fg.set_num_threads(threads)
        _core.set_grain_divisor(divisor)
    assert all(np.array_equal(a, b) for others in runs for a, b in zip(runs[0], others, strict=True))


@pytest.mark.parametrize("kind", ALL)
def test_what_only_chooses_how_pytorch_computes_is_taken(kind):
    p = nn.Parameter(fg.ones(1))
    known = inspect.signature(kind).parameters.keys() & {"foreach", "fused", "capturable"}
    for way in known:
        for value in (True, False):
            optimizer = kind([p], **{way: value})
            assert optimizer.param_groups[0][way] is value
        with pytest.raises(TypeError, match=f"{kind.__name__}: {way} must be True, False or None, got 'yes'"):
            kind([p], **{way: "yes"})
    if {"foreach", "fused"} <= known:
        with pytest.raises(RuntimeError, match="at most one of fused and foreach"):
            kind([p], foreach=True, fused=True)
    if "differentiable" in inspect.signature(kind).parameters:
        with pytest.raises(NotImplementedError, match=f"{kind.__name__}: differentiable must be False"):
            kind([p], differentiable=True)


def test_errors_of_the_core_name_the_optimizer():
    p = nn.Parameter(fg.ones(2))
    p.grad = fg.ones(2)
    optimizer = optim.AdamW([p])
    optimizer.step()
    optimizer.state[p]["exp_avg"] = fg.ones(3)
    with pytest.raises(ValueError, match=r"AdamW: exp_avg\[0\] has shape \(3,\)"):
        optimizer.step()


def test_a_rate_of_one_element_is_taken_as_in_pytorch():
    for kind in ALL:
        p, q = (nn.Parameter(fg.ones(3)) for _ in range(2))
        for param, lr in ((p, fg.tensor([0.5])), (q, 0.5)):
            param.grad = fg.ones(3)
            kind([param], lr=lr).step()
        assert p.tolist() == q.tolist()


def test_numbers_that_go_on_are_of_each_parameter():
    params = make_params()
    for kind, name in ((optim.NAdam, "mu_product"), (optim.ASGD, "eta")):
        optimizer = kind(params, lr=0.5)
        run(optimizer, params, 2, seed=0)
        params[1].grad = None
        optimizer.step()
        first, second = (optimizer.state[p][name] for p in params)
        assert (first.dtype, first.shape) == (fg.float32, ())
        assert first < second
        state = copy.deepcopy(optimizer.state_dict())
        state["state"][0][name] = fg.tensor(0.25)  # PyTorch keeps it as a tensor
        optimizer.load_state_dict(state)
        assert optimizer.state[params[0]][name] == 0.25
        run(optimizer, params, 1, seed=0)


def test_all_groups_come_with_names_or_none():
    net = nn.Linear(2, 1)
    with pytest.raises(ValueError, match="SGD: all parameter groups must come with names, or none"):
        optim.SGD([{"params": [("weight", net.weight)]}, {"params": [net.bias]}])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        *(
            (kind, ["step"])
            for kind in (optim.Adam, optim.AdamW, optim.Adamax, optim.RAdam, optim.RMSprop, optim.Rprop)
        ),
        *((kind, ["step"]) for kind in (optim.Adagrad, optim.Adadelta, optim.Adafactor)),
        (optim.NAdam, ["step", "mu_product"]),
        (optim.ASGD, ["step", "eta", "mu"]),
    ],
)
def test_numbers_of_states_are_tensors_that_programs_write_to(kind, names):
    p = nn.Parameter(fg.ones(2))
    p.grad = fg.ones(2)
    optimizer = kind([p], lr=0.1)
    optimizer.step()
    state = optimizer.state[p]
    held = {name: state[name] for name in names}
    assert all((one.dtype, one.shape, one.requires_grad) == (fg.float32, (), False) for one in held.values())
    version = held["step"]._version
    optimizer.step()
    assert all(state[name] is one for name, one in held.items())  # as in PyTorch, they are written to
    assert (held["step"].item(), held["step"]._version > version) == (2.0, True)
    state["step"] += 1
    state["step"] = state["step"] + 1
    optimizer.step()
    assert state["step"].item() == 5.0
    state["step"] = fg.tensor(7, dtype=fg.int64)
    optimizer.step()
    assert state["step"].item() == 8
    state["step"] = fg.tensor(1.5)
    with pytest.raises(TypeError, match=f"{kind.__name__}: 'step' of a state must be a tensor of a whole number"):
        optimizer.step()


def test_what_keeps_no_state_has_none():
    p = nn.Parameter(fg.ones(2))
    p.grad = fg.ones(2)
    optimizer = optim.SGD([p], lr=0.1)
    optimizer.step()
    assert optimizer.state_dict()["state"] == {}
    optimizer.param_groups[0]["momentum"] = 0.5
    optimizer.step()
    assert list(optimizer.state_dict()["state"]) == [0]


# PyTorch's values.
@pytest.mark.parametrize(("kind", "expected", "steps"), [(optim.SGD, 0.8, []), (optim.Adam, 0.8, [2.0])])
def test_a_parameter_that_is_twice_in_a_group_is_updated_twice(kind, expected, steps):
    p, q = nn.Parameter(fg.ones(2)), nn.Parameter(fg.ones(2))
    p.grad = q.grad = fg.ones(2)
    with pytest.warns(UserWarning, match="appears twice in a parameter group"):
        optimizer = kind([p, q, p], lr=0.1)
    optimizer.step()
    assert p.tolist() == pytest.approx([expected] * 2)
    assert q.tolist() == pytest.approx([0.9] * 2)
    assert [state["step"].item() for state in optimizer.state.values() if "step" in state][:1] == steps
    with pytest.raises(ValueError, match="appears twice in the parameter groups"):
        optimizer.add_param_group({"params": q})
