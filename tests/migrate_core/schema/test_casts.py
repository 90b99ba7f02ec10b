"""What is written after USING is what PostgreSQL takes, for its own types and ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.schema.casts import Cast, between, comparable, using

MakeDbOn = Callable[..., Connection[Any]]
# Casts between integers and bytea are new in 18; up to 14 a path has one to a point that only
# says that it is not implemented; columns are not of the other types.
CASTS = b"""
    SELECT format_type(castsource, NULL), format_type(casttarget, NULL), castcontext = 'e'
      FROM pg_cast
     WHERE castsource <> casttarget
       AND NOT ('bytea'::regtype IN (castsource, casttarget))
       AND (castsource, casttarget) <> ('path'::regtype, 'point'::regtype)
       AND castsource::regtype::text !~ '^pg_'
       AND castsource < 16384
"""
TYPES = [
    *("smallint", "bigint", "numeric(10,2)", "double precision", "money", "boolean", "text"),
    *("character varying(20)", "character(3)", "name", '"char"', "bytea", "uuid", "json", "jsonb"),
    *("xml", "date", "timestamp without time zone", "timestamp(3) with time zone", "interval"),
    *("time without time zone", "interval day", "bit(8)", "bit varying", "inet", "cidr", "point"),
    *("box", "int4range", "int4multirange", "tsvector", "oid", "regclass", "integer[]", "text[]"),
    *("character varying(5)[]", "public.mood", "public.mood[]", "public.place", "public.span"),
]


@pytest.mark.db
def test_the_casts_are_those_of_the_catalog(major: int, make_db_on: MakeDbOn) -> None:
    found = make_db_on(major).execute(CASTS).fetchall()

    words = {True: Cast.EXPLICIT, False: Cast.ASSIGNED}
    kinds = {(old, new): words[explicit] for old, new, explicit in found}
    # A value becomes a string, and a string becomes a value, without any entry there.
    assert {pair: between(*pair) for pair in kinds} == kinds


@pytest.mark.db
def test_an_empty_column_of_any_type_gets_any_other(major: int, make_db_on: MakeDbOn) -> None:
    db = make_db_on(
        major,
        "CREATE TYPE mood AS ENUM ('fine'); CREATE TYPE place AS (lat real);"
        "CREATE TYPE span AS RANGE (subtype = float8)",
    )
    refused = []
    for old in TYPES:
        for new in TYPES:
            converted = using("c", old, new)
            clause = f" USING {converted}" if converted else ""
            sql = (
                f"CREATE TABLE t (c {old}); ALTER TABLE t ALTER c TYPE {new}{clause}; DROP TABLE t"
            )
            try:
                db.execute(sql.encode())
            except Exception as error:  # noqa: BLE001  # each is a finding
                refused.append(f"{old} -> {new}: {error}")

    assert refused == []


def test_no_cast_is_written_where_it_would_cut_a_value() -> None:
    assert using("c", "text", "character varying(3)") is None
    assert using("c", "integer", "character varying(3)") is None
    assert using("c", "numeric(10,2)", "integer") is None


def test_a_domain_is_cast_to_by_what_it_is_over() -> None:
    assert using("c", "text", "integer", "public.count") == "c::public.count"
    assert using("c", "integer", "integer", "public.count") is None


def test_what_an_index_compares_may_be_of_two_types() -> None:
    assert comparable("integer", "bigint")
    assert comparable("character varying(5)", "text")
    assert not comparable("integer", "text")
