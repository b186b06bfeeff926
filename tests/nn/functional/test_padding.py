"""Padding: what it refuses, and what it keeps."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_padding_keeps_the_layout(mode):
    x = fg.zeros(2, 5, 4, 3).permute(0, 3, 1, 2)
    strides = F.pad(x, (1, 2, 1, 0), mode).stride()
    assert sorted(range(4), key=strides.__getitem__) == sorted(range(4), key=x.stride().__getitem__)


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("pad", [(0, 0), (-1, -1), (1, -1)])
def test_padding_is_memory_of_its_own(mode, pad):
    x = fg.arange(8.0).reshape(2, 4)
    F.pad(x, pad, mode).zero_()
    assert x.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16])
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_the_gradient_of_half_precision_is_rounded_once(dtype, mode):
    x = fg.arange(1.0, 13.0).reshape(3, 4)
    g = fg.tensor(np.random.default_rng(0).random((3, 10))).astype(dtype)
    gradients = []
    for leaf in (x.astype(dtype), x):
        leaf = leaf.detach().requires_grad_(True)
        F.pad(leaf, (3, 3), mode).backward(g.astype(leaf.dtype))
        gradients.append(leaf.grad.astype(dtype).astype(fg.float32).tolist())
    assert gradients[0] == gradients[1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: F.pad(x, (1, 2, 3)), "two numbers for each axis, the last axis first, got 3"),
        (lambda x: F.pad(x, (1,) * 10), r"numbers for 5 axes.*the input 4, of shape \(2, 3, 4, 5\)"),
        (lambda x: F.pad(x, (-3, -3)), r"\(-3, -3\) takes more away of axis 3"),
        (lambda x: F.pad(x, (9, -6)), "takes more away of axis 3"),
        (lambda x: F.pad(x, (1, 1), "mirror"), "mode must be 'constant', 'reflect', .*, got 'mirror'"),
        (lambda x: F.pad(x, (1, 1, 1, 1), "reflect", 2.0), "value is for mode 'constant', got 2.0 with mode 'reflect'"),
        (lambda x: F.pad(x, (5, 0, 0, 0), "reflect"), r"length 5 must be at most 4, got \(5, 0\) for axis 3"),
        (lambda x: F.pad(x, (0, 0, 0, 5), "circular"), r"length 4 must be at most 4, got \(0, 5\) for axis 2"),
        (lambda x: F.pad(x, (1, 1), "reflect"), "pads the last axis of 2 or 3.*numbers for 1 axes.*shape"),
        (lambda x: F.pad(x[:, :, :0], (0, 0, 1, 0), "replicate"), "length 0 must be at most 0"),
        (lambda x: nn.ZeroPad2d((1, 2)), "ZeroPad2d: padding must be an int or 4 ints"),
        (lambda x: nn.ReflectionPad1d(1)(x), "pads the last axis of 2 or 3"),
    ],
)
def test_what_cannot_be_padded_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(fg.zeros(2, 3, 4, 5))


def test_what_is_no_number_is_a_type_error():
    with pytest.raises(TypeError, match=r"pad: pad must be an int or a tuple of ints, got \(1.0, 2\)"):
        F.pad(fg.zeros(3), (1.0, 2))
    with pytest.raises(TypeError, match="pad: value must be a number"):
        F.pad(fg.zeros(3), (1, 2), value="a")
    with pytest.raises(TypeError, match="CircularPad1d: padding must be an int or a tuple of ints, got None"):
        nn.CircularPad1d(None)
    with pytest.raises(TypeError, match="ConstantPad1d: value must be a number"):
        nn.ConstantPad1d(1, None)


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (nn.ConstantPad2d(1, 3.5), "ConstantPad2d(padding=(1, 1, 1, 1), value=3.5)"),
        (nn.ZeroPad1d((1, 2)), "ZeroPad1d((1, 2))"),
        (nn.ReflectionPad3d(2), "ReflectionPad3d((2, 2, 2, 2, 2, 2))"),
    ],
)
def test_layers_show_their_padding(layer, shown):
    assert repr(layer) == shown


def test_constants_have_their_value_and_no_gradient():
    x = fg.arange(12.0).reshape(3, 4).requires_grad_(True)
    padded = F.pad(x, (1, -1, 2, 0), value=1.5)
    plain = np.pad(np.arange(12.0).reshape(3, 4)[:, :-1], ((2, 0), (1, 0)), constant_values=1.5)
    assert padded.tolist() == plain.tolist()
    padded.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0, 1.0, 0.0]] * 3
