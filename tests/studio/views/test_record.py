"""The record of a target: what it answers, and whether it still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from migrate_core import api
from studio.models import Attempt, RecordCheck, RecordHead, Target
from studio.services import record, targets
from tests.studio.conftest import FAILING, MakeChange, World, applied, ready

SignIn = Callable[[str], Client]


def address(target: Target) -> str:
    return reverse("record", args=[target.pk])


def test_a_target_where_nothing_ran_has_no_answers(sign_in: SignIn, target: Target) -> None:
    page = sign_in("auditor").get(address(target))

    assertContains(page, "What broke, and what became of it?")
    assertContains(page, "Nothing.", count=6)
    assertNotContains(page, "The record")


@pytest.mark.django_db(transaction=True)
def test_an_auditor_reads_who_applied_what_and_that_the_record_holds(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    run = applied(ready(change, world), world)
    client = sign_in("auditor")

    page = client.get(address(target))

    assertContains(page, "The record has its head")
    assertContains(page, "Not checked in full yet")
    assertContains(page, change.migration_id)
    assertContains(page, reverse("run", args=[run.pk]))
    assertContains(page, "public.users.legacy_uuid")
    assertContains(page, reverse("reason", args=["parks_column"]))
    assertContains(page, "FROM public._zanith_migration_steps")
    assertContains(page, "How far out were estimates?")
    assertContains(page, "under 20 ms")
    assertContains(client.get("/history"), address(target))
    assertContains(client.get(address(target), {"since": "x"}), change.migration_id)


@pytest.mark.django_db(transaction=True)
def test_what_broke_stays_on_the_record(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target, FAILING), world), world)

    page = sign_in("viewer").get(address(target), {"since": "7"})

    assertContains(page, "22007")
    assertContains(page, reverse("run", args=[run.pk]))


@contextmanager
def superuser(target: Target) -> Iterator[psycopg.Connection]:
    """Past the triggers that keep the record append-only."""
    at = targets.endpoint(target)
    with psycopg.connect(
        host=at.host, port=at.port, user=at.user, password=at.password, dbname=at.dbname
    ) as conn:
        conn.execute("SET session_replication_role = replica")
        yield conn


def checked(client: Client, target: Target) -> Any:
    """Asked for by click, and done as a worker would."""
    client.post(reverse("record-check", args=[target.pk]))
    waiting = client.get(address(target))
    assertContains(waiting, "Checking all of it")
    assertContains(waiting, reverse("record-standing", args=[target.pk]))
    record.make(RecordCheck.objects.latest("pk").pk)
    return client.get(reverse("record-standing", args=[target.pk]))


@pytest.mark.django_db(transaction=True)
def test_a_full_check_by_click_finds_what_was_edited(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    applied(ready(make_change(target), world), world)
    auditor = sign_in("auditor")
    whole = checked(auditor, target)
    with superuser(target) as conn:
        conn.execute("UPDATE _zanith_migration_steps SET sql = 'SELECT 1' WHERE step = 1")
    row = checked(auditor, target)
    with superuser(target) as conn:
        conn.execute("UPDATE _zanith_events SET actor = 'eve' WHERE seq = 2")
    event = checked(auditor, target)

    assertContains(whole, "Checked in full, and unbroken")
    assertContains(whole, "with a key that the target does not hold")
    assertContains(row, 'edited: <code class="id">step ')
    assertContains(event, "event 2 was edited")
    assert Attempt.objects.filter(action="verify record", user=world.auditor).count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_head_follows_the_run_and_can_be_taken_away(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    applied(ready(make_change(target), world), world)
    kept = RecordHead.objects.get(target=target)
    with superuser(target) as conn:
        row = conn.execute("SELECT last_seq, last_mac FROM _zanith_fence").fetchone()

    file = sign_in("viewer").get(reverse("record-head", args=[target.pk]))

    assert (kept.seq, kept.mac) == row
    assert api.read_head(file.content.decode(), targets.evidence_key()).mac == kept.mac


@pytest.mark.django_db(transaction=True)
def test_a_record_that_was_cut_off_is_said_so_until_an_admin_takes_it(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    """All of the last run, rows and fence as they were: as after a restored backup."""
    applied(ready(make_change(target), world), world)
    with superuser(target) as conn:
        copies = [row[0] for row in conn.execute("SELECT relname FROM pg_class WHERE relkind = 'r'"
                                                 " AND relname LIKE '\\_zanith%'")]  # fmt: skip
        conn.execute("CREATE SCHEMA copies")
        for name in copies:
            conn.execute(f"CREATE TABLE copies.{name} AS TABLE {name}".encode())
    other = "operations:\n  - {op: addColumn, table: public.users, column: {name: x, type: text}}"
    applied(ready(make_change(target, other), world), world)
    with superuser(target) as conn:
        for name in copies:
            conn.execute(f"DELETE FROM {name}".encode())
            text = f"INSERT INTO {name} OVERRIDING SYSTEM VALUE TABLE copies.{name}"
            conn.execute(text.encode())
    admin, url = sign_in("admin"), reverse("record-accept", args=[target.pk])

    said = sign_in("auditor").get(address(target))
    offered = admin.get(address(target))
    admin.post(url, {"typed": target.name, "reason": "backup of Tuesday"})

    assertContains(said, "The record was cut off or rewritten")
    assertNotContains(said, url)
    assertContains(offered, url)
    assertContains(admin.get(address(target)), "The record has its head")
    attempt = Attempt.objects.get(action="accept record")
    assert (attempt.outcome, attempt.reason) == ("done", "backup of Tuesday")


@pytest.mark.django_db(transaction=True)
def test_what_came_after_the_head_is_followed_on_each_look(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    applied(ready(make_change(target), world), world)
    RecordHead.objects.filter(target=target).delete()
    with superuser(target) as conn:
        conn.execute("UPDATE _zanith_events SET actor = 'eve' WHERE seq = 2")

    page = sign_in("auditor").get(address(target))

    assertContains(page, "The record is broken")
    assertContains(page, "Event 2 was edited")
