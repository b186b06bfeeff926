"""``torch.onnx``: no ONNX files are written, and no program is being exported."""

from __future__ import annotations

from typing import Any, NoReturn


def is_in_onnx_export() -> bool:
    return False


def _refused(name: str) -> Any:
    def function(*args: Any, **words: Any) -> NoReturn:
        raise RuntimeError(
            f"torch.onnx.{name}: no ONNX files are written; save model.state_dict(), which PyTorch loads, and export "
            "there"
        )

    function.__name__ = function.__qualname__ = name
    return function


export = _refused("export")
dynamo_export = _refused("dynamo_export")
