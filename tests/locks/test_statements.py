"""What each statement takes: measured on every PostgreSQL there is, and seen by the engine.

The first test asks PostgreSQL with code of its own, the second has the rehearsal's observer look at
the same statements: what the observer reports is proven against what was measured without it.
"""

from __future__ import annotations

import time

import psycopg
import pytest

from migrate_core.pg.ddl import Statement
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.verify.locks import LockObserver
from migrate_core.verify.report import StatementLocks
from tests.locks.conftest import Place
from tests.locks.oracle import Connection, measure, stopped
from tests.locks.table import Case, Take, Takes, table

COUNTED_OUTSIDE = 15  # the first major whose sessions hand over their counters when asked
LOOKING_SECONDS = 0.05  # for the observer's second session, which looks all the time
MEASURED = [case for case in table().cases if not case.error]
REFUSED = [case for case in table().cases if case.error]

pytestmark = pytest.mark.db


@pytest.mark.parametrize("case", MEASURED, ids=Case.label)
def test_postgresql_takes_what_the_table_says(case: Case, major: int, place: Place) -> None:
    if major < case.since:
        refuses(place, case)
        return
    ready = place.prepare(case)

    assert measure(place.db, ready, place.connect) == case.expected(major)


@pytest.mark.parametrize("case", MEASURED, ids=Case.label)
def test_the_observer_sees_the_same(case: Case, major: int, place: Place) -> None:
    if major < case.since:
        refuses(place, case)
        return
    ready = place.prepare(case)

    found = watched(place, ready)

    blind = case.alone and major < COUNTED_OUTSIDE
    assert seen(found) == (without_scans(case.expected(major)) if blind else case.expected(major))
    assert ("not observable" in found.note) == blind


@pytest.mark.parametrize("case", REFUSED, ids=Case.label)
def test_postgresql_refuses(case: Case, major: int, place: Place) -> None:
    ready = place.prepare(case)

    with pytest.raises(psycopg.Error) as refusal:
        place.db.execute(ready.sql.encode())

    assert case.error in str(refusal.value)


def refuses(place: Place, case: Case) -> None:
    """A major that has no such statement: the table says from which one on."""
    with pytest.raises(psycopg.Error):
        place.db.execute(place.prepare(case).sql.encode())


def watched(place: Place, case: Case) -> StatementLocks:
    """As the runner announces it to the observer; what stands still goes on after a look."""
    plan = Plan(migration_id="m", checksum="c", major=place.major, base_fingerprint="f")
    observer = LockObserver(plan, place.connect)
    if case.alone:
        _watch_alone(place, case, observer)
    else:
        with place.db.transaction(force_rollback=True):
            _watch_inside(place.db, case, observer)
    (found,) = observer.found
    return found


def _watch_inside(db: Connection, case: Case, observer: LockObserver) -> None:
    if case.session:
        db.execute(case.session.encode())
    observer.before_statement(db, Statement(sql=case.sql))
    db.execute(case.sql.encode())
    observer.after_statement(db, Statement(sql=case.sql))


def _watch_alone(place: Place, case: Case, observer: LockObserver) -> None:
    with place.connect() as runner:
        observer.before_statement(runner, Statement(sql=case.sql))
        for _ in stopped(place.db, runner, case, place.connect):
            time.sleep(LOOKING_SECONDS)
        observer.after_statement(runner, Statement(sql=case.sql))


def seen(found: StatementLocks) -> Takes:
    """The report in the table's words; TOAST goes with its table there."""
    modes = {lock.relation: lock.mode for lock in found.observed}
    takes = {}
    for name in {*modes, *found.rewrote, *found.scanned}:
        relation = QualifiedName.parse(name)
        if relation.schema != "pg_toast":
            shown = relation.name if relation.schema == "public" else name
            takes[shown] = Take(modes.get(name), name in found.rewrote, name in found.scanned)
    return takes


def without_scans(takes: Takes) -> Takes:
    return {name: Take(take.mode, take.rewrites) for name, take in takes.items()}
