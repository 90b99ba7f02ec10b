"""Every scenario on every PostgreSQL there is: it runs, is undone, and does what it declares.

A lock that is declared weaker than it is would be a wrong verdict, and one that is declared
stronger a false alarm. Left out is what a stage creates, renames or drops, which has no name to
compare by, and what goes with its table: indexes, and the sequences of identity columns.
The rehearsal's own observer looks at each statement as well: at its scans and rewrites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from migrate_core.diff.diff import replay
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Effect, Place
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, StageMode, Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.verify.locks import LockObserver
from tests.migrate_core.operations.test_every_kind import CASES, operations_of, parameters, plan_of

# rawSql declares nothing: what it does is observed while it is rehearsed.
DECLARED = [case for case in CASES if case.parts[-2] != "raw_sql"]
MODES = {mode.value.title().replace(" ", "") + "Lock": mode for mode in LockMode}
STRENGTH = list(LockMode)
RELATIONS = b"""
    SELECT c.oid, n.nspname, c.relname
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.oid >= 16384 AND n.nspname !~ '^pg_'
       AND (c.relkind IN ('r', 'p', 'f') OR c.relkind = 'S' AND NOT EXISTS (
         SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'i'))
"""
HELD = b"SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation >= 16384"

Locks = dict[QualifiedName, LockMode]
MakeDbOn = Callable[..., Connection[Any]]


@pytest.mark.db
@pytest.mark.parametrize("case", parameters(DECLARED))
def test_locks_are_those_declared(case: Path, major: int, make_db_on: MakeDbOn) -> None:
    db = make_db_on(major, (case / "before.sql").read_text())
    before = read_graph(db)
    plan = plan_of(operations_of(case, before, partial(make_db_on, major)), before, major)
    db.execute("CREATE SCHEMA IF NOT EXISTS _zanith_archive")

    observer = LockObserver(plan, partial(second, db))

    wrong = [problem for stage in run(db, plan, observer) for problem in stage]

    assert wrong == []
    assert [problem for found in observer.found for problem in found.problems] == []
    predicted = replay(before, (step.operation for step in plan.steps))
    assert codec.to_builtins(read_graph(db).normal()) == codec.to_builtins(predicted.normal())
    undo(db, plan)


def undo(db: Connection[Any], plan: Plan) -> None:
    for step in reversed(plan.steps):
        place = Place(migration_id=plan.migration_id, step=step.number, major=plan.major)
        inverse = step.operation.inverse(place)
        if inverse is None and step.operation.effect is not Effect.FILL:
            return
        if inverse is not None:
            back = plan_of([inverse], read_graph(db), plan.major, "undo")
            observer = LockObserver(back, partial(second, db))
            assert not any(run(db, back, observer))
            assert [problem for found in observer.found for problem in found.problems] == []


def second(db: Connection[Any]) -> Connection[Any]:
    return psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True)


def run(db: Connection[Any], plan: Plan, observer: LockObserver) -> Iterator[list[str]]:
    """What each stage locked otherwise than it said; what is parked goes with the first."""
    for step in plan.steps:
        park = step.park.statements if step.park else ()
        for stage in step.stages:
            if stage.mode is StageMode.TRANSACTION:
                found = observe(db, stage, park, observer)
                yield [f"{step.kind}: {problem}" for problem in found]
            else:
                for statement in stage.statements:
                    announced(db, statement, observer)
            park = ()


def observe(
    db: Connection[Any], stage: Stage, park: Iterable[str], observer: LockObserver
) -> Iterator[str]:
    with db.transaction():
        before = relations(db)
        for sql in park:
            db.execute(sql.encode())
        for statement in stage.statements:
            announced(db, statement, observer)
        locks = [(before[oid], MODES[mode]) for oid, mode in db.execute(HELD) if oid in before]
        left = set(relations(db).values())
    taken = strongest(locks)
    declared = strongest(lock for statement in stage.statements for lock in statement.locks())
    for name in sorted((taken.keys() | declared.keys()) & left & set(before.values())):
        one, other = taken.get(name), declared.get(name)
        if one is not other and (one, other) != (LockMode.ACCESS_SHARE, None):
            yield f"{stage.statements[0]}: {name} is locked {one}, declared {other}"


def announced(db: Connection[Any], statement: Statement, observer: LockObserver) -> None:
    observer.before_statement(db, statement)
    db.execute(statement.sql.encode())
    observer.after_statement(db, statement)


def relations(db: Connection[Any]) -> dict[int, QualifiedName]:
    return {oid: QualifiedName(schema, name) for oid, schema, name in db.execute(RELATIONS)}


def strongest(locks: Iterable[tuple[QualifiedName, LockMode]]) -> Locks:
    found: Locks = {}
    for name, mode in locks:
        found[name] = max(found.get(name, mode), mode, key=STRENGTH.index)
    return found
