"""``fg.*`` speaks NumPy: PyTorch's keywords are taken where only the word differs, else refused with ours."""

import inspect

import numpy as np
import pytest

import fastgrad as fg


def parameters(name):
    member = getattr(fg, name)
    return inspect.signature(member).parameters if inspect.isroutine(member) or hasattr(member, "__code__") else {}


AXIS = [name for name in fg.__all__ if "axis" in parameters(name)]
KEEPDIMS = [name for name in AXIS if "keepdims" in parameters(name)]
# Of which Tensor has a method that is this function: its median with `dim` is PyTorch's pair.
METHODS = [name for name in KEEPDIMS if hasattr(fg.Tensor, name) and name != "median"]


def arguments(name):
    x = fg.ones(2, 3)
    if name in ("concat", "stack"):
        return ([x, x],)
    if name == "vecdot":
        return (x, x)
    if name in ("roll", "repeat", "topk", "split", "quantile"):
        return (x, 1)
    if name in ("take", "take_along_axis"):
        return (x, fg.zeros((1, 1) if name == "take_along_axis" else 1, dtype=fg.int64))
    return (x,)


# Beside PyTorch's words they mean something else there.
DIFFERENT = ["max", "min", "sort", "split", "repeat", "std", "var", "norm"]


def same(a, b):
    a, b = (v if isinstance(v, tuple | list) else (v,) for v in (a, b))
    return [x.tolist() for x in a] == [x.tolist() for x in b]


@pytest.mark.parametrize("name", [name for name in AXIS if name not in DIFFERENT])
def test_dim_is_axis_where_only_the_word_differs(name):
    function, given = getattr(fg, name), arguments(name)
    axis = 1 if name not in ("squeeze",) else ()
    assert same(function(*given, dim=axis), function(*given, axis=axis))
    with pytest.raises(TypeError, match=f"{name}.*axis.*dim"):
        function(*given, axis=2, dim=1)


@pytest.mark.parametrize("name", [name for name in KEEPDIMS if name not in DIFFERENT])
def test_keepdim_is_keepdims(name):
    function, given = getattr(fg, name), arguments(name)
    assert same(function(*given, 1, keepdim=True), function(*given, 1, keepdims=True))
    with pytest.raises(TypeError, match=f"{name}.*keepdims.*keepdim"):
        function(*given, 1, keepdims=True, keepdim=True)


@pytest.mark.parametrize("name", [name for name in METHODS if name not in DIFFERENT])
def test_dim_and_keepdim_of_methods_are_axis_and_keepdims(name):
    function, (x, *others) = getattr(fg, name), arguments(name)
    found = getattr(x, name)(*others, dim=1, keepdim=True)
    assert same(found, function(x, *others, axis=1, keepdims=True))


@pytest.mark.parametrize("name", AXIS)
def test_words_of_both_are_refused_whatever_their_values(name):
    function, given = getattr(fg, name), arguments(name)
    for axis in (None, -1, 0, 1):
        with pytest.raises(TypeError, match=f"{name}.*axis.*dim|{name}.*dim.*axis"):
            function(*given, axis=axis, dim=0)
    if name in KEEPDIMS:
        for flag in (False, True):
            with pytest.raises(TypeError, match=f"{name}.*keepdim"):
                function(*given, axis=None, keepdim=flag)


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_the_meaning_differs_dim_is_refused_with_axis(name):
    with pytest.raises(TypeError, match=f"(?s){name}.*dim.*axis"):
        getattr(fg, name)(*arguments(name), dim=0)


@pytest.mark.parametrize("name", ["max", "min", "sort"])
def test_a_difference_in_meaning_is_told(name):
    with pytest.raises(TypeError, match=rf"values only.*x\.{name}\(dim"):
        getattr(fg, name)(fg.ones(2, 3), dim=1)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "concat", "squeeze", "softmax"])
