"""People, a project and targets: what tests of the studio start from."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from msgspec import Struct

from migrate_core.files import migration as files
from migrate_core.files.migration import Migration
from migrate_core.risk.policy import Policy
from studio import credentials
from studio.models import (
    Change,
    Environment,
    Membership,
    Plan,
    Project,
    Role,
    Run,
    Target,
    Verification,
)
from studio.models.changes import Work
from studio.services import changes, planning, policies, runs, targets, verifications

DDL = """
CREATE TABLE public.users (
    id bigint PRIMARY KEY,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT '2024-01-01',
    legacy_uuid uuid
);
INSERT INTO public.users (id, email, legacy_uuid)
SELECT n, 'user' || n || '@example.com', md5(n::text)::uuid FROM generate_series(1, 500) AS n;
"""
GREEN = """
description: Add last_login, retire legacy_uuid
operations:
  - op: addColumn
    table: public.users
    column: {name: last_login, type: timestamp with time zone}
  - op: softDropColumn
    table: public.users
    column: legacy_uuid
  - op: backfill
    table: public.users
    column: last_login
    expression: created_at
"""
PLAIN_DROP = """
operations:
  - op: dropColumn
    table: public.users
    column: legacy_uuid
"""
FAILING = """
operations:
  - op: addColumn
    table: public.users
    column: {name: last_day, type: date}
  - op: backfill
    table: public.users
    column: last_day
    # What is not known to be stable is not asked beforehand.
    expression: date_larger(left(email, 8)::date, '2000-01-01')
  - op: addColumn
    table: public.users
    column: {name: note, type: text}
"""
NOTE = """
operations:
  - op: addColumn
    table: public.users
    column: {name: note, type: text}
"""
_moments = count()


class World(Struct, frozen=True, kw_only=True):
    """A project with a production environment and one person of every role."""

    project: Project
    production: Environment
    development: Environment
    people: dict[str, User]

    def __getattr__(self, name: str) -> User:
        return self.people[name]


def asks(environment: Environment, policy: Policy) -> None:
    """Its policy from now on, as if an admin had said so."""
    policies.add(environment, policy, None, note="of a test")


@pytest.fixture
def world(db: None) -> World:
    project = Project.objects.create(name="storefront")
    production = Environment.objects.create(project=project, name="production", kind="prod")
    asks(production, Policy(budget=60, approvals=1))
    development = Environment.objects.create(project=project, name="development", kind="dev")
    people = {}
    for role in Role:
        people[role.value] = User.objects.create(username=role.value, first_name=role.value)
        Membership.objects.create(user=people[role.value], project=project, role=role)
    people["stranger"] = User.objects.create(username="stranger")
    elsewhere = Project.objects.create(name="elsewhere")
    Membership.objects.create(user=people["stranger"], project=elsewhere, role=Role.OPERATOR)
    return World(project=project, production=production, development=development, people=people)


MakeTarget = Callable[..., Target]


@pytest.fixture
def make_target(world: World, make_db: Callable[..., psycopg.Connection]) -> MakeTarget:
    """make_target(ddl, environment=production) -> a target on a fresh database."""

    def make(ddl: str = DDL, environment: Environment | None = None) -> Target:
        info = make_db(ddl).info
        target = Target(
            environment=environment or world.production,
            name=f"target-{info.dbname}",
            host=info.host,
            port=info.port,
            dbname=info.dbname,
            user=info.user,
            sslmode=Target.SslMode.DISABLE,
            schemas=["public"],
        )
        credentials.seal(target, info.password)
        target.save()
        targets.look(target)
        return target

    return make


@pytest.fixture
def target(make_target: MakeTarget) -> Target:
    return make_target()


def migration(text: str = GREEN) -> Migration:
    """Each with an id of its own, in the order of the calls."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=next(_moments))
    return files.loads(text, file="migration.yaml", id=files.new_id("change", moment))


MakeChange = Callable[..., Change]


@pytest.fixture
def make_change(world: World) -> MakeChange:
    """make_change(target, text) -> a change with its plan made."""

    def make(target: Target, text: str = GREEN, author: str = "author") -> Change:
        change = changes.create(target, migration(text), world.people[author])
        return replanned(change)

    return make


def finished(row: Plan | Verification) -> None:
    """Where a real worker is there, it may have taken the work before us."""
    until = time.monotonic() + 60
    while row.work in (Work.QUEUED, Work.RUNNING):
        assert time.monotonic() < until, f"{row} is still {row.work}"
        time.sleep(0.05)
        row.refresh_from_db()


def replanned(change: Change) -> Change:
    """What a worker does with a queued plan."""
    plan = changes.latest_plan(change)
    assert plan is not None
    planning.make(plan.pk)
    plan.refresh_from_db()
    finished(plan)
    return Change.objects.get(pk=change.pk)


def verified(change: Change, user: User) -> Change:
    """What a worker does with a queued verification."""
    row = verifications.queue(change, user)
    verifications.rehearse(row.pk)
    row.refresh_from_db()
    finished(row)
    return Change.objects.get(pk=change.pk)


def rehearsed_by_decree(change: Change, user: Any) -> Change:
    """As if the rehearsal had gone well: for tests of what comes after it."""
    plan = changes.current_plan(change)
    assert plan is not None
    Verification.objects.create(
        plan=plan,
        plan_hash=plan.hash,
        author=user,
        work=Work.DONE,
        ok=True,
        report={"plan_hash": plan.hash, "ok": True},
    )
    with transaction.atomic():
        changes.settle(changes.locked(change))
    return Change.objects.get(pk=change.pk)


def plan_hash(change: Change) -> str:
    plan = changes.current_plan(change)
    assert plan is not None
    return plan.hash


def ready(change: Change, world: World) -> Change:
    """Verified and approved: one press away from a run."""
    change = rehearsed_by_decree(change, world.author)
    changes.approve(change, world.reviewer, plan_hash=plan_hash(change))
    return Change.objects.get(pk=change.pk)


def applied(change: Change, world: World) -> Run:
    """Driven in this process, as a worker would."""
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    runs.apply(str(run.pk))
    return Run.objects.get(pk=run.pk)


@pytest.fixture
def sign_in(world: World) -> Callable[[str], Client]:
    """sign_in("reviewer") -> a browser in which they are signed in."""

    def enter(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter
