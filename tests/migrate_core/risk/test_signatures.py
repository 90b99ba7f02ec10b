"""A function whose arguments change: whether the calls of today still find one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, errors

from migrate_core.api.plans import Measuring
from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.planning.plan import build
from migrate_core.risk.levels import Level
from migrate_core.schema.types import is_implicit
from tests.migrate_core.risk.test_circumstances import codes

MakeDb = Callable[..., Connection[Any]]
BODY = "LANGUAGE sql AS 'SELECT 1'"
FITS = [
    ("f(a integer)", "f(a integer, b integer DEFAULT 0)", "f(1)"),
    ("f(a integer)", "f(a bigint)", "f(1)"),
    ("f(a text)", "f(a varchar)", "f('x'::text)"),
    ("f(a date)", "f(a timestamptz)", "f(date '2026-01-01')"),
]
FAILS = [
    ("f(a integer)", "f(a integer, b integer)", "f(1)"),
    ("f(a bigint)", "f(a integer)", "f(1::bigint)"),
    ("f(a integer, b integer)", "f(a integer)", "f(1, 2)"),
    ("f(a integer, b integer DEFAULT 1)", "f(a integer, b integer)", "f(1)"),
    ("f(a text)", "f(a jsonb)", "f('x'::text)"),
    (
        "f(a integer, b integer DEFAULT 1)",
        "f(a integer, c text DEFAULT '', b integer DEFAULT 1)",
        "f(1, 2)",
    ),
]


def judged(make_db: MakeDb, before: str, after: str) -> tuple[Connection[Any], dict[str, Level]]:
    db = make_db(f"CREATE FUNCTION {before} RETURNS integer {BODY}")
    with make_db(f"CREATE FUNCTION {after} RETURNS integer {BODY}") as other:
        wanted = read_graph(other)
    found = read_graph(db)
    operations = diff(found, wanted)
    plan = build(operations, found, migration_id="m", checksum="", major=18, ask=Measuring(db))
    for step in plan.steps:
        for stage in step.stages:
            for statement in stage.statements:
                db.execute(statement.sql.encode())
    return db, codes(plan)


@pytest.mark.db
@pytest.mark.parametrize(("before", "after", "call"), FITS)
def test_calls_that_still_find_one_are_no_change_of_its_signature(
    before: str, after: str, call: str, make_db: MakeDb
) -> None:
    db, found = judged(make_db, before, after)

    assert "changes_signature" not in found
    assert db.execute(f"SELECT {call}".encode()).fetchone() == (1,)


@pytest.mark.db
@pytest.mark.parametrize(("before", "after", "call"), FAILS)
def test_calls_that_find_none_are_told_of(
    before: str, after: str, call: str, make_db: MakeDb
) -> None:
    db, found = judged(make_db, before, after)

    assert found["changes_signature"] is Level.HIGH
    with pytest.raises(errors.UndefinedFunction):
        db.execute(f"SELECT {call}".encode())


@pytest.mark.db
def test_a_function_that_only_goes_gives_its_name_to_none(make_db: MakeDb) -> None:
    db = make_db(f"CREATE FUNCTION f(a integer) RETURNS integer {BODY}")
    found = read_graph(db)
    with make_db("") as other:
        operations = diff(found, read_graph(other))
    plan = build(operations, found, migration_id="m", checksum="", major=18, ask=Measuring(db))

    assert codes(plan)["drops_object"] is Level.MEDIUM


CASTS = """
SELECT pg_catalog.format_type(castsource, NULL), pg_catalog.format_type(casttarget, NULL)
  FROM pg_catalog.pg_cast
 WHERE castcontext = 'i' AND castsource <> casttarget
   AND NOT (pg_catalog.format_type(castsource, NULL) ~ '^(reg|pg_)|^oid$'
            OR pg_catalog.format_type(casttarget, NULL) ~ '^(reg|pg_)|^oid$')
"""


@pytest.mark.db
def test_implicit_casts_are_those_of_the_server(
    make_db_on: Callable[..., Connection[Any]], major: int
) -> None:
    found = make_db_on(major).execute(CASTS).fetchall()
    types = {type_ for pair in found for type_ in pair}
    said = {(a, b) for a in types for b in types if a != b and is_implicit(a, b)}

    assert said == set(found)
