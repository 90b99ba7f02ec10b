"""The databases that the studio manages: the list, and adding one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from studio.access import form as shown_form
from studio.access import page as shown
from studio.context import place
from studio.forms.targets import TargetForm
from studio.models import Environment, Target
from studio.permissions import Action, can, visible
from studio.services import targets


@shown()
def page(request: HttpRequest) -> HttpResponse:
    found = visible(request.user, Target.objects.select_related("environment__project"))
    context = {
        "targets": found,
        "may_add": can(request.user, Action.ADMINISTER),
        **place(request, None, ("Targets", "")),
    }
    return render(request, "targets/page.html", context)


@shown_form(Action.ADMINISTER)
def add(request: HttpRequest) -> HttpResponse:
    """Saved only by the button that saves; the other one only tries the connection."""
    form = TargetForm(request.POST or None, environments=_mine(request))
    answer = None
    if request.method == "POST" and form.is_valid():
        target, password = form.save(commit=False), form.cleaned_data["password"]
        if "try" not in request.POST:
            targets.add(target, password, request.user)
            return redirect("target", target.pk)
        answer = targets.try_connection(target, password)
    context = {
        "form": form,
        "answer": answer,
        "fine": answer is targets.Connection.FINE,
        **place(request, None, ("Targets", reverse("targets")), ("Add", "")),
    }
    return render(request, "targets/add.html", context)


def _mine(request: HttpRequest) -> object:
    found = visible(request.user, Environment.objects.all())
    allowed = [e.pk for e in found if can(request.user, Action.ADMINISTER, e)]
    return Environment.objects.filter(pk__in=allowed)
