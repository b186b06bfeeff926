"""Parameters that are computed from others."""

import copy
import pickle

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn.utils import parametrizations, parametrize


class Symmetric(nn.Module):
    def forward(self, x):
        return fg.triu(x) + fg.triu(x, 1).mT

    def right_inverse(self, x):
        return fg.triu(x)


class Exponential(nn.Module):
    def forward(self, x):
        return fg.exp(x)

    def right_inverse(self, x):
        return fg.log(x)


class Sum(nn.Module):
    def forward(self, x, y):
        return x + y

    def right_inverse(self, z):
        return z * 0.25, z * 0.75


class Double(nn.Module):
    def forward(self, x):
        return x * 2


def test_what_is_trained_is_the_original():
    layer = nn.Linear(3, 3)
    weight = layer.weight
    assert parametrize.register_parametrization(layer, "weight", Symmetric()) is layer
    assert type(layer).__name__ == "ParametrizedLinear"
    assert isinstance(layer, nn.Linear)
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert layer.parametrizations.weight.original is weight
    assert [name for name, _ in layer.named_parameters()] == ["bias", "parametrizations.weight.original"]
    optimizer = fg.optim.SGD(layer.parameters(), lr=0.1)
    layer(fg.ones(2, 3)).sum().backward()
    optimizer.step()
    assert np.array_equal(layer.weight.detach().numpy(), layer.weight.detach().numpy().T)
    assert weight.grad.tolist()[1][0] == 0.0


def test_several_follow_each_other_and_assignment_goes_back():
    layer = nn.Linear(2, 2)
    parametrize.register_parametrization(layer, "weight", Exponential(), unsafe=True)
    with fg.no_grad():
        layer.parametrizations.weight.original.fill_(0.0)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    assert len(layer.parametrizations.weight) == 2
    layer.weight = fg.tensor([[1.0, 4.0], [4.0, 2.0]])
    np.testing.assert_allclose(layer.parametrizations.weight.original.tolist()[0], np.log([1.0, 4.0]), rtol=1e-6)
    np.testing.assert_allclose(layer.weight.tolist(), [[1.0, 4.0], [4.0, 2.0]], rtol=1e-6)


def test_it_may_be_computed_from_several_tensors():
    layer = nn.Linear(2, 2)
    weight = layer.weight.detach().numpy().copy()
    parametrize.register_parametrization(layer, "weight", Sum())
    names = [name for name, _ in layer.named_parameters()]
    assert names == ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"]
    np.testing.assert_allclose(layer.weight.tolist(), weight, rtol=1e-6)
    with pytest.raises(ValueError, match="leave_parametrized must be True"):
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    parametrize.remove_parametrizations(layer, "weight")
    assert type(layer) is nn.Linear
    assert isinstance(layer.weight, nn.Parameter)
    np.testing.assert_allclose(layer.weight.tolist(), weight, rtol=1e-6)
    assert not hasattr(layer, "parametrizations")


@pytest.mark.parametrize("leave", [True, False])
def test_removing_keeps_the_parameter_that_an_optimizer_has(leave):
    layer = nn.Linear(2, 2)
    weight, values = layer.weight, layer.weight.detach().numpy().copy()
    parametrize.register_parametrization(layer, "weight", Double())
    parametrize.register_parametrization(layer, "bias", Double())
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=leave)
    assert layer.weight is weight
    assert np.array_equal(weight.detach().numpy(), values * (2 if leave else 1))
    assert parametrize.is_parametrized(layer, "bias")
    assert not parametrize.is_parametrized(layer, "weight")


def test_inside_cached_it_is_computed_once():
    layer = parametrizations.weight_norm(nn.Linear(2, 2))
    assert layer.weight is not layer.weight
    with parametrize.cached():
        with parametrize.cached():
            first = layer.weight
        assert layer.weight is first
    assert layer.weight is not first


def test_buffers_and_the_mode():
    class Mode(nn.Module):
        def forward(self, x):
            return x + float(self.training)

    module = nn.Module()
    module.register_buffer("scale", fg.zeros(2))
    module.eval()
    parametrize.register_parametrization(module, "scale", Mode())
    assert module.scale.tolist() == [0.0, 0.0]
    assert module.train().scale.tolist() == [1.0, 1.0]
    assert [name for name, _ in module.named_buffers()] == ["parametrizations.scale.original"]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_have_parametrizations_of_their_own(copied):
    layer = parametrizations.weight_norm(nn.Linear(3, 2))
    twin = copied(layer)
    assert np.array_equal(twin.weight.tolist(), layer.weight.tolist())
    with fg.no_grad():
        twin.parametrizations.weight.original0.fill_(5.0)
    assert not np.array_equal(twin.weight.tolist(), layer.weight.tolist())
    parametrize.remove_parametrizations(twin, "weight")
    assert parametrize.is_parametrized(layer)


