"""The demo's switches: what the storefront does while its schema changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from migrate_core.states import RunState
from studio import stories
from studio.access import page as shown
from studio.access import verb
from studio.context import place
from studio.display import Action as Button
from studio.display import Shown
from studio.models import Run, Target
from studio.permissions import Action, can, visible
from studio.services import traffic

LABELS = {
    "mend": ("Mend the broken row", "wrench"),
    "break": ("Break it", "hammer"),
    "hold": ("Hold a lock for 30 s", "lock"),
    "write": ("Write 200 rows", "pen-line"),
    "kill": ("Kill the worker", "skull"),
}


class Switch(Shown, frozen=True, kw_only=True):
    button: Button
    command: str
    says: str


SAYS = {
    "mend": "Gives the one old identifier without a day a day; the failed run can be resumed.",
    "break": "Gives it 30 February: the backfill of the fourth story fails on it.",
    "hold": "A report reads users in an open transaction: a step that needs a stronger lock waits.",
    "write": "Visitors sign up; nothing of it may be lost or blocked for long.",
    "kill": "SIGKILL to the process that works on this target's run; another takes it up in 10 s.",
}


@shown(demo=True)
def page(request: HttpRequest) -> HttpResponse:
    names = [one.database for one in stories.all_stories()]
    found = [
        target
        for target in visible(request.user, Target.objects.select_related("environment__project"))
        if any(target.dbname.endswith(name) for name in names)
    ]
    groups = [
        {"target": target, "switches": _switches(target), "run": _run(target)} for target in found
    ]
    context = {
        "groups": groups,
        "may_play": can(request.user, Action.PLAY),
        **place(request, None, ("Storefront traffic", "")),
    }
    return render(request, "traffic/page.html", context)


@verb(Action.PLAY, Target, demo=True)
def act(request: HttpRequest, target: Target, act: str) -> HttpResponse:
    messages.success(request, traffic.act(target, act, request.user))
    return redirect("traffic")


def _run(target: Target) -> Run | None:
    return target.runs.filter(state__in=(RunState.QUEUED, RunState.RUNNING)).first()


def _switches(target: Target) -> list[Switch]:
    return [
        Switch(
            button=Button(
                label=label,
                url=reverse("traffic-act", args=[target.pk, name]),
                icon=icon,
                small=True,
                style="danger" if name == "kill" else "plain",
            ),
            command=_command(target, name),
            says=SAYS[name],
        )
        for name, (label, icon) in LABELS.items()
        if name not in {"mend", "break"} or target.dbname.endswith("failing_third_step")
    ]


def _command(target: Target, name: str) -> str:
    if name == "kill":
        run = _run(target)
        pid = run.worker.rpartition(":")[2] if run and run.worker else "PID-OF-THE-WORKER"
        return f"kill -9 {pid}"
    lines = traffic.statement(name).splitlines()
    text = " ".join(line for line in lines if not line.startswith("--")).strip()
    text = " ".join(text.split())
    return f'psql -h {target.host} -U {target.user} {target.dbname} -c "{text}"'
