"""The shell around every screen: places, the target's environment, the workers, the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from migrate_core.states import ChangeState, RunState
from studio import display, problems
from studio.models import Artifact, Change, Environment, Membership, Run, Target, WorkerBeat
from studio.permissions import visible

ALIVE = timedelta(seconds=7)  # three signs of life; a page asks within 3 s after that
THEMES = ("auto", "light", "dark")
OPEN_CHANGES = (
    ChangeState.DRAFT,
    ChangeState.PLANNED,
    ChangeState.VERIFIED,
    ChangeState.APPROVED,
    ChangeState.RUNNING,
    ChangeState.FAILED,
)

Count = Callable[[Any], int]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Views add `environment` and `crumbs` themselves, since they know what they show."""
    theme = request.COOKIES.get("zanith_theme", "auto")
    always = {"theme": theme if theme in THEMES else "auto", "demo": settings.DEMO}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {**always, "person": None}
    return {
        **always,
        "nav": _places(request),
        "worker": worker(),
        "worker_url": reverse("worker"),
        "person": display.Person(name=user.get_full_name() or str(user), role=_roles(user)),
        "sign_out_url": reverse("sign-out"),
        "theme_url": reverse("theme"),
        "search_url": reverse("changes"),
        "cast": _cast(user) if settings.DEMO else (),
    }


def worker() -> display.Worker:
    """ "Stuck in queue" is what people want to know first."""
    fresh = list(
        WorkerBeat.objects.filter(at__gt=timezone.now() - ALIVE).values_list("queues", flat=True)
    )
    applying = [queues for queues in fresh if "apply" in queues.split(",")]
    waiting = Run.objects.filter(state=RunState.QUEUED).count()
    queue = f"{waiting} waiting" if waiting else "queue empty"
    if not fresh:
        return display.Worker(state="bad", text=f"no worker is running, {queue}")
    if not applying:
        return display.Worker(state="bad", text=f"no worker takes runs, {queue}")
    number = f"{len(fresh)} worker{'s' if len(fresh) != 1 else ''}"
    return display.Worker(state="wait" if waiting else "ok", text=f"{number}, {queue}")


_PLACES: tuple[tuple[str, str, str, str, Count | None, bool], ...] = (
    ("Stories", "stories", "book-open", "o", None, True),
    ("Changes", "changes", "arrow-up-down", "c",
     lambda user: visible(user, Change.objects.filter(state__in=OPEN_CHANGES)).count(), False),
    ("Runs", "runs", "play", "r",
     lambda user: visible(
         user, Run.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING))).count(), False),
    ("Recovery", "recovery", "rotate-ccw", "v",
     lambda user: visible(user, Artifact.objects.filter(status="kept")).count(), False),
    ("History", "history", "history", "h", None, False),
    ("Snapshots", "snapshots", "camera", "s", None, False),
    ("Targets", "targets", "database", "t",
     lambda user: visible(user, Target.objects.all()).count(), False),
    ("Policies", "policies", "scale", "p", None, False),
    ("Storefront traffic", "traffic", "shopping-cart", "f", None, True),
)  # fmt: skip


def _places(request: HttpRequest) -> list[display.NavItem]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    current = (here or "").split("-")[0]
    return [
        display.NavItem(
            label=label,
            url=reverse(name),
            icon=icon,
            key=key,
            current=current in _BELONGS.get(name, {name}),
            count=count(request.user) if count else None,
        )
        for label, name, icon, key, count, demo in _PLACES
        if settings.DEMO or not demo
    ]


# The first word of a URL's name -> the place it belongs to.
_BELONGS = {
    "changes": {"changes", "change", "generate"},
    "runs": {"runs", "run"},
    "recovery": {"recovery", "artifact"},
    "history": {"history", "evidence", "record"},
    "snapshots": {"snapshots", "snapshot"},
    "targets": {"targets", "target"},
    "policies": {"policies", "policy"},
    "stories": {"stories", "story"},
}


def _roles(user: Any) -> str:
    given = Membership.objects.filter(user=user).values_list("role", flat=True).distinct()
    return ", ".join(sorted(given)) or ("admin" if user.is_superuser else "no role")


def _cast(user: Any) -> list[dict[str, Any]]:
    """The demo's people: to be one, then the other, on the same page."""
    given = Membership.objects.select_related("user").order_by("user_id", "role")
    return [
        {
            "username": one.user.get_username(),
            "name": one.user.get_full_name() or one.user.get_username(),
            "role": one.role,
            "current": one.user_id == user.pk,
        }
        for one in given
    ]


# What a screen adds -------------------------------------------------------------------------------


def place(request: HttpRequest, target: Target | None, *crumbs: tuple[str, str]) -> dict[str, Any]:
    """Crumbs from the project down, the band of the environment, and what went wrong."""
    shown = [display.Crumb(label=label, url=url) for label, url in crumbs]
    found: dict[str, Any] = {"problems": problems.shown(request), "crumbs": shown}
    if target is not None:
        environment = target.environment
        found["environment"] = band(environment)
        first = (
            display.Crumb(label=environment.project.name),
            display.Crumb(label=target.name, url=reverse("target", args=[target.pk])),
        )
        found["crumbs"] = [*first, *shown]
    return found


def band(environment: Environment) -> display.Environment:
    return display.Environment(name=environment.name, kind=cast("display.Kind", environment.kind))
