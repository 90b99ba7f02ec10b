"""Values as people read them; characters that hide are shown.

`None` is what was never measured, and says so; `0` is a measurement.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from migrate_core.ledger.audit import Estimated
from migrate_core.risk.estimates import between
from migrate_core.risk.facts import human_bytes, human_count

register = template.Library()

UNKNOWN = "not measured"
_CODE = re.compile(r"`([^`]*)`")  # as visible() leaves it
LONGEST_RELATIVE = timedelta(days=60)  # beyond it a date says more

# Categories that draw nothing, or move what is beside them.
_HIDING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Letters and marks that draw nothing all the same (Unicode, Default_Ignorable_Code_Point).
_FILLERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2065, 0x2800}
_FILLERS |= {0x3164, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9)}
_FILLERS |= set(range(0xE0000, 0xE1000))
_NAMED = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}


def _hides(number: int) -> bool:
    category = unicodedata.category(chr(number))
    if category in _HIDING or number in _FILLERS:
        return True
    return category == "Zs" and number != 0x20  # a space that is not the space


def _escape(number: int) -> str:
    return _NAMED.get(number) or (f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}")


def _box(number: int) -> str:
    name = unicodedata.name(chr(number), f"control character {number}").lower()
    return f'<span class="ctl" title="{name}">{_escape(number)}</span>'


# Tables for str.translate(), which is a hundred times faster here than a regular expression.
# Planes 2 and 3 are ideographs alone; beyond the tags of plane 14 nothing hides.
_PLANES = (*range(0x20000), *range(0xE0000, 0xE1000))
_ESCAPES = {number: _escape(number) for number in _PLANES if _hides(number)}
_BOXES = {number: _box(number) for number in _ESCAPES}
_BOXES_IN_TEXT = {number: box for number, box in _BOXES.items() if chr(number) not in "\n\t"}


def escape_invisible(text: object) -> str:
    """`text` with every character that hides or reorders written as an escape."""
    return str(text).translate(_ESCAPES)


def mark_invisible(html: str, *, many_lines: bool = False) -> str:
    """The same inside HTML, each one in a box of its own, with its name in the title."""
    return html.translate(_BOXES_IN_TEXT if many_lines else _BOXES)


@register.filter
def visible(text: object) -> SafeString:
    """One line: line ends and tabs are shown too."""
    return mark_safe(mark_invisible(conditional_escape(str(text))))


@register.filter
def visible_text(text: object) -> SafeString:
    """Text of many lines: line ends and tabs stay what they are."""
    return mark_safe(mark_invisible(conditional_escape(str(text)), many_lines=True))


@register.filter
def marked(text: object) -> SafeString:
    """What stands in backticks is code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", visible(text)))


@register.filter
def visible_plain(text: object) -> str:
    """For attributes, titles and what is copied by eye: escapes, no markup."""
    return escape_invisible(text)


# Numbers ---------------------------------------------------------------------------------------


@register.filter
def count(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


@register.filter
def about(number: int | None) -> str:
    return UNKNOWN if number is None else human_count(number)


@register.filter(name="bytes")
def bytes_(number: int | None) -> str:
    return UNKNOWN if number is None else human_bytes(number)


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Milliseconds, or a timedelta: `41 ms`, `1.8 s`, `2 min 36 s`, `1 h 4 min`."""
    if value is None:
        return UNKNOWN
    milliseconds = value / timedelta(milliseconds=1) if isinstance(value, timedelta) else value
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms" if milliseconds >= 1 or not milliseconds else "under 1 ms"
    if milliseconds < 59_950:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


@register.filter
def foretold(found: Estimated) -> str:
    """The range in which a step was to end."""
    return between(found.low_ms / 1000, found.high_ms / 1000)


@register.filter
def short_hash(value: object) -> str:
    text = str(value)
    return text if len(text) <= 9 else f"{text[:4]}…{text[-2:]}"


@register.filter
def initials(name: object) -> str:
    """Two letters: of the first two words, else of the only one."""
    words = [word for word in re.split(r"[\W_]+", str(name)) if word]
    letters = [word[0] for word in words[:2]] if len(words) > 1 else list("".join(words)[:2])
    return "".join(letters).upper() or "?"


@register.filter
def anchor(text: object) -> str:
    """An id that a page may hold: the same text gives the same one."""
    return f"x{hashlib.sha256(str(text).encode()).hexdigest()[:10]}"


# Time ------------------------------------------------------------------------------------------


def _stamp(when: datetime) -> str:
    local = timezone.localtime(when)
    return f"{local.day} {local:%b %Y %H:%M} {local:%Z}"


def relative(when: datetime, now: datetime) -> str:
    """`2 min ago`, `in 6 days`; a date where that says more. studio.js counts the same way."""
    gap = now - when
    size = abs(gap)
    if size > LONGEST_RELATIVE:
        local = timezone.localtime(when)
        return f"{local.day} {local:%b %Y}"
    seconds = int(size.total_seconds())
    if seconds < 1:
        return "now"
    for unit, length in (("day", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= length:
            number = seconds // length
            name = "days" if unit == "day" and number > 1 else unit
            return f"{number} {name} ago" if gap > timedelta() else f"in {number} {name}"
    raise AssertionError("a second or more was told apart above")


@register.simple_tag
def ago(when: datetime | None) -> str:
    if when is None:
        return "never"
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        when.isoformat(),
        _stamp(when),
        relative(when, timezone.now()),
    )


@register.simple_tag
def clock(when: datetime) -> str:
    local = timezone.localtime(when)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        when.isoformat(),
        _stamp(when),
        f"{local:%H:%M:%S}",
    )


@register.simple_tag
def stamp(when: datetime | None) -> str:
    if when is None:
        return "never"
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), _stamp(when))
