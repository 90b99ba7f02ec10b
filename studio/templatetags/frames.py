"""Frames around content that a template writes between the tags."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from studio.display import Action

register = template.Library()

# tone of a notice: (class, icon)
NOTICES = {
    "info": ("running", "info"),
    "ok": ("safe", "circle-check"),
    "medium": ("medium", "triangle-alert"),
    "high": ("high", "triangle-alert"),
    "bad": ("destructive", "circle-x"),
    "blocked": ("blocked", "ban"),
}


def _frame(name: str, content: str, **values: object) -> SafeString:
    return render_to_string(f"components/_{name}.html", {"content": content, **values})


@register.simple_block_tag(end_name="endpage_header")
def page_header(
    content: str,
    title: str,
    number: str = "",
    status: str = "",
    state: str = "",
    level: str = "",
    pill: str = "",
    mono: bool = False,
) -> SafeString:
    values = {"title": title, "number": number, "status": status, "state": state}
    return _frame(
        "page_header", mark_safe(content.strip()), **values, level=level, pill=pill, mono=mono
    )


@register.simple_block_tag(end_name="endmeta")
def meta(content: str) -> SafeString:
    return _frame("meta", content)


@register.simple_block_tag(end_name="endcard")
def card(
    content: str, title: str, aside: str = "", flush: bool = False, level: int = 2, id: str = ""
) -> SafeString:
    return _frame("card", content, title=title, aside=aside, flush=flush, level=level, id=id)


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, tone: str, title: str = "") -> SafeString:
    tint, sign = NOTICES[tone]
    return _frame("notice", content, tint=tint, icon_name=sign, title=title)


@register.simple_block_tag(end_name="enddisclosure")
def disclosure(content: str, summary: str, open: bool = False) -> SafeString:
    return _frame("disclosure", content, summary=summary, open=open)


@register.simple_block_tag(end_name="endempty")
def empty(content: str, title: str, icon: str = "inbox", command: str = "") -> SafeString:
    return _frame("empty", content, title=title, icon_name=icon, command_text=command)


@register.simple_block_tag(end_name="enddata_table")
def data_table(content: str, label: str) -> SafeString:
    return _frame("data_table", content, label=label)


@register.simple_block_tag(takes_context=True, end_name="endconfirm")
def confirm(context: Context, content: str, action: Action) -> SafeString:
    values = {"action": action, "content": content, "csrf_token": context.get("csrf_token")}
    return render_to_string("components/_action.html", values)
