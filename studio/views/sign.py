"""Signing in and out, and how the studio looks to this browser."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from studio.access import page, public
from studio.context import THEMES
from studio.models import Membership

THEME_AGE = timedelta(days=365)


@public("GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return HttpResponseRedirect(_next(request))
    people = _demo_people() if settings.DEMO else []
    context = {"form": form, "people": people, "next": _next(request)}
    status = 401 if request.method == "POST" else 200
    return render(request, "sign/page.html", context, status=status)


@public("POST", demo=True)
def sign_in_as(request: HttpRequest, username: str) -> HttpResponse:
    """The demo's people need no password; outside the demo this page does not exist."""
    user = get_object_or_404(User, username=username, memberships__isnull=False, is_active=True)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(_next(request))


@public("POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@public("POST")
def theme(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(_next(request))
    wanted = request.POST.get("theme", "")
    if wanted in THEMES:
        response.set_cookie(
            "zanith_theme",
            wanted,
            max_age=THEME_AGE,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response


@page()
def home(request: HttpRequest) -> HttpResponse:
    return redirect("stories" if settings.DEMO else "changes")


@public()
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    hosts = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts) else "/"


def _demo_people() -> list[dict[str, str]]:
    people = User.objects.filter(memberships__isnull=False, is_active=True).distinct()
    return [
        {
            "username": person.username,
            "name": person.get_full_name() or person.username,
            "role": ", ".join(sorted(_roles(person))),
            "does": _DOES.get(person.username, ""),
        }
        for person in people.order_by("pk")
    ]


def _roles(person: User) -> set[str]:
    return set(Membership.objects.filter(user=person).values_list("role", flat=True))


_DOES = {
    "anna": "writes, plans, verifies",
    "bo": "approves, asks for changes",
    "dee": "applies, resumes, restores",
    "iris": "reads all, presses nothing",
    "otto": "people, targets, policies",
}
