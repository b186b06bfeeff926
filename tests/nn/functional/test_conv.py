"""Convolution: the gradients of every path, and what it refuses."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.nn import functional as F


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [(3, 1, 1, 1), (5, 2, 2, 1), (3, 1, 2, 2), ((1, 7), 1, (0, 3), 1), ((7, 1), 1, (3, 0), 1), (3, 1, 0, 1)],
)
@pytest.mark.parametrize("channels", [16, 48, 50])
def test_depthwise_convolution_is_the_same_in_both_memory_orders(channels, kernel, stride, padding, dilation):
    """Channels last is read in place; the other order is copied with its padding."""
    kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    x = fg.tensor(np.random.default_rng(0).standard_normal((2, 6, 33, channels), dtype=np.float32))
    w = fg.tensor(np.random.default_rng(1).standard_normal((channels, 1, *kernel), dtype=np.float32))
    last = x.permute(0, 3, 1, 2)
    results = []
    for image in (last, last.contiguous()):
        image = image.detach().requires_grad_(True)
        y = F.conv2d(image, w, None, stride, padding, dilation, channels)
        (y * y).sum().backward()
        results.append((y.detach().numpy(), image.grad.numpy()))
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


def _gradients_apart(function, *inputs):
    """The gradients of inputs, each computed with the others held fixed."""
    found = []
    for i in range(len(inputs)):
        leaves = [t.detach().requires_grad_(k == i) for k, t in enumerate(inputs)]
        function(*leaves)
        found.append(leaves[i].grad.numpy())
    return found


def _images(rng, n, c, h, w, memory, dtype):
    x = fg.tensor(rng.standard_normal((n, h, w, c)).astype(dtype)).permute(0, 3, 1, 2)
    return x if memory == "last" else x.contiguous()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("memory", [("last", "last"), ("first", "last"), ("last", "first")])
@pytest.mark.parametrize(
    ("channels", "filters", "groups"), [(16, 16, 16), (37, 37, 37), (72, 72, 72), (6, 10, 2), (3, 40, 1)]
)
@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation"),
    [
        ((9, 13), (3, 3), 1, 1, 1),
        ((8, 33), (3, 3), 2, 1, 1),
        ((7, 11), (5, 2), (1, 2), (0, 3), (1, 3)),
        ((10, 9), (4, 7), (3, 2), (4, 1), (2, 1)),
        ((5, 6), (1, 1), (3, 2), 0, 1),
        ((1, 1), (3, 3), 1, 2, 1),
        ((2, 40), (1, 9), 4, (0, 2), 1),
    ],
)
def test_gradients_of_a_convolution_computed_together_are_those_computed_apart(
    channels, filters, groups, size, kernel, stride, padding, dilation, memory, dtype
):
    """Depthwise, one pass gives all three where both images are channels last; else the bias comes with the weight."""
    rng = np.random.default_rng(0)
    x = _images(rng, 3, channels, *size, memory[0], dtype)
    w = fg.tensor(rng.standard_normal((filters, channels // groups, *kernel)).astype(dtype))
    b = fg.tensor(rng.standard_normal(filters).astype(dtype))

    def convolve(x, w, b):
        return F.conv2d(x, w, b, stride, padding, dilation, groups)

    g = _images(rng, *convolve(x, w, b).shape, memory[1], dtype)
    together = [t.detach().requires_grad_(True) for t in (x, w, b)]
    convolve(*together).backward(g)
    apart = _gradients_apart(lambda *leaves: convolve(*leaves).backward(g), x, w, b)
    # what was added up, in either order
    magnitude = [t.detach().abs().requires_grad_(True) for t in (x, w, b)]
    convolve(*magnitude).backward(g.abs())
    terms = max(kernel[0] * kernel[1] * filters // groups, g.size // filters)
    for got, alone, most in zip(together, apart, magnitude, strict=True):
        bound = 2 * (terms + 1) * np.finfo(dtype).eps * most.grad.numpy()
        assert (abs(got.grad.numpy() - alone) <= bound).all()


def test_gradients_of_a_large_depthwise_convolution():
    """Images so large that results go past the caches: the same bits for any number of threads."""
    rng = np.random.default_rng(0)
    x, g = (_images(rng, 3, 48, 192, 190, "last", np.float32) for _ in range(2))
    w = fg.tensor(rng.standard_normal((48, 1, 3, 3), dtype=np.float32))
    threads, results = fg.num_threads(), []
    try:
        for count in (1, 3):
            fg.set_num_threads(count)
            leaves = [t.detach().requires_grad_(True) for t in (x, w, fg.zeros(48))]
            y = F.conv2d(*leaves, padding=1, groups=48)
            y.backward(g)
            results.append([y.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)])
    finally:
        fg.set_num_threads(threads)
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)
    y, grad_x, grad_w, grad_b = (a.astype(np.float64) for a in results[0])
    np.testing.assert_allclose(grad_b, g.numpy().sum((0, 2, 3), dtype=np.float64), atol=0.05)
    # <y, g> = <x, grad_x> = <w, grad_w>: the three are one sum of products
    product = (y * g.numpy()).sum()
    scale = np.linalg.norm(y) * np.linalg.norm(g.numpy())
    assert abs((x.numpy() * grad_x).sum() - product) <= 1e-6 * scale
    assert abs((w.numpy() * grad_w).sum() - product) <= 1e-6 * scale


def _convolved(x, w):
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
    return np.einsum("nchwrs,kcrs->nkhw", windows, w, optimize=True)


@pytest.mark.parametrize(
    ("images", "channels", "filters", "side"), [(1, 256, 130, 4), (27, 512, 70, 4), (3, 300, 128, 7)]
)
def test_convolution_with_more_weights_than_pixels(images, channels, filters, side):
    """Weights of over 1 MB are packed panel by panel where one block holds all pixels, and before them where not."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((images, channels, side, side), dtype=np.float32)
    w = rng.standard_normal((filters, channels, 3, 3), dtype=np.float32)
    g = rng.standard_normal((images, filters, side, side), dtype=np.float32)
    turned = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    threads = fg.num_threads()
    results = []
    try:
        for count in (1, 3):
            fg.set_num_threads(count)
            image = fg.tensor(x).requires_grad_(True)
            y = F.conv2d(image, fg.tensor(w), padding=1)
            y.backward(fg.tensor(g))
            results.append((y.detach().numpy(), image.grad.numpy()))
    finally:
        fg.set_num_threads(threads)
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)
    for got, a, b in zip(results[0], (x, g), (w, turned), strict=True):
        a, b = a.astype(np.float64), b.astype(np.float64)
        # a chain of 9 multiply-adds for each channel, of two roundings each at most
        bound = 2 * 9 * a.shape[1] * 2.0**-24 * _convolved(abs(a), abs(b))
        assert (abs(got - _convolved(a, b)) <= bound).all()


