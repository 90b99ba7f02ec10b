"""A type that may not hold every value: what is asked of those of today, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from psycopg import Connection, errors

from migrate_core.risk.levels import Level
from migrate_core.schema.types import TypeChange, change
from tests.migrate_core.risk.test_circumstances import codes, judged

MakeDb = Callable[..., Connection[Any]]
T = "public.t"
REWRITE, NARROW = TypeChange.REWRITE, TypeChange.NARROW


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("integer", "numeric(12,2)", REWRITE),
        ("integer", "numeric(11,2)", NARROW),
        ("smallint", "numeric(5)", REWRITE),
        ("bigint", "numeric(19,0)", REWRITE),
        ("bigint", "numeric(18,0)", NARROW),
        ("numeric(10,2)", "numeric(12,4)", REWRITE),
        ("numeric(10,2)", "numeric(10,0)", NARROW),
        ("numeric(10,2)", "numeric(12,3)", REWRITE),
        ("numeric(10,2)", "numeric(10,3)", NARROW),
        ("numeric", "numeric(30,4)", NARROW),
        ("smallint", "real", REWRITE),
        ("integer", "real", NARROW),
        ("integer", "double precision", REWRITE),
        ("bigint", "double precision", NARROW),
        ("numeric(10,2)", "double precision", NARROW),
        ("boolean", "integer", REWRITE),
        ("integer", "character varying(11)", REWRITE),
        ("integer", "character varying(10)", NARROW),
        ("uuid", "character(36)", REWRITE),
        ("character(5)", "character varying(5)", REWRITE),
        ("character(5)", "character varying(4)", NARROW),
        ("timestamp(6) without time zone", "timestamp(3) without time zone", NARROW),
        ("integer[]", "numeric(12,2)[]", REWRITE),
    ],
)
def test_which_types_hold_every_value_of_which(old: str, new: str, found: TypeChange) -> None:
    assert change(old, new) is found


KEPT = [
    ("bigint", "5", "integer"),
    ("numeric(10,2)", "3.00", "numeric(10,0)"),
    ("numeric(10,2)", "0.25", "double precision"),
    ("integer", "16777216", "real"),
    ("double precision", "1.5", "numeric(4,1)"),
    ("character varying(20)", "'abc'", "character varying(3)"),
    ("text", "'true'", "boolean"),
    ("text", "'17'", "integer"),
    ("timestamp without time zone", "'2026-01-01 10:00:00.5'", "timestamp(1) without time zone"),
    ("timestamp without time zone", "'2026-01-01'", "date"),
]
CHANGED = [
    ("numeric(10,2)", "3.25", "numeric(10,0)"),
    ("numeric", "3.5", "integer"),
    ("numeric(30,2)", "12345678901234567.25", "double precision"),
    ("integer", "16777217", "real"),
    ("bigint", "9007199254740993", "double precision"),
    ("double precision", "1.25", "numeric(4,1)"),
    ("timestamp without time zone", "'2026-01-01 10:00:00.25'", "timestamp(1) without time zone"),
    ("timestamp without time zone", "'2026-01-01 10:00'", "date"),
    ("timestamp with time zone", "'2026-01-01 10:00+00'", "date"),
]


def retyped(db: Connection[Any], new: str) -> dict[str, Level]:
    to = {"op": "alterColumnType", "table": T, "column": "v", "to": {"type": new}}
    return dict(codes(judged(db, to)))


def table(make_db: MakeDb, type_: str, *values: str) -> Connection[Any]:
    rows = ", ".join(f"({n}, {value})" for n, value in enumerate(values))
    return make_db(
        f"CREATE TABLE t (id integer PRIMARY KEY, v {type_}); INSERT INTO t VALUES {rows}"
    )


@pytest.mark.db
@pytest.mark.parametrize(("old", "value", "new"), KEPT)
def test_values_that_fit_leave_only_later_ones_to_fail(
    old: str, value: str, new: str, make_db: MakeDb
) -> None:
    db = table(make_db, old, value, "NULL")
    found = retyped(db, new)
    ((before,),) = db.execute("SELECT v FROM t WHERE id = 0")

    assert found["narrows_column_type"] is Level.MEDIUM
    assert found["changes_column_type"] is Level.LOW
    db.execute(f"ALTER TABLE t ALTER COLUMN v TYPE {new} USING v::{new}".encode())
    assert db.execute(f"SELECT v::{old} FROM t WHERE id = 0".encode()).fetchone() == (before,)


@pytest.mark.db
@pytest.mark.parametrize(("old", "value", "new"), CHANGED)
def test_values_that_become_others_are_told_of(
    old: str, value: str, new: str, make_db: MakeDb
) -> None:
    db = table(make_db, old, value, "NULL")
    found = retyped(db, new)
    ((before,),) = db.execute("SELECT v FROM t WHERE id = 0")

    assert found["narrows_column_type"] is Level.HIGH
    assert "fails_on_existing_rows" not in found
    db.execute(f"ALTER TABLE t ALTER COLUMN v TYPE {new} USING v::{new}".encode())
    assert db.execute(f"SELECT v::{old} FROM t WHERE id = 0".encode()).fetchone() != (before,)


@pytest.mark.db
@pytest.mark.parametrize(
    ("old", "new", "one", "two", "sum_"),
    [
        ("numeric(10,2)", "double precision", "0.1", "0.2", "0.3"),
        ("numeric", "real", "16777216", "1", "16777217"),
        ("numeric(12,0)", "real", "16777216", "1", "16777217"),
        ("numeric(10,2)[]", "double precision[]", "0.1", "0.2", "0.3"),
        ("numeric(6,0)", "real", "999999", "1", ""),
        ("numeric(15,0)", "double precision", "999999999999999", "1", ""),
        ("integer", "double precision", "2147483646", "1", ""),
    ],
)
def test_sums_of_decimal_numbers_are_no_longer_exact(
    old: str, new: str, one: str, two: str, sum_: str, make_db: MakeDb
) -> None:
    array = old.endswith("[]")
    values = (f"ARRAY[{one}]", f"ARRAY[{two}]") if array else (one, two)
    db = table(make_db, old, *values)
    found = retyped(db, new)
    db.execute(f"ALTER TABLE t ALTER COLUMN v TYPE {new} USING v::{new}".encode())
    of, type_ = ("v[1]", new.removesuffix("[]")) if array else ("v", new)
    total = sum_ or str(int(one) + int(two))
    exact = db.execute(f"SELECT sum({of}) = {total}::{type_} FROM t".encode()).fetchone()
    wider = db.execute(f"SELECT sum({of})::numeric = {total} FROM t".encode()).fetchone()

    assert found.get("loses_exactness") is (Level.HIGH if sum_ else None)
    assert (exact, wider) == ((True,), (True,)) if not sum_ else (False,) in (exact, wider)


@pytest.mark.db
def test_an_expansion_loses_exactness_as_well(make_db: MakeDb) -> None:
    db = table(make_db, "numeric(10,2)", "0.25")
    to = {"column": {"name": "v", "type": "real"}}
    expand = {"op": "expandColumn", "table": T, "column": "v", "to": to}

    assert codes(judged(db, expand))["loses_exactness"] is Level.HIGH


@pytest.mark.db
def test_text_that_is_a_number_but_no_whole_one_is_no_integer(make_db: MakeDb) -> None:
    db = table(make_db, "text", "'1.5'")

    assert retyped(db, "integer")["fails_on_existing_rows"] is Level.BLOCKED
    with pytest.raises(errors.InvalidTextRepresentation):
        db.execute("ALTER TABLE t ALTER COLUMN v TYPE integer USING v::integer")


@pytest.mark.db
def test_what_cannot_be_asked_is_no_less_for_it(make_db: MakeDb) -> None:
    assert retyped(table(make_db, "text", "'1.5'"), "numeric(3,1)")["narrows_column_type"] is (
        Level.HIGH
    )
    own = {
        "op": "alterColumnType",
        "table": T,
        "column": "v",
        "to": {"type": "integer"},
        "using": "v::integer + 1",
    }
    assert codes(judged(table(make_db, "bigint", "5"), own))["narrows_column_type"] is Level.HIGH


@pytest.mark.db
def test_an_enum_that_the_plan_makes_is_asked_for_its_labels(make_db: MakeDb) -> None:
    def become(*values: str) -> tuple[dict[str, Any], ...]:
        made = {"op": "createEnum", "name": "public.state", "values": list(values)}
        to = {"type": "public.state"}
        using = "v::text::public.state"
        retype = {"op": "alterColumnType", "table": T, "column": "v", "to": to, "using": using}
        return made, retype

    db = table(make_db, "text", "'new'", "'it''s'", "NULL")

    assert codes(judged(db, *become("new", "it's")))["narrows_column_type"] is Level.MEDIUM
    assert codes(judged(db, *become("new")))["fails_on_existing_rows"] is Level.BLOCKED


def exclusion(definition: str, kind: str = "exclude") -> dict[str, Any]:
    made = {"name": "x", "type": kind, "definition": definition}
    return {"op": "addUnique", "table": T, "constraint": made}


ROOMS = """
CREATE TABLE t (id integer PRIMARY KEY, room text, day integer, during tstzrange);
INSERT INTO t VALUES
    (1, 'a', 1, '[2026-01-01, 2026-01-03)'), (2, 'b', 2, '[2026-01-02, 2026-01-04)'),
    (3, 'A', 3, NULL), (4, NULL, 4, '[2026-01-03, 2026-01-05)'), (5, NULL, 5, NULL);
