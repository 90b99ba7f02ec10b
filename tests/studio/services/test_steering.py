from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from migrate_core.errors import ConflictError
from migrate_core.states import ChangeState, RunState
from studio import pages
from studio.models import Attempt, Change, Run, Target
from studio.services import decisions, leases, runs, steering, targets
from studio.services.refusals import StaleError
from tests.studio.conftest import FAILING, MakeChange, MakeTarget, World, applied, plan_hash, ready
from tests.studio.services.test_changes import sql
from tests.studio.services.test_watching import driven, shown

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]
MANY = """
CREATE TABLE public.users (id bigint PRIMARY KEY, email text NOT NULL, created_at timestamptz,
                           legacy_uuid uuid);
INSERT INTO public.users (id, email, created_at)
SELECT n, 'user' || n, '2024-01-01' FROM generate_series(1, 60000) AS n;
ANALYZE public.users;
"""
FILL = """
operations:
  - op: addColumn
    table: public.users
    column: {name: last_login, type: timestamp with time zone}
  - op: backfill
    table: public.users
    column: last_login
    expression: created_at
"""


@pytest.fixture
def filling(world: World, make_target: MakeTarget, make_change: MakeChange) -> Run:
    change = ready(make_change(make_target(MANY), FILL), world)
    return runs.start(change, world.operator, plan_hash=plan_hash(change))


def count(target: Target, query: str) -> int:
    given = targets.endpoint(target)
    with psycopg.connect(
        host=given.host, port=given.port, dbname=given.dbname, user=given.user,
        password=given.password,
    ) as conn:  # fmt: skip
        found = conn.execute(query.encode()).fetchone()
    assert found is not None
    return int(found[0])


def test_a_backfill_is_shown_slowed_paused_and_resumed(
    filling: Run, world: World, sign_in: SignIn
) -> None:
    operator, page = sign_in("operator"), reverse("run", args=[filling.pk])
    steering.set_pace(filling, world.operator, 1)
    with driven(filling):
        board = shown(filling, lambda b: b.backfill and "of about" in b.backfill.facts[0].value)
        assert board.backfill is not None
        facts = {fact.term: fact.value for fact in board.backfill.facts}
        assert facts["rows looked at"].endswith("of about 60,000")
        assert facts["pace"] == "1 % of the time"
        text = operator.get(page).content.decode()
        assert "Pause</button>" in text
        assert '<select name="pace">' in text
        assert '<select name="pace">' not in sign_in("author").get(page).content.decode()

        operator.post(reverse("run-pause", args=[filling.pk]))
        shown(filling, lambda b: b.run.status is RunState.PAUSED)
    left = count(filling.target, "SELECT count(*) FROM users WHERE last_login IS NULL")
    assert 0 < left < 60_000
    operator.post(reverse("run-pace", args=[filling.pk]), {"pace": "100"})
    operator.post(reverse("run-resume", args=[filling.pk]))
    runs.apply(str(filling.pk))

    assert Run.objects.get().status is RunState.DONE
    assert count(filling.target, "SELECT count(*) FROM users WHERE last_login IS NULL") == 0
    asked = Attempt.objects.filter(run=filling).order_by("pk").values_list("action", flat=True)
    assert list(asked) == ["pace", "pause", "pace", "resume"]


def test_a_pace_that_is_none_is_refused(filling: Run, world: World, sign_in: SignIn) -> None:
    with pytest.raises(StaleError):
        steering.set_pace(filling, world.operator, 0)
    sign_in("operator").post(reverse("run-pace", args=[filling.pk]), {"pace": "250"})
    sign_in("author").post(reverse("run-pace", args=[filling.pk]), {"pace": "25"})
    assert Run.objects.get().pace == 100


def test_a_worker_hears_of_a_new_pace(filling: Run, world: World) -> None:
    taken = leases.take(str(filling.pk))
    assert taken is not None
    wishes = leases.Wishes(taken)
    assert wishes.pace() == 100
    steering.set_pace(taken, world.operator, 25)
    assert wishes.pace() == 25


@pytest.fixture
def failed(world: World, make_target: MakeTarget, make_change: MakeChange) -> Run:
    """At its second step; the third does not need it."""
    return applied(ready(make_change(make_target(), FAILING), world), world)


def test_a_step_that_nothing_needs_is_left_out_by_a_click(
    failed: Run, world: World, sign_in: SignIn
) -> None:
    client = sign_in("operator")
    offered = client.get(reverse("run-deciding", args=[failed.pk]), HTTP_HX_REQUEST="true")
    assert "Skip step 2" in offered.content.decode()
    assert "Rows that its batches wrote stay" in offered.content.decode()
    form = {"step": "2", "reason": "not wanted"}
    client.post(reverse("run-skip", args=[failed.pk]), {**form, "typed": "no"})
    assert not failed.events.filter(kind="step_skipped").exists()

    client.post(reverse("run-skip", args=[failed.pk]), {**form, "typed": failed.target.name})

    board = pages.board_of(Run.objects.select_related("target").get())
    assert board.steps[1].state == "skipped"
    assert "Resume starts at step 3" in board.says
    # What the error says of the next step is no longer so, and a decision takes no time.
    assert board.error is None
    assert board.steps[1].elapsed_ms is None
    assert Attempt.objects.get(action="skip step", outcome="done").reason == "step 2: not wanted"
    runs.resume(failed, world.operator)
    runs.apply(str(failed.pk))
    assert Run.objects.get().status is RunState.DONE
    assert failed.change is not None
    assert Change.objects.get(pk=failed.change.pk).status is ChangeState.APPLIED
    over = pages.board_of(Run.objects.get())
    assert [step.state for step in over.steps] == ["done", "skipped", "done"]
    assert over.says.startswith("2 of 3 steps done; a person left out the others.")


def test_what_no_catalog_shows_is_not_marked_as_done(failed: Run, world: World) -> None:
    found = decisions.choices(failed)
    assert found is not None
    assert (found.step, found.not_skipped) == (2, None)
    assert found.not_marked is not None

    with pytest.raises(ConflictError):
        decisions.mark_done(failed, world.operator, 2, reason="by hand")


def test_a_step_that_was_done_by_hand_is_taken_as_done(
    failed: Run, world: World, sign_in: SignIn
) -> None:
    decisions.skip(failed, world.operator, 2, reason="later")
    sql(failed.target, "ALTER TABLE users ADD COLUMN note text")

    sign_in("operator").post(
        reverse("run-mark-done", args=[failed.pk]),
        {"step": "3", "reason": "done in psql", "typed": failed.target.name},
    )

    states = [s.state for s in pages.board_of(Run.objects.get()).steps]
    assert states == ["done", "skipped", "done"]
    runs.resume(failed, world.operator)
    runs.apply(str(failed.pk))
    assert Run.objects.get().status is RunState.DONE


def test_nothing_is_decided_about_a_run_that_goes_on(filling: Run, world: World) -> None:
    started = time.monotonic()
    with pytest.raises(StaleError):
        decisions.skip(filling, world.operator, 1, reason="x")
    assert decisions.choices(filling) is None
    assert time.monotonic() - started < 30
