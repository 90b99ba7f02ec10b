"""Policies: what each environment asks for, its versions, and changing it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from migrate_core.errors import MigrateError
from migrate_core.files.policies import dumps
from migrate_core.risk.policy_changes import changes as differences
from studio.access import form as shown_form
from studio.access import page as shown
from studio.boards.policies import asked, summary
from studio.context import band, place
from studio.forms.policies import ImportForm, PolicyForm, zones
from studio.models import Environment
from studio.permissions import Action, can, visible
from studio.services import policies


@shown()
def page(request: HttpRequest) -> HttpResponse:
    everything = Environment.objects.select_related("project", "policy_version__author")
    found = visible(request.user, everything)
    rows = [(environment, summary(environment.policy, timezone.now())) for environment in found]
    context = {"rows": rows, **place(request, None, ("Policies", ""))}
    return render(request, "policies/page.html", context)


@shown(Environment)
def policy(request: HttpRequest, environment: Environment) -> HttpResponse:
    context = {
        **_about(request, environment),
        "facts": asked(environment.policy),
        "history": policies.history(environment),
        "may_change": can(request.user, Action.ADMINISTER, environment),
    }
    return render(request, "policies/policy.html", context)


@shown(Environment)
def export(request: HttpRequest, environment: Environment) -> HttpResponse:
    """What zanith.toml takes, and what an import takes."""
    text = f"# {environment}, version {environment.policy_number}\n{dumps(environment.policy)}"
    response = HttpResponse(text, content_type="application/toml; charset=utf-8")
    name = "".join(char if char.isalnum() else "-" for char in str(environment)).strip("-")
    response["Content-Disposition"] = (
        f'attachment; filename="{name.encode("ascii", "replace").decode()}.toml"'
    )
    return response


@shown_form(Action.ADMINISTER, Environment)
def edit(request: HttpRequest, environment: Environment) -> HttpResponse:
    """Saved by the button that saves; the others only show one more row to fill in."""
    more, number = request.POST.get("more", ""), environment.policy_number
    form = PolicyForm(environment.policy, request.POST or None, more=more)
    error = None
    if request.method == "POST" and not more and form.is_valid():
        error = _saved(request, environment, form.policy, form.note)
        if error is None:
            return redirect("policy", environment.pk)
    context = {
        **_about(request, environment, "Change"),
        "form": form,
        "error": error,
        "seen": environment.policy_number if error else request.POST.get("seen", number),
        "zones": zones(),
    }
    return render(request, "policies/edit.html", context)


@shown_form(Action.ADMINISTER, Environment)
def import_(request: HttpRequest, environment: Environment) -> HttpResponse:
    """First it is read, and what would change is shown; then exactly that is saved."""
    form = ImportForm(request.POST or None, environment=environment.name)
    error, preview = None, None
    if request.method == "POST" and form.is_valid() and form.policy is not None:
        preview = list(differences(environment.policy, form.policy))
        if "save" in request.POST and request.POST.get("shown") == form.fingerprint:
            error = _saved(request, environment, form.policy, form.cleaned_data["note"])
            if error is None:
                return redirect("policy", environment.pk)
    context = {
        **_about(request, environment, "Import"),
        "form": form,
        "error": error,
        "preview": preview,
        "moved": "save" in request.POST and preview is not None and error is None,
    }
    return render(request, "policies/import.html", context)


def _saved(
    request: HttpRequest, environment: Environment, wanted: Any, note: str
) -> MigrateError | None:
    """None where it is saved; else why not, to be shown beside what was typed."""
    try:
        policies.save(environment, wanted, request.user, seen=_seen(request), note=note)
    except MigrateError as error:
        return error
    return None


def _seen(request: HttpRequest) -> int:
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else -1


def _about(request: HttpRequest, environment: Environment, here: str = "") -> dict[str, Any]:
    crumbs = [("Policies", reverse("policies"))]
    name = str(environment)
    crumbs.append((name, reverse("policy", args=[environment.pk]) if here else ""))
    return {
        "about": environment,
        "binding": policies.binding(environment) if here else 0,
        **place(request, None, *crumbs, *([(here, "")] if here else [])),
        "environment": band(environment),
    }
