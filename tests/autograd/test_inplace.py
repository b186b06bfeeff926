"""Writing in place: the base's history is rewritten and every view derives its own again, as in PyTorch."""

import numpy as np
import pytest

import fastgrad as fg


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


def zeros(*shape):
    return fg.zeros(*shape, dtype=fg.float64)


def test_rows_written_one_by_one_carry_their_gradients():
    x = leaf([1.0, 2.0, 3.0])
    h = zeros(3, 2)
    for t in range(3):
        h[t] = x[t] * (t + 1.0)
    (h * h).sum().backward()
    assert x.grad.tolist() == [4.0, 32.0, 108.0]


def test_columns_computed_from_the_column_before():
    x = leaf([1.0, 2.0])
    h = zeros(2, 4)
    h[:, 0] = x
    for t in range(1, 4):
        h[:, t] = h[:, t - 1] * 2.0
    h.sum().backward()
    assert x.grad.tolist() == [15.0, 15.0]


def test_a_view_taken_before_the_write_has_the_new_history():
    x = leaf([1.0, 2.0])
    h = zeros(2, 2)
    row = h[0]
    assert not row.requires_grad
    h[0] = x * 3.0
    assert row.requires_grad
    row.sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_a_write_through_a_view_reaches_base_and_sibling_views():
    x = leaf([1.0, 2.0])
    h = x * 1.0
    first, all_of_it = h[:1], h.reshape(2, 1)
    first *= 10.0
    (h.sum() + all_of_it.sum() * 100.0).backward()
    assert x.grad.tolist() == [1010.0, 101.0]


def test_a_write_through_a_view_of_a_view():
    x = leaf(np.ones((2, 3)))
    h = x * 1.0
    h.T[1:][0] *= 5.0
    h.sum().backward()
    assert x.grad.tolist() == [[1, 5, 1], [1, 5, 1]]


def test_what_was_overwritten_gets_no_gradient():
    x = leaf([1.0, 2.0])
    h = x * 3.0
    h[0] = 7.0
    h.sum().backward()
    assert x.grad.tolist() == [0.0, 3.0]


def test_a_filled_result_still_requires_gradients_and_passes_zeros():
    x = leaf([1.0, 2.0])
    h = x * 3.0
    h.zero_()
    assert h.requires_grad
    h.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_copy_passes_the_gradient_to_its_source():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    h = x * 3.0
    h.copy_(y)
    (h * h).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]
    assert y.grad.tolist() == [6.0, 8.0]


def test_a_copied_source_may_be_broadcast():
    x = leaf(2.0)
    h = zeros(2, 3)
    h.copy_(x)
    h[0] = x
    h.sum().backward()
    assert x.grad.item() == 6.0


def test_a_number_written_through_a_mask_takes_the_gradient_of_its_places():
    mask = fg.tensor([[True, False], [False, True], [True, True]])
    for chosen, shape in ((mask, (3, 2)), (mask, (3, 2, 4)), (mask[:, 0], (3, 2, 4))):
        w = fg.rand(*shape, dtype=fg.float64, requires_grad=True)
        v = fg.tensor(2.0, dtype=fg.float64, requires_grad=True)
        x = w * 3.0
        x[chosen] = v
        kept = np.ones(shape)
        kept[chosen.numpy()] = 0.0
        np.testing.assert_array_equal(x.detach().numpy(), np.where(kept == 0.0, 2.0, w.detach().numpy() * 3.0))
        x.sum().backward()
        np.testing.assert_array_equal(w.grad.numpy(), kept * 3.0)
        assert v.grad.item() == kept.size - kept.sum()


def test_a_mask_and_an_array_of_places_can_be_written_to():
    x = leaf([1.0, 2.0])
    h = zeros(4)
    h[fg.tensor([3, 1])] = x
    h[fg.tensor([True, False, False, True])] *= 5.0
    h.sum().backward()
    assert h.tolist() == [0.0, 2.0, 0.0, 5.0]
    assert x.grad.tolist() == [5.0, 1.0]


def test_a_saved_value_changed_since_is_an_error_that_names_operation_and_versions():
    x = leaf([1.0, 2.0])
    h = x * 1.0
    y = h * h
    h += 1.0
    with pytest.raises(RuntimeError, match=r"multiply.*\(2,\).*modified in place"):
        y.sum().backward()


def test_a_saved_value_changed_through_a_view_a_detached_tensor_or_data_is_found():
    for write in (lambda h: h[0].detach().zero_(), lambda h: h.detach().zero_(), lambda h: h.data.zero_()):
        x = leaf([1.0, 2.0])
        h = x * 1.0
        y = h * h
        write(h)
        with pytest.raises(RuntimeError, match="modified in place"):
            y.sum().backward()


