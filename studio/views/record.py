"""What a target's own record answers: what broke, what is slow, recoverable, risky, and by whom;
and whether it still says what it said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from studio import confirmations, problems
from studio.access import page as shown
from studio.access import verb
from studio.context import place
from studio.display import Action as Button
from studio.display import Confirmation
from studio.forms.filters import SinceFilter
from studio.models import RecordHead, Target
from studio.permissions import Action, can
from studio.services import record
from studio.services.refusals import StaleError


@shown(Target)
def page(request: HttpRequest, target: Target) -> HttpResponse:
    form = SinceFilter(request.GET)
    record.follow(target)
    context = {
        "target": target,
        "form": form,
        "answers": (answers := record.answers(target, since=form.since_when())),
        "scores": record.scores(answers),
        "runs": set(target.runs.values_list("pk", flat=True)),
        **_standing(request, target),
        **place(request, target, ("History", reverse("history")), (f"Record of {target.name}", "")),
    }
    return render(request, "record/page.html", context)


@shown(Target)
def standing(request: HttpRequest, target: Target) -> HttpResponse:
    """Whether it holds, as was last seen: asked for again while a check goes on."""
    context = {"target": target, **_standing(request, target)}
    return render(request, "record/_standing.html", context)


@verb(Action.READ, Target)
def check(request: HttpRequest, target: Target) -> HttpResponse:
    record.ask(target, request.user)
    return redirect("record", target.pk)


@shown(Target)
def head(request: HttpRequest, target: Target) -> HttpResponse:
    """The head as a file to keep elsewhere."""
    found = RecordHead.objects.filter(target=target, seq__gt=0).first()
    if found is None:
        raise StaleError(
            f"nothing is on the record of {target.name} yet", hint="There is no head to keep."
        )
    text = record.head_text(found)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="record-head-{found.seq}.txt"'
    return response


@verb(Action.ADMINISTER, Target)
def accept(request: HttpRequest, target: Target) -> HttpResponse:
    confirmations.typed(request, target.name, what="the target's name")
    record.accept(target, request.user, reason=confirmations.reason(request))
    return redirect("record", target.pk)


def _standing(request: HttpRequest, target: Target) -> dict[str, Any]:
    found = record.last_check(target)
    kept = RecordHead.objects.filter(target=target).first()
    failed = problems.row(found.error) if found and found.error else None
    return {
        "head": kept,
        "check": found,
        "report": record.report_of(found),
        "failed": failed,
        "checking": bool(found and found.work in record.GOING_ON),
        "buttons": _buttons(request, target, kept),
    }


def _buttons(request: HttpRequest, target: Target, kept: RecordHead | None) -> list[Button]:
    found = [
        Button(
            label="Check all of it",
            url=reverse("record-check", args=[target.pk]),
            icon="shield-check",
        )
    ]
    is_gone = kept is not None and kept.problem == RecordHead.Problem.GONE
    if is_gone and can(request.user, Action.ADMINISTER, target):
        found.append(_accept(target))
    return found


def _accept(target: Target) -> Button:
    return Button(
        label="Take it as it is",
        url=reverse("record-accept", args=[target.pk]),
        style="danger",
        confirm=Confirmation(
            tier=3,
            title="Take what the target holds for its record?",
            consequence=(
                "For a target that was restored from a backup. Events after that backup are gone"
                " from its record; that you said so stays on the studio's."
            ),
            expect=target.name,
            expect_label="the target's name",
            reason=True,
        ),
    )
