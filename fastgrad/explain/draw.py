"""Attributions over what they are of: images by matplotlib, words by colours."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def axes_or_new(name: str, ax: Any) -> Axes:
    """`ax`, or axes of a new figure that no window shows."""
    if ax is not None:
        given: Axes = ax
        return given
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(f"{name}: drawing needs matplotlib: pip install matplotlib") from error
    new: Axes = Figure(layout="constrained").add_subplot()
    return new


def draw_overlay(image: Any, values: Any, ax: Axes | None = None, *, share: float = 0.6, title: str = "") -> Axes:
    """Draw an attribution over an image: red for, blue against.

    Parameters
    ----------
    image : array_like, shape (h, w), (1, h, w) or (3, h, w)
        Gray, or red, green and blue; it is scaled to its own least and largest value.
    values : array_like, shape (h, w) or (channels, h, w)
        Of `Attribution.values`, one sample; channels are added up.
    ax : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    share : float, default 0.6
        How opaque the strongest attribution is.

    Returns
    -------
    Axes
        What was drawn in; nothing is shown.
    """
    name = "draw_overlay"
    picture, strength = np.asarray(image, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if picture.ndim == 2:
        picture = picture[None]
    if strength.ndim == 3:
        strength = strength.sum(0)
    if picture.ndim != 3 or picture.shape[0] not in (1, 3):
        raise ValueError(f"{name}: image must have shape (h, w), (1, h, w) or (3, h, w), got {np.shape(image)}")
    if strength.shape != picture.shape[1:]:
        raise ValueError(f"{name}: values must have the image's height and width {picture.shape[1:]}, got "
                         f"{strength.shape}; nn.functional.interpolate brings a layer's maps there")  # fmt: skip
    if not 0 <= share <= 1:
        raise ValueError(f"{name}: share must be in [0, 1], got {share}")
    ax = axes_or_new(name, ax)
    low, high = picture.min(), picture.max()
    shown = np.moveaxis((picture - low) / (high - low if high > low else 1.0), 0, -1)
    most = float(np.abs(strength).max()) or 1.0
    ax.imshow(shown[..., 0] if shown.shape[-1] == 1 else shown, cmap="gray", vmin=0, vmax=1)
    ax.imshow(strength, cmap="seismic", vmin=-most, vmax=most, alpha=share * np.abs(strength) / most)
    ax.set_axis_off()
    if title:
        ax.set_title(title)
    return ax


def color_tokens(tokens: Sequence[str], values: Any) -> str:
    """Return HTML of the tokens, each on a ground that says how much it has to do with the score.

    Parameters
    ----------
    tokens : sequence of str, length n
    values : array_like, shape (n,) or (n, features)
        Features are added up. Red is for the score, blue against it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.explain.color_tokens(["not", "bad"], [-1.0, 0.5])
    '<span style="background:rgba(70,110,230,1.00)">not</span> <span style="background:rgba(230,70,60,0.50)">bad</span>'
    """
    strength = np.asarray(values, dtype=np.float64)
    if strength.ndim == 2:
        strength = strength.sum(1)
    if strength.shape != (len(tokens),):
        raise ValueError(f"color_tokens: values must be one for each of the {len(tokens)} tokens, got {strength.shape}")
    most = float(np.abs(strength).max(initial=0.0)) or 1.0
    parts = []
    for token, value in zip(tokens, strength, strict=True):
        color = "230,70,60" if value >= 0 else "70,110,230"
        parts.append(f'<span style="background:rgba({color},{abs(value) / most:.2f})">{html.escape(token)}</span>')
    return " ".join(parts)
