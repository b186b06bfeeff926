"""Gradient clipping, and parameters as one vector."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import utils


def parameters(*grads):
    params = []
    for grad in grads:
        p = nn.Parameter(fg.zeros(np.shape(grad)) if grad is not None else fg.zeros(1))
        if grad is not None:
            p.grad = fg.tensor(grad)
        params.append(p)
    return params


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, 0.5, math.inf, "inf"])
def test_clip_grad_norm_is_the_norm_of_all_gradients_together(norm_type):
    rng = np.random.default_rng(0)
    grads = [rng.normal(size=shape).astype(np.float32) for shape in ((3, 4), (5,), ())]
    everything = np.concatenate([g.ravel() for g in grads]).astype(np.float64)
    total = np.linalg.norm(everything, float(norm_type))
    params = [*parameters(*grads), *parameters(None)]
    norm = utils.clip_grad_norm_(params, 1e6, norm_type)
    assert norm.shape == ()
    assert math.isclose(norm.item(), total, rel_tol=1e-5)
    assert all(np.array_equal(p.grad.numpy(), g) for p, g in zip(params[:3], grads, strict=True))
    utils.clip_grad_norm_(iter(params), 0.5, norm_type)
    for p, g in zip(params[:3], grads, strict=True):
        np.testing.assert_allclose(p.grad.numpy(), g * (0.5 / total), rtol=1e-4)
    assert math.isclose(utils.get_total_norm([p.grad for p in params[:3]], norm_type).item(), 0.5, rel_tol=1e-4)


def test_clip_grad_norm_of_nothing_and_of_one():
    assert utils.clip_grad_norm_(parameters(None), 1.0).item() == 0.0
    (p,) = parameters([3.0, 4.0])
    assert utils.clip_grad_norm_(p, 1.0).item() == 5.0
    np.testing.assert_allclose(p.grad.numpy(), [0.6, 0.8], rtol=1e-5)


def test_a_norm_that_is_not_finite():
    for value in (math.nan, math.inf):
        params = parameters([1.0, value])
        with pytest.raises(RuntimeError, match="total norm"):
            utils.clip_grad_norm_(params, 1.0, error_if_nonfinite=True)
        with pytest.raises(RuntimeError, match="total norm"):
            utils.get_total_norm([params[0].grad], error_if_nonfinite=True)
        assert not math.isfinite(utils.get_total_norm([params[0].grad]).item())
        assert params[0].grad.tolist()[0] == 1.0
        assert not math.isfinite(utils.clip_grad_norm_(params, 1.0).item())


def test_clip_grad_value():
    params = parameters([-3.0, 0.5, 7.0], None, [[2.0]])
    utils.clip_grad_value_(params, 1.0)
    assert params[0].grad.tolist() == [-1.0, 0.5, 1.0]
    assert params[2].grad.tolist() == [[1.0]]


def test_absurd_bounds_are_refused():
    (p,) = parameters([1.0])
    for bound in (-1.0, math.nan):
        with pytest.raises(ValueError, match="max_norm"):
            utils.clip_grad_norm_(p, bound)
        with pytest.raises(ValueError, match="clip_value"):
            utils.clip_grad_value_(p, bound)
    for order in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="norm_type"):
            utils.clip_grad_norm_(p, 1.0, order)
    for wrong in ([1], 1):
        with pytest.raises(TypeError, match="clip_grad_norm_: parameters must be tensors, got a int"):
            utils.clip_grad_norm_(wrong, 1.0)


def test_parameters_as_a_vector_and_back():
    net = nn.Linear(3, 2)
    vector = utils.parameters_to_vector(net.parameters())
    assert vector.shape == (8,)
    assert vector.requires_grad
    assert vector.tolist()[6:] == net.bias.tolist()
    utils.vector_to_parameters(fg.arange(8.0), net.parameters())
    assert net.weight.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert net.bias.tolist() == [6, 7]
    with pytest.raises(ValueError, match=r"\(8,\).*\(7,\)"):
        utils.vector_to_parameters(fg.zeros(7), net.parameters())
    with pytest.raises(ValueError, match="no parameters"):
        utils.parameters_to_vector([])
    with pytest.raises(TypeError):
        utils.vector_to_parameters([0.0] * 8, net.parameters())


@pytest.mark.parametrize(
    ("dtype", "size"), [("float32", 1e30), ("float32", 1e-35), ("float64", 1e250), ("float64", 1e-300)]
)
@pytest.mark.parametrize("norm_type", [2.0, 3.0])
def test_total_norms_of_very_large_and_very_small_gradients(dtype, size, norm_type):
    values = np.random.default_rng(0).uniform(0.5, 1.0, 50).astype(dtype)
    tensors = [fg.tensor(part * np.asarray(size, dtype)) for part in (values[:20], values[20:])]
    want = float((values.astype(np.float64) ** norm_type).sum() ** (1 / norm_type)) * size
    assert math.isclose(utils.get_total_norm(tensors, norm_type).item(), want, rel_tol=1e-6)


def test_what_is_not_finite_is_named_and_a_bound_of_infinity_only_looks():
    params = [nn.Parameter(fg.zeros(3)) for _ in range(3)]
    for p in params:
        p.grad = fg.tensor([1.0, 2.0, 3.0])
    clip = nn.utils.clip_grad_norm_
    clip(params, float("inf"), error_if_nonfinite=True)
    assert all(p.grad.tolist() == [1.0, 2.0, 3.0] for p in params)
    params[1].grad = fg.tensor([1.0, float("nan"), float("inf")])
    with pytest.raises(RuntimeError, match=r"of 3, number 1 of shape \(3,\) has 2 of 3 elements not finite"):
        clip(params, float("inf"), error_if_nonfinite=True)


def test_gradients_are_clipped_by_a_norm_that_is_given():
    p, q = nn.Parameter(fg.zeros(2)), nn.Parameter(fg.zeros(1))
    p.grad, q.grad = fg.tensor([3.0, 0.0]), fg.tensor([4.0])
    norm = nn.utils.get_total_norm([p.grad, q.grad], foreach=True)
    nn.utils.clip_grads_with_norm_([p, q], 10.0, norm)
    assert p.grad.tolist() == [3.0, 0.0]
    nn.utils.clip_grads_with_norm_([p, q], 1.0, norm, foreach=False)
    np.testing.assert_allclose([*p.grad.tolist(), *q.grad.tolist()], [0.6, 0.0, 0.8], rtol=1e-5)
    nn.utils.clip_grads_with_norm_(p, 1.0, 100.0)
    with pytest.raises(ValueError, match="clip_grads_with_norm_: max_norm must not be negative"):
        nn.utils.clip_grads_with_norm_([p], -1.0, norm)