def test_an_image_without_a_batch_that_has_the_wrong_channels_is_told_by_its_own_shape():
    weight = fg.zeros(4, 1, 3, 3)
    with pytest.raises(
        ValueError, match=r"three axes are one image.*\(1347, 8, 8\) has 1347 channels.*\(-1, 1, 8, 8\)"
    ):
        F.conv2d(fg.zeros(1347, 8, 8), weight)
    assert F.conv2d(fg.zeros(1347, 8, 8).reshape(-1, 1, 8, 8), weight).shape == (1347, 4, 6, 6)
    assert F.conv2d(fg.zeros(1, 8, 8), weight).shape == (4, 6, 6)


@pytest.mark.parametrize("wanted", ["x", "w", "b", "xw", "xb", "wb", "xwb"])
def test_a_convolution_guards_only_what_a_wanted_gradient_is_made_of(wanted):
    """Writing to the input is an error at backward only if the weight's gradient is wanted, and the other way."""
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=(2, 3, 6, 5)), "w": rng.normal(size=(4, 3, 3, 3)), "b": rng.normal(size=4)}
    seed = fg.tensor(rng.normal(size=(2, 4, 4, 3)))
    leaves = {k: fg.tensor(v, requires_grad=k in wanted) for k, v in arrays.items()}
    out = F.conv2d(leaves["x"], leaves["w"], leaves["b"])
    expected = fg.autograd.grad(out, [leaves[k] for k in wanted], seed, retain_graph=True)
    recorded = fg.autograd.grad(out, [leaves[k] for k in wanted], seed, create_graph=True)
    for one, other in zip(expected, recorded, strict=True):
        np.testing.assert_allclose(one.numpy(), other.detach().numpy(), rtol=1e-12)
    for written, needed_by in (("b", ""), ("x", "w"), ("w", "x")):
        leaves = {k: fg.tensor(v, requires_grad=k in wanted) for k, v in arrays.items()}
        out = F.conv2d(leaves["x"], leaves["w"], leaves["b"])
        with fg.no_grad():
            leaves[written].zero_()
        if needed_by and needed_by in wanted:
            with pytest.raises(RuntimeError, match="modified in place"):
                fg.autograd.grad(out, [leaves[k] for k in wanted], seed)
        else:
            for got, want in zip(fg.autograd.grad(out, [leaves[k] for k in wanted], seed), expected, strict=True):
                np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-12)


