"""A routine whose body names what goes fails from then on: PostgreSQL does not know of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.planning.plan import build, no_facts
from migrate_core.risk.levels import Level
from migrate_core.schema.delta import Answers, DropMode

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.payments (id int PRIMARY KEY, reference text, paid numeric);
CREATE TABLE public.notes (id int PRIMARY KEY, reference text);
CREATE VIEW public.open AS SELECT id FROM public.notes;
CREATE FUNCTION public.pay(r text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO payments (id, reference) VALUES (1, r); END $$;
CREATE FUNCTION public.many() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.open';
CREATE FUNCTION public.known() RETURNS bigint LANGUAGE sql
BEGIN ATOMIC SELECT count(paid) FROM public.payments; END;
"""
CHANGES = {
    "a column that it writes": ("ALTER TABLE payments DROP COLUMN reference", "public.pay(text)"),
    "a table": ("DROP TABLE payments CASCADE", "public.pay(text)"),
    "a view": ("DROP VIEW open", "public.many()"),
    "a column of the same name": ("ALTER TABLE notes DROP COLUMN reference", ""),
    "a column that it does not name": (
        "DROP FUNCTION known; ALTER TABLE payments DROP COLUMN paid",
        "",
    ),
    "with the routine": ("ALTER TABLE payments DROP COLUMN reference; DROP FUNCTION pay", ""),
    "with another body": (
        "ALTER TABLE payments DROP COLUMN reference; CREATE OR REPLACE FUNCTION pay(r text)"
        " RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO payments (id) VALUES (1); END $$",
        "",
    ),
    "a type alone": (
        "DROP FUNCTION known; ALTER TABLE payments ALTER paid TYPE bigint",
        "",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("drops", [DropMode.PLAIN, DropMode.SOFT], ids=str)
def test_a_body_that_names_what_goes_is_told(
    what: str, drops: DropMode, make_db: Callable[..., Connection[Any]]
) -> None:
    statement, routine = CHANGES[what]
    before = read_graph(make_db(LIVE))
    after = read_graph(make_db(f"SET search_path = public; {LIVE} {statement}"))
    operations = diff(before, after, Answers(drops=drops))

    plan = build(
        operations, before, migration_id="m", checksum="c", major=before.major, ask=no_facts
    )

    said = [
        reason.evidence
        for step in plan.steps
        for reason in step.verdict.reasons
        if (reason.code, reason.level) == ("untracked_dependencies", Level.HIGH)
    ]
    assert [text.split(" names ")[0] for text in said] == ([routine] if routine else [])
