"""What is compiled, scripted and traced is what was given, and what asks is told that nothing is compiled."""

from __future__ import annotations

import pytest

import fastgrad.torch as torch


def test_a_traced_module_is_the_module_after_one_call():
    net, x = torch.nn.Linear(3, 2), torch.ones(4, 3)
    assert torch.jit.trace(net, x) is net
    assert torch.jit.trace(lambda a, b: a + b, (x, x))(x, x).tolist() == (2 * x).tolist()
    with pytest.raises(ValueError, match="linear"):
        torch.jit.trace(net, torch.ones(4, 5))


def test_the_compiler_can_be_told_and_asked():
    assert not torch.compiler.is_compiling()
    assert torch._dynamo.disable(abs) is abs
    assert torch.compiler.disable(recursive=False)(abs) is abs
    torch._dynamo.config.verbose = True
    torch._dynamo.reset()


def test_complex_dtypes_are_names_that_no_tensor_has():
    assert torch.ones(2).dtype not in (torch.complex64, torch.cdouble)
    assert not torch.float32.is_complex
    assert torch.complex64.is_complex
    with pytest.raises(TypeError, match="complex64 is not a dtype"):
        torch.zeros(2, dtype=torch.complex64)
