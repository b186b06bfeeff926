"""Methods that are no functions, and what writes in place, do what PyTorch's do."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import fastgrad.torch as door
from fastgrad.ops.methods import LATER
from fastgrad.torch import _switch

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
from .test_functions import compare  # noqa: E402 (skipped without PyTorch, too)

FLOATS = np.random.RandomState(1).uniform(0.2, 0.9, (3, 4))
WHOLE = np.random.RandomState(2).randint(0, 4, (3, 4))

# Of a matrix of floats (or, with a w, of integers): what is called, as text that runs with x and t, the library.
CALLS = """
    x.type(t.float32) | x.type("torch.FloatTensor") | x.type() | x.type(t.LongTensor) | x.type_as(t.ones(1)) |
    x.byte() | x.char() | x.short() | x.int() | x.long() | x.half() | x.float() | x.double() | x.bool() |
    x.new_zeros(2, 3) | x.new_zeros((2, 3)) | x.new_ones(2, dtype=t.int64) | x.new_full((2,), 3.5) |
    x.new_tensor([1, 2]) | x.new_empty(2, 3).shape | x.new(2, 3).shape | x.expand_as(t.ones(2, 3, 4)) |
    x.reshape_as(t.ones(2, 6)) | x.view_as(t.ones(12)) | x.reshape(shape=(2, 6)) | x.permute(dims=(1, 0)) |
    x.flip(0) | x.flip(0, 1) | x.flip([1]) | x.tile(2, 1) | x.repeat(2, 1) | x.repeat(2, 1, 1) | x.size() |
    x.size(0) | x.size(dim=1) | x.shape.numel() | x.size()[1:] | x.dim() | x.ndimension() | x.nelement() | x.numel() |
    x.element_size() | x.is_cuda | x.is_sparse | x.is_quantized | x.is_meta | x.layout is t.strided |
    x.is_contiguous() | x.t().is_contiguous() | x.contiguous(memory_format=t.contiguous_format) |
    x.clone(memory_format=t.preserve_format) | x.device.type | x.device == t.device("cpu") | x.get_device() |
    x.cpu() | x.to("cpu") | x.to(t.device("cpu"), t.float32) | x.to(t.float32, non_blocking=True) | x.to(t.ones(1)) |
    x.to(device="cpu", dtype=t.float16) | x.numpy(force=True).shape | x.max(1) | x.max(1)[1] |
    x.max(dim=1, keepdim=True).values | x.min(0).indices | x.max() | x.std() | x.var(0) | x.std(1, keepdim=True) |
    x.sum(1, True) | x.mean(1, True) | x.sum(axis=1) | x.sum(dim=(0, 1)) | x.prod(0) | x.argmax(1, True) |
    x.sort(descending=True) | x.sort(1) | x.transpose(0, 1) | x.nonzero() | x.split(2) | x.split([1, 3], 1) |
    x.split(1, dim=1) | x.softmax(dim=1) | x.log_softmax(-1) | x.norm() | x.norm(2, 1) | x.norm(2, 1, keepdim=True) |
    x.norm(p=1, dim=0) | x.where(x > 0.5, t.zeros_like(x)) | x.add(1, alpha=2) | x.sub(x, alpha=0.5) |
    x.div(0.3, rounding_mode="floor") | x.pow(2) | x.mul(other=2) | x.eq(0.5) | x.gt(0.5) | x.clamp(min=0.5) |
    x.clamp(max=0.5) | x.clip(0.3, 0.5) | x.round(decimals=1) | x.H | x.mT | x.real | x.T | x.unfold(1, 2, 1) |
    x.unfold(0, 2, 1) | x.sum_to_size(1, 4) | x.masked_fill(x > 0.5, 0) | x.unique().shape | x.tolist() |
    x[0, 0].item() | x.index_select(1, t.tensor([0, 2])) | x.gather(1, t.tensor([[0], [1], [2]])) | x.topk(2) |
    x.topk(k=1, dim=0) | x.argsort(dim=1, descending=True) | x.cumsum(0) | x.cumsum(dim=1) | x.median() |
    x.median(1) | x.abs_() | x.add_(1) | x.add_(x, alpha=2) | x.sub_(1) | x.mul_(2) | x.div_(2) | x.pow_(2) |
    x.neg_() | x.sin_() | x.cos_() | x.exp_() | x.erf_() | x.rsqrt_() | x.log1p_() | x.clamp_(0.3, 0.5) |
    x.clamp_min_(0.5) | x.fill_(2) | x.zero_() | x.sign_() | x.tril_() | x.triu_(1) | x.fill_diagonal_(7) |
    x.masked_fill_(x > 0.5, 9) | x.index_fill_(1, t.tensor([0, 2]), 5) |
    x.index_add_(0, t.tensor([0, 0]), t.ones(2, 4, dtype=x.dtype)) |
    x.index_copy_(1, t.tensor([3, 0]), t.ones(3, 2, dtype=x.dtype)) | x.scatter_(1, t.tensor([[0], [1], [2]]), 1.5) |
    x.scatter_add_(1, t.tensor([[0, 0], [1, 1], [2, 2]]), t.ones(3, 2, dtype=x.dtype)) |
    x.lerp_(t.ones(3, 4, dtype=x.dtype), 0.5) | x.addcmul_(x, x, value=0.5) | x.addcdiv_(x, x, value=0.5) |
    x.eq_(0.5) | x.ge_(0.5) | x.copy_(t.ones(4)) | x.cumsum_(1) | x.unsqueeze_(0) | x.squeeze_() | x.t_() |
    x.transpose_(0, 1) | x.resize_(2, 2) | x.apply_(lambda v: v + 1) |
    x.put_(t.tensor([1, 2]), t.ones(2, dtype=x.dtype)) |
    x.index_put_((t.tensor([0, 0]),), t.ones(4, dtype=x.dtype), accumulate=True) | x.nan_to_num_() | x.logit_() |
    x.atan2_(x) | x.fmod_(0.3) | x.diagonal().fill_(0) | x.remainder_(0.3) | x.float_power_(2) | x.view(t.int64) |
    x.is_floating_point() | x.is_complex() | x.is_signed() | x.detach().requires_grad | x.data.shape |
    x.requires_grad_().is_leaf | x.grad | x.grad_fn | x.retains_grad | x.is_shared() | x.is_pinned() |
    w.view(-1).bincount() | w.float().mean() | w.sum() | w.sum(1) | w.max(1) | w.unique(return_counts=True) |
    w.type() | w.bitwise_and(1) | w.bitwise_xor_(3) | w.add_(1) | w.eq(2).sum() | w.float() / 2 | w / 2 | w // 2 |
    w % 3 | w.mul_(2) | t.Tensor(2, 3).shape | t.Tensor([1, 2]) | t.Tensor() | t.LongTensor([1, 2]) |
    t.FloatTensor([[1, 2]]) | t.BoolTensor([True]) | t.LongTensor(2, 3).shape | t.tensor([1, 2.5]) | t.tensor(3) |
    t.tensor(True) | t.tensor([]) | t.as_tensor([1.5]) | t.as_tensor(x) is x | t.arange(0, 1, 0.25) |
    t.zeros(2, 3, dtype=t.long) | t.zeros(size=(2,)) | t.zeros([2, 3]) | t.ones(()) | t.empty(size=(2, 3)).shape |
    t.randint(5, (2, 3)).shape | t.randint(2, 5, size=(2,)).dtype.is_floating_point | t.randn(2, 3).shape |
    t.randn((2, 3)).shape | t.randperm(4).shape | t.normal(0.0, 1.0, (2, 3)).shape | t.normal(x, 0.0) |
    t.rand_like(x).shape | t.bernoulli(t.ones(3)) | t.multinomial(t.tensor([0.0, 1.0]), 3, True) |
    t.einsum("ij,kj->ik", x, x) | t.einsum("ij->j", [x]) | t.is_tensor(x) | t.numel(x) | t.finfo(t.float32).eps |
    t.iinfo(t.int8).max | t.finfo(x.dtype).max | t.get_default_dtype() is t.float32 |
    t.promote_types(t.int32, t.float32) is t.float32 | t.result_type(w, 1.5) is t.float32 |
    t.broadcast_shapes((3, 1), (4,)) | isinstance(x, t.Tensor) | isinstance(x, t.DoubleTensor) |
    isinstance(w, t.LongTensor) | isinstance(x.shape, t.Size) | t.Size([2, 3]) | t.Size([2]) + (3,) |
    t.Size([2, 3]).numel() | repr(t.Size([2, 3])) | t.device("cuda:1").index | str(t.device("cpu")) |
    repr(t.device("cpu")) | repr(x.float()) | str(x[0, 0]) | repr(w) | repr(x.float() * 1e6) | repr(x[0] > 0.5) |
    repr(t.zeros(0)) | f"{x[0, 0]:.3f}" | repr(t.ones(2, 2, 2)) | repr(x) | repr(t.arange(2000.0)) | str(x.dtype) |
    repr(w.dtype) | t.linalg.norm(x) | t.linalg.norm(x, dim=1) | t.linalg.norm(x, 1) |
    t.linalg.vector_norm(x, 3, dim=0) | t.linalg.cross(x[:, :3], x[:, 1:]) | t.linalg.multi_dot([x, x.T, x]) |
    t.nn.functional.relu(x - 0.5) | t.sum(x, axis=1, keepdims=True) | t.max(x, axis=1).values |
    t.cat([x, x], axis=1) | t.softmax(x, axis=1) | t.abs_(x) | t.exp_(x) | t.where(x > 0.5, 1.0, 0.0) |
    t.where(x > 0.5) | t.cuda.is_available() | t.cuda.device_count() | t.no_grad()(lambda: t.is_grad_enabled())() |
    t.no_grad(lambda: t.is_grad_enabled())() | t.inference_mode()(lambda: t.is_grad_enabled())() |
    t.enable_grad()(lambda: t.is_grad_enabled())() | t.ones(2, requires_grad=True).requires_grad |
    t.initial_seed.__name__ | t.Generator().initial_seed() | t.Generator().manual_seed(3).initial_seed() |
    t.equal(x, x.clone()) | t.meshgrid(t.arange(2), t.arange(3), indexing="xy") | t.from_numpy(x.numpy()) |
    t.frombuffer(bytearray(8), dtype=t.float32) | tuple(part.abs() for part in t.linalg.svd(x)) |
    t.linalg.svd(x, full_matrices=False).S | t.linalg.svd(x).Vh.abs() | tuple(part.abs() for part in t.svd(x)) |
    t.svd(x, compute_uv=False).S | tuple(part.abs() for part in t.linalg.eigh(x @ x.mT)) |
    t.linalg.eigh(x @ x.mT).eigenvalues | x.svd().V.abs() | t.lu(x @ x.mT)[0] | t.lu(x, get_infos=True)[2] |
    t.lu_unpack(*t.lu(x)) | t.lu_unpack(*t.lu(x), unpack_data=False).P | t.svd_lowrank(x, 2)[1] |
    t.pca_lowrank(x, 2)[1] | t.linalg.inv_ex(t.ones(3, 3)).info | t.linalg.solve_ex(t.zeros(3, 3), t.ones(3)).info |
    t.linalg.lu_factor_ex(t.ones(2, 2)).info | t.linalg.cholesky_ex(t.stack([-t.eye(3), t.eye(3)])).info |
    t.linalg.lu_solve(*t.linalg.lu_factor(x @ x.mT + t.eye(3)), x) | t.lu_solve(x, *t.lu(x @ x.mT + t.eye(3))) |
    t.linalg.lu_solve(*t.linalg.lu_factor(x[:, :3]), x, adjoint=True) |
    t.linalg.lu_solve(*t.linalg.lu_factor(x[:, :3]), x.mT, left=False) |
    t.linalg.lu_solve(*t.linalg.lu_factor(x[:, :3]), x.mT, left=False, adjoint=True) |
    issubclass(t.linalg.LinAlgError, RuntimeError) | t.typename(x) | t.can_cast(t.float32, t.float64) |
    t.can_cast(t.float32, t.int64) | t.poisson(t.zeros(3)) | t.randint_like(w, 3).shape | t.rand(2, 3).shape |
    t.binomial(t.ones(2), t.ones(2)) | x.detach_() | t.detach_(x) | t.zero_(x) | t.resize_as_(x, t.ones(2, 2)) |
    t.dropout_(x, 0.0, True) | t.feature_alpha_dropout(x, 0.0, True) | t.is_inference_mode_enabled() |
    t.is_autocast_enabled() | t.get_float32_matmul_precision() |
    t.is_deterministic_algorithms_warn_only_enabled() | t.get_default_device() == t.device("cpu") |
    t.get_num_interop_threads().bit_length() > 0 | t.use_deterministic_algorithms(False) |
    t.compiled_with_cxx11_abi() | t.set_grad_enabled(True).__class__.__name__ | x.stride() | x.stride(0) | x.itemsize |
    x.nbytes | x.ndim | x.bfloat16().float() | x.mH | x.is_cpu | x.is_ipu | x.is_maia | x.is_mkldnn | x.is_mps |
    x.is_mtia | x.is_nested | x.is_sparse_csr | x.is_vulkan | x.is_xla | x.is_xpu | x.conj() | x.conj_physical() |
    x.resolve_conj() | x.resolve_neg() | x.to_dense() | x.is_set_to(x) | x.is_set_to(x.clone()) | x.is_distributed() |
    x.share_memory_() | x.swapaxes_(0, 1) | x.swapdims_(0, 1) | x.true_divide_(2) | x.divide_(2) | x.subtract_(1) |
    x.multiply_(2) | x.bernoulli_(1.0) | x.clone().cauchy_().shape | x.clone().exponential_().shape |
    x.clone().geometric_(0.5).shape |
    x.clone().log_normal_().shape | x.clone().random_(5).shape | x.normal_(2.0, 0.0) | x.uniform_(1.0, 1.0) |
    x.clamp_max_(0.5) |
    x.less_(0.5) | x.less_equal_(0.5) | x.greater_(0.5) | x.greater_equal_(0.5) | x.not_equal_(0.5) | x.arctan2_(x) |
    w.bitwise_and_(1) | w.bitwise_or_(4) | w.bitwise_not_() | w.gcd_(w + 1) | w.lcm_(w + 1) | w.logical_and_(w) |
    x.unsafe_chunk(2) | x.unsafe_split(2) | x.resize_as_(t.ones(2, 6)) | t.from_dlpack(x) |
    t.from_dlpack(t.to_dlpack(x)) |
    x.scatter_reduce_(0, t.tensor([[0, 1, 2, 0]]), t.ones(1, 4, dtype=x.dtype), "sum")
