"""Figures drawn on the server, each with its numbers in a table behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from migrate_core.risk.levels import Level
from studio.display import OperationRow
from studio.templatetags.marks import STATES

register = template.Library()

WIDEST = 100  # the scores' scale, and the width of every figure in its own units
SPARK_HEIGHT = 24
GOING_ON = {"running", "hold"}
SHORTEST_BAR = 0.8  # so that a step of milliseconds is still seen


@register.inclusion_tag("components/_budget_gauge.html")
def budget_gauge(
    score: int, budget: int, level: str, rows: Sequence[OperationRow] | None = None
) -> dict[str, object]:
    over = [row for row in rows or () if row.score > budget]
    return {
        "score": score,
        "budget": budget,
        "level": Level(level),
        "rows": rows,
        "over": over,
        "is_over": score > budget,
        "mark": _place(budget),
        "label": _place(min(max(budget, 14), 86)),  # its words stay inside the figure
    }


def _place(value: float) -> str:
    """A share of the width; a number, never localised."""
    return f"{value * 288 / WIDEST:.1f}"


@register.inclusion_tag("components/_risk_bar.html")
def risk_bar(levels: Sequence[str]) -> dict[str, object]:
    numbers = Counter(Level(level) for level in levels)
    parts, start = [], 0.0
    for level in Level:
        width = WIDEST * numbers[level] / len(levels) if levels else 0
        if width:
            gap = 0.4 if start else 0
            parts.append((level, f"{start + gap:.2f}", f"{width - gap:.2f}", numbers[level]))
            start += width
    words = ", ".join(f"{number} {level}" for level, _x, _width, number in parts)
    return {"parts": parts, "words": words or "no operations"}


@register.inclusion_tag("components/_progress_bar.html")
def progress_bar(
    done: int | None, total: int | None, text: str = "", label: str = "Progress"
) -> dict[str, object]:
    share = f"{100 * done // total} %" if done is not None and total else ""
    return {"done": done, "total": total, "text": text, "label": label, "share": share}


@register.simple_tag
def time_bar(elapsed_ms: float | None, longest_ms: float | None, state: str = "") -> SafeString:
    """A bar beside a number that says the same, hence hidden from screen readers.

    That of a step which still goes on is pale: it says how long, not how far.
    """
    family = STATES[str(state)][2] if state else "quiet"
    look = f"{family} open" if family in GOING_ON else family
    share = WIDEST * elapsed_ms / longest_ms if elapsed_ms and longest_ms else 0
    width = min(max(share, SHORTEST_BAR), WIDEST) if elapsed_ms is not None else 0
    return format_html(
        '<svg class="track {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" width="100" height="6"/><rect class="fill" width="{}" height="6"/>'
        "</svg>",
        look,
        f"{width:.2f}",
    )


@register.simple_tag
def span_bar(before: float, takes: float, holds: float, whole: float) -> SafeString:
    """Where a step lies in its plan, and in another colour how much of it others wait for.

    Beside numbers that say the same, hence hidden from screen readers.
    """
    scale = WIDEST / whole if whole else 0
    width = max(takes * scale, SHORTEST_BAR)
    start = min(before * scale, WIDEST - width)
    return format_html(
        '<svg class="track running" viewBox="0 0 100 6" preserveAspectRatio="none"'
        ' aria-hidden="true">'
        '<rect class="ground" width="100" height="6"/>'
        '<rect class="fill" x="{}" width="{}" height="6"/>'
        '<rect class="fill hold" x="{}" width="{}" height="6"/></svg>',
        f"{start:.2f}",
        f"{width:.2f}",
        f"{start:.2f}",
        f"{min(max(holds * scale, SHORTEST_BAR), width):.2f}" if holds else "0",
    )


@register.inclusion_tag("components/_spark.html")
def spark(points: Sequence[float | None], title: str, unit: str = "") -> dict[str, object]:
    known = [point for point in points if point is not None]
    return {
        "title": title,
        "unit": unit,
        "path": _line(points, max(known, default=0)),
        "values": list(enumerate(points, start=1)),
        "lowest": min(known, default=None),
        "highest": max(known, default=None),
        "last": points[-1] if points else None,
    }


def _line(points: Sequence[float | None], top: float) -> str:
    """An SVG path; what was not measured leaves a gap."""
    step, parts, pen_down = WIDEST / max(len(points) - 1, 1), [], False
    for number, point in enumerate(points):
        if point is None:
            pen_down = False
            continue
        y = SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * (point / top if top else 0)
        parts.append(
            f"{'L' if pen_down else 'M'}{number * step:.1f} {y:.1f}{'' if pen_down else 'h0'}"
        )
        pen_down = True
    return "".join(parts)
