"""Every URL x method x role: what the table allows happens, and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from migrate_core.states import RunState
from studio.access import Access
from studio.models import (
    Artifact,
    Attempt,
    Change,
    DeclaredVersion,
    Membership,
    Plan,
    Role,
    Run,
    Target,
    Verification,
)
from studio.permissions import ALLOWED, Action, can, visible
from tests.studio.conftest import MakeChange, World

METHODS = ("GET", "POST", "PUT", "DELETE")
NAMED = {
    "tab": "operations",
    "form": "csv",
    "name": "no_such_story",
    "username": "author",
    "act": "kill",
    "code": "drops_index",
}
# What a view may answer to somebody who may: it ran, or said why it did not.
RAN = {200, 302, 401, 503}


def patterns() -> list[URLPattern]:
    return [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]


def declared(pattern: URLPattern) -> Access:
    found = getattr(pattern.callback, "access", None)
    assert isinstance(found, Access), f"{pattern.name} does not declare who may"
    return found


@pytest.mark.parametrize("pattern", patterns(), ids=lambda p: p.name)
def test_every_view_declares_who_may(pattern: URLPattern) -> None:
    assert isinstance(declared(pattern), Access)


@pytest.fixture
def things(world: World, target: Target, make_change: MakeChange) -> dict[type[Model], Model]:
    """One row of every model that a URL names, all of one target."""
    change = make_change(target)
    run = Run.objects.create(
        number=1,
        change=change,
        target=target,
        plan=change.plans.get(),
        actor=world.operator,
        state=RunState.FAILED,
        queued_at=timezone.now(),
    )
    artifact = Artifact.objects.create(
        target=target, artifact_id=str(uuid.uuid4()), kind="soft_drop_column", source="public.u.c",
        physical_name="public.u.x", status="kept", seen_at=timezone.now(),
    )  # fmt: skip
    version = DeclaredVersion.objects.create(
        target=target, kind="text", label="a.sql", files=[["a.sql", "SELECT 1;"]]
    )
    restore = Plan.objects.create(target=target, direction="restore")
    rehearsal = Verification.objects.create(plan=restore)
    things = (target, change, run, artifact, version, rehearsal, world.production)
    return {type(thing): thing for thing in things}


def address(pattern: URLPattern, things: dict[type[Model], Model]) -> str:
    model = declared(pattern).model
    names = pattern.pattern.converters
    given = {name: NAMED[name] for name in names if name != "pk"}
    if "pk" in names:
        assert model is not None, f"{pattern.name} names a row and does not declare its model"
        given["pk"] = things[model].pk
    return reverse(str(pattern.name), kwargs=given)


def expected(access: Access, user: Any, method: str, things: dict[type[Model], Model]) -> set[int]:
    if method not in access.methods:
        return {405}
    if access.action is None:
        return RAN | {404}
    if not user.is_authenticated:
        return {302}
    thing = things[access.model] if access.model else None
    if thing is not None and not can(user, Action.READ, thing):
        return {404}
    free = access.action is Action.READ and thing is None
    return RAN if free or can(user, access.action, thing) else {403}


@pytest.mark.parametrize("name", [*(role.value for role in Role), "stranger", "nobody"])
def test_each_role_gets_what_the_table_says(
    name: str, world: World, things: dict[type[Model], Model], sign_in: Callable[[str], Client]
) -> None:
    client = Client() if name == "nobody" else sign_in(name)
    user = AnonymousUser() if name == "nobody" else world.people[name]
    wrong = []
    for pattern, method in product(patterns(), METHODS):
        access = declared(pattern)
        found = status(client, method, address(pattern, things))
        if found not in expected(access, user, method, things):
            wrong.append((method, pattern.name, found))
    assert wrong == []


def status(client: Client, method: str, url: str) -> int:
    """Whatever the request does is undone, signing out included."""
    cookies = client.cookies.output()
    with transaction.atomic():
        response = client.generic(method, url)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies.replace("Set-Cookie: ", ""))
    return response.status_code


def test_a_stranger_is_told_that_there_is_nothing(
    things: dict[type[Model], Model], sign_in: Callable[[str], Client]
) -> None:
    client = sign_in("stranger")
    assert client.get(reverse("change", args=[things[Change].pk])).status_code == 404
    assert client.post(reverse("run-resume", args=[things[Run].pk])).status_code == 404


def test_a_refusal_is_on_the_record(
    things: dict[type[Model], Model], sign_in: Callable[[str], Client], world: World
) -> None:
    sign_in("auditor").post(reverse("change-approve", args=[things[Change].pk]))

    attempt = Attempt.objects.get(user=world.auditor)
    assert (attempt.action, attempt.outcome) == ("approve", "refused")
    assert attempt.change_id == things[Change].pk


def test_nobody_approves_their_own(world: World, things: dict[type[Model], Model]) -> None:
    change = things[Change]
    assert isinstance(change, Change)
    change.author = world.reviewer
    change.save()

    assert not can(world.reviewer, Action.APPROVE, change)
    assert can(world.operator, Action.APPROVE, change)


def test_the_admin_cannot_approve_or_apply() -> None:
    assert not ALLOWED[Role.ADMIN] & {Action.APPROVE, Action.APPLY, Action.PURGE}


@pytest.mark.parametrize(("environment", "sees"), [("production", True), ("development", False)])
def test_a_role_in_one_environment_says_nothing_of_another(
    environment: str, sees: bool, world: World, target: Target
) -> None:
    user = User.objects.create(username="limited")
    Membership.objects.create(
        user=user,
        project=world.project,
        environment=world.production if environment == "production" else world.development,
        role=Role.OPERATOR,
    )
    assert can(user, Action.APPLY, target) is sees
    assert visible(user, Target.objects.all()).filter(pk=target.pk).exists() is sees


def test_the_demos_pages_are_not_there_outside_the_demo(
    world: World, sign_in: Callable[[str], Client], settings: Any
) -> None:
    settings.DEMO = False
    client = sign_in("operator")

    assert client.get(reverse("stories")).status_code == 404
    assert client.get(reverse("traffic")).status_code == 404
    assert client.post(reverse("sign-in-as", args=["operator"])).status_code == 404


def test_attempts_cannot_be_rewritten(world: World) -> None:
    row = Attempt.objects.create(action="apply", outcome="refused", thing="x")
    with pytest.raises(Exception, match="on the record"), transaction.atomic():
        Attempt.objects.filter(pk=row.pk).update(outcome="done")
    with pytest.raises(Exception, match="on the record"), transaction.atomic():
        row.delete()
