"""Components made of values: rows, lists, forms. Each has its template under components/."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template import Context

from studio.display import (
    Action,
    EvidenceItem,
    Fact,
    Gate,
    LockParty,
    LogLine,
    ObjectDiff,
    OperationRow,
    StepRow,
    Tab,
    TimelineItem,
    bar_scale,
)
from studio.templatetags.words import escape_invisible

register = template.Library()
Shown = dict[str, Any]

# What a pattern would read as more than itself (ECMAScript, SyntaxCharacter).
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")


# Actions: csrf_token is the only thing of the page that they need -------------------------------


@register.inclusion_tag("components/_action.html", takes_context=True)
def action(context: Context, action: Action) -> Shown:
    return {"action": action, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/_actions.html", takes_context=True)
def actions(context: Context, actions: Sequence[Action]) -> Shown:
    return {"actions": actions, "csrf_token": context.get("csrf_token")}


@register.filter
def exactly(expected: str) -> str:
    """A pattern that the typed text alone fulfils; the server compares it again."""
    shown = escape_invisible(expected)
    return "".join(f"\\{letter}" if letter in _SYNTAX else letter for letter in shown)


# Plans -----------------------------------------------------------------------------------------


@register.inclusion_tag("components/_operations.html", takes_context=True)
def operations(context: Context, rows: Sequence[OperationRow]) -> Shown:
    return {"rows": rows, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/_operation.html", takes_context=True)
def operation(context: Context, row: OperationRow) -> Shown:
    return {"row": row, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/_gates.html")
def gates(gates: Sequence[Gate]) -> Shown:
    return {"gates": gates}


@register.inclusion_tag("components/_schema_diff.html")
def schema_diff(objects: Sequence[ObjectDiff]) -> Shown:
    changed = [diff for diff in objects if diff.change != "same"]
    return {"objects": changed, "same": len(objects) - len(changed)}


# Runs ------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_steps.html", takes_context=True)
def steps(context: Context, steps: Sequence[StepRow], live_url: str = "") -> Shown:
    values = {"steps": steps, "longest_ms": bar_scale(steps), "live_url": live_url}
    return {**values, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/_step.html", takes_context=True)
def step(context: Context, step: StepRow, longest_ms: float) -> Shown:
    values = {"step": step, "longest_ms": longest_ms}
    return {**values, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/_step_body.html", takes_context=True)
def step_body(context: Context, step: StepRow, longest_ms: float) -> Shown:
    values = {"step": step, "longest_ms": longest_ms, "failure": f"Step {step.number} failed"}
    return {**values, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/_locks.html", takes_context=True)
def locks(
    context: Context, parties: Sequence[LockParty], title: str = "Locks", aside: str = ""
) -> Shown:
    values = {"parties": parties, "title": title, "aside": aside}
    return {**values, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/_log_lines.html")
def log_lines(lines: Sequence[LogLine]) -> Shown:
    return {"lines": lines}


@register.inclusion_tag("components/_error_notice.html")
def error_notice(error: object, title: str = "") -> Shown:
    return {"error": error, "title": title}


# Records ---------------------------------------------------------------------------------------


@register.inclusion_tag("components/_facts.html")
def facts(facts: Sequence[Fact]) -> Shown:
    return {"facts": facts}


@register.inclusion_tag("components/_timeline.html")
def timeline(items: Sequence[TimelineItem]) -> Shown:
    return {"items": items}


@register.inclusion_tag("components/_evidence.html")
def evidence(items: Sequence[EvidenceItem]) -> Shown:
    return {"items": items}


# Finding one's way -----------------------------------------------------------------------------


@register.inclusion_tag("components/_tabs.html")
def tabs(tabs: Sequence[Tab], label: str = "Views") -> Shown:
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("components/_status_messages.html")
def status_messages(messages: Iterable[object] | None) -> Shown:
    return {"messages": messages}


def _address(context: Context, **changes: object) -> str:
    """This page's query string with some parameters replaced; the rest is kept."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/_sort_header.html", takes_context=True)
def sort_header(context: Context, label: str, key: str, numeric: bool = False) -> Shown:
    now = context["request"].GET.get("sort", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    following = f"-{key}" if order == "ascending" else key
    url = _address(context, sort=following, page=None)
    return {"label": label, "order": order, "url": url, "numeric": numeric}


@register.inclusion_tag("components/_pagination.html", takes_context=True)
def pagination(context: Context, page: Any) -> Shown:
    earlier = page.previous_page_number() if page.has_previous() else None
    later = page.next_page_number() if page.has_next() else None
    return {
        "page": page,
        "earlier": _address(context, page=earlier) if earlier else "",
        "later": _address(context, page=later) if later else "",
    }


# Forms -----------------------------------------------------------------------------------------


@register.inclusion_tag("components/_form_field.html")
def form_field(field: BoundField) -> Shown:
    """One box to tick has its label behind it; several of them are a group with a legend."""
    widget = field.field.widget
    one_box = getattr(widget, "input_type", "") == "checkbox" and not field.use_fieldset
    return {"field": field, "is_choice": one_box}


@register.inclusion_tag("components/_form_fields.html")
def form_fields(form: BaseForm) -> Shown:
    return {"form": form}


@register.inclusion_tag("components/_filters.html", takes_context=True)
def filters(context: Context, form: BaseForm) -> Shown:
    request: HttpRequest = context["request"]
    known = set(form.fields) | {"page"}
    kept = [(key, value) for key, value in request.GET.items() if key not in known]
    used = [key for key in form.fields if request.GET.get(key)]
    return {"form": form, "kept": kept, "used": used, "path": request.path}
