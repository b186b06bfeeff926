"""Attributions over what they are of: images by matplotlib, words by colours."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fastgrad._axes import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    _check_finite(name, strength)
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
        The words, in order.
    values : array_like, shape (n,) or (n, features)
        Features are added up. Red is for the score, blue against it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.explain.color_tokens(["not", "bad"], [-1.0, 0.5])
    '<span style="background:rgba(70,110,230,1.00)">not</span> <span style="background:rgba(230,70,60,0.50)">bad</span>'
    """
    strength = _of_tokens("color_tokens", tokens, values)
    most = float(np.abs(strength).max(initial=0.0)) or 1.0
    parts = []
    for token, value in zip(tokens, strength, strict=True):
        color = "230,70,60" if value >= 0 else "70,110,230"
        parts.append(f'<span style="background:rgba({color},{abs(value) / most:.2f})">{html.escape(token)}</span>')
    return " ".join(parts)


def draw_tokens(
    tokens: Sequence[str], values: Any, ax: Axes | None = None, *, width: float = 40.0, title: str = ""
) -> Axes:
    """Draw tokens as a text, each on a ground that says how much it has to do with the score: red for it, blue against.

    Parameters
    ----------
    tokens : sequence of str, length n
        The words, in order.
    values : array_like, shape (n,) or (n, features)
        Features are added up.
    ax : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    width : float, default 40
        Of a line, in heights of a letter; a token that does not fit begins the next line.
    title : str
        What stands above, by default nothing.

    Returns
    -------
    Axes
        What was drawn in; nothing is shown.
    """
    name = "draw_tokens"
    strength = _of_tokens(name, tokens, values)
    if not width > 0:
        raise ValueError(f"{name}: width must be positive, got {width}")
    is_new, ax = ax is None, axes_or_new(name, ax)
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.textpath import TextPath

    most = float(np.abs(strength).max(initial=0.0)) or 1.0
    left, line, widest = 0.0, 0, 0.0
    for token, value in zip(tokens, strength, strict=True):
        shown = token.replace("$", r"\$").replace("\n", " ") or " "
        path = TextPath((0, 0), shown, size=1.0) if shown.strip() else None
        long = 0.3 + (path.get_extents().x1 if path is not None else 0.3)
        if left > 0 and left + long > width:
            left, line = 0.0, line + 1
        color = (0.90, 0.27, 0.24) if value >= 0 else (0.27, 0.43, 0.90)
        ground = Rectangle((left, -1.9 * line - 0.45), long, 1.6, facecolor=color, alpha=abs(value) / most, linewidth=0)
        ax.add_patch(ground)
        if path is not None:
            moved = path.transformed(_moved(left + 0.15, -1.9 * line))
            ax.add_patch(PathPatch(moved, facecolor="black", linewidth=0))
        left += long + 0.15
        widest = max(widest, left)
    ax.set_xlim(0, max(widest, 1.0))
    ax.set_ylim(-1.9 * line - 0.7, 1.4)
    if is_new:
        figure: Any = ax.figure
        figure.set_size_inches(0.2 * max(widest, 20.0), 0.2 * (1.9 * line + 2.1) + 0.5)
    ax.set_aspect("equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title)
    return ax


def _moved(x: float, y: float) -> Any:
    from matplotlib.transforms import Affine2D

    return Affine2D().translate(x, y)


def _of_tokens(name: str, tokens: Sequence[str], values: Any) -> np.ndarray[Any, Any]:
    """One number for each token."""
    strength = np.asarray(values, dtype=np.float64)
    if strength.ndim == 2:
        strength = strength.sum(1)
    if isinstance(tokens, str) or strength.shape != (len(tokens),):
        hint = "; tokens must be a list, got a str" if isinstance(tokens, str) else ""
        raise ValueError(f"{name}: values must be one for each of the {len(tokens)} tokens, got shape "
                         f"{np.shape(values)}{hint}")  # fmt: skip
    _check_finite(name, strength)
    return strength


def _check_finite(name: str, strength: np.ndarray[Any, Any]) -> None:
    wrong = np.argwhere(~np.isfinite(strength))
    if len(wrong):
        at = tuple(int(i) for i in wrong[0])
        raise ValueError(f"{name}: values must be finite, got {strength[at]} at {at}")
