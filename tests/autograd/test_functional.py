"""Products with Jacobians and Hessians, and these themselves: against PyTorch where it is installed, and by hand."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.autograd import functional

X, Y = np.random.default_rng(0).normal(size=(2, 3)), np.random.default_rng(1).normal(size=3)


def several(lib):
    def function(x, y):
        return (x * y) ** 2, lib.exp(x).sum(), lib.asarray([1.0, 2.0], dtype=lib.float64)

    return function


def one(lib):
    return lambda x: lib.sin(x) * x.sum()


def scalar(lib):
    return lambda x, y: (lib.sin(x) * y).sum() + (y**3).sum()


def scalar_of_one(lib):
    return lambda x: (lib.sin(x) ** 2).sum()


CALLS = {
    "vjp": lambda f, lib, t: f.vjp(several(lib), (t(X), t(Y)), (t(X), t(np.array(2.0)), t(np.ones(2)))),
    "vjp_one": lambda f, lib, t: f.vjp(one(lib), t(X), t(X)),
    "vjp_number": lambda f, lib, t: f.vjp(scalar_of_one(lib), t(X)),
    "jvp": lambda f, lib, t: f.jvp(several(lib), (t(X), t(Y)), (t(X), t(Y))),
    "jvp_one": lambda f, lib, t: f.jvp(one(lib), t(X), t(X)),
    "jacobian": lambda f, lib, t: f.jacobian(several(lib), (t(X), t(Y))),
    "jacobian_one": lambda f, lib, t: f.jacobian(one(lib), t(X)),
    "hessian": lambda f, lib, t: f.hessian(scalar(lib), (t(X), t(Y))),
    "hessian_one": lambda f, lib, t: f.hessian(scalar_of_one(lib), t(X)),
    "vhp": lambda f, lib, t: f.vhp(scalar(lib), (t(X), t(Y)), (t(X), t(Y))),
    "hvp_one": lambda f, lib, t: f.hvp(scalar_of_one(lib), t(X), t(X)),
}


def arrays(value):
    if isinstance(value, tuple):
        return tuple(arrays(part) for part in value)
    assert not value.requires_grad
    return np.array(value.numpy())


def assert_same(found, expected):
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for f, e in zip(found, expected, strict=True):
            assert_same(f, e)
    else:
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("name", CALLS)
def test_as_pytorch(name):
    torch = pytest.importorskip("torch")
    call = CALLS[name]
    expected = arrays(call(torch.autograd.functional, torch, torch.tensor))
    assert_same(arrays(call(functional, fg, fg.tensor)), expected)


def test_results_are_differentiable_where_asked_for():
    x = fg.tensor(X, requires_grad=True)
    for compute in (
        lambda x: functional.vjp(one(fg), x, fg.tensor(X), create_graph=True)[1],
        lambda x: functional.jvp(one(fg), x, fg.tensor(X), create_graph=True)[1],
        lambda x: functional.jacobian(one(fg), x, create_graph=True),
        lambda x: functional.hessian(scalar_of_one(fg), x, create_graph=True),
        lambda x: functional.hvp(scalar_of_one(fg), x, fg.tensor(X), create_graph=True)[1],
    ):
        assert fg.autograd.gradcheck(compute, (x,))


def test_recording_off_outside_does_not_matter():
    with fg.no_grad():
        assert functional.jacobian(lambda x: x * 2.0, fg.ones(2)).tolist() == [[2.0, 0.0], [0.0, 2.0]]


def test_strict_refuses_what_does_not_depend():
    assert functional.jacobian(lambda x: fg.ones(2), fg.ones(2)).tolist() == [[0.0, 0.0]] * 2
    assert functional.jacobian(lambda x: x[:0], fg.ones(2)).shape == (0, 2)
    forward = functional.jacobian(one(fg), fg.tensor(X), vectorize=True, strategy="forward-mode")
    assert forward.tolist() == functional.jacobian(one(fg), fg.tensor(X)).tolist()
    for call in (
        lambda: functional.vjp(lambda x, y: x, (fg.ones(1), fg.ones(1)), strict=True),
        lambda: functional.jacobian(lambda x, y: x, (fg.ones(1), fg.ones(1)), strict=True),
        lambda: functional.hessian(lambda x: x.sum(), fg.ones(2), strict=True),
    ):
        with pytest.raises(RuntimeError, match="strict=True"):
            call()


def test_bad_input():
    with pytest.raises(TypeError, match="vjp: inputs must be a tensor or a tuple of tensors, got a int"):
        functional.vjp(lambda x: x, 3)
    with pytest.raises(TypeError, match="must be floating-point, got int64"):
        functional.jacobian(lambda x: x, fg.tensor([1, 2]))
    with pytest.raises(TypeError, match="what func returns must be a tensor"):
        functional.jacobian(lambda x: 3, fg.ones(2))
    with pytest.raises(RuntimeError, match="v must be given where the output has more than one element"):
        functional.vjp(lambda x: x, fg.ones(2))
    with pytest.raises(RuntimeError, match=r"v must have the shapes of the input, \[\(2,\)\], got \[\(3,\)\]"):
        functional.jvp(lambda x: x, fg.ones(2), fg.ones(3))
    with pytest.raises(RuntimeError, match=r"func must return a tensor of one element, got shape \(2,\)"):
        functional.hessian(lambda x: x, fg.ones(2))
    with pytest.raises(ValueError, match="strategy must be"):
        functional.jacobian(lambda x: x, fg.ones(2), strategy="sideways")