"""


@pytest.mark.db
@pytest.mark.parametrize(
    ("definition", "pairs"),
    [
        ("EXCLUDE USING btree (room WITH =)", []),
        ("EXCLUDE USING btree (lower(room) WITH =)", ["1 and 3"]),
        ("EXCLUDE USING btree (((day / 2)) WITH =)", ["2 and 3", "4 and 5"]),
        ("EXCLUDE USING gist (during WITH &&)", ["1 and 2", "2 and 4"]),
        ("EXCLUDE USING gist (during WITH OPERATOR(pg_catalog.&&))", ["1 and 2", "2 and 4"]),
        ("EXCLUDE USING gist (during WITH &&) WHERE ((day < 4))", ["1 and 2"]),
    ],
)
def test_rows_that_exclude_each_other_are_counted(
    definition: str, pairs: list[str], make_db: MakeDb
) -> None:
    db = make_db(ROOMS)
    (step,) = judged(db, exclusion(definition)).steps
    said = [r for r in step.verdict.reasons if r.code == "fails_on_existing_rows"]

    assert [r.level for r in said] == [Level.BLOCKED] * bool(pairs)
    assert all(pair in r.evidence for r in said for pair in pairs)
    assert "not_measured" not in step.verdict.codes
    assert said or step.verdict.level is Level.MEDIUM
    with pytest.raises(errors.ExclusionViolation) if pairs else nullcontext():
        db.execute(f"ALTER TABLE t ADD CONSTRAINT x {definition}".encode())


@pytest.mark.db
def test_an_element_with_an_operator_class_is_not_guessed_at(make_db: MakeDb) -> None:
    found = codes(
        judged(make_db(ROOMS), exclusion("EXCLUDE USING btree (room text_pattern_ops WITH =)"))
    )

    assert found["not_measured"] is Level.HIGH


@pytest.mark.db
@pytest.mark.parametrize(
    "to",
    [
        {"type": "character varying(200)"},
        {"type": "text"},
        {"type": "character varying(100)", "collation": 'pg_catalog."POSIX"'},
    ],
)
def test_whatever_becomes_of_the_type_its_statistics_are_gone(
    to: dict[str, str], make_db: MakeDb
) -> None:
    db = table(make_db, "character varying(100)", "'a'", "'b'")
    db.execute("ANALYZE t")
    change = {"op": "alterColumnType", "table": T, "column": "v", "to": to}
    assert "loses_statistics" in codes(judged(db, change))

    collation = f"COLLATE {to['collation']}" if "collation" in to else ""
    db.execute(f"ALTER TABLE t ALTER COLUMN v TYPE {to['type']} {collation}".encode())
    left = db.execute("SELECT attname FROM pg_stats WHERE tablename = 't'").fetchall()
    assert left == [("id",)]
