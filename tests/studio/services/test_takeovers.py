from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from migrate_core import api
from migrate_core.errors import RunInterruptedError
from migrate_core.ledger import advisory
from migrate_core.ledger.wishes import Wish
from migrate_core.pg.connect import apply_session
from migrate_core.states import ChangeState, RunState
from studio import reconciler
from studio.boards.standing import HowFar, says
from studio.models import Change, Run, RunEvent, Target
from studio.services import leases, queues, runs, takeovers, targets, wakeups
from tests.studio.conftest import (
    FAILING,
    NOTE,
    MakeChange,
    MakeTarget,
    World,
    applied,
    plan_hash,
    ready,
)
from tests.studio.services.test_changes import sql

pytestmark = pytest.mark.django_db(transaction=True)


THEN = NOTE.replace("note", "rank")


def silenced(run: Run) -> Run:
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=30))
    return Run.objects.get(pk=run.pk)


@pytest.fixture
def queued(world: World, target: Target, make_change: MakeChange) -> Run:
    change = ready(make_change(target), world)
    return runs.start(change, world.operator, plan_hash=plan_hash(change))


def told(run: Run, state: str = "queued") -> str:
    far = HowFar(done=0, settled=0, steps=3, following=1)
    return says(run, state, far, now=timezone.now(), ahead=queues.ahead(run))


def taken(run: Run) -> Run:
    found = leases.take(str(run.pk))
    assert found is not None
    return found


def lost(run: Run) -> Run:
    """Taken by a worker that dies at once, and found out."""
    silenced(taken(run))
    reconciler.look_once()
    return Run.objects.get(pk=run.pk)


def test_a_lost_run_waits_for_the_next_worker_and_for_no_person(queued: Run) -> None:
    run = lost(queued)

    assert (run.status, run.lease, run.losses) == (RunState.QUEUED, None, 1)
    assert run.lost_worker == leases.worker_name()
    assert run.change is not None
    assert Change.objects.get(pk=run.change.pk).status is ChangeState.RUNNING
    said = told(run)
    assert f"Worker {run.lost_worker} was gone at " in said
    assert "The next worker goes on at step 1" in said


def test_the_next_worker_finishes_it_and_the_page_says_who_it_was(queued: Run) -> None:
    run = lost(queued)

    runs.apply(str(run.pk))

    run.refresh_from_db()
    assert run.status is RunState.DONE
    assert list(run.events.filter(kind="step_done").values_list("step", flat=True)) == [1, 2, 3]


def test_a_run_that_is_lost_again_and_again_at_one_place_waits_for_a_person(queued: Run) -> None:
    run = queued
    for _ in range(takeovers.MOST_LOSSES):
        run = lost(run)
        assert run.status is RunState.QUEUED

    run = lost(run)

    assert run.status is RunState.LOST
    assert run.change is not None
    assert Change.objects.get(pk=run.change.pk).status is ChangeState.FAILED
    assert "lost 4 times at the same place" in told(run, "lost")


def test_progress_in_between_starts_the_count_anew(queued: Run) -> None:
    for _ in range(takeovers.MOST_LOSSES):
        lost(queued)
    RunEvent.objects.create(run=queued, seq=1, at=timezone.now(), kind="step_done", step=1)

    assert (lost(queued).status, Run.objects.get().losses) == (RunState.QUEUED, 1)


def test_a_person_who_resumes_starts_the_count_anew(queued: Run, world: World) -> None:
    for _ in range(takeovers.MOST_LOSSES + 1):
        lost(queued)

    runs.resume(Run.objects.get(), world.operator)

    assert lost(queued).status is RunState.QUEUED


@pytest.mark.parametrize(
    ("ask", "then"), [(runs.cancel, RunState.CANCELLED), (runs.stop_after_step, RunState.PAUSED)]
)
def test_who_wanted_it_stopped_gets_that_from_a_dead_worker_too(
    ask: object, then: RunState, queued: Run, world: World
) -> None:
    run = taken(queued)
    ask(run, world.operator)  # type: ignore[operator]  # one of two services
    silenced(run)

    reconciler.look_once()

    run.refresh_from_db()
    assert (run.status, run.wanted) == (then, "")