def test_any_other_unknown_keyword_is_a_type_error_that_names_it(name):
    with pytest.raises(TypeError, match=f"(?s){name}.*nonsense|nonsense"):
        getattr(fg, name)(*arguments(name), nonsense=1)


def test_meanings_are_numpys():
    x = fg.arange(6.0).reshape(2, 3)
    assert x.max(axis=1).tolist() == [2.0, 5.0]
    assert fg.var(x).item() == pytest.approx(np.var(np.arange(6.0)))
    assert [p.shape for p in fg.split(x, 3, axis=1)] == [(2, 1)] * 3
    assert fg.repeat(fg.arange(2), 2).tolist() == [0, 0, 1, 1]
    assert fg.tile(fg.arange(2), 2).tolist() == [0, 1, 0, 1]
    assert x.transpose().shape == (3, 2)
    assert fg.ones(2, 3, 4).transpose(2, 0, 1).shape == (4, 2, 3)
    assert x.size == 6
    assert x.shape == (2, 3)
    assert x.sum(0).tolist() == [3.0, 5.0, 7.0]
    with pytest.raises(ValueError, match="mT"):
        _ = fg.ones(2, 3, 4).T


def test_a_view_of_what_an_operation_laid_out_in_its_own_order_is_a_copy_with_a_gradient():
    """A program that flattens what a convolution gave has not chosen its order."""
    conv, x = fg.nn.Conv2d(3, 4, 3, generator=fg.Generator(0)), fg.rand(2, 3, 6, 6, generator=fg.Generator(1))
    for record in (True, False):
        with fg.set_grad_enabled(record):
            maps = conv(x)
            assert not maps.is_contiguous()
            rows = maps.view(2, -1)
        assert rows.shape == (2, 64)
        assert rows.tolist() == maps.reshape(2, 64).tolist()
        assert maps.view_as(rows).tolist() == rows.tolist()
    conv(x).view(-1, 64).square().sum().backward()
    found = conv.weight.grad.tolist()
    conv.weight.grad = None
    conv(x).square().sum().backward()
    np.testing.assert_allclose(found, conv.weight.grad.tolist(), rtol=1e-5)
    with pytest.raises(ValueError, match="without a copy"):  # a view, whose order the program chose
        maps.permute(0, 2, 1, 3).view(2, -1)
    lent = conv(x).detach()
    shared = lent.numpy()
    with pytest.raises(ValueError, match="without a copy"):  # where somebody may write into it
        lent.view(2, -1)
    assert shared.shape == (2, 4, 4, 4)


def test_names_that_only_pytorch_has_mean_what_they_mean_there():
    x = fg.arange(6.0).reshape(2, 3)
    assert x.view(3, 2).data_ptr() == x.data_ptr()
    assert x.view(-1).shape == (6,)
    assert x.permute(1, 0).shape == x.permute((1, 0)).shape == (3, 2)
    assert x.unsqueeze(1).shape == (2, 1, 3)
    assert x[:1].expand(4, -1).shape == (4, 3)
    assert x.T.contiguous().is_contiguous()
    assert x.contiguous() is x
    assert x.to(fg.float64).dtype == x.double().dtype == fg.float64
    assert x.to("cpu") is x
    assert x.to(fg.float32) is x
    assert x.long().dtype == fg.int64
    assert x.float() is x
    assert x.cpu() is x
    assert x.numel() == 6
    assert x.dim() == 2
    assert x.clone().add_(1).mul_(2).zero_().fill_(3).tolist() == [[3.0] * 3] * 2
    with pytest.raises(ValueError, match="copy"):
        x.T.view(6)
    with pytest.raises((ValueError, TypeError), match="cuda"):
        x.to("cuda")
    with pytest.raises((ValueError, TypeError), match="cuda"):
        fg.ones(1, device="cuda")


def test_public_functions_have_docstrings():
    missing = [n for n in fg.__all__ if inspect.isroutine(getattr(fg, n)) and not getattr(fg, n).__doc__]
    assert missing == []
