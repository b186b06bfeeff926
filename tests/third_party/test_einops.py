"""einops knows fastgrad's tensors without the PyTorch door, and has layers for them."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import fastgrad as fg

einops = pytest.importorskip("einops", reason="the third-party extra is not installed")


@pytest.fixture
def x() -> fg.Tensor:
    return fg.tensor(np.random.RandomState(0).standard_normal((2, 3, 4, 6)), requires_grad=True)


PATTERNS = [
    (einops.rearrange, "b c (h h1) (w w1) -> b (h w) (c h1 w1)", {"h1": 2, "w1": 3}),
    (einops.repeat, "b c h w -> b c (h r) w n", {"r": 2, "n": 3}),
    *[
        (lambda t, p, how=how, **n: einops.reduce(t, p, how, **n), "b c h (w 2) -> c h", {})
        for how in ("min", "max", "sum", "mean", "prod")
    ],
]


@pytest.mark.parametrize(("function", "pattern", "lengths"), PATTERNS)
def test_functions_are_those_of_arrays(function, pattern, lengths, x):
    ours = function(x, pattern, **lengths)
    assert isinstance(ours, fg.Tensor)
    np.testing.assert_allclose(ours.detach().numpy(), function(x.detach().numpy(), pattern, **lengths), rtol=1e-12)
    ours.sum().backward()
    assert x.grad.shape == x.shape


def test_lists_products_and_packs(x):
    assert einops.rearrange([x, x], "n b c h w -> b (n c) h w").shape == (2, 6, 4, 6)
    weight = fg.ones(3, 5, dtype=fg.float64)
    product = einops.einsum(x, weight, "b c h w, c d -> b d h w")
    np.testing.assert_allclose(product.detach().numpy(), np.einsum("bchw,cd->bdhw", x.detach().numpy(), weight.numpy()))
    packed, shapes = einops.pack([x[..., 0], fg.ones(2, 7, dtype=fg.float64)], "b *")
    assert packed.shape == (2, 19)
    assert [part.shape for part in einops.unpack(packed, shapes, "b *")] == [(2, 3, 4), (2, 7)]


def test_layers_are_modules(x):
    from einops.layers.fastgrad import EinMix, Rearrange, Reduce

    net = fg.nn.Sequential(
        Rearrange("b c h w -> b h (c w)"),
        EinMix("b h c -> b d h", weight_shape="c d", bias_shape="d", c=18, d=5),
        Reduce("b d h -> b d", "mean"),
        fg.nn.Linear(5, 2),
    ).to(fg.float64)
    net(x).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    assert [name for name, _ in net.named_parameters()] == ["1.weight", "1.bias", "3.weight", "3.bias"]
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert (twin(x) == net(x)).all()
    assert "EinMix('b h c -> b d h', 'c d', 'd', c=18, d=5)" in repr(net)


@pytest.mark.parametrize("imports", ["import fastgrad as fg, einops", "import einops, fastgrad as fg"])
def test_whichever_is_imported_first(imports, tmp_path):
    code = f"import sys; {imports}; print(einops.rearrange(fg.ones(2, 3), 'a b -> b a').shape, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout == "(3, 2) False\n", done.stderr


def test_who_does_not_use_it_does_not_import_it(tmp_path):
    code = "import sys, fastgrad; print([m for m in sys.modules if 'einops' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout == "['fastgrad._einops']\n", done.stderr
