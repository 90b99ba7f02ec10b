"""The failure matrix, cell by cell: what a fault at a moment ends in, and that a re-run converges.

A few cells of each fault in an ordinary run, all of them with --full.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import Connection

from migrate_core.errors import MigrateError, PoolerError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import chain, ledger
from migrate_core.runner import faults
from migrate_core.runner.options import RunResult
from migrate_core.states import RunState
from tests.faults import acts, moments
from tests.faults.acts import Fault, World
from tests.faults.matrix import MOMENTS, TABLE, Outcome

MakeDb = Callable[..., Connection[Any]]
FEW = 2
ENGINE = Path(faults.__file__).parents[1]
SLOW = {"immediate server stop", "failover", "failover, tail lost"}


@pytest.fixture(params=list(TABLE))
def fault(request: pytest.FixtureRequest) -> Iterator[tuple[str, Fault]]:
    made = acts.make(request.param)
    yield request.param, made
    made.stop()


def test_the_table_has_a_word_for_every_cell() -> None:
    assert set(TABLE) == set(acts.MAKERS)
    assert {len(row) for row in TABLE.values()} == {len(MOMENTS)}


def test_nothing_is_decided_by_a_client_s_clock() -> None:
    """time.monotonic() measures how long we wait; what time it is only the database says."""
    asked = re.compile(r"time\.time\(|datetime\.(?:now|utcnow|today)|date\.today")
    code = [path for part in ("runner", "ledger") for path in (ENGINE / part).glob("*.py")]
    assert [path.name for path in code if asked.search(path.read_text())] == []


def test_what_a_fault_ends_in(
    fault: tuple[str, Fault], make_db: MakeDb, seed: int, full: bool
) -> None:
    name, made = fault
    cells = [
        (moment, outcome)
        for moment, outcome in zip(MOMENTS, TABLE[name], strict=True)
        if outcome is not None
    ]
    few = 1 if name in SLOW else FEW
    for moment, outcome in cells if full else random.Random(f"{seed} {name}").sample(cells, few):
        world = made.world(moment, make_db)

        found = ended(made, world)

        assert found == outcome, f"{name}, {moment.name}: {found}"
        expected = made.undisturbed(moment, make_db)
        expected.apply()
        check_converged(world, state_of(expected), f"{name}, {moment.name}")
        made.leave(world)


def ended(fault: Fault, world: World) -> Outcome:
    """Strikes once, mends, and lets the re-run come to the end."""
    first, error = first_call(fault, world)
    fault.mend(world)
    left = what_is_left(world)
    if first is None:
        left = run_again(fault, world, left)
    if isinstance(error, PoolerError) and left is Outcome.NOTHING:
        return Outcome.REFUSED
    if first is None:
        return left
    begun = world.moment.point != "before_lock"
    assert first.unexpected == (fault.leaves if begun else ())
    fault.take_back(world)
    return Outcome.WENT_ON


def first_call(fault: Fault, world: World) -> tuple[RunResult | None, MigrateError | None]:
    """Its result, if it came to the end; what it told otherwise."""
    try:
        result = fault.first(world)
    except moments.Vanished:
        return None, None
    except MigrateError as error:
        told = error
    else:
        return (result if result.state is RunState.DONE else None), None
    assert told.message
    assert told.hint, told
    return None, told


def run_again(fault: Fault, world: World, left: Outcome) -> Outcome:
    """`left`, unless it was refused until somebody had taken back what they did."""
    if fault.refuses:
        if left is not Outcome.NOTHING:
            with pytest.raises(fault.refuses):
                world.apply()
        fault.take_back(world)
    counted = Statements()
    begun = left is not Outcome.NOTHING
    settled = begun and (all_done(world) or is_valid(world.db) is True)
    result = world.apply(options=msgspec.structs.replace(world.options, observer=counted))
    assert result.state is RunState.DONE
    if settled:
        assert counted.seen == []
    return Outcome.REFUSED if fault.refuses and left is not Outcome.NOTHING else left


class Statements:
    """An observer: the statements of the plan that a run executes."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def before_statement(self, conn: Connection[Any], statement: Any) -> None:
        self.seen.append(statement.sql)

    def after_statement(self, conn: Connection[Any], statement: Any) -> None:
        return


def what_is_left(world: World) -> Outcome:
    """By the ledger and the catalog: what a re-run has to go by."""
    db = world.db
    rows = ledger.steps(db, world.run_id) if ledger.exists(db) else ()
    if not rows or all(row.status == "pending" for row in rows):
        return Outcome.NOTHING
    points = ledger.checkpoints(db, world.run_id)
    if any(row.status == "done" for row in rows) or any(row.stage for row in rows):
        return Outcome.DONE_ROW
    if any(point.processed for point in points):
        return Outcome.CURSOR
    return Outcome.CATALOG if is_valid(db) is not None else Outcome.ROLLED_BACK


def is_valid(db: Connection[Any]) -> bool | None:
    """Of the index that a concurrent build makes; None where there is none."""
    text = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.users_by_day')"
    row = db.execute(text).fetchone()
    return None if row is None else bool(row[0])


def all_done(world: World) -> bool:
    rows = ledger.steps(world.db, world.run_id)
    return len({row.step for row in rows if row.status == "done"}) == len(world.plan.steps)


def check_converged(world: World, expected: Any, what: str) -> None:
    assert state_of(world) == expected, what
    rows = ledger.steps(world.db, world.run_id)
    done = [row.step for row in rows if row.status == "done"]
    assert done == [step.number for step in world.plan.steps], what
    assert not [row for row in rows if row.status in ("running", "pending")], what
    events = ledger.events_after(world.db, 0)
    assert chain.first_broken(events, None) is None, what
    assert [e.kind for e in events].count("run_done") == (2 if world.moment.restores else 1), what


def state_of(world: World) -> Any:
    """Schema, catalog and every row, archives too."""
    db = world.db
    tables = [row[0] for row in db.execute(TABLES).fetchall()]
    rows = {name: _rows(db, name) for name in tables}
    return read_graph(db).normal(), moments.leftovers(db), rows


def _rows(db: Connection[Any], table: str) -> list[Any]:
    with psycopg.ClientCursor(db) as cursor:
        text = f"SELECT t::text FROM {table} AS t ORDER BY 1"
        return cursor.execute(text.encode()).fetchall()


TABLES = r"""
SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
   AND (c.relname NOT LIKE '\_zanith%' OR n.nspname = '_zanith_archive') ORDER BY 1
"""
