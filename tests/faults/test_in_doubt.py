"""A COMMIT whose answer never came: looked up, never repeated blindly."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core.ledger import chain, ledger
from migrate_core.pg.connect import apply_session
from migrate_core.runner.options import RunResult
from migrate_core.states import RunState
from tests import runs
from tests.auditor import audit
from tests.faults import moments
from tests.faults.proxy import Cut, Proxy

MakeDb = Callable[..., Connection[Any]]
USERS = runs.USERS.replace("gen_random_uuid()", "NULL")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short: a socket's path has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="z") as name:
        yield Path(name)


def run_through(
    folder: Path, db: Connection[Any], cut: Cut, number: int = 0
) -> tuple[RunResult, int]:
    """The story through a proxy; gives its result and how many COMMITs passed."""
    server = Path(db.info.host) / f".s.PGSQL.{db.info.port}"
    with Proxy(folder, server, cut=cut, number=number) as proxy:
        endpoint = msgspec.structs.replace(runs.endpoint_of(db), host=str(folder), port=5432)
        plan = runs.plan_for(db)
        result = runs.run(db, plan, connect=lambda: apply_session(endpoint, "zanith"))
        commits = proxy.commits
    (folder / ".s.PGSQL.5432").unlink()
    return result, commits


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_line_cut_at_any_commit(
    make_db: MakeDb, folder: Path, cut: Cut, seed: int, full: bool
) -> None:
    db = make_db(USERS)
    _, commits = run_through(folder, db, "never")
    expected = runs.state_of(db), moments.leftovers(db)
    numbers = range(3, commits + 1)  # the first two make the ledger and the run
    chosen = numbers if full else random.Random(seed).sample(numbers, 5)
    for number in chosen:
        db = make_db(USERS)

        result, _ = run_through(folder, db, cut, number)

        assert (result.state, result.steps_done) == (RunState.DONE, 4)
        assert (runs.state_of(db), moments.leftovers(db)) == expected
        done = [row.step for row in ledger.steps(db) if row.status == "done"]
        assert done == [1, 2, 3, 4]
        assert chain.first_broken(ledger.events_after(db, 0), None) is None
        assert audit(db) == []


def test_a_stage_that_did_commit_is_not_run_again(make_db: MakeDb, folder: Path) -> None:
    """The answer to the first step's COMMIT is lost; its row says done, so it is."""
    db = make_db(USERS)
    server = Path(db.info.host) / f".s.PGSQL.{db.info.port}"
    plan = runs.plan_for(db)
    heard = []
    with Proxy(folder, server, cut="never", number=0) as proxy:

        def cut_the_next(event: Any) -> None:
            heard.append(event)
            if event.kind == "step_running" and event.step == 1:
                proxy.number, proxy.cut = proxy.commits + 1, "after"

        endpoint = msgspec.structs.replace(runs.endpoint_of(db), host=str(folder), port=5432)
        runs.run(
            db,
            plan,
            connect=lambda: apply_session(endpoint, "zanith"),
            listener=cut_the_next,
        )

    assert runs.statuses(db) == [(n, 1, "done") for n in (1, 2, 3, 4)]
    assert heard == list(ledger.events_after(db, 0))