# ---- of one and of three axes, and transposed --------------------------------------------------------------------


def _leaves(*arrays):
    return [fg.tensor(a).requires_grad_(True) for a in arrays]


def _gradients(out, leaves):
    (out * out).sum().backward()
    return [out.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


@pytest.mark.parametrize("memory", ["first", "last"])
def test_a_signal_is_an_image_of_one_row_and_an_image_a_volume_of_one_plane(memory):
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 5, 40)), rng.normal(size=(18, 5, 3)), rng.normal(size=18)
    x = np.ascontiguousarray(x.transpose(0, 2, 1)).transpose(0, 2, 1) if memory == "last" else x
    options = {"stride": 2, "padding": 1, "dilation": 2}
    leaves = _leaves(x, w, b)
    found = _gradients(F.conv1d(*leaves, **options), leaves)
    for function, axes in ((F.conv2d, (2,)), (F.conv3d, (2, 3))):
        leaves = _leaves(np.expand_dims(x, axes), np.expand_dims(w, axes), b)
        of_each = {k: (*(0 if k == "padding" else 1 for _ in axes), v) for k, v in options.items()}
        for one, other in zip(found, _gradients(function(*leaves, **of_each), leaves), strict=True):
            np.testing.assert_array_equal(one, other.reshape(one.shape))


def _volumes(x, w, b, stride, padding, dilation):
    """A convolution of volumes as convolutions of their planes."""
    pad = F.pad(x, (0, 0, 0, 0, padding, padding))
    depth = (pad.shape[2] - dilation * (w.shape[2] - 1) - 1) // stride + 1
    planes = []
    for z in range(depth):
        out = b.reshape(1, -1, 1, 1)
        for k in range(w.shape[2]):
            out = out + F.conv2d(pad[:, :, z * stride + k * dilation], w[:, :, k], None, stride, padding, dilation)
        planes.append(out)
    return fg.stack(planes, axis=2)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 1, 1), (2, 1, 1), (1, 2, 2), (1, 0, 1), (3, 3, 2)])