def test_a_saved_output_changed_since_is_an_error():
    x = leaf([1.0, 2.0])
    y = x.exp()
    y += 1.0
    with pytest.raises(RuntimeError, match=r"exp.*modified in place"):
        y.sum().backward()


def test_an_index_array_changed_since_is_an_error():
    x = leaf([1.0, 2.0, 3.0])
    at = fg.tensor([0, 1])
    y = x[at]
    at += 1
    with pytest.raises(RuntimeError, match="modified in place"):
        y.sum().backward()


def test_a_value_that_no_rule_needs_may_change():
    x = leaf([1.0, 2.0])
    h = x * 2.0
    y = h + 1.0
    h *= 10.0
    (y + h).sum().backward()
    assert x.grad.tolist() == [22.0, 22.0]


def test_an_operand_multiplied_in_place_by_a_tensor_is_kept_as_it_was():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    h = x * 1.0
    h *= y
    h *= y
    h.sum().backward()
    assert x.grad.tolist() == [9.0, 16.0]
    assert y.grad.tolist() == [6.0, 16.0]


WRITES = {
    "+=": lambda t: t.__iadd__(1.0),
    "add_": lambda t: t.add_(1.0),
    "fill_": lambda t: t.fill_(0.0),
    "copy_": lambda t: t.copy_(fg.ones(2)),
    "setitem": lambda t: t.__setitem__(0, 1.0),
    "array setitem": lambda t: t.__setitem__([0], 1.0),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_leaf_that_requires_gradients_cannot_be_written_to(write):
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="leaf"):
        WRITES[write](x)
    with pytest.raises(RuntimeError, match="leaf"):
        WRITES[write](x[:])
    assert x.tolist() == [1.0, 2.0]
    assert x._version == 0


@pytest.mark.parametrize("write", WRITES)
def test_a_view_that_was_made_a_leaf_cannot_be_written_to(write):
    base = zeros(4)
    x = base[:2].requires_grad_()
    with pytest.raises(RuntimeError, match="leaf"):
        WRITES[write](x)


def test_a_view_that_was_made_a_leaf_stays_one_when_its_base_is_written_to():
    base = zeros(4)
    x = base[:2].requires_grad_()
    base[3] = 1.0
    assert x.requires_grad
    (x * 2.0).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("write", WRITES)
def test_memory_that_was_broadcast_cannot_be_written_to(write):
    x = zeros(1).expand(2)
    with pytest.raises(ValueError, match="broadcast"):
        WRITES[write](x)


@pytest.mark.parametrize("make", [lambda h: fg.split(h, 2)[0], lambda h: fg.unstack(h)[0].reshape(1)])
def test_one_of_several_views_of_one_operation_cannot_be_written_to(make):
    h = leaf([1.0, 2.0]) * 1.0
    part = make(h)
    with pytest.raises(RuntimeError, match="several outputs"):
        part += 1.0
    with pytest.raises(RuntimeError, match="several outputs"):
        part[0] = 1.0


def test_a_view_made_under_no_grad_cannot_be_written_to_where_writes_are_recorded():
    h = leaf([1.0, 2.0]) * 1.0
    with fg.no_grad():
        v = h[:1]
        v += 1.0  # allowed: nothing is recorded
    assert not v.requires_grad
    with pytest.raises(RuntimeError, match="no_grad"):
        v += 1.0


def test_a_source_that_overlaps_its_destination_behaves_as_if_copied_first():
    x = leaf([1.0, 2.0, 3.0])
    h = x * 1.0
    h[1:] = h[:-1]
    assert h.tolist() == [1.0, 1.0, 2.0]
    (h * fg.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [11.0, 100.0, 0.0]


def test_a_tensor_can_be_written_to_by_its_own_views():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    h = x * 1.0
    h.copy_(h.T)
    h += h.T
    h *= h[0].clone()
    assert h.tolist() == [[4.0, 25.0], [10.0, 40.0]]
    h.sum().backward()
    numbers = fg.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=fg.float64, requires_grad=True)
    s = numbers.T + numbers
    (s * s[0]).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), numbers.grad.numpy())


def test_a_write_of_a_tensor_with_history_makes_memory_without_history_require_gradients():
    x = leaf(2.0)
    h = zeros(2)
    h[0] = x
    assert h.requires_grad
    assert not h.is_leaf


def test_a_refused_write_changes_nothing():
    h = zeros(2, 3)
    before = h._version
    for wrong in (lambda: h.__setitem__(0, fg.ones(4)), lambda: h.copy_(fg.ones(4)), lambda: h.__iadd__(fg.ones(4))):
        with pytest.raises(ValueError, match="4"):
            wrong()
    assert h.tolist() == [[0.0] * 3] * 2
    assert h._version == before


