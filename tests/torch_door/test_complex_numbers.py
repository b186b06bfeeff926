"""PyTorch's functions of complex numbers, of real ones, and what programs ask of modes."""

from __future__ import annotations

import math

import pytest

import fastgrad.torch as torch


def test_real_numbers_are_their_own_real_parts_and_conjugates():
    x = torch.tensor([1.0, -2.0])
    for function in (torch.real, torch.conj, torch.conj_physical, torch.resolve_conj, torch.resolve_neg):
        assert function(x) is x
    assert x.conj() is x
    assert x.real is x
    with pytest.raises(RuntimeError, match="imag is not implemented for tensors with non-complex dtypes"):
        torch.imag(x)


def test_an_angle_is_0_or_pi():
    x = torch.tensor([1.0, -2.0, 0.0, -0.0, math.nan, -math.inf], requires_grad=True)
    angles = torch.angle(x)
    assert angles.dtype is torch.float32
    assert torch.equal(angles[[0, 1, 2, 3, 5]].detach(), torch.tensor([0.0, math.pi, 0.0, 0.0, math.pi]))
    assert math.isnan(angles[4].item())
    angles[:4].sum().backward()
    assert x.grad[:4].tolist() == [0.0] * 4
    assert torch.angle(torch.tensor([3, -3])).tolist() == torch.tensor([0.0, math.pi]).tolist()
    assert torch.tensor([-1.0]).angle().item() == pytest.approx(math.pi)
    assert torch.angle(torch.tensor([-1.0], dtype=torch.float64)).dtype is torch.float64


def test_modes_are_asked_about():
    assert not torch.is_anomaly_enabled()
    with torch.autograd.detect_anomaly(check_nan=False):
        assert torch.is_anomaly_enabled()
        assert not torch.is_anomaly_check_nan_enabled()
    assert not torch.is_anomaly_enabled()
    assert torch.is_anomaly_check_nan_enabled()
    torch.set_anomaly_enabled(True)
    assert torch.is_anomaly_enabled()
    torch.set_anomaly_enabled(False)
    assert not torch.is_anomaly_enabled()
    assert (torch.get_autocast_cpu_dtype(), torch.get_autocast_dtype("cuda")) == (torch.bfloat16, torch.float16)
    assert torch.clear_autocast_cache() is None
    assert not torch.is_autocast_cpu_enabled()
