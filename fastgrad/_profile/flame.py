"""Flame charts by matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastgrad._axes import axes_or_new
from fastgrad._profile.text import seconds as in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastgrad._profile.report import _Spans

# By phase; modules are paler than what they call.
_COLORS = {"forward": "#4c78a8", "backward": "#e45756", "step": "#54a24b", "label": "#b279a2"}
_PALE = {"forward": "#c3d3e6", "backward": "#f6c6c5", "step": "#c2dfbe", "label": "#e0cbd9"}
_PHASES = ("forward", "backward", "step", "label")
# Bars narrower than this share of the whole have no name on them; that many are drawn at most, the widest.
_NAMED = 0.02
_MOST = 20_000

Bar = tuple[float, float, int, str, str]  # left, width, depth, title, color


def draw_flame(spans: _Spans, seconds: float, ax: Axes | None, merged: bool, least: float) -> Axes:
    """Draw spans as `Profile.draw_flame` says."""
    bars = _merged(spans, seconds) if merged else _in_order(spans)
    bars = sorted((bar for bar in bars if bar[1] >= least), key=lambda bar: -bar[1])[:_MOST]
    deepest = max((bar[2] for bar in bars), default=0)
    ax = axes_or_new("draw_flame", ax, (10.0, 1.6 + 0.45 * (deepest + 1)))
    unit, name = next(((u, n) for u, n in ((1.0, "s"), (1e-3, "ms")) if seconds >= u), (1e-6, "us"))
    lefts, widths = [bar[0] / unit for bar in bars], [bar[1] / unit for bar in bars]
    ax.barh([bar[2] for bar in bars], widths, left=lefts, height=0.92,
            color=[bar[4] for bar in bars], edgecolor="white", linewidth=0.4)  # fmt: skip
    for left, width, depth, title, color in bars:
        if width >= _NAMED * seconds:
            room = max(int(130 * width / seconds), 1)
            if room < min(len(title), 5):
                continue
            text = title if len(title) <= room else title[: room - 1] + "…"
            ink = "white" if color in _COLORS.values() else "black"
            ax.text(
                (left + width / 2) / unit, depth, text, ha="center", va="center", fontsize=7, color=ink, clip_on=True
            )
    ax.set_xlim(0, seconds / unit)
    ax.set_ylim(-0.5, deepest + 0.5)
    ax.set_yticks([])
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    order = "all calls of a place together" if merged else "in the order of time"
    ax.set_xlabel(f"{name}, {order}; of {in_words(seconds)}")
    used = [phase for phase in _PHASES if any(bar[4] in (_COLORS[phase], _PALE[phase]) for bar in bars)]
    for phase in used:
        ax.bar(0, 0, color=_COLORS[phase], label=phase)
    if used:
        ax.legend(
            loc="upper center", bbox_to_anchor=(0.5, 1.18 if deepest < 4 else 1.1), ncols=len(used), frameon=False
        )
    return ax


def _color(spans: _Spans, i: int) -> str:
    phase = _PHASES[int(spans.phase[i])]
    return (_PALE if spans.kind[i] == 2 else _COLORS)[phase]


def _depths(spans: _Spans) -> np.ndarray[Any, Any]:
    found = np.zeros(len(spans.kind), dtype=np.int64)
    for i, parent in enumerate(spans.parent.tolist()):
        if parent >= 0:
            found[i] = found[parent] + (not spans.repeated[i])
    return found


def _in_order(spans: _Spans) -> list[Bar]:
    left = (spans.begin - spans.start) * 1e-9
    depths = _depths(spans)
    return [(float(left[i]), float(spans.whole[i]), int(depths[i]), spans.title(i), _color(spans, i))
            for i in range(len(spans.kind)) if not spans.repeated[i]]  # fmt: skip


def _merged(spans: _Spans, seconds: float) -> list[Bar]:
    """Calls with equal titles under equal ones are one bar; bars of one place lie in the order of their first calls."""
    place_of = np.full(len(spans.kind), -1, dtype=np.int64)
    places: dict[tuple[int, str, str], int] = {}
    parents: list[int] = []
    titles: list[tuple[str, str]] = []
    widths: list[float] = []
    for i, parent in enumerate(spans.parent.tolist()):
        above = int(place_of[parent]) if parent >= 0 else -1
        if spans.repeated[i]:
            place_of[i] = above
            continue
        key = (above, spans.title(i), _color(spans, i))
        at = places.setdefault(key, len(places))
        if at == len(parents):
            parents.append(above)
            titles.append(key[1:])
            widths.append(0.0)
        widths[at] += float(spans.whole[i])
        place_of[i] = at
    lefts, depths, used = [0.0] * len(parents), [0] * len(parents), [0.0] * (len(parents) + 1)
    for at, parent in enumerate(parents):
        lefts[at] = used[parent] + (lefts[parent] if parent >= 0 else 0.0)
        depths[at] = depths[parent] + 1 if parent >= 0 else 0
        used[parent] += widths[at]
    return [(lefts[at], widths[at], depths[at], *titles[at]) for at in range(len(parents))]
