"""Whether values fit an entry of a B-tree: as PostgreSQL finds when it builds the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, Error

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.test_circumstances import judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
RANDOM = """
CREATE FUNCTION noise(bytes integer) RETURNS text LANGUAGE sql AS $$
SELECT left(string_agg(translate(
    encode(sha512(n::text::bytea), 'base64'), E'\\n', ''), ''), bytes)
  FROM generate_series(1, bytes / 60 + 1) AS n $$;
CREATE TABLE t (id integer PRIMARY KEY, a text, b text, d bytea, e text[], n bigint);
"""
A = "USING btree (a)"


def told(db: Connection[Any], definition: str, *columns: str) -> Level | None:
    index = {"name": "i", "definition": definition, "columns": list(columns)}
    (step,) = judged(db, {"op": "addIndex", "table": "public.t", "index": index}).steps
    levels = [r.level for r in step.verdict.reasons if r.code == "too_long_for_index"]
    assert "not_measured" not in step.verdict.codes
    return levels[0] if levels else None


def fails(db: Connection[Any], definition: str) -> bool:
    try:
        with db.transaction(force_rollback=True):
            db.execute(f"CREATE INDEX i ON t {definition}".encode())
    except Error:
        return True
    return False


@pytest.mark.parametrize(
    ("values", "definition", "columns"),
    [
        ("a = public.noise(2400)", A, "a"),
        ("a = public.noise(10000)", A, "a"),
        ("a = public.noise(2692)", A, "a"),
        ("a = public.noise(2693)", A, "a"),
        ("a = public.noise(2697)", A, "a"),
        ("a = repeat('x', 100000)", A, "a"),
        ("a = repeat('x', 1000000)", A, "a"),
        ("a = repeat(md5('x'), 40) || public.noise(2600)", A, "a"),
        ("a = public.noise(1300), b = public.noise(1300)", "USING btree (a, b)", "ab"),
        ("a = public.noise(3000), b = 'x'", "USING btree (n) INCLUDE (a, b)", "nab"),
        ("d = public.noise(3000)::bytea", "USING btree (d)", "d"),
        ("e = ARRAY[public.noise(3000)]", "USING btree (e)", "e"),
        ("a = public.noise(3000), n = 1", "USING btree (a) WHERE (n = 2)", "an"),
        ("a = public.noise(3000), n = 2", "USING btree (a text_pattern_ops) WHERE (n = 2)", "an"),
        ("a = public.noise(3000)", "USING hash (a)", "a"),
        ("a = public.noise(3000)", "USING gin (to_tsvector('english'::regconfig, a))", "a"),
        ("a = public.noise(3000)", "USING btree (md5(a))", "a"),
        ("a = public.noise(3000)", "USING btree (n)", "n"),
    ],
)
def test_what_does_not_fit_is_blocked_and_what_fits_is_not(
    make_db: MakeDb, values: str, definition: str, columns: str
) -> None:
    db = make_db(RANDOM)
    db.execute("INSERT INTO t SELECT generate_series(1, 3)")
    db.execute(f"UPDATE t SET {values} WHERE id = 2".encode())

    found = told(db, definition, *columns)

    assert found is (Level.BLOCKED if fails(db, definition) else None)


WHOLE = "ALTER TABLE t SET (toast_tuple_target = 8160)"


@pytest.mark.parametrize(
    ("value", "settings"),
    [("noise(3000)", ""), ("noise(3000)", WHOLE), ("repeat('x', 7000)", WHOLE)],
)
def test_what_nothing_tells_is_a_warning(make_db: MakeDb, value: str, settings: str) -> None:
    db = make_db(RANDOM + settings)
    db.execute(f"INSERT INTO t (id, a) VALUES (1, {value})".encode())

    assert told(db, "USING btree (lower(a))", "a") is Level.MEDIUM


@pytest.mark.parametrize("value", ["public.noise(1500)", "left(repeat(md5('x'), 50), 1500)"])
def test_how_far_two_values_are_compressed_is_told_by_toast_alone(
    make_db: MakeDb, value: str
) -> None:
    db = make_db(RANDOM)
    db.execute(f"INSERT INTO t (id, a, b) VALUES (1, {value}, public.noise(1500))".encode())

    fits = not fails(db, "USING btree (a, b)")
    assert told(db, "USING btree (a, b)", "a", "b") is (None if fits else Level.MEDIUM)
    assert fits is ("noise" not in value)


def test_keys_of_any_kind_are_asked(make_db: MakeDb) -> None:
    db = make_db(RANDOM + "INSERT INTO t (id, a) VALUES (1, public.noise(3000))")
    db.execute("ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t DROP CONSTRAINT t_pkey")
    table = {"table": "public.t"}
    unique = {"name": "k", "type": "unique", "definition": "UNIQUE (a)", "columns": ["a"]}
    primary = {"name": "k", "type": "primary key", "definition": "PRIMARY KEY (a)"}

    for operation in (
        {"op": "addUnique", **table, "constraint": unique},
        {"op": "addPrimaryKey", **table, "constraint": {**primary, "columns": ["a"]}},
    ):
        (step,) = judged(db, operation).steps
        assert "too_long_for_index" in step.verdict.codes


def test_a_partitioned_table_is_looked_at_as_a_whole(make_db: MakeDb) -> None:
    db = make_db(RANDOM)
    db.execute(
        "CREATE TABLE p (n integer, a text) PARTITION BY LIST (n);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);"
        "INSERT INTO p VALUES (1, 'x'), (2, public.noise(3000))"
    )
    index = {"name": "i", "definition": A, "columns": ["a"]}
    (step,) = judged(db, {"op": "addIndex", "table": "public.p", "index": index}).steps

    assert "too_long_for_index" in step.verdict.codes


def test_a_new_column_has_nothing_to_ask_for(make_db: MakeDb) -> None:
    db = make_db(RANDOM + "INSERT INTO t VALUES (1, public.noise(3000))")
    add = {"op": "addColumn", "table": "public.t", "column": {"name": "new", "type": "text"}}
    index = {"name": "i", "definition": "USING btree (new)", "columns": ["new"]}
    plan = judged(db, add, {"op": "addIndex", "table": "public.t", "index": index})

    assert plan.steps[-1].verdict.codes == ("adds_index",)


@pytest.mark.parametrize(
    "definition",
    [
        "USING btree (((a)::bigint))",
        "USING btree (((a)::bigint)) WHERE (a ~ '^[0-9]+$'::text)",
        "USING btree (lower(a))",
        "USING btree (((100 / n)))",
        "USING btree (((100 / NULLIF(n, 0))))",
        "USING hash (((b)::date))",
        "USING gin (to_tsvector('english'::regconfig, a))",
    ],
)
def test_an_expression_that_fails_on_a_row_is_blocked(make_db: MakeDb, definition: str) -> None:
    db = make_db(
        RANDOM + "INSERT INTO t (id, a, b, n) VALUES (1, 'n/a', 'x', 0), (2, '7', NULL, 1)"
    )
    index = {"name": "i", "definition": definition, "columns": []}

    (step,) = judged(db, {"op": "addIndex", "table": "public.t", "index": index}).steps

    assert ("fails_on_existing_rows" in step.verdict.codes) is fails(db, definition)
