"""Icons of the lucide package, inlined: no request, no script, no style attribute."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()


@lru_cache(maxsize=512)
def _drawn(name: str, size: int, spin: bool) -> str:
    """Its shapes alone; who reads it, and how, is said on the outer element."""
    classes = f"i i-{size} spin" if spin else f"i i-{size}"
    attributes = {"class": classes, "aria-hidden": "true", "focusable": "false"}
    return str(lucide(name, size=size, **attributes))


@register.simple_tag
def icon(name: str, *, size: int = 16, label: str = "", spin: bool = False) -> SafeString:
    """Hidden from screen readers unless it has a label, which is then its only word."""
    drawing = mark_safe(_drawn(str(name), size, spin))
    if not label:
        return drawing
    return format_html('<span role="img" aria-label="{}">{}</span>', label, drawing)
