"""Deciding about a step, and steering a run, from the command line."""

from __future__ import annotations

import pytest

from migrate_core import api
from migrate_core.ledger import ledger, wishes
from tests import runs
from tests.migrate_core.cli.conftest import Shop, Zanith

pytestmark = pytest.mark.db


@pytest.fixture
def failed(shop: Shop, zanith: Zanith) -> Shop:
    """Stopped at a backfill that no row survives."""
    fill = "users.last_login=date_larger(left(email, 8)::date, '2000-01-01')"
    zanith("migrate", "generate", "--name", "add_last_login", "--backfill", fill)
    assert zanith("migrate", "up").code == 1
    return shop


def failed_step(shop: Shop) -> int:
    return next(row.step for row in ledger.steps(shop.db) if row.status == "failed")


def test_a_step_is_skipped_with_a_reason_and_up_goes_on(failed: Shop, zanith: Zanith) -> None:
    step = failed_step(failed)

    said = zanith("migrate", "skip", "--step", str(step), "--reason", "filled by the nightly job")

    assert (said.code, f"Skipped: step {step} of" in said.out) == (0, True)
    assert zanith("migrate", "up").code == 0
    (event,) = [e for e in ledger.events_after(failed.db, 0) if e.kind == "step_skipped"]
    assert event.detail["reason"] == "filled by the nightly job"


def test_a_backfill_cannot_be_marked_as_done(failed: Shop, zanith: Zanith) -> None:
    said = zanith(
        "migrate", "mark-done", "--step", str(failed_step(failed)), "--reason", "trust me"
    )

    assert (said.code, "catalog does not show" in said.err) == (1, True)
    assert "Nothing was changed" in said.err


def test_where_no_run_has_stopped_there_is_nothing_to_decide(shop: Shop, zanith: Zanith) -> None:
    assert zanith("migrate", "skip", "--step", "1", "--reason", "x").code == 2
    assert zanith("migrate", "steer", "--pause").code == 2
    assert "nothing is asked for" in zanith("migrate", "steer").err


def test_a_run_is_asked_to_pause_and_to_go_slower(failed: Shop, zanith: Zanith) -> None:
    said = zanith("migrate", "steer", "--pause", "--pace", "25")

    opened = api.open_run(runs.endpoint_of(failed.db))
    assert opened is not None
    assert (said.code, "pause, a pace of 25 %" in said.out) == (0, True)
    asked = wishes.asked(failed.db, opened.run_id)
    assert (asked.wanted, asked.pace) == ("pause", 25)
    assert zanith("migrate", "steer", "--pace", "101").code == 2


def test_a_studio_s_run_is_steered_there(failed: Shop, zanith: Zanith) -> None:
    api.manage(runs.endpoint_of(failed.db), keeper="studio.example", actor="admin")

    assert "managed by the studio" in zanith("migrate", "steer", "--pause").err
    assert "managed by the studio" in zanith("migrate", "skip", "--step", "1", "--reason", "x").err
    assert zanith("migrate", "steer", "--pause", "--break-glass", "night").code == 0