def test_they_are_given_to_another_module():
    layer, other = parametrizations.weight_norm(nn.Linear(3, 2)), nn.Linear(3, 2)
    parametrize.transfer_parametrizations_and_params(layer, other)
    assert np.array_equal(other.weight.tolist(), layer.weight.tolist())
    assert list(other.state_dict()) == list(layer.state_dict())
    with pytest.raises(ValueError, match="is not parametrized"):
        parametrize.transfer_parametrizations_and_params(nn.Linear(2, 2), other)


def test_states_of_the_older_weight_norm_are_loaded():
    old, new = nn.utils.weight_norm(nn.Linear(3, 2)), parametrizations.weight_norm(nn.Linear(3, 2))
    new.load_state_dict(old.state_dict())
    np.testing.assert_allclose(new.weight.tolist(), old.weight.tolist(), rtol=1e-6)


@pytest.mark.parametrize("mapped", ["matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("trivial", [True, False])
@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (1, 1)])
def test_orthogonal_matrices(shape, mapped, trivial):
    layer = nn.Linear(shape[1], shape[0], dtype=fg.float64)
    parametrizations.orthogonal(layer, orthogonal_map=mapped, use_trivialization=trivial)
    for _ in range(2):
        weight = layer.weight.detach().numpy()
        product = weight @ weight.T if shape[0] < shape[1] else weight.T @ weight
        np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-12)
        with fg.no_grad():
            for param in layer.parameters():
                noise = fg.randn(param.shape, dtype=fg.float64)
                param.add_(fg.tril(noise, -1) if param.ndim == 2 else noise)
    q = np.linalg.qr(np.random.default_rng(0).normal(size=(max(shape), min(shape))))[0]
    q = fg.tensor(np.ascontiguousarray(q.T if shape[0] < shape[1] else q))
    if trivial or mapped == "householder":
        layer.weight = q
        np.testing.assert_allclose(layer.weight.detach().numpy(), q.numpy(), atol=1e-12)
    else:
        with pytest.raises(NotImplementedError, match="use_trivialization=True"):
            layer.weight = q


def test_gradients_of_the_orthogonal_maps():
    for mapped in ("matrix_exp", "cayley", "householder"):
        module = parametrizations.orthogonal(nn.Linear(3, 4, dtype=fg.float64), orthogonal_map=mapped)
        module = module.parametrizations.weight[0]
        x = fg.tensor(np.tril(np.random.default_rng(1).normal(size=(4, 3)), -1) - np.eye(4, 3), requires_grad=True)
        assert fg.autograd.gradcheck(lambda x, m=module: m(fg.tril(x, -1) - fg.eye(4, 3)), (x,))


def test_what_does_not_fit_is_refused_and_changes_nothing():
    class Half(nn.Module):
        def forward(self, x):
            return x[:1]

    class Text(nn.Module):
        def forward(self, x):
            return "text"

    class Backwards(Double):
        def right_inverse(self, x):
            return 3

    for wrong, message in (
        (Half(), r"must keep shape \(2, 2\)"),
        (Text(), "must return a tensor, got a str"),
        (Backwards(), "must return a tensor or a sequence of tensors, got a int"),
    ):
        layer = nn.Linear(2, 2)
        with pytest.raises(ValueError, match=message):
            parametrize.register_parametrization(layer, "weight", wrong)
        assert type(layer) is nn.Linear
        assert isinstance(layer.weight, nn.Parameter)
    with pytest.raises(ValueError, match="has no parameter or buffer 'none'"):
        parametrize.register_parametrization(nn.Linear(2, 2), "none", Double())
    with pytest.raises(TypeError, match="is not a Module"):
        parametrize.register_parametrization(nn.Linear(2, 2), "weight", lambda x: x)
    with pytest.raises(ValueError, match="is not parametrized"):
        parametrize.remove_parametrizations(nn.Linear(2, 2), "weight")
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Double())
    with pytest.raises(RuntimeError, match="Double has no right_inverse"):
        layer.weight = fg.ones(2, 2)
    with pytest.raises(ValueError, match="must be 'matrix_exp', 'cayley' or 'householder'"):
        parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="other")
    with pytest.raises(ValueError, match="must be a matrix"):
        parametrizations.orthogonal(nn.Linear(2, 2), "bias")