@pytest.mark.parametrize("size", [(6, 9, 31), (5, 14, 14), (7, 7, 5)])
def test_a_convolution_of_volumes_is_the_sum_of_those_of_their_planes(size, stride, padding, dilation):
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=(2, 5, *size)), rng.normal(size=(18, 5, 3, 3, 3)), rng.normal(size=18)
    leaves, others = _leaves(*arrays), _leaves(*arrays)
    found = _gradients(F.conv3d(*leaves, stride, padding, dilation), leaves)
    expected = _gradients(_volumes(*others, stride, padding, dilation), others)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12 * abs(other).max())


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_transposed_convolution_has_the_bits_of_the_gradient(axes):
    rng = np.random.default_rng(0)
    name = ("conv1d", "conv2d", "conv3d")[axes - 1]
    x, w = rng.normal(size=(2, 6, *[9] * axes)), rng.normal(size=(20, 6, *[4] * axes))
    (image,) = _leaves(x)
    y = getattr(F, name)(image, fg.tensor(w), None, 2, 1)
    g = rng.normal(size=y.shape)
    y.backward(fg.tensor(g))
    transposed = getattr(F, name.replace("conv", "conv_transpose"))
    out = transposed(fg.tensor(g), fg.tensor(w), None, 2, 1, output_padding=1)
    np.testing.assert_array_equal(out.numpy(), image.grad.numpy())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: F.conv1d(m(3, 9), m(4, 2, 3)), r"conv1d: two axes are one signal \(C, L\).*\(3, 9\) has 3"),
        (lambda m: F.conv1d(m(1, 2, 3, 4), m(4, 2, 3)), r"conv1d: input must be 3-D \(N, C, L\) or 2-D"),
        (lambda m: F.conv1d(m(1, 2, 3), m(4, 2, 5)), r"conv1d: the kernel 5 with dilation 1 is larger.*padded input 3"),
        (
            lambda m: F.conv1d(m(1, 2, 9), m(4, 2, 5), padding="same", stride=2),
            r"conv1d: padding='same'.*stride \(2,\)",
        ),
        (lambda m: F.conv1d(m(1, 2, 9), m(4, 2, 5), m(3)), r"conv1d: the bias must have shape \(4,\).*got \(3,\)"),
        (lambda m: F.conv3d(m(1, 2, 3, 4), m(4, 2, 3, 1, 1)), r"conv3d: four axes are one volume.*has 1 channels"),
        (lambda m: F.conv3d(m(1, 2, 3, 4, 5), m(4, 2, 3, 3)), r"conv3d: the weight must have 5 dimensions \(K, C / g"),
        (lambda m: F.conv3d(m(1, 2, 3, 4, 5), m(4, 2, 3, 5, 3)), r"conv3d: the kernel \(3, 5, 3\).*\(3, 4, 5\)"),
        (
            lambda m: F.conv_transpose2d(m(1, 2, 3, 4), m(3, 4, 2, 2)),
            r"conv_transpose2d: the input's channels.*axis, 3",
        ),
        (lambda m: F.conv_transpose2d(m(1, 2, 3, 4), m(2, 4, 2, 2), m(2)), r"conv_transpose2d: the bias.*\(4,\)"),
        (
            lambda m: F.conv_transpose2d(m(1, 2, 1, 4), m(2, 4, 2, 2), padding=1),
            r"conv_transpose2d: the result.*size 0",
        ),
        (
            lambda m: F.conv_transpose2d(m(1, 2, 3, 4), m(2, 4, 2, 2), None, 2, 0, 2),
            r"output_padding.*less than stride",
        ),
        (lambda m: F.conv_transpose1d(m(1, 2, 3), m(2, 4, 2), groups=3), r"conv_transpose1d: .*multiple of groups = 3"),
        (lambda m: F.conv_transpose1d(m(2, 3), m(4, 2, 3)), r"conv_transpose1d: two axes are one signal"),
        (lambda m: F.conv_transpose1d(m(1, 2, 3), m(2, 4, 2), None, 2**60), r"conv_transpose1d: sizes are too large"),
        (lambda m: F.conv_transpose3d(m(1, 2), m(2, 4, 2, 2, 2)), r"conv_transpose3d: input must be 5-D"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_functions_name(call, message):
    with pytest.raises(ValueError, match=message):
        call(fg.ones)


def test_one_number_in_a_sequence_is_that_of_all_axes():
    for axes, function in ((1, F.conv1d), (2, F.conv2d), (3, F.conv3d)):
        x, w = fg.ones(1, 1, *[5] * axes), fg.ones(1, 1, *[3] * axes)
        assert function(x, w, None, [2], (1,), [1]).shape == (1, 1, *[3] * axes)


def test_sizes_that_are_no_ints_are_a_type_error():
    with pytest.raises(TypeError, match=r"conv3d: stride must be an int or a tuple of 3 ints, got \(1.5, 1, 1\)"):
        F.conv3d(fg.ones(1, 1, 3, 3, 3), fg.ones(1, 1, 1, 1, 1), stride=(1.5, 1, 1))
    with pytest.raises(TypeError, match=r"conv1d: stride must be an int or a tuple of 1 int, got \(1, 2\)"):
        F.conv1d(fg.ones(1, 1, 3), fg.ones(1, 1, 1), stride=(1, 2))
    with pytest.raises(TypeError, match="conv_transpose2d: padding must be an int or a tuple of 2 ints, got 'same'"):
        F.conv_transpose2d(fg.ones(1, 1, 3, 3), fg.ones(1, 1, 1, 1), padding="same")
    with pytest.raises(TypeError, match="conv3d: input is float32 and weight is float64"):
        F.conv3d(fg.ones(1, 1, 3, 3, 3), fg.ones((1, 1, 1, 1, 1), dtype=fg.float64))


@pytest.mark.parametrize("shape", [(2, 2, 0), (2, 2, 3, 0), (2, 2, 0, 3), (2, 2, 3, 2, 0), (0, 2, 4)])
@pytest.mark.parametrize("wanted", [(0, 1, 2), (0,), (1,), (1, 2)])
def test_an_input_without_elements_has_gradients_where_padding_makes_a_result(shape, wanted):
    """The result is the bias then. A division by the width ended the process."""
    axes = len(shape) - 2
    x, w, b = fg.zeros(shape), fg.ones((3, 2, *(2,) * axes)), fg.ones(3)
    inputs = [t.requires_grad_(True) if k in wanted else t for k, t in enumerate((x, w, b))]
    y = getattr(fg.nn.functional, f"conv{axes}d")(*inputs, padding=1)
    assert (y == 1.0).all()
    found = dict(zip(wanted, fg.autograd.grad(y.sum(), [inputs[k] for k in wanted]), strict=True))
    for k, gradient in found.items():
        assert gradient.shape == inputs[k].shape
        assert (gradient == (y.numel() // 3 if k == 2 else 0.0)).all()
