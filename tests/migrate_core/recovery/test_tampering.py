"""No cell, row or pair of rows of an archive can be edited without its being noticed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.errors import TamperedError
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.recovery.artifacts import is_intact
from tests import runs

MakeDb = Callable[..., Connection[Any]]
ROWS = 400
# Of each column how a cell is made another one; {} is a number that no row holds.
CELLS = {
    "body": "body || '{}'",
    "amount": "amount + 1e-9 * {}",
    "price": "price + {}",
    "at": "at + interval '{} microseconds'",
    "day": "day + {}",
    "tags": "tags || '{}'::text",
    "doc": "doc || '{{\"x\": {}}}'::jsonb",
    "plain": "('[' || {} || ']')::json",
    "raw": "raw || '\\x{:06x}'::bytea",
    "mood": "CASE mood WHEN 'bad' THEN 'good' ELSE 'bad' END::public.mood",
    "span": "ROW((span).since, interval '{} s', (span).weight)::public.span",
    "many": "many + int8multirange(int8range({}, {} + 1))",
    "code": "(code::text || '{}')::public.code",
    "flag": "NOT flag",
    "id": "id + 1000000 + {}",
}
MIXED = """
CREATE TYPE public.mood AS ENUM ('bad', 'good');
CREATE TYPE public.span AS (since date, every interval, weight float8);
CREATE DOMAIN public.code AS text;
CREATE TABLE public.mixed (
    id integer PRIMARY KEY, body text, amount numeric, price float8, at timestamptz, day date,
    tags text[], doc jsonb, plain json, raw bytea, mood public.mood, span public.span,
    many int8multirange, code public.code, flag boolean
);
INSERT INTO public.mixed
SELECT i, repeat('x', i % 5), i / 7.0, i / 7.0::float8,
       timestamptz '2026-01-01' + i * interval '1 h', date '2026-01-01' + i, ARRAY['a', i::text],
       jsonb_build_object('i', i), json_build_array(i), decode(md5(i::text), 'hex'),
       (ARRAY['bad', 'good']::public.mood[])[1 + i % 2],
       ROW(date '2026-01-01' + i, i * '1 min'::interval, i / 3.0)::public.span,
       int8multirange(int8range(i, i + 5)), 'c' || i, i % 2 = 0
  FROM generate_series(1, {rows}) AS i;
"""
WAYS = {
    "archive_table": {"op": "archiveTable", "name": "public.mixed"},
    "archive_column": {"op": "archiveColumn", "table": "public.mixed", "column": "span"},
}


def edits(archive: str, columns: list[str], rng: random.Random) -> Iterator[str]:
    """Statements without end, each of which changes at least one row."""
    while True:
        one, other = rng.sample(range(1, ROWS + 1), 2)
        column = rng.choice(columns)
        new = CELLS[column].format(*[rng.randrange(10_000, 20_000)] * 2)
        cells = [name for name in columns if name != "id"]
        swapped = rng.choice(cells)
        yield rng.choice(
            [
                f"UPDATE {archive} SET {column} = {new} WHERE id = {one}",
                f"UPDATE {archive} SET {swapped} = NULL WHERE id = {one}",
                f"DELETE FROM {archive} WHERE id = {one}",
                f"INSERT INTO {archive} SELECT * FROM {archive} WHERE id = {one}",
                # One row twice instead of another: their number is what it was.
                f"WITH gone AS (DELETE FROM {archive} WHERE id = {other})"
                f" INSERT INTO {archive} SELECT * FROM {archive} WHERE id = {one}",
                f"UPDATE {archive} SET id = {one} + {other} - id WHERE id IN ({one}, {other})",
            ]
        )


@pytest.mark.parametrize("way", WAYS)
def test_every_edit_is_noticed(make_db: MakeDb, way: str, seed: int, full: bool) -> None:
    db, artifact = archived(make_db, way)
    columns = [name for name in CELLS if way == "archive_table" or name in ("id", "span")]
    found = edits(artifact.physical_name, columns, random.Random(seed))
    missed = []
    drop_key(db, artifact.physical_name)

    for _ in range(250 if full else 25):
        edit = next(found)
        with db.transaction(force_rollback=True):
            assert db.execute(edit.encode()).rowcount > 0
            if is_intact(db, artifact):
                missed.append(edit)

    assert missed == []
    assert is_intact(db, artifact)


@pytest.mark.parametrize("way", WAYS)
def test_neither_restore_nor_reseed_takes_an_edited_one(
    make_db: MakeDb, way: str, seed: int
) -> None:
    db, artifact = archived(make_db, way)
    restore = recovery.plan_restore(db, artifact.id)
    anew = (
        f"CREATE TABLE mixed (LIKE {artifact.physical_name}, PRIMARY KEY (id))"
        if way == "archive_table"
        else "ALTER TABLE mixed ADD COLUMN span public.span"
    )
    db.execute(anew.encode())
    reseed = recovery.plan_reseed(db, artifact.id)
    columns = ["id", "span"]
    drop_key(db, artifact.physical_name)
    db.execute(next(edits(artifact.physical_name, columns, random.Random(seed))).encode())

    for plan in (restore, reseed):
        with pytest.raises(TamperedError, match="not what its checksum says"):
            runs.run(db, plan)
        db.execute("UPDATE _zanith_runs SET state = 'closed' WHERE state = 'failed'")

    assert recovery.find(db, artifact.id).status == "kept"
    there = db.execute("SELECT count(span) FROM mixed").fetchone()
    assert there == (0,)


def archived(make_db: MakeDb, way: str) -> tuple[Connection[Any], ArtifactRow]:
    db = make_db(MIXED.replace("{rows}", str(ROWS)))
    runs.run(db, runs.plan_for(db, (WAYS[way],)))
    (artifact,) = recovery.artifacts(db, kept_only=True)
    return db, artifact


def drop_key(db: Connection[Any], archive: str) -> None:
    """It would refuse some of the edits by itself."""
    key = db.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype = 'p'",
        [archive],
    ).fetchone()
    assert key is not None
    db.execute(f"ALTER TABLE {archive} DROP CONSTRAINT {key[0]}".encode())
