"""How many rows a statement writes over at most: by a unique key, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.pg.names import QualifiedName
from migrate_core.verify.bounded import bounds

pytestmark = pytest.mark.db
T = QualifiedName("public", "t")
LIVE = """
CREATE TABLE public.t (
    id bigint PRIMARY KEY, code varchar(10) UNIQUE, a int, "b b" text, v text, w int,
    UNIQUE (a, "b b")
);
CREATE UNIQUE INDEX ON public.t (w) WHERE v = 'v';
CREATE INDEX ON public.t (v);
INSERT INTO public.t SELECT g, 'c' || g, g, 'b', 'v', g FROM generate_series(1, 20) AS g;
CREATE FUNCTION public.one() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
SET search_path = ''
"""
SET = "UPDATE public.t SET v = 'x'"
PICKED = (
    "WITH picked AS (SELECT id FROM public.t WHERE {}) UPDATE public.t AS p SET v = 'x' FROM picked"
)
INSERT = "INSERT INTO public.t (id) {} ON CONFLICT (id) DO UPDATE SET v = 'x'"


@pytest.mark.parametrize(
    ("sql", "most"),
    [
        (f"{SET} WHERE id = 3", 1),
        (f"{SET} WHERE code = 'c3'", 1),
        (f"{SET} WHERE code = 'a) AND (b = c'", 1),
        (f"{SET} WHERE id IN (3, 4, 5)", 3),
        (f"{SET} WHERE id = 3 AND v = 'v'", 1),
        (f"{SET} WHERE id = (SELECT max(id) FROM public.t)", 1),
        (f"""{SET} WHERE a = 1 AND "b b" = 'b'""", 1),
        (f"""{SET} WHERE a IN (1, 2) AND "b b" = 'b'""", 2),
        (f"{SET} WHERE w = 3 AND v = 'v'", 1),
        (f"{SET} WHERE id = 3; {SET} WHERE id = 9", 2),
        (f"{SET} FROM (VALUES (1), (2)) AS x (id) WHERE t.id = x.id", 2),
        (PICKED.format("code = 'c5'") + " WHERE p.id = picked.id", 1),
        (INSERT.format("VALUES (1), (2)"), 2),
        (SET, inf),
        (f"{SET} WHERE id > 3", inf),
        (f"{SET} WHERE id BETWEEN 3 AND 3", inf),
        (f"{SET} WHERE a = 1", inf),
        (f"{SET} WHERE v = 'v'", inf),
        (f"{SET} WHERE w = 3", inf),
        (f"{SET} WHERE id = public.one()", inf),
        (f"{SET} WHERE id IN (SELECT id FROM public.t WHERE a > 3)", inf),
        (PICKED.format("a = 5") + " WHERE p.id = picked.id", inf),
        (INSERT.format("SELECT id FROM public.t"), inf),
    ],
)
def test_rows_that_a_unique_key_names(
    sql: str, most: float, make_db: Callable[..., Connection[Any]]
) -> None:
    db = make_db(LIVE)

    assert bounds(db, sql).get(T, inf) == most
    if most != inf:
        reached = [db.execute(part.encode()).rowcount for part in sql.split(";")]
        assert sum(reached) <= most


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMP TABLE x (id bigint); UPDATE public.t SET v = 'x' FROM x WHERE t.id = x.id",
        "UPDATE public.nowhere SET v = 'x'",
        "UPDATE public.t SET v = 'x' WHERE id = 3; 'no end",
        "DO $$ BEGIN UPDATE public.t SET v = 'x' WHERE id = 3; END $$",
    ],
)
def test_what_cannot_be_planned_is_not_bounded(
    sql: str, make_db: Callable[..., Connection[Any]]
) -> None:
    db = make_db(LIVE)

    assert bounds(db, sql) == {}
    assert db.execute("SELECT count(*) FROM public.t WHERE v = 'v'").fetchone() == (20,)
