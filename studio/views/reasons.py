"""Reasons: every code by level, and the page of one. The same words as docs/reasons/."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from migrate_core.risk.codes import REASONS
from migrate_core.risk.pages import example, page
from studio.access import page as shown
from studio.context import place


@shown()
def index(request: HttpRequest) -> HttpResponse:
    levels = [(level, records) for level, records in page.by_level() if records]
    return render(
        request, "reasons/index.html", {"levels": levels, **place(request, None, ("Reasons", ""))}
    )


@shown()
def reason(request: HttpRequest, code: str) -> HttpResponse:
    if code not in REASONS:
        raise Http404
    record = REASONS[code]
    context = {
        "record": record,
        "title": page.title(code),
        "weighs": example.weighs(record),
        "blocks": page.blocks(page.page(code).advice),
        "before": page.page(code).before,
        "heading": example.heading(record),
        "bad": example.bad(code),
        "good": example.good(code),
        "why_none": example.why_none(code),
        "by_hand": example.BY_HAND,
        "kinds": page.outcome(code).kinds,
        "any_kind": example.any_kind(code),
        **place(request, None, ("Reasons", reverse("reasons")), (code, "")),
    }
    return render(request, "reasons/page.html", context)
