"""Real workers and reconcilers: killed, doubled, and with the broker emptied under them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from celery import current_app
from redis import Redis

from migrate_core.states import RunState
from studio.models import Run, Target
from studio.services import runs, targets, wakeups
from tests.processes import StudioProcess, celery_worker, reconciler
from tests.samples import skip_unless_chosen
from tests.studio.conftest import NOTE, MakeChange, World, plan_hash, ready

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60
TAKEN_UP_WITHIN_SECONDS = 10
KILLED = ("its child", "all of it")  # of the worker
THEN = NOTE.replace("note", "rank")
CUT_OFF = """
operations:
  - op: rawSql
    sql: SELECT pg_sleep(30)
    transaction: false
"""


@pytest.fixture
def workers(
    process_environment: dict[str, str], transactional_db: None, tmp_path: Path
) -> Iterator[list[StudioProcess]]:
    """Two workers, beside two reconcilers, as two supervisors would run them."""
    processes = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        processes.append(celery_worker(process_environment, folder))
        processes.append(reconciler(process_environment, folder))
    for process in processes:
        process.start()
    yield processes[::2]
    for process in processes:
        process.stop()


def connect(target: Target) -> psycopg.Connection:
    given = targets.endpoint(target)
    return psycopg.connect(
        host=given.host, port=given.port, dbname=given.dbname, user=given.user,
        password=given.password,
    )  # fmt: skip


def until(what: str, holds: Callable[[], bool]) -> float:
    """Seconds until it held."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE_SECONDS, f"not {what}: {Run.objects.values()}"
        time.sleep(0.1)
    return time.monotonic() - began


def started(world: World, target: Target, make_change: MakeChange, text: str = NOTE) -> Run:
    change = ready(make_change(target, text), world)
    return runs.start(change, world.operator, plan_hash=plan_hash(change))


def is_done(run: Run) -> bool:
    return Run.objects.get(pk=run.pk).status is RunState.DONE


def steps_done(run: Run) -> list[int | None]:
    return list(run.events.filter(kind="step_done").values_list("step", flat=True))


@pytest.fixture(params=KILLED)
def killed(request: pytest.FixtureRequest) -> str:
    skip_unless_chosen(request, request.param, KILLED)
    return str(request.param)


def test_with_two_of_everything_and_every_message_twice_a_killed_apply_happens_once(
    killed: str, workers: list[StudioProcess], world: World, target: Target, make_change: MakeChange
) -> None:
    with connect(target) as reader:
        reader.execute("SELECT count(*) FROM users")  # its lock lasts until the end of the block
        run = started(world, target, make_change)
        for _ in range(8):
            current_app.send_task(wakeups.TASKS[Run], [str(run.pk)])
        until("waiting for its lock", run.events.filter(kind="lock_waiting").exists)
        first = Run.objects.get().worker
        child = int(first.rpartition(":")[2])
        if killed == "all of it":
            next(worker for worker in workers if worker.pid == os.getpgid(child)).kill()
        else:
            os.kill(child, signal.SIGKILL)
        took = until("taken up", lambda: Run.objects.get().worker not in ("", first))
        assert took < TAKEN_UP_WITHIN_SECONDS
    until("done", lambda: is_done(run))
    assert steps_done(run) == [1]
    assert run.events.filter(kind="run_done").count() == 1


def test_what_is_queued_runs_although_the_broker_was_emptied(
    studio_worker: StudioProcess,
    studio_reconciler: StudioProcess,
    world: World,
    target: Target,
    make_change: MakeChange,
) -> None:
    studio_worker.stop()
    first = started(world, target, make_change)
    second = started(world, target, make_change, THEN)
    Redis.from_url(os.environ["REDIS_URL"]).flushdb()

    studio_worker.start()

    until("done", lambda: is_done(first) and is_done(second))
    assert (steps_done(first), steps_done(second)) == ([1], [1])
    ended = list(Run.objects.order_by("finished_at").values_list("number", flat=True))
    assert ended == [first.number, second.number]


def test_raw_sql_that_was_cut_off_outside_a_transaction_is_left_to_a_person(
    studio_worker: StudioProcess,
    studio_reconciler: StudioProcess,
    world: World,
    target: Target,
    make_change: MakeChange,
) -> None:
    run = started(world, target, make_change, CUT_OFF)
    until("running", run.events.filter(kind="stage_begun").exists)

    os.kill(int(Run.objects.get().worker.rpartition(":")[2]), signal.SIGKILL)

    until("failed", lambda: Run.objects.get().status is RunState.FAILED)
    assert "was cut off outside a transaction" in Run.objects.get().error["message"]
