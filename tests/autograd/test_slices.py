"""Gradients of slices, which the backward pass adds to their part of the whole in place."""

import numpy as np

import fastgrad as fg


def test_overlapping_slices_and_the_whole_add_up():
    v = np.random.default_rng(0).standard_normal((5, 6))
    for leaf in (True, False):
        x = fg.tensor(v).requires_grad_()
        h = x if leaf else x * 1.0
        y = (h[0] * 2).sum() + (h[1:4, ::-2] * 3).sum() + (h[:, 2] * h[:, 2]).sum() + (h * 5).sum() + h[2:2].sum()
        y.backward()
        expected = np.full((5, 6), 5.0)
        expected[0] += 2
        expected[1:4, ::-2] += 3
        expected[:, 2] += 2 * v[:, 2]
        np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-14)


def test_a_gradient_given_to_two_inputs_is_not_written_to():
    x, y = fg.ones(4).requires_grad_(), fg.ones(4).requires_grad_()
    h, k = x * 1.0, y * 1.0
    total = h + k  # both receive the same memory
    (total.sum() + h[0] + h[1:3].sum() + h[1]).backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2, 3, 2, 1])
    np.testing.assert_array_equal(y.grad.numpy(), [1, 1, 1, 1])


def test_second_derivatives_of_many_slices():
    v = np.random.default_rng(0).standard_normal((5, 6))
    x = fg.tensor(v).requires_grad_()
    h = x * 1.0
    y = sum((h[:, i] ** 3).sum() for i in range(6))
    (g,) = fg.autograd.grad(y, [x], create_graph=True)
    np.testing.assert_allclose(g.detach().numpy(), 3 * v**2, rtol=1e-13)
    g.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 6 * v, rtol=1e-13)


def test_slices_in_a_second_pass_over_a_retained_graph():
    x = fg.ones(4).requires_grad_()
    h = x * 2.0
    y = h[0] + h[1:3].sum() + h[2]
    y.backward(retain_graph=True)
    y.backward()
    np.testing.assert_array_equal(x.grad.numpy(), [4, 4, 8, 0])


def test_parts_that_overlap_add_their_gradients():
    """Cuts that go back, as NumPy allows them."""
    x = fg.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    parts = fg.split(x, [3, 1])
    assert [p.tolist() for p in parts] == [[1.0, 2.0, 3.0], [], [2.0, 3.0, 4.0]]
    (parts[0].sum() + 10.0 * parts[2].sum()).backward()
    assert x.grad.tolist() == [1.0, 11.0, 11.0, 10.0]