"""


def lines() -> list[str]:
    return [part.strip(" |") for line in CALLS.strip().split("\n") for part in _cut(line)]


def _cut(line: str) -> list[str]:
    return [part for part in line.rstrip("|").split(" | ") if part.strip(" |")]


def run(text: str, library: Any) -> Any:
    x, w = library.tensor(FLOATS), library.tensor(WHOLE)
    result = eval(text, {"x": x, "w": w, "t": library})
    return result, x, w


@pytest.mark.parametrize("text", lines())
@pytest.mark.filterwarnings("ignore")
def test_a_call_gives_what_pytorchs_gives(text):
    theirs, ours = run(text, torch), run(text, door)
    if isinstance(theirs[0], (torch.Size, str, bool, int, float, list)):
        assert type(ours[0]).__name__ == type(theirs[0]).__name__
        assert ours[0] == theirs[0]
    elif theirs[0] is None:
        assert ours[0] is None
    else:
        compare(theirs[0], ours[0], 1e-6)
    for a, b in zip(theirs[1:], ours[1:], strict=True):  # what was written to
        compare(a, b, 1e-6)


ONE_MEANING = [
    text
    for text in lines()
    if (m := re.match(r"[xw]\.(\w+)", text)) and m[1] in LATER.split() and text != "x.median(1)"
]


@pytest.mark.parametrize("text", ONE_MEANING)
def test_what_means_one_thing_needs_no_open_door(text):
    opened = run(text, door)
    _switch.close_door()
    closed = run(text, door)
    for a, b in zip(opened, closed, strict=True):
        for x, y in zip(*(f if isinstance(f, (list, tuple)) else (f,) for f in (a, b)), strict=True):
            if isinstance(x, door.Tensor):
                np.testing.assert_array_equal(y.detach().numpy(), x.detach().numpy())
            else:
                assert y == x


def test_the_median_of_an_axis_is_asked_for_by_the_word():
    x = door.tensor(FLOATS)
    _switch.close_door()
    with pytest.raises(TypeError, match=r"x\.median\(dim=1\)"):
        x.median(1)
    assert x.median(dim=1).indices.shape == (3,)


# What PyTorch refuses is refused, with an error of the same kind, or one that says what to write.
REFUSED = """
    x.cuda() | x.view(5, 5) | x.expand(2, 2) | x.numpy().foo | t.cat([x, x[:2]], 1) | t.stack([x, x[:2]]) |
    t.bmm(x, x) | t.mm(x, x) | t.dot(x, x) | x.gather(1, t.tensor([[9]])) | x.gather(1, t.tensor([0])) |
    x.index_select(0, t.tensor([5])) | x.scatter(1, t.tensor([[9]]), 1.0) | x.masked_fill(w, 0) | x.narrow(0, 2, 5) |
    x.chunk(0) | x.squeeze(5) | x.unsqueeze(7) | x.transpose(0, 3) | x.softmax() | t.softmax(x) |
    t.zeros(2, device="cuda") | x.to("cuda") | t.arange() | t.randint() | x.topk(9) | x.kthvalue(9) | t.cat([]) |
    t.cat(x) | x.item() | bool(x) | x.sum(dim=5) | x.std(dim=5) | t.eye(-1) | x.repeat(2) |
    x.div(2, rounding_mode="up") | x.foo | t.foo | t.nn.Foo | t.allclose(x, w) | t.finfo(t.int32) |
    t.iinfo(t.float32) | w.requires_grad_() | x.type("torch.Foo") | t.sum(x, foo=1) | t.max(x, foo=1) |
    t.zeros(2, foo=1) | t.clamp(x) | t.einsum("ij,jk->ik", x, x) | x.diagonal(0, 0, 0) | x.unfold(0, 9, 1) |
    x.fill_(x) | x.index_add_(0, t.tensor([9]), x[:1]) | t.equal(x, 1) | t.load("/nonexistent/file") |
    t.jit.load("/nonexistent/file") | t.linalg.inv(t.zeros(2, 2)) | t.linalg.cholesky(-t.eye(2)) | x.inverse() |
    t.linalg.solve(t.zeros(2, 2), t.ones(2)) | t.linalg.qr(x, mode="foo") | t.linalg.eigh(x) | t.linalg.det(x) |
    t.linalg.solve(t.eye(3), t.ones(2)) | t.linalg.matrix_norm(x, "foo") | t.linalg.lstsq(x, x, driver="foo") |
    x.bincount() | t.tensor("a") | t.tensor([[1], [1, 2]])
"""


@pytest.mark.parametrize("text", [part.strip(" |") for line in REFUSED.strip().split("\n") for part in _cut(line)])
@pytest.mark.filterwarnings("ignore")
def test_what_pytorch_refuses_is_refused(text):
    kinds = []
    for library in (torch, door):
        with pytest.raises(Exception) as caught:  # noqa: PT011 (of any kind, compared below)
            run(text, library)
        kinds.append(caught.type)
    theirs, ours = kinds
    theirs = RuntimeError if theirs is torch.linalg.LinAlgError else theirs
    values = (RuntimeError, ValueError, AssertionError, NotImplementedError)
    places = (IndexError, RuntimeError, ValueError)
    both_values = issubclass(ours, values) and theirs in values
    assert issubclass(ours, theirs) or both_values or {ours, theirs} <= {*places, TypeError}
