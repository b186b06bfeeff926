"""``torch.onnx``: no ONNX files are written, and no program is being exported."""

from __future__ import annotations

from fastgrad.torch._refused import refused


def is_in_onnx_export() -> bool:
    return False


_NONE = "no ONNX files are written; save model.state_dict(), which PyTorch loads, and export there"

export = refused("torch.onnx.export", _NONE)
dynamo_export = refused("torch.onnx.dynamo_export", _NONE)
