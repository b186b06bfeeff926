"""The graph as programs walk it on PyTorch: names that are called, functions that add up the gradients of leaves."""

from __future__ import annotations

import fastgrad.torch as torch

ADD_UP = ("torch::autograd::AccumulateGrad", ())


def tree(node):
    if node is None:
        return None
    return node.name(), tuple(tree(below) for below, _ in node.next_functions)


def test_names_are_called_and_leaves_have_functions():
    x, w, c = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True), torch.ones(3)
    assert tree((x * w).grad_fn) == ("MulBackward0", (ADD_UP, ADD_UP))
    assert tree((x * c).exp().grad_fn) == ("ExpBackward0", (("MulBackward0", (ADD_UP, None)),))
    assert str((x * w).grad_fn).startswith("<MulBackward0 object at 0x")
    assert (x * w).grad_fn.name == "multiply"  # fastgrad's, as other doors have it
    leaf = (x * w).grad_fn.next_functions[0][0]
    assert leaf.variable is x
    assert leaf == (x * 2).grad_fn.next_functions[0][0]
    assert len({leaf, (x * 2).grad_fn.next_functions[0][0], (w * 2).grad_fn.next_functions[0][0]}) == 2
    assert not hasattr((x * w).grad_fn, "variable")


def test_parameters_are_found_below_a_loss():
    def parameters(node):
        seen, found, left = set(), [], [node]
        while left:
            node = left.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            if hasattr(node, "variable"):
                found.append(tuple(node.variable.shape))
            left += [below for below, _ in node.next_functions]
        return sorted(found)

    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    assert parameters(net(torch.ones(2, 3)).sum().grad_fn) == [(2,), (2, 4), (4,), (4, 3)]


def test_hooks_of_what_adds_up():
    x = torch.ones(2, requires_grad=True)
    seen = []
    handle = (
        x.expand_as(x)
        .grad_fn.next_functions[0][0]
        .register_hook(lambda inputs, outputs: seen.append((inputs, outputs[0].tolist(), x.grad.tolist())))
    )
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    assert seen == [((), [2.0, 2.0], [2.0, 2.0]), ((), [3.0, 3.0], [5.0, 5.0])]
    handle.remove()
    (x * 2).sum().backward()
    assert len(seen) == 2
