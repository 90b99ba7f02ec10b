"""One run on one printed page: who, what, when, by which plan, and what it left."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from studio import pages
from studio.access import page as shown
from studio.boards.evidence import evidence
from studio.boards.plan import operation_rows
from studio.context import place
from studio.models import Artifact, Attempt, Run
from studio.permissions import Action, can
from studio.services import changes, undo


@shown(Run)
def page(request: HttpRequest, run: Run) -> HttpResponse:
    plan = pages.plan_of(run.plan_id)
    verification = changes.verification_of(run.plan) if run.change else None
    states = {step.number: step.state for step in pages.board_of(run).steps}
    context = {
        "run": run,
        "board": pages.board_of(run),
        "operations": operation_rows(plan, run.environment.policy, states=states),
        "evidence": evidence(run.change, run.plan, verification) if run.change else (),
        "attempts": Attempt.objects.filter(run=run).select_related("user"),
        "may_undo": run.change is not None
        and undo.is_undoable(run.change)
        and can(request.user, Action.APPLY, run),
        "kept": Artifact.objects.filter(target=run.target, run_id=str(run.pk)),
        **place(request, run.target, ("History", reverse("history")), (f"Run {run.number}", "")),
    }
    return render(request, "evidence/page.html", context)
