from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django.asserts import assertContains

from migrate_core.risk.codes import REASONS
from tests.studio.conftest import PLAIN_DROP, MakeChange, MakeTarget

SignIn = Callable[[str], Client]


@pytest.mark.django_db
def test_every_code_is_listed_and_has_its_page(sign_in: SignIn) -> None:
    client = sign_in("auditor")
    listed = client.get("/reasons/").content.decode()
    wrong = []
    for code, record in REASONS.items():
        address = reverse("reason", args=[code])
        text = client.get(address).content.decode()
        said = escape(record.effect) in text and escape(record.safer) in text
        if not (said and f'href="{address}"' in listed):
            wrong.append(code)

    assert wrong == []


@pytest.mark.django_db
def test_a_page_shows_advice_both_examples_and_what_a_plan_says(sign_in: SignIn) -> None:
    found = sign_in("author").get("/reasons/drops_column_with_data/")

    assertContains(found, "A soft drop costs the same moment and the same lock.")
    assertContains(found, "dropColumn")
    assertContains(found, "softDropColumn")
    assertContains(found, "ACCESS EXCLUSIVE on public.users")
    assertContains(found, "80")


@pytest.mark.django_db
def test_a_page_says_which_facts_were_put_in_by_hand(sign_in: SignIn) -> None:
    client = sign_in("author")

    assertContains(client.get("/reasons/slot_keeps_wal/"), "Put in by hand")
    assert "Put in by hand" not in client.get("/reasons/drops_index/").content.decode()


@pytest.mark.django_db
def test_what_stands_in_backticks_is_code(sign_in: SignIn) -> None:
    found = sign_in("author").get("/reasons/waits_for_sessions/")

    assertContains(found, "<code>idle in transaction</code>")


@pytest.mark.django_db
def test_a_code_that_is_none_has_no_page(sign_in: SignIn) -> None:
    assert sign_in("author").get("/reasons/no_such_code/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_reason_of_a_plan_leads_to_its_page(
    sign_in: SignIn, make_target: MakeTarget, make_change: MakeChange
) -> None:
    change = make_change(make_target(), PLAIN_DROP)
    found = sign_in("author").get(f"/changes/{change.pk}")

    assertContains(found, 'href="/reasons/drops_column_with_data/"')
