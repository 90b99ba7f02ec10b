"""Every change, newest first."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studio.access import page as shown
from studio.context import place
from studio.forms.filters import ChangeFilter
from studio.models import Change, Plan
from studio.models.changes import Work
from studio.permissions import Action, can, visible

PAGE_SIZE = 50
SORTS = {"number", "-number", "score", "-score", "updated_at", "-updated_at"}


@shown()
def page(request: HttpRequest) -> HttpResponse:
    form = ChangeFilter(request.GET)
    found = form.narrowed(visible(request.user, Change.objects.all()))
    sort = request.GET.get("sort", "")
    ordered = _with_verdict(found).order_by(sort if sort in SORTS else "-pk")
    rows = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "rows": rows,
        "filtered": any(request.GET.values()),
        "may_create": can(request.user, Action.CREATE),
        **place(request, None, ("Changes", "")),
    }
    return render(request, "changes/page.html", context)


def _with_verdict(changes: QuerySet[Change]) -> QuerySet[Change]:
    plan = Plan.objects.filter(change=OuterRef("pk"), work=Work.DONE).order_by("-pk")
    return changes.select_related("target__environment", "author", "project").annotate(
        level=Subquery(plan.values("level")[:1]),
        score=Subquery(plan.values("score")[:1]),
        steps=Subquery(plan.values("steps")[:1]),
    )
