"""How tensors are shown while the door is open: as PyTorch shows them."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor.construct import get_default_float

OPTIONS: dict[str, Any] = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
_DEFAULT = dict(OPTIONS)
_PROFILES: dict[str, dict[str, Any]] = {
    "default": _DEFAULT,
    "short": {**_DEFAULT, "precision": 2, "edgeitems": 2},
    "full": {**_DEFAULT, "threshold": 2**63 - 1},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed."""
    if profile is not None:
        OPTIONS.update(_PROFILES[profile])
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    OPTIONS.update({name: value for name, value in given.items() if value is not None})
    OPTIONS["sci_mode"] = sci_mode


def show(t: Any) -> str:
    """``tensor([1.5000, 2.0000], requires_grad=True)``."""
    plain = t.detach()
    if t.dtype is fg.bfloat16:
        plain = plain.astype(fg.float32)
    values = np.asarray(plain)
    threshold = min(OPTIONS["threshold"], 2**62)
    text = np.array2string(
        values,
        separator=", ",
        prefix="tensor(",
        threshold=int(threshold),
        edgeitems=OPTIONS["edgeitems"],
        max_line_width=OPTIONS["linewidth"],
        formatter={"all": _formatter(values, threshold)},
    )
    text = text.replace(", ..., ", ",  ..., ")
    if t.numel() == 0:
        text = "[]"
    notes = [f"size={tuple(t.shape)}"] if t.numel() == 0 and t.ndim != 1 else []
    usual = (fg.int64, fg.bool, get_default_float()) if t.numel() else (get_default_float(),)
    if t.dtype not in usual:
        notes.append(f"dtype=torch.{t.dtype.name}")
    if t.grad_fn is not None:
        notes.append(f"grad_fn=<{_node(t.grad_fn.name)}>")
    elif t.requires_grad:
        notes.append("requires_grad=True")
    return f"tensor({', '.join([text, *notes])})"


# What PyTorch calls the nodes of operations that it names otherwise.
_NODES = {
    "absolute": "Abs", "concat": "Cat", "multiply": "Mul", "subtract": "Sub", "divide": "Div", "negative": "Neg",
    "linear": "Addmm", "matmul": "Mm", "permute_dims": "Permute", "reshape": "View", "broadcast_to": "Expand",
    "expand_dims": "Unsqueeze", "getitem": "Slice", "index": "Index", "astype": "ToCopy", "clip": "Clamp",
    "cross_entropy": "NllLoss", "swapaxes": "Transpose",
}  # fmt: skip


def _node(name: str) -> str:
    """``MulBackward0``, as PyTorch calls the node of a product."""
    return f"{_NODES.get(name) or ''.join(part.capitalize() for part in name.split('_'))}Backward0"


def _formatter(values: Any, threshold: int) -> Any:
    """One format for all elements that are shown, as wide as the widest."""
    shown = _shown(values, OPTIONS["edgeitems"]) if values.size > threshold else values
    if values.dtype.kind != "f":
        width = max((len(_whole(v)) for v in shown.ravel()), default=0)
        return lambda v: _whole(v).rjust(width if values.ndim else 0)
    kind = _float_format(shown)
    width = max((len(kind(v)) for v in shown.ravel()), default=0)
    return lambda v: kind(v).rjust(width if values.ndim else 0)


def _whole(v: Any) -> str:
    return str(bool(v)) if isinstance(v, (bool, np.bool_)) else str(int(v))


def _float_format(shown: Any) -> Any:
    digits, scientific = OPTIONS["precision"], OPTIONS["sci_mode"]
    finite = np.abs(shown[np.isfinite(shown) & (shown != 0)].astype(np.float64))
    whole = bool((finite == np.ceil(finite)).all())
    if finite.size == 0:
        return lambda v: f"{v:.0f}." if np.isfinite(v) else str(v)
    large, small = finite.max(), finite.min()
    if scientific is None:
        scientific = bool(large / small > 1000.0 or large > 1.0e8 or (not whole and small < 1.0e-4))
    if scientific:
        return lambda v: f"{v:.{digits}e}" if np.isfinite(v) else str(v)
    if whole:
        return lambda v: f"{v:.0f}." if np.isfinite(v) else str(v)
    return lambda v: f"{v:.{digits}f}" if np.isfinite(v) else str(v)


def _shown(values: Any, edge: int) -> Any:
    """The corners, which are printed of what is too large."""
    for axis in range(values.ndim):
        if values.shape[axis] > 2 * edge:
            places = [*range(edge), *range(values.shape[axis] - edge, values.shape[axis])]
            values = values.take(places, axis)
    return values
