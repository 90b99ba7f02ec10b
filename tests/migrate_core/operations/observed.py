"""Running a plan stage by stage, and holding its locks against those that it declares.

Left out is what a stage creates, renames or drops, which has no name to compare by, and what
goes with its table: indexes, and the sequences of identity columns. The rehearsal's own
observer looks at each statement as well: at its scans and rewrites.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection

from migrate_core.pg.ddl import Stage, StageMode, Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.verify.locks import LockObserver

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


def problems(db: Connection[Any], plan: Plan) -> list[str]:
    """Runs the plan; gives what a stage or a statement did otherwise than it said."""
    observer = LockObserver(plan, partial(second, db))
    wrong = [problem for stage in run(db, plan, observer) for problem in stage]
    return [*wrong, *(problem for found in observer.found for problem in found.problems)]


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
