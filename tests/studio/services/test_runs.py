from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from migrate_core.errors import GateRefusedError
from migrate_core.ledger import ledger
from migrate_core.pg.connect import plan_session
from migrate_core.states import ChangeState, RunState
from studio.models import Change, Membership, Run, RunEvent, Target
from studio.services import artifacts, changes, leases, mirror, runs, targets
from studio.services.refusals import NotAllowedError
from tests.studio.conftest import FAILING, NOTE, MakeChange, World, applied, plan_hash, ready
from tests.studio.services.test_changes import sql

pytestmark = pytest.mark.django_db(transaction=True)


def rows(target: Target, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(
        host=target.host, port=target.port, dbname=target.dbname, user=target.user,
        password=targets.endpoint(target).password,
    ) as conn:  # fmt: skip
        return conn.execute(query.encode()).fetchall()


def test_an_approved_change_is_applied(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target), world), world)

    assert run.status is RunState.DONE
    assert run.change is not None
    assert Change.objects.get(pk=run.change.pk).status is ChangeState.APPLIED
    assert run.result["steps_done"] == 3
    assert rows(target, "SELECT count(*) FROM users WHERE last_login IS NULL") == [(0,)]


@pytest.mark.parametrize("lost", [targets.keep, mirror.catch_up, artifacts.mirror])
def test_a_target_that_goes_away_once_all_is_done_does_not_make_it_a_failure(
    lost: Any, world: World, target: Target, make_change: MakeChange,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def cut(*_: object) -> None:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    place = {targets.keep: targets, mirror.catch_up: mirror, artifacts.mirror: artifacts}[lost]
    monkeypatch.setattr(place, lost.__name__, cut)

    run = applied(ready(make_change(target), world), world)

    assert (run.status, run.error) == (RunState.DONE, None)


def test_every_event_of_the_ledger_is_mirrored_in_order(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target), world), world)

    with plan_session(targets.endpoint(target), "test") as conn:
        events = ledger.events_after(conn, 0, run_id=run.pk)
    mirrored = list(RunEvent.objects.filter(run=run).values_list("seq", "kind"))
    assert mirrored == [(event.seq, event.kind) for event in events]
    assert mirrored[-1][1] == "run_done"


def test_mirroring_twice_changes_nothing(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target), world), world)
    before = list(run.events.values_list("pk", flat=True))
    run.events.filter(seq=run.last_seq).delete()

    mirror.catch_up(run)
    mirror.catch_up(run)

    assert run.events.count() == len(before)


def test_without_an_approval_nothing_is_queued(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)

    with pytest.raises(GateRefusedError, match=r"verification, approvals"):
        runs.start(change, world.operator, plan_hash=plan_hash(change))

    assert not Run.objects.exists()


