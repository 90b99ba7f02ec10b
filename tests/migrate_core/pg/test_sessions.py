from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from migrate_core.pg import sessions

MakeDb = Callable[..., psycopg.Connection[Any]]
TABLE = "CREATE TABLE public.t (id int PRIMARY KEY); INSERT INTO public.t VALUES (1)"


class Crowd:
    """A reader in front, a change that waits for it, and a reader behind the change."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.look, dsn = conn, f"{conn.info.dsn} password={conn.info.password}"
        names = ("report", "zanith/x/1", "web")
        self.front, self.change, self.behind = (
            psycopg.connect(dsn, autocommit=True, application_name=name) for name in names
        )
        self.front.execute("BEGIN")
        self.front.execute("SELECT * FROM public.t")
        self.threads = [
            self._wait(self.change, "ALTER TABLE public.t ADD COLUMN c int"),
            self._wait(self.behind, "SELECT count(*) FROM public.t"),
        ]

    def _wait(self, conn: psycopg.Connection[Any], statement: str) -> threading.Thread:
        def ask() -> None:
            with suppress(psycopg.Error):
                conn.execute(statement.encode())

        thread = threading.Thread(target=ask)
        thread.start()
        pid, until = conn.info.backend_pid, time.monotonic() + 20
        waits = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        while not self.look.execute(waits, [pid]).fetchone():
            assert time.monotonic() < until, f"{statement} does not wait"
            time.sleep(0.02)
        return thread

    def end(self) -> None:
        for conn in (self.front, self.change, self.behind):
            conn.close()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def crowd(make_db: MakeDb) -> Iterator[Crowd]:
    crowd = Crowd(make_db(TABLE))
    yield crowd
    crowd.end()


def around(crowd: Crowd) -> dict[str, sessions.Party]:
    found = sessions.chain(crowd.look, crowd.change.info.backend_pid)
    return {one.side: one for one in sessions.parties(crowd.look, found, {})}


def ended(crowd: Crowd, seen: sessions.Party) -> bool:
    assert seen.backend_start is not None
    return sessions.signal(
        crowd.look,
        seen.pid,
        backend_start=seen.backend_start,
        query_start=seen.query_start,
        terminate=True,
    )


def test_who_stands_before_and_behind_a_waiting_change_is_named(crowd: Crowd) -> None:
    found = around(crowd)

    assert set(found) == {"before", "behind"}
    before, behind = found["before"], found["behind"]
    assert (before.application_name, before.state) == ("report", "idle in transaction")
    assert (behind.application_name, behind.state) == ("web", "active")
    assert behind.waits_since is not None
    assert before.may_signal


def test_a_session_is_ended_only_while_it_is_still_at_the_same_statement(crowd: Crowd) -> None:
    seen = around(crowd)["before"]
    crowd.front.execute("SELECT 1")  # in the same transaction, and another statement

    assert not ended(crowd, seen)
    assert ended(crowd, around(crowd)["before"])
    crowd.threads[0].join(20)
    with pytest.raises(psycopg.OperationalError):
        crowd.front.execute("SELECT 1")


def test_another_session_under_the_same_number_is_left_alone(crowd: Crowd) -> None:
    seen = around(crowd)["before"]

    assert not sessions.signal(
        crowd.look,
        seen.pid,
        backend_start="2001-01-01T00:00:00+00:00",
        query_start=seen.query_start,
        terminate=True,
    )
    assert crowd.front.execute("SELECT 1").fetchone() == (1,)


def test_a_run_of_ours_is_never_offered_nor_ended(crowd: Crowd) -> None:
    mine = sessions.chain(crowd.look, crowd.behind.info.backend_pid)
    seen = {p.application_name: p for p in sessions.parties(crowd.look, mine, {})}

    ours = seen["zanith/x/1"]
    assert not ours.may_signal
    assert not ended(crowd, ours)


def test_a_role_that_may_signal_nobody_is_offered_nobody(crowd: Crowd) -> None:
    crowd.look.execute("CREATE ROLE onlooker; GRANT pg_monitor TO onlooker")
    try:
        crowd.look.execute("SET ROLE onlooker")
        assert not around(crowd)["before"].may_signal
    finally:
        crowd.look.execute("RESET ROLE; DROP ROLE onlooker")


def test_what_a_backend_does_names_its_strongest_lock(crowd: Crowd) -> None:
    crowd.front.execute("LOCK TABLE public.t IN SHARE UPDATE EXCLUSIVE MODE")

    found = sessions.doing(crowd.look, crowd.front.info.backend_pid)

    assert found is not None
    assert (found.relation, found.mode) == ("public.t", "ShareUpdateExclusiveLock")
    assert found.progress is None