def test_in_place_never_changes_the_dtype_and_a_change_of_kind_is_an_error():
    x = fg.ones(2, dtype=fg.int32)
    x += 1
    assert x.dtype == fg.int32
    for wrong in (lambda: x.__iadd__(0.5), lambda: x.__itruediv__(2), lambda: x.copy_(fg.ones(2))):
        with pytest.raises(TypeError, match=r"float32|float"):
            wrong()
    y = fg.ones(2, dtype=fg.float32)
    y += fg.ones(2, dtype=fg.float64)
    assert y.dtype == fg.float32
    b = fg.ones(2, dtype=fg.bool)
    with pytest.raises(TypeError):
        b += 1


def test_every_write_counts_in_the_version_shared_by_all_views():
    x = zeros(2, 2)
    v, d = x[0], x.detach()
    version = x._version
    x += 1.0
    v += 1.0
    d[0, 0] = 5.0
    assert x._version == v._version == d._version == version + 3


def test_memory_replaced_through_data_cuts_views_off():
    x = leaf([1.0, 2.0])
    h = x * 1.0
    v = h[:1]
    h.data = fg.ones(2, dtype=fg.float64)
    v += 1.0
    assert h.tolist() == [1.0, 1.0]
    (v * 3.0).sum().backward()
    assert x.grad.tolist() == [3.0, 0.0]


def test_memory_replaced_through_data_changes_what_was_saved():
    x = leaf([1.0, 2.0])
    y = x * x
    x.data = fg.tensor([5.0, 6.0], dtype=fg.float64)
    with pytest.raises(RuntimeError, match="modified in place"):
        y.sum().backward()
    x.grad = None
    (x * x).sum().backward()
    assert x.grad.tolist() == [10.0, 12.0]


def test_memory_replaced_by_itself_changes_nothing():
    x = leaf([1.0, 2.0])
    y = x * x
    x.data = x.data
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_memory_replaced_by_another_view_of_itself_changes_what_was_saved():
    x = leaf([1.0, 2.0])
    y = x * x
    x.data = fg.flip(x.data)
    with pytest.raises(RuntimeError, match="modified in place"):
        y.sum().backward()


def test_one_of_several_outputs_with_memory_of_its_own_can_be_written_to():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    first, second = fg.unstack(x * 1.0)
    first.data = fg.ones(2, dtype=fg.float64)
    first *= 2.0
    (first + second).sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0], [1.0, 1.0]]


class Times(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * y, g * x


@pytest.mark.parametrize("product", [fg.multiply, Times.apply])
@pytest.mark.parametrize("after", [lambda h: h, lambda h: h.requires_grad_()])
def test_a_recorded_gradient_that_needs_what_was_detached_since_is_refused(product, after):
    x = leaf([1.0, 2.0])
    h = x * 1.0
    y = product(x, h)
    after(h.detach_())
    assert fg.autograd.grad(y.sum(), x, retain_graph=True)[0].tolist() == [2.0, 4.0]
    with pytest.raises(RuntimeError, match=r"detached by detach_\(\) after it was used"):
        fg.autograd.grad(y.sum(), x, create_graph=True)


def test_what_was_detached_before_it_was_used_is_a_constant():
    x = leaf([1.0, 2.0])
    h = (x * 1.0).detach_()
    (first,) = fg.autograd.grad((x * x * h + h[:1]).sum(), x, create_graph=True)
    assert fg.autograd.grad(first.sum(), x)[0].tolist() == [2.0, 4.0]


def test_second_derivatives_through_writes():
    def f(x):
        h = fg.zeros(2, 3, dtype=fg.float64)
        h[:, 0] = x
        h[:, 1] = h[:, 0].clone() * x
        h[1, 1:] = h[0, :2]
        h[:, [2, 0]] *= h[:, [0, 1]]
        return (h * h).sum()

    x = leaf([1.5, -0.5])
    assert fg.autograd.gradcheck(f, x)
    assert fg.autograd.gradgradcheck(f, x)


@pytest.mark.parametrize(
    "pieces",
    [lambda b: fg.unstack(b, axis=0), lambda b: fg.split(b, [1], axis=0), lambda b: (b[0], b[1])],
    ids=["unstack", "split", "slices"],
)
def test_pieces_of_a_plain_tensor_can_be_written_to_like_slices(pieces):
    a = fg.tensor([3.0], requires_grad=True)
    b = fg.arange(8.0).reshape(2, 2, 2).clone()
    first, second = pieces(b)
    first[..., 1] *= a
    first[..., 0] *= 2.0
    second += a
    assert b.tolist() == [[[0.0, 3.0], [4.0, 9.0]], [[7.0, 8.0], [9.0, 10.0]]]
    assert first.requires_grad
    assert second.requires_grad
    (first.sum() + second.sum()).backward()
    assert a.grad.tolist() == [8.0]  # first is 0, a; 4, 3a, and second has one a in each element