def test_a_worker_that_comes_back_too_late_writes_nothing(queued: Run) -> None:
    old = silenced(taken(queued))
    reconciler.look_once()

    runs.end(old, RunState.FAILED, error={"message": "from the grave"})

    run = Run.objects.get()
    assert (run.status, run.error) == (RunState.QUEUED, None)


def test_a_worker_whose_run_was_given_to_another_is_told_to_stop(queued: Run) -> None:
    old = taken(queued)
    wishes = leases.Wishes(old)
    before: Wish | None = wishes.wanted()
    silenced(old)
    reconciler.look_once()

    assert (before, wishes.wanted()) == (None, "cancel")


def test_a_death_that_was_seen_is_judged_without_waiting_for_silence(queued: Run) -> None:
    taken(queued)

    leases.doubt(str(queued.pk))
    reconciler.look_once()

    assert Run.objects.get().status is RunState.QUEUED


def test_a_sign_of_life_takes_back_that_its_backend_is_an_orphan(queued: Run) -> None:
    run = silenced(taken(queued))
    with apply_session(targets.endpoint(run.target), f"zanith/{run.pk}/1") as conn:
        advisory.try_lock(conn, advisory.key(conn))
        reconciler.look_once()
        assert Run.objects.get().orphan_pid == conn.info.backend_pid

        leases.Heartbeat(run)._beat()

    assert Run.objects.get().orphan_pid is None


# The queue of a target ----------------------------------------------------------------------------


def test_runs_of_one_target_start_in_order(
    queued: Run, world: World, target: Target, make_change: MakeChange
) -> None:
    second = ready(make_change(target, NOTE), world)
    third = ready(make_change(target, THEN), world)
    behind = [runs.start(c, world.operator, plan_hash=plan_hash(c)) for c in (second, third)]

    assert queues.ahead(behind[1]) == [queued, behind[0]]
    assert leases.take(str(behind[0].pk)) is None
    running = taken(queued)
    assert leases.take(str(behind[0].pk)) is None
    running.refresh_from_db()
    said = told(behind[1])
    assert said.startswith(f"Number 3 on this target, behind run {behind[0].number}")

    runs.end(running, RunState.FAILED, nothing=True)
    assert queues.runnable() == [behind[0]]


def test_each_is_planned_on_what_the_one_before_it_leaves(
    queued: Run, world: World, target: Target, make_change: MakeChange
) -> None:
    second = ready(make_change(target, NOTE), world)
    behind = runs.start(second, world.operator, plan_hash=plan_hash(second))

    runs.apply(str(queued.pk))
    runs.apply(str(behind.pk))

    behind.refresh_from_db()
    assert (behind.status, behind.error) == (RunState.DONE, None)


def test_the_schema_is_looked_at_again_when_a_turn_comes(
    queued: Run, world: World, target: Target, make_change: MakeChange
) -> None:
    second = ready(make_change(target, NOTE), world)
    behind = runs.start(second, world.operator, plan_hash=plan_hash(second))

    runs.cancel(queued, world.operator)
    runs.apply(str(behind.pk))

    behind.refresh_from_db()
    assert (behind.status, behind.error["code"]) == (RunState.FAILED, "drift")
    assert not behind.events.exists()
    assert Change.objects.get(pk=second.pk).status is not ChangeState.FAILED


def test_a_run_can_be_queued_while_the_one_before_it_has_changed_the_schema(
    queued: Run, world: World, target: Target, make_change: MakeChange
) -> None:
    second = ready(make_change(target, NOTE), world)
    taken(queued)
    with psycopg.connect(
        host=target.host, port=target.port, dbname=target.dbname, user=target.user,
        password=targets.endpoint(target).password,
    ) as conn:  # fmt: skip
        conn.execute("ALTER TABLE public.users ADD COLUMN last_login timestamptz")

    behind = runs.start(second, world.operator, plan_hash=plan_hash(second))

    assert behind.status is RunState.QUEUED


