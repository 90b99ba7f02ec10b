"""The record of a target: what it answers, and whether it still holds."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from studio.models import Target
from studio.services import targets
from tests.studio.conftest import FAILING, MakeChange, World, applied, ready

SignIn = Callable[[str], Client]


def address(target: Target) -> str:
    return reverse("record", args=[target.pk])


def test_a_target_where_nothing_ran_has_no_answers(sign_in: SignIn, target: Target) -> None:
    page = sign_in("auditor").get(address(target))

    assertContains(page, "What broke, and what became of it?")
    assertContains(page, "Nothing.", count=5)
    assertNotContains(page, "The record is")


@pytest.mark.django_db(transaction=True)
def test_an_auditor_reads_who_applied_what_and_that_the_record_holds(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    run = applied(ready(change, world), world)
    client = sign_in("auditor")

    page = client.get(address(target))

    assertContains(page, "The record is unbroken")
    assertContains(page, "with a key that the target does not hold")
    assertContains(page, change.migration_id)
    assertContains(page, reverse("run", args=[run.pk]))
    assertContains(page, "public.users.legacy_uuid")
    assertContains(page, "FROM public._zanith_migration_steps")
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


@pytest.mark.django_db(transaction=True)
def test_an_edited_record_is_said_to_be_broken(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    applied(ready(make_change(target), world), world)
    at = targets.endpoint(target)
    with psycopg.connect(
        host=at.host, port=at.port, user=at.user, password=at.password, dbname=at.dbname
    ) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("UPDATE _zanith_events SET actor = 'eve' WHERE seq = 2")

    page = sign_in("auditor").get(address(target))

    assertContains(page, "The record is broken")
    assertContains(page, "event 2 was edited")
