"""One target: how it is, what is on its record, and changing how it is reached."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from studio.access import form as shown_form
from studio.access import page as shown
from studio.access import verb
from studio.context import place
from studio.forms.targets import TargetForm
from studio.models import Environment, Target
from studio.permissions import Action, can
from studio.services import targets


@shown(Target)
def page(request: HttpRequest, target: Target) -> HttpResponse:
    """Looks at the target anew: what is shown here is what is so now."""
    status = targets.look(target)
    context = {
        "target": target,
        "status": status,
        "changes": target.changes.select_related("author")[:10],
        "runs": target.runs.select_related("actor")[:10],
        "may_administer": can(request.user, Action.ADMINISTER, target),
        "may_create": can(request.user, Action.CREATE, target),
        **place(request, target, ("Target", "")),
    }
    return render(request, "target/page.html", context)


@shown_form(Action.ADMINISTER, Target)
def edit(request: HttpRequest, target: Target) -> HttpResponse:
    mine = Environment.objects.filter(pk=target.environment_id)
    form = TargetForm(request.POST or None, instance=target, environments=mine)
    answer = None
    if request.method == "POST" and form.is_valid():
        changed, password = form.save(commit=False), form.cleaned_data["password"]
        if "try" not in request.POST:
            targets.change_connection(changed, password, request.user)
            return redirect("target", target.pk)
        answer = targets.try_connection(changed, password)
    context = {
        "form": form,
        "target": target,
        "answer": answer,
        "fine": answer is targets.Connection.FINE,
        **place(request, target, ("Edit", "")),
    }
    return render(request, "targets/add.html", context)


@verb(Action.ADMINISTER, Target)
def adopt(request: HttpRequest, target: Target) -> HttpResponse:
    targets.adopt(target, request.user)
    return redirect(reverse("target", args=[target.pk]))