def test_a_cancelled_one_gives_its_place_away(
    queued: Run, world: World, target: Target, make_change: MakeChange
) -> None:
    second = ready(make_change(target, NOTE), world)
    behind = runs.start(second, world.operator, plan_hash=plan_hash(second))

    runs.cancel(queued, world.operator)

    assert queues.runnable() == [behind]
    assert queues.ahead(behind) == []


def test_who_is_not_next_gets_no_message(
    queued: Run, world: World, target: Target, make_change: MakeChange
) -> None:
    second = ready(make_change(target, NOTE), world)
    behind = runs.start(second, world.operator, plan_hash=plan_hash(second))
    Run.objects.update(sent_at=None)

    wakeups.resend_waiting()

    behind.refresh_from_db()
    assert (Run.objects.get(pk=queued.pk).sent_at is None, behind.sent_at) == (False, None)


def test_a_target_that_the_command_line_works_on_is_waited_for(queued: Run) -> None:
    with apply_session(targets.endpoint(queued.target), "zanith/cli/1") as conn:
        advisory.try_lock(conn, advisory.key(conn))
        runs.apply(str(queued.pk))

        run = Run.objects.get()
        assert (run.status, run.lease) == (RunState.QUEUED, None)
        assert f"Backend {conn.info.backend_pid}" in run.held_by
        said = told(run)
        assert said.startswith("0 of 3 steps done. Another session works on this target: Backend")

    runs.apply(str(queued.pk))
    assert Run.objects.get().status is RunState.DONE


@contextmanager
def away(target: Target) -> Iterator[None]:
    """Its server takes no connection to it."""
    given = targets.endpoint(target)
    with psycopg.connect(
        host=given.host, port=given.port, dbname="postgres", user=given.user,
        password=given.password, autocommit=True,
    ) as conn:  # fmt: skip
        conn.execute(f'ALTER DATABASE "{target.dbname}" ALLOW_CONNECTIONS false'.encode())
        yield
        conn.execute(f'ALTER DATABASE "{target.dbname}" ALLOW_CONNECTIONS true'.encode())


@pytest.fixture
def begun(world: World, make_target: MakeTarget, make_change: MakeChange) -> Run:
    """It failed at its second step, was mended and is queued again."""
    run = applied(ready(make_change(make_target(), FAILING), world), world)
    sql(run.target, "UPDATE users SET email = '20240101'")
    runs.resume(run, world.operator)
    return run


def test_a_target_that_is_away_is_waited_for_once_the_run_has_begun(begun: Run) -> None:
    with away(begun.target):
        runs.apply(str(begun.pk))
        run = Run.objects.get()
        assert (run.status, run.lease) == (RunState.QUEUED, None)
        assert run.held_by.startswith("The target is away: could not connect")

    runs.apply(str(begun.pk))

    assert Run.objects.get().status is RunState.DONE


def test_a_target_that_was_never_reached_fails_the_run(queued: Run) -> None:
    with away(queued.target):
        runs.apply(str(queued.pk))
    run = Run.objects.get()
    assert (run.status, run.error["code"]) == (RunState.FAILED, "connection_failed")


def test_a_connection_that_is_lost_again_and_again_is_for_a_person(
    queued: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object, **__: object) -> None:
        raise RunInterruptedError("the connection was lost and did not come back")

    monkeypatch.setattr(api, "apply", cut)
    for _ in range(takeovers.MOST_LOSSES):
        runs.apply(str(queued.pk))
        assert Run.objects.get().status is RunState.QUEUED
    runs.apply(str(queued.pk))

    assert Run.objects.get().status is RunState.FAILED


def test_a_session_that_was_ended_on_purpose_is_for_a_person(
    queued: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object, **__: object) -> None:
        raise RunInterruptedError("ended by an administrator", sqlstate="57P01")

    monkeypatch.setattr(api, "apply", end)
    runs.apply(str(queued.pk))

    assert Run.objects.get().status is RunState.FAILED


def test_who_asked_to_cancel_a_run_that_is_put_back_gets_that(queued: Run, world: World) -> None:
    run = taken(queued)
    runs.cancel(run, world.operator)

    assert takeovers.put_back(run, "Another session works on this target.")

    assert Run.objects.get().status is RunState.CANCELLED
