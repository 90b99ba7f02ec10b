from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from migrate_core.states import RunState
from studio import pages
from studio.boards.run import Board
from studio.models import Attempt, Run, Target
from studio.services import runs, targets
from tests.studio.conftest import NOTE, MakeChange, World, plan_hash, ready

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]
INDEX = """
operations:
  - op: addIndex
    table: public.users
    index: {name: users_email, definition: USING btree (email), columns: [email]}
"""


@contextmanager
def session(target: Target, statement: str) -> Iterator[psycopg.Connection]:
    """In a transaction that has done `statement`, until the end of the block."""
    given = targets.endpoint(target)
    conn = psycopg.connect(
        host=given.host, port=given.port, dbname=given.dbname, user=given.user,
        password=given.password, application_name="report",
    )  # fmt: skip
    with closing(conn):
        conn.execute(statement.encode())
        yield conn


@contextmanager
def driven(run: Run) -> Iterator[None]:
    """By a worker of its own, until it is over."""

    def drive() -> None:
        runs.apply(str(run.pk))
        connection.close()

    thread = threading.Thread(target=drive)
    thread.start()
    yield
    thread.join()


@pytest.fixture
def start(world: World, target: Target, make_change: MakeChange) -> Callable[[str], Run]:
    def start(text: str) -> Run:
        change = ready(make_change(target, text), world)
        return runs.start(change, world.operator, plan_hash=plan_hash(change))

    return start


def shown(run: Run, holds: Callable[[Board], object]) -> Board:
    """The page, once it holds."""
    until = time.monotonic() + 30
    while True:
        board = pages.board_of(Run.objects.select_related("target").get(pk=run.pk))
        if holds(board):
            return board
        assert time.monotonic() < until, board
        time.sleep(0.1)


def test_the_session_in_the_way_is_named_between_tries_and_ended_by_a_click(
    start: Callable[[str], Run], target: Target, sign_in: SignIn
) -> None:
    run = start(NOTE)
    operator = sign_in("operator")
    with session(target, "SELECT count(*) FROM public.users") as reader, driven(run):
        pid = reader.info.backend_pid
        board = shown(run, lambda b: any(one["pid"] == pid and "depth" in one for one in b.around))
        assert board.locks[0].who == "report"
        assert f"pid {pid}, idle in transaction, transaction open" in board.locks[0].text
        assert "holds ACCESS SHARE on public.users" in board.locks[0].text
        assert board.locks[1].text == "waits for ACCESS EXCLUSIVE on public.users"

        page = operator.get(reverse("run-locks", args=[run.pk])).content.decode()
        assert f"Terminate {pid}" in page
        assert f"Cancel {pid}" not in page  # it runs no statement
        assert "Terminate" not in (
            sign_in("author").get(reverse("run-locks", args=[run.pk])).content.decode()
        )
        one = next(one for one in board.around if one["pid"] == pid)
        form = {name: str(one[name]) for name in ("pid", "backend_start", "query_start")}
        address = reverse("run-end-backend", args=[run.pk])
        operator.post(address, {**form, "typed": target.name})  # no reason
        operator.post(address, {**form, "typed": target.name, "reason": "x", "query_start": "y"})
        assert reader.execute("SELECT 1").fetchone() == (1,)

        board = shown(run, lambda b: any(o["query_start"] != one["query_start"] for o in b.around))
        form["query_start"] = board.around[0]["query_start"]
        operator.post(address, {**form, "typed": target.name, "reason": "a forgotten report"})
    assert Run.objects.get().status is RunState.DONE
    told = Attempt.objects.get(action="end backend", outcome="done")
    assert told.reason == f"pid {pid} (report): a forgotten report"
    assert Run.objects.get().live is None


def test_nobody_is_signalled_who_is_not_in_the_way(
    start: Callable[[str], Run], target: Target, sign_in: SignIn
) -> None:
    run = start(NOTE)
    with session(target, "SELECT 1") as other:
        form = {"pid": other.info.backend_pid, "backend_start": "", "query_start": ""}
        form |= {"typed": target.name, "reason": "x"}
        sign_in("operator").post(reverse("run-end-backend", args=[run.pk]), form)
        assert other.execute("SELECT 1").fetchone() == (1,)


def test_an_index_build_shows_its_phase_and_whom_it_waits_for(
    start: Callable[[str], Run], target: Target
) -> None:
    run = start(INDEX)
    write = "UPDATE public.users SET email = email WHERE id = 1"
    with driven(run), session(target, write) as writer:
        board = shown(run, lambda b: b.steps[0].phases)
        current = [phase.name for phase in board.steps[0].phases if phase.state == "current"]
        assert current == ["waiting for writers before build"]
        assert board.around[0]["pid"] == writer.info.backend_pid
    assert Run.objects.get().status is RunState.DONE
