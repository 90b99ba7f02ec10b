"""Who may do what: one table and one question, asked by every page, call and task."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, Q, QuerySet

from studio.models import (
    Approval,
    Artifact,
    Change,
    DeclaredVersion,
    Environment,
    Membership,
    Plan,
    Project,
    Role,
    Run,
    Target,
    Verification,
)

Person = AbstractBaseUser | AnonymousUser


class Action(StrEnum):
    READ = "read"  # export of evidence included
    CREATE = "create"  # generate, re-plan, soften, verify
    APPROVE = "approve"  # and ask for changes; never one's own
    APPLY = "apply"  # stop, cancel, resume, restore, close with drift
    SIGNAL = "signal"  # cancel or end a session that is in a run's way
    PURGE = "purge"
    ADMINISTER = "administer"  # users, targets, policies
    PLAY = "play"  # the demo's own switches: whoever may do anything at all


# A role's actions. The admin cannot approve or apply what their own policy lets through.
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.READ}),
    Role.AUDITOR: frozenset({Action.READ}),
    Role.AUTHOR: frozenset({Action.READ, Action.CREATE, Action.PLAY}),
    Role.REVIEWER: frozenset({Action.READ, Action.CREATE, Action.APPROVE, Action.PLAY}),
    Role.OPERATOR: frozenset({*Action} - {Action.ADMINISTER}),
    Role.ADMIN: frozenset({Action.READ, Action.ADMINISTER, Action.PLAY}),
}


def can(user: Person, action: Action, thing: Model | None = None) -> bool:
    """Whether `user` may; `thing` None asks whether they may anywhere at all."""
    if not user.is_authenticated or not user.is_active:
        return False
    if action is Action.APPROVE and _author_of(thing) == user.pk:
        return False
    return any(action in ALLOWED[role] for role in roles(user, thing))


def roles(user: Person, thing: Model | None = None) -> frozenset[Role]:
    """The roles that count for `thing`; a superuser is an admin everywhere."""
    if not user.is_authenticated:
        return frozenset()
    given = Membership.objects.filter(user_id=user.pk)
    environment = environment_of(thing)
    if environment is not None:
        everywhere = Q(project_id=environment.project_id, environment=None)
        given = given.filter(everywhere | Q(environment=environment))
    elif isinstance(thing, Project):
        given = given.filter(project=thing)
    found = {Role(role) for role in given.values_list("role", flat=True)}
    return frozenset(found | ({Role.ADMIN} if getattr(user, "is_superuser", False) else set()))


def environment_of(thing: Model | None) -> Environment | None:
    match thing:
        case Environment():
            return thing
        case Target() | Change() | Run() | Artifact():
            return thing.environment
        case DeclaredVersion() | Plan() | Approval():
            return thing.target.environment
        case Verification():
            return thing.plan.target.environment
    return None


def visible(user: Person, things: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `things` that `user` may read: what a list is made of."""
    if not user.is_authenticated:
        return things.none()
    if getattr(user, "is_superuser", False):
        return things
    path = _PATHS[things.model]
    given = Membership.objects.filter(user_id=user.pk)
    whole = given.filter(environment=None).values("project")
    some = given.exclude(environment=None).values("environment")
    if things.model is Project:
        return things.filter(Q(pk__in=whole) | Q(environments__in=some)).distinct()
    return things.filter(
        Q(**{f"{path}project__in": whole}) | Q(**{f"{path.removesuffix('__') or 'pk'}__in": some})
    )


# How a row finds its environment.
_PATHS: dict[type[Model], str] = {
    Project: "",
    Environment: "",
    Target: "environment__",
    Change: "target__environment__",
    Run: "target__environment__",
    Artifact: "target__environment__",
    DeclaredVersion: "target__environment__",
    Plan: "target__environment__",
    Verification: "plan__target__environment__",
}


def _author_of(thing: Model | None) -> object:
    if isinstance(thing, Plan):
        thing = thing.change
    return thing.author_id if isinstance(thing, Change) else None
