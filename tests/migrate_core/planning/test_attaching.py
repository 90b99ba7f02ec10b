"""What attaching a partition costs is the DEFAULT partition's to say: it is read under the lock,
however little the attached table holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.levels import Level
from tests.migrate_core.risk.test_circumstances import codes, judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
MB = 10**6
EVENTS = """
CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE events_may (at date NOT NULL, what text);
"""
IN_MAY = "FOR VALUES FROM ('2026-05-01') TO ('2026-06-01')"
ATTACH = {
    "op": "attachPartition",
    "table": "public.events_may",
    "parent": "public.events",
    "bound": IN_MAY,
}
MAY, REST = QualifiedName("public", "events_may"), QualifiedName("public", "events_rest")
READ, FAILS = "scans_under_blocking_lock", "fails_on_existing_rows"


def sized(db: Connection[Any], **sizes: int) -> Plan:
    """Judged as if its tables had these bytes."""

    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        size = sizes.get(relation.name) if relation else None
        if relation is None or size is None:
            return facts
        of = TableSize(table=relation, rows=1000, bytes=size)
        return msgspec.structs.replace(facts, size=of)

    return judged(db, ATTACH, given=given)


@pytest.mark.parametrize(
    ("rest", "level"), [(1 * MB, Level.LOW), (20 * MB, Level.MEDIUM), (900 * MB, Level.HIGH)]
)
@pytest.mark.parametrize("attached", [1 * MB, 900 * MB])
def test_the_default_partition_weighs_by_its_own_size(
    attached: int, rest: int, level: Level, make_db: MakeDb
) -> None:
    plan = sized(make_db(EVENTS), events_may=attached, events_rest=rest)

    assert codes(plan)[READ] is level


def test_an_empty_default_partition_is_read_in_no_time(make_db: MakeDb) -> None:
    db = make_db(EVENTS)
    db.execute("INSERT INTO events_may VALUES ('2026-05-04', 'a')")

    assert codes(judged(db, ATTACH))[READ] is Level.SAFE


def test_rows_that_the_default_partition_may_not_keep_stop_an_empty_table_too(
    make_db: MakeDb,
) -> None:
    db = make_db(EVENTS)
    db.execute("INSERT INTO events VALUES ('2026-05-04', 'a'), ('2026-07-01', 'b')")

    plan = judged(db, ATTACH)

    assert codes(plan)[FAILS] is Level.BLOCKED
    (said,) = (r.evidence for r in plan.steps[0].verdict.reasons if r.code == FAILS)
    assert said.startswith("1 rows of public.events_rest belong to")


def test_a_table_of_this_plan_is_stopped_by_them_as_well(make_db: MakeDb) -> None:
    db = make_db("""
    CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
    CREATE TABLE events_rest PARTITION OF events DEFAULT;
    """)
    db.execute("INSERT INTO events VALUES ('2026-05-04', 'a')")
    columns = [{"name": "at", "type": "date", "not_null": True}, {"name": "what", "type": "text"}]
    may = {"name": "public.events_may", "columns": columns}

    plan = judged(db, {"op": "createTable", "definition": may}, {**ATTACH, "new": True})

    assert codes(plan)[FAILS] is Level.BLOCKED
