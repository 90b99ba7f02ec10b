"""Whoever applies need be no superuser: under FORCE an owner sees what policies show, no more."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.diff.diff import diff
from migrate_core.errors import StepFailedError
from migrate_core.introspection.graph import read_graph
from migrate_core.planning.plan import Plan
from migrate_core.schema.delta import Answers, DropMode
from tests import runs
from tests.migrate_core.operations.cases import plan_of

MakeDb = Callable[[str], Connection[Any]]
PLAIN = "CREATE TABLE public.orders (id integer, day date);"
ROWS = "INSERT INTO public.orders SELECT n, date '2026-01-01' + n FROM generate_series(1, 9) AS n;"
HIDDEN = """
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY late ON public.orders USING (day > '2026-01-05');
"""
PARTITIONED = """
CREATE TABLE public.orders (id integer, day date) PARTITION BY RANGE (day);
CREATE TABLE public.orders_2026 PARTITION OF public.orders
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
"""


@contextmanager
def owner_of_all(db: Connection[Any]) -> Iterator[str]:
    """A login without a right of its own that owns the database and what is in it."""
    name = f"weak_{secrets.token_hex(4)}"
    db.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'weak'".encode())
    try:
        db.execute(f"ALTER DATABASE {db.info.dbname} OWNER TO {name}".encode())
        db.execute(f"ALTER SCHEMA public OWNER TO {name}".encode())
        db.execute(f"ALTER TABLE public.orders OWNER TO {name}".encode())
        yield name
    finally:
        db.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER".encode())
        db.execute(f"DROP OWNED BY {name}".encode())
        db.execute(f"DROP ROLE {name}".encode())


def plan_to(db: Connection[Any], declared: Connection[Any], drops: DropMode) -> Plan:
    before = read_graph(db)
    operations = diff(before, read_graph(declared), Answers(drops=drops))
    return plan_of(operations, before, db.info.server_version // 10_000)


def count(db: Connection[Any]) -> int:
    row = db.execute(b"SELECT count(*) FROM public.orders").fetchone()
    assert row is not None
    return int(row[0])


def test_a_new_table_takes_every_row_over(make_db: MakeDb) -> None:
    db, declared = make_db(PLAIN + ROWS + HIDDEN), make_db(PARTITIONED + HIDDEN)
    with owner_of_all(db) as name:
        plan = plan_to(db, declared, DropMode.SOFT)

        runs.run(db, plan, connect=runs.connector_as(db, name, "weak"))

        assert count(db) == 9


def test_an_archive_is_whole_or_none(make_db: MakeDb) -> None:
    db, declared = make_db(PLAIN + ROWS + HIDDEN), make_db("")
    with owner_of_all(db) as name:
        plan = plan_to(db, declared, DropMode.ARCHIVE)

        with pytest.raises(StepFailedError, match="row-level security"):
            runs.run(db, plan, connect=runs.connector_as(db, name, "weak"))

        assert count(db) == 9
