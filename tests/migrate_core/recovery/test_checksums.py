"""Equal rows have equal checksums, wherever and in whatever order; others have not."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from migrate_core.pg.names import QualifiedName
from migrate_core.recovery.checksums import take_checksum
from migrate_core.schema.checksum import checksum_query

MakeDb = Callable[..., Connection[Any]]
MIXED = """
CREATE TYPE public.mood AS ENUM ('bad', 'good');
CREATE TYPE public.span AS (since date, every interval, weight float8);
CREATE TABLE public.mixed (
    id integer, body text, amount numeric, price float8, at timestamptz, tags text[], doc jsonb,
    raw bytea, mood public.mood, span public.span, kind regclass
);
INSERT INTO public.mixed
SELECT i, repeat('x', i % 5), i / 7.0, i / 7.0::float8,
       timestamptz '2026-01-01' + i * interval '1 h',
       ARRAY['a', i::text], jsonb_build_object('i', i), decode(md5(i::text), 'hex'),
       (ARRAY['bad', 'good', NULL]::public.mood[])[1 + i % 3],
       ROW(date '2026-01-01' + i, i * '1 min'::interval, i / 3.0)::public.span, 'pg_class'
  FROM generate_series(1, 200) AS i;
"""
NAME = QualifiedName("public", "mixed")
COLUMNS = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a"
    " WHERE a.attrelid = 'public.mixed'::regclass AND a.attnum > 0 ORDER BY a.attnum"
)


def checksum(db: Connection[Any], name: QualifiedName = NAME) -> str | None:
    db.execute("SET search_path = ''")
    columns = [(row[0], row[1]) for row in db.execute(COLUMNS).fetchall()]
    return take_checksum(db, checksum_query(name, columns))


def test_servers_settings_and_order_make_no_difference(
    make_db: MakeDb, make_db_on: MakeDb, major: int
) -> None:
    here, there = (
        make_db(MIXED),
        make_db_on(major, "CREATE TYPE public.first AS ENUM ('a');" + MIXED),
    )
    there.execute("CREATE TABLE public.again AS SELECT * FROM public.mixed ORDER BY random()")
    there.execute(
        "SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'Asia/Tokyo';"
        "SET extra_float_digits = -3; SET bytea_output = 'escape'"
    )

    found = {checksum(here), checksum(there), checksum(there, QualifiedName("public", "again"))}

    assert len(found) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE public.mixed SET body = body || ' ' WHERE id = {}",
        "UPDATE public.mixed SET amount = amount + 0.0001 WHERE id = {}",
        "UPDATE public.mixed SET at = at + interval '1 microsecond' WHERE id = {}",
        "UPDATE public.mixed SET tags = tags || NULL::text WHERE id = {}",
        "UPDATE public.mixed SET doc = doc || '{{\"j\": null}}' WHERE id = {}",
        "UPDATE public.mixed SET raw = NULL WHERE id = {}",
        "UPDATE public.mixed SET span.every = (span).every + '1 s' WHERE id = {}",
        "UPDATE public.mixed SET kind = 'pg_type' WHERE id = {}",
        "DELETE FROM public.mixed WHERE id = {}",
        "INSERT INTO public.mixed SELECT * FROM public.mixed WHERE id = {}",
        "UPDATE public.mixed SET id = {0} + {1} - id WHERE id IN ({0}, {1})",
    ],
)
def test_any_change_shows(make_db: MakeDb, change: str, seed: int) -> None:
    db = make_db(MIXED)
    before = checksum(db)
    one, other = random.Random(seed).sample(range(1, 201), 2)

    db.execute(change.format(one, other).encode())

    assert checksum(db) != before


def test_rows_that_come_in_pairs_do_not_cancel_out(make_db: MakeDb) -> None:
    db = make_db(MIXED)
    db.execute("INSERT INTO public.mixed SELECT * FROM public.mixed")
    twice = checksum(db)
    db.execute("UPDATE public.mixed SET id = 1, body = 'same'")

    assert checksum(db) != twice


def test_a_read_only_session_may_ask(make_db: MakeDb) -> None:
    db = make_db(MIXED)
    with psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True) as reader:
        reader.execute("SET default_transaction_read_only = on")
        assert checksum(reader) == checksum(db)
