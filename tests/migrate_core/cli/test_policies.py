"""plan, up and down ask the same policy: zanith.toml's, of the environment that is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.migrate_core.cli.conftest import Shop, Zanith

pytestmark = pytest.mark.db

ADD_NOTE = """\
operations:
  - op: addColumn
    table: public.orders
    column: {name: note, type: text}
"""


def settings(shop: Shop, text: str) -> None:
    (shop.folder / "zanith.toml").write_text(f"[policy]\nverify = false\n{text}")


def freeze(begins: timedelta, ends: timedelta) -> str:
    now = datetime.now(UTC).replace(microsecond=0)
    first, last = (now + begins).isoformat(), (now + ends).isoformat()
    return (
        f"[[policy.freezes]]\nfrom = {first}\nto = {last}\n"
        'owner = "otto"\nreason = "the shop is busy"\n'
    )


def window(day: timedelta) -> str:
    """A whole day, so many days from now."""
    name = f"{datetime.now(UTC) + day:%a}".lower()
    return f'[[policy.windows]]\ndays = ["{name}"]\nfrom = "00:00"\nto = "24:00"\n'


def has_ledger(shop: Shop) -> bool:
    return bool(shop.count("SELECT count(*) FROM pg_class WHERE relname = '_zanith_migrations'"))


def test_a_freeze_refuses_plan_and_up_and_says_who_and_why(shop: Shop, zanith: Zanith) -> None:
    shop.migration(ADD_NOTE)
    settings(shop, freeze(-timedelta(days=1), timedelta(days=1)))

    planned, applied = zanith("migrate", "plan"), zanith("migrate", "up")

    assert (planned.code, applied.code) == (3, 3)
    assert "by otto: the shop is busy" in planned.out
    assert "gate 7 (Window and rules): frozen until" in applied.err
    assert "STILL TRUE: Nothing was changed." in applied.err
    assert not has_ledger(shop)

    settings(shop, freeze(-timedelta(days=2), -timedelta(days=1)))
    assert zanith("migrate", "up").code == 0


def test_outside_the_window_plan_waits_and_up_is_refused_with_when_it_opens(
    shop: Shop, zanith: Zanith
) -> None:
    shop.migration(ADD_NOTE)
    settings(shop, window(timedelta(days=3)))
    opens = (datetime.now(UTC) + timedelta(days=3)).date()

    planned, applied = zanith("migrate", "plan"), zanith("migrate", "up")

    assert (planned.code, applied.code) == (0, 3)
    assert f"It opens {opens:%a %Y-%m-%d} 00:00 UTC" in planned.out
    assert f"It opens {opens:%a %Y-%m-%d} 00:00 UTC" in applied.err
    assert not has_ledger(shop)


def test_down_asks_the_same_gate(shop: Shop, zanith: Zanith) -> None:
    shop.migration(ADD_NOTE)
    settings(shop, "")
    assert zanith("migrate", "up").code == 0
    settings(shop, window(timedelta(days=3)))

    refused, shown = zanith("migrate", "down"), zanith("migrate", "down", "--dry-run")

    assert (refused.code, shown.code) == (3, 0)
    assert "gate 7 (Window and rules): outside the window" in refused.err
    settings(shop, window(timedelta(days=0)))
    assert zanith("migrate", "down").code == 0


def test_a_waiver_lets_a_step_through_until_its_day_is_over(shop: Shop, zanith: Zanith) -> None:
    shop.migration(ADD_NOTE)
    waiver = (
        '[[policy.waivers]]\ncode = "adds_nullable_column"\nuntil = {}\n'
        'owner = "dee"\nreason = "looked at"\n'
    )
    yesterday = datetime.now(UTC).date() - timedelta(days=1)

    settings(shop, f"budget = 0\n{waiver.format(yesterday)}")
    over = zanith("migrate", "plan")
    settings(shop, f"budget = 0\n{waiver.format(yesterday + timedelta(days=9))}")
    fine = zanith("migrate", "plan")

    assert (over.code, fine.code) == (3, 0)
    assert "OVER BUDGET: 5 of 0" in over.out
    assert f"the waiver of adds_nullable_column by dee ended on {yesterday}" in over.out
    assert "OVER BUDGET" not in fine.out
    assert "adds_nullable_column waived until" in fine.out


def test_the_environment_that_is_named_says_what_is_asked(
    shop: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.migration(ADD_NOTE)
    settings(shop, "[policy.environments.production]\nbudget = 0\n[policy.environments.dev]\n")

    unnamed, wrong = zanith("migrate", "plan"), zanith("migrate", "plan", "--environment", "qa")
    production = zanith("migrate", "plan", "--environment", "production")
    monkeypatch.setenv("ZANITH_ENVIRONMENT", "dev")
    dev = zanith("migrate", "plan")

    assert (unnamed.code, wrong.code, production.code, dev.code) == (2, 2, 3, 0)
    assert "no environment is named" in unnamed.err
    assert "production, dev" in unnamed.err
    assert "there is no policy for environment 'qa'" in wrong.err


def test_a_policy_that_cannot_be_read_is_named_by_file_and_key(shop: Shop, zanith: Zanith) -> None:
    settings(shop, '[[policy.windows]]\nfrom = "22:00"\nto = "26:00"\n')

    found = zanith("migrate", "plan")

    assert found.code == 2
    assert "zanith.toml: policy.windows[0].to: '26:00' is not an hour" in found.err
