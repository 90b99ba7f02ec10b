"""The tab that shows what a plan locks, and who would be in its way."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from studio.models import Target
from tests.studio.conftest import MakeChange
from tests.studio.services.test_changes import session

SignIn = Callable[[str], Client]


def test_the_locks_of_a_plan_and_who_is_in_their_way_right_now(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    client, page = sign_in("reviewer"), reverse("change-tab", args=[change.pk, "locks"])

    quiet = client.get(page)
    with session(target) as reader, reader.transaction():
        pid = reader.info.backend_pid
        reader.execute("SELECT FROM users")
        busy = client.get(page)
    Target.objects.filter(pk=target.pk).update(port=1)
    away = client.get(page)

    assertContains(quiet, "Nobody holds what a lock of the plan would have to wait for")
    assertContains(quiet, "ACCESS EXCLUSIVE")
    assertContains(quiet, "public.users")
    assertContains(busy, f"pid {pid} holds ACCESS SHARE")
    assertContains(away, "The target could not be asked")
    assertContains(away, "Table by table")


RAW = """
description: By hand
operations:
  - op: rawSql
    sql: ALTER TABLE users ALTER COLUMN email TYPE varchar(90)
"""


def test_what_raw_sql_locks_is_not_said_to_be_nothing(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target, RAW)

    page = sign_in("reviewer").get(reverse("change-tab", args=[change.pk, "locks"]))

    assertContains(page, "Raw SQL (step 1) declares no lock")
    assertContains(page, "worst lock <b>not declared</b>")
    assertContains(page, "not known")
    assertNotContains(page, "not at all")
    assertNotContains(page, "under 20 ms")