def test_a_live_schema_that_changed_refuses_the_start(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    sql(target, "ALTER TABLE users ADD COLUMN surprise int")

    with pytest.raises(GateRefusedError, match="drift"):
        runs.start(change, world.operator, plan_hash=plan_hash(change))


def test_a_schema_that_changes_after_the_start_is_refused_under_the_lock(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    sql(target, "ALTER TABLE users ADD COLUMN surprise int")

    runs.apply(str(run.pk))

    run.refresh_from_db()
    assert run.status is RunState.FAILED
    assert run.error["code"] == "drift"
    # Nothing was written, so the change can be planned again.
    change = Change.objects.get(pk=change.pk)
    assert change.status in {ChangeState.PLANNED, ChangeState.APPROVED}
    changes.replan(change, world.author)


def test_an_approval_that_is_gone_before_the_worker_comes_stops_it(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    change.approvals.all().delete()

    runs.apply(str(run.pk))

    run.refresh_from_db()
    assert run.error["code"] == "gate_refused"
    assert not run.events.filter(step__isnull=False).exists()


def test_a_role_that_was_taken_away_stops_the_worker(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    Membership.objects.filter(user=world.operator).delete()

    runs.apply(str(run.pk))

    run.refresh_from_db()
    assert run.error["code"] == "not_allowed"


def test_a_message_that_comes_twice_does_nothing(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target), world), world)

    runs.apply(str(run.pk))

    assert run.events.filter(kind="run_done").count() == 1


def test_two_workers_take_one_run_once(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    barrier, taken = threading.Barrier(4), []

    def take() -> None:
        barrier.wait()
        taken.append(leases.take(str(run.pk)))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found is not None for found in taken) == 1


def test_the_database_refuses_a_second_running_run_on_a_target(
    world: World, target: Target, make_change: MakeChange
) -> None:
    first = ready(make_change(target), world)
    second = ready(make_change(target, NOTE), world)
    running = runs.start(first, world.operator, plan_hash=plan_hash(first))
    waiting = runs.start(second, world.operator, plan_hash=plan_hash(second))
    leases.take(str(running.pk))

    with pytest.raises(IntegrityError, match="one_run_at_a_time"), transaction.atomic():
        Run.objects.filter(pk=waiting.pk).update(state=RunState.RUNNING)


def test_a_failed_step_is_told_and_resumed_once_the_row_is_mended(
    world: World, make_target: object, make_change: MakeChange
) -> None:
    target = make_target()  # type: ignore[operator]  # a fixture's function
    sql(target, "UPDATE users SET email = '20240101' || id")
    sql(target, "UPDATE users SET email = 'no date' WHERE id = 400")
    run = applied(ready(make_change(target, FAILING), world), world)

    assert run.status is RunState.FAILED
    assert run.error["sqlstate"] == "22007"
    assert run.change is not None
    assert Change.objects.get(pk=run.change.pk).status is ChangeState.FAILED

    sql(target, "UPDATE users SET email = '20240101' WHERE id = 400")
    runs.resume(run, world.operator)
    runs.apply(str(run.pk))

    assert Run.objects.get(pk=run.pk).status is RunState.DONE
    assert Change.objects.get(pk=run.change.pk).status is ChangeState.APPLIED
    done = list(run.events.filter(kind="step_done").values_list("step", flat=True))
    assert done == [1, 2, 3]


def test_a_cancelled_queued_run_never_begins(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))

    runs.cancel(run, world.operator)
    runs.apply(str(run.pk))

    run.refresh_from_db()
    assert run.status is RunState.CANCELLED
    assert not run.events.exists()


def test_a_run_stops_after_its_step_and_goes_on(
    world: World, target: Target, make_change: MakeChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    record = mirror.record

    def stop_after_the_first(run: Run, events: object) -> int:
        found = record(run, events)  # type: ignore[arg-type]  # passed on as it came
        if run.events.filter(kind="step_done").exists():
            Run.objects.filter(pk=run.pk).update(wanted=Run.Wanted.STOP)
        return found

    monkeypatch.setattr(mirror, "record", stop_after_the_first)
    runs.apply(str(run.pk))
    run.refresh_from_db()
    assert run.status is RunState.PAUSED
    assert run.events.filter(kind="step_done").count() == 1

    monkeypatch.setattr(mirror, "record", record)
    runs.resume(run, world.operator)
    runs.apply(str(run.pk))
    assert Run.objects.get(pk=run.pk).status is RunState.DONE


def test_only_a_dba_applies(world: World, target: Target, make_change: MakeChange) -> None:
    change = ready(make_change(target), world)

    for name in ("author", "reviewer", "admin", "auditor"):
        with pytest.raises(NotAllowedError):
            runs.start(change, world.people[name], plan_hash=plan_hash(change))


def test_a_run_is_given_up_on_the_record(
    world: World, make_target: object, make_change: MakeChange
) -> None:
    target = make_target()  # type: ignore[operator]  # a fixture's function
    run = applied(ready(make_change(target, FAILING), world), world)

    runs.close(run, world.operator, reason="the column is not wanted any more")

    run.refresh_from_db()
    assert run.status is RunState.CLOSED
    assert run.change is not None
    assert Change.objects.get(pk=run.change.pk).status is ChangeState.CLOSED
    with plan_session(targets.endpoint(target), "test") as conn:
        assert [row.state for row in ledger.runs(conn)] == [RunState.CLOSED]
