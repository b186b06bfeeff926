"""Functions of functions: derivatives of trees, nested, and calls over an axis; and trees themselves."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.func import (
    functional_call,
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    stack_module_state,
    vjp,
    vmap,
)  # fmt: skip
from fastgrad.utils.pytree import tree_flatten, tree_map, tree_unflatten

X = fg.tensor([0.5, -1.0, 2.0], dtype=fg.float64)


def cube(x):
    return (x**3).sum()


def close(a, b):
    np.testing.assert_allclose(np.asarray(a.detach()), np.asarray(b), rtol=1e-12)


def test_gradients_nest_to_any_order():
    third = grad(lambda x: grad(lambda x: grad(lambda x: x**4)(x))(x))
    close(third(fg.tensor(2.0, dtype=fg.float64)), 48.0)
    close(hessian(cube)(X), np.diag(6 * X.numpy()))
    close(jacrev(grad(cube))(X), np.diag(6 * X.numpy()))


def test_a_result_has_a_history_only_where_somebody_else_is_followed():
    assert not grad(cube)(X).requires_grad
    assert not X.requires_grad
    followed = fg.tensor(3.0, dtype=fg.float64, requires_grad=True)
    inner = grad(lambda x: (followed * x**2).sum())(X)
    inner.sum().backward()
    close(followed.grad, 2 * X.numpy().sum())
    leaf = X.clone().requires_grad_(True)
    grad(cube)(leaf).sum().backward()
    close(leaf.grad, 6 * X.numpy())
    with fg.no_grad():
        assert not grad(cube)(leaf).requires_grad


def test_a_gradient_has_the_form_of_its_argument():
    layer = nn.Linear(3, 2, dtype=fg.float64)
    weights = {name: p.detach() for name, p in layer.named_parameters()}

    def loss(weights, x):
        return functional_call(layer, weights, (x,)).square().sum()

    found, value = grad_and_value(loss)(weights, X)
    assert list(found) == ["weight", "bias"]
    out = layer(X)
    close(found["bias"], 2 * out.detach().numpy())
    close(value, (out**2).sum().item())
    by_both = grad(loss, argnums=(0, 1))(weights, X)
    assert isinstance(by_both, tuple)
    close(by_both[1], 2 * out.detach().numpy() @ layer.weight.detach().numpy())


def test_aux_is_passed_on_without_a_history():
    slope, aux = grad(lambda x: (cube(x), x * 2), has_aux=True)(X)
    close(slope, 3 * X.numpy() ** 2)
    close(aux, 2 * X.numpy())
    assert not aux.requires_grad


def test_products_with_jacobians_agree_with_the_jacobian():
    def f(x):
        return fg.stack([x[0] * x[1], fg.sin(x[2]), x.sum(), x[0] ** 2])

    jacobian = jacrev(f)(X)
    close(jacobian, jacfwd(f)(X))
    direction, start = fg.tensor([1.0, 2.0, 3.0], dtype=fg.float64), fg.arange(4, dtype=fg.float64)
    out, along = jvp(f, (X,), (direction,))
    close(along, jacobian.numpy() @ direction.numpy())
    close(linearize(f, X)[1](direction), along)
    out, pull = vjp(f, X)
    close(out, f(X))
    close(pull(start)[0], start.numpy() @ jacobian.numpy())
    close(pull(start)[0], start.numpy() @ jacobian.numpy())  # as often as one likes


def test_of_several_outputs_each_has_its_jacobian():
    both = jacrev(lambda x: {"a": x * 2, "b": (x.sum(), X)})(X)
    close(both["a"], 2 * np.eye(3))
    close(both["b"][0], np.ones(3))
    close(both["b"][1], np.zeros((3, 3)))


@pytest.mark.parametrize(("in_dims", "out_dims"), [(0, 0), (1, 0), (-1, 1), ((0,), -1)])
def test_vmap_calls_for_each_place_and_stacks(in_dims, out_dims):
    x = fg.arange(12, dtype=fg.float64).reshape(3, 4)
    axis = in_dims[0] if isinstance(in_dims, tuple) else in_dims
    rows = np.moveaxis(x.numpy(), axis, 0)
    found = vmap(lambda row: row * row.sum(), in_dims, out_dims)(x)
    close(found, np.stack([row * row.sum() for row in rows], out_dims))


def test_gradients_of_each_sample():
    layer = nn.Linear(3, 1, dtype=fg.float64)
    weights = {name: p.detach() for name, p in layer.named_parameters()}
    x = fg.arange(12, dtype=fg.float64).reshape(4, 3)

    def loss(weights, sample):
        return functional_call(layer, weights, (sample[None],)).square().sum()

    found = vmap(grad(loss), in_dims=(None, 0))(weights, x)
    for i in range(4):
        close(found["weight"][i], grad(loss)(weights, x[i])["weight"])


def test_modules_stacked_are_called_as_one():
    models = [nn.Linear(3, 2, dtype=fg.float64) for _ in range(3)]
    weights, buffers = stack_module_state(models)
    assert all(w.is_leaf and w.requires_grad for w in weights.values())
    out = vmap(lambda w, b, x: functional_call(models[0], (w, b), (x,)), in_dims=(0, 0, None))(weights, buffers, X)
    close(out, np.stack([model(X).detach().numpy() for model in models]))


def test_randomness_must_be_asked_for():
    with pytest.raises(RuntimeError, match="say randomness='different' or 'same'"):
        vmap(lambda x: x + fg.rand(2))(fg.zeros(3, 1))
    found = vmap(lambda x: x + fg.rand(2), randomness="different")(fg.zeros(3, 1)).tolist()
    assert found[0] != found[1] != found[2]
    assert vmap(lambda x: x * 2.0)(fg.ones(3)).tolist() == [2.0] * 3


def test_randomness_that_is_the_same_is_the_same():
    found = vmap(lambda x: x + fg.rand(2), randomness="same")(fg.zeros(3, 1))
    assert (found == found[0]).all()


REFUSED = {
    "one number": (lambda: grad(lambda x: x * 2)(X), RuntimeError),
    "floating-point": (lambda: grad(cube)(fg.arange(3)), RuntimeError),
    "must be tensors": (lambda: grad(cube)("3.0"), TypeError),
    "argnums": (lambda: grad(cube, 2)(X), RuntimeError),
    "one length": (lambda: vmap(fg.add)(fg.ones(2), fg.ones(3)), ValueError),
    "in_dims": (lambda: vmap(fg.sum, in_dims=2)(fg.ones(2)), ValueError),
    "must return tensors": (lambda: vmap(lambda x: "1")(fg.ones(2)), ValueError),
    "output's shapes": (lambda: vjp(cube, X)[1](X), RuntimeError),
    "a pair": (lambda: grad(cube, has_aux=True)(X), RuntimeError),
    "of one class": (lambda: stack_module_state([nn.Linear(1, 1), nn.ReLU()]), RuntimeError),
    "one of the mappings": (lambda: functional_call(nn.ReLU(), ({"a": X}, {"a": X}), (X,)), ValueError),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_done_is_said(said):
    call, kind = REFUSED[said]
    with pytest.raises(kind, match=said):
        call()


def test_numbers_and_arrays_stand_for_tensors():
    assert grad(cube)(2.0).item() == 12.0
    assert grad(cube)(np.float64(2)).dtype == fg.float64
    close(grad(lambda x: (x**3).sum())(np.array([1.0, 2.0])), [3.0, 12.0])
    close(jacrev(lambda x: x**3)(np.array([1.0, 2.0])), [[3.0, 0.0], [0.0, 12.0]])
    value, product = jvp(cube, (2.0,), (np.float32(10),))
    assert (value.item(), product.item()) == (8.0, 120.0)
    value, pull = vjp(lambda x: x**3, np.array([1.0, 2.0]))
    close(pull(np.array([1.0, 10.0]))[0], [3.0, 120.0])
    assert grad(lambda x: 1.0)(2.0).item() == 0.0
    assert vmap(lambda x: 1)(fg.ones(2)).tolist() == [1, 1]


def test_trees_keep_their_forms():
    from collections import OrderedDict, namedtuple

    pair = namedtuple("pair", "first second")
    tree = OrderedDict(a=[1, (2, 3)], b=pair(4, {"c": 5}))
    leaves, form = tree_flatten(tree)
    assert leaves == [1, 2, 3, 4, 5]
    again = tree_unflatten(leaves, form)
    assert again == tree
    assert type(again) is OrderedDict
    assert type(again["b"]) is pair
    assert tree_map(lambda a, b: a + b, [1, (2,)], [3, (4,)]) == [4, (6,)]
    with pytest.raises(ValueError, match="same form"):
        tree_map(max, [1, 2], [1])
    with pytest.raises(ValueError, match="2 leaves"):
        tree_unflatten([1], [None, None])
