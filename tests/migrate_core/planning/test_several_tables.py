"""A step that works on several tables is judged by each of them, and not by the first alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, Step, estimated
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.levels import Level
from migrate_core.risk.rates import Rates, WorkKind
from tests.migrate_core.risk.test_circumstances import codes, judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
MB = 10**6
READ, WRITTEN, FAILS = "scans_under_blocking_lock", "changes_column_type", "fails_on_existing_rows"
OF_DOMAIN = """
CREATE DOMAIN code AS text;
ALTER DOMAIN code ADD CONSTRAINT code_short CHECK (length(VALUE) < 9) NOT VALID;
CREATE TABLE airports (code code);
CREATE TABLE flights (number int, origin code);
"""
SHORT = {"name": "code_short", "definition": "CHECK (length(VALUE) < 9)"}
CODE = {"name": "public.code", "type": "text", "constraints": [SHORT]}
VALIDATE = {"op": "alterDomain", "to": CODE}
FORBID = {"op": "alterDomain", "to": {**CODE, "not_null": True}}
OF_ENUM = """
CREATE TYPE state AS ENUM ('new', 'old', 'gone');
CREATE TABLE airports (state state);
CREATE TABLE flights (number int, state state);
"""
REPLACE = {
    "op": "replaceType",
    "to": [{"enum": {"name": "public.state", "values": ["new", "old"]}}],
}
OF_PARTITIONS = """
CREATE TABLE airports (id int NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE airports_1 PARTITION OF airports FOR VALUES FROM (1) TO (1000);
CREATE TABLE flights (airport int REFERENCES airports);
"""
DETACH = {
    "op": "detachPartition",
    "table": "public.airports_1",
    "parent": "public.airports",
    "bound": "FOR VALUES FROM (1) TO (1000)",
}


def sized(db: Connection[Any], operation: dict[str, Any], **sizes: int) -> Plan:
    """Judged as if its tables had these bytes, each; 0 is one without rows."""

    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        size = sizes.get(relation.name) if relation else None
        if relation is None or size is None:
            return facts
        of = TableSize(table=relation, rows=1000 if size else 0, bytes=size, exact=not size)
        return msgspec.structs.replace(facts, size=of)

    return judged(db, operation, given=given)


def step(plan: Plan) -> Step:
    (found,) = plan.steps
    return found


@pytest.mark.parametrize(
    ("schema", "operation", "code"),
    [
        (OF_DOMAIN, VALIDATE, READ),
        (OF_DOMAIN, FORBID, READ),
        (OF_ENUM, REPLACE, WRITTEN),
        (OF_PARTITIONS, DETACH, READ),
    ],
    ids=["validates a domain's check", "forbids NULL in a domain", "replaces a type", "detaches"],
)
def test_the_largest_table_decides_whichever_is_named_first(
    schema: str, operation: dict[str, Any], code: str, make_db: MakeDb
) -> None:
    db = make_db(schema)

    empty = sized(db, operation, airports=0, airports_1=0, flights=0)
    assert codes(empty).get(code, Level.SAFE) in (Level.SAFE, Level.LOW)
    large = sized(db, operation, airports=0, airports_1=0, flights=900 * MB)

    worst = next(reason for reason in step(large).verdict.reasons if reason.code == code)
    assert worst.level is Level.HIGH
    assert "public.flights" in worst.evidence
    assert "858 MB" in worst.evidence


@pytest.mark.parametrize(
    ("schema", "operation"), [(OF_DOMAIN, FORBID), (OF_ENUM, REPLACE)], ids=["domain", "enum"]
)
def test_rows_of_a_later_table_stop_it_though_the_first_has_none(
    schema: str, operation: dict[str, Any], make_db: MakeDb
) -> None:
    db = make_db(schema)
    db.execute(
        "INSERT INTO flights VALUES (1, 'gone')"
        if operation is REPLACE
        else "INSERT INTO flights VALUES (1, NULL)"
    )

    assert codes(judged(db, operation))[FAILS] is Level.BLOCKED


def flying(make_db: MakeDb, of: str, value: str) -> Connection[Any]:
    """One flight, with a value that no check was there to see."""
    db = make_db(f"""
    CREATE DOMAIN code AS text;
    CREATE DOMAIN short_code AS code;
    CREATE TABLE airports (code code);
    CREATE TABLE flights (number int, origin {of});
    INSERT INTO flights VALUES (1, {value});
    ALTER DOMAIN code ADD CONSTRAINT code_short CHECK (length(VALUE) < 9) NOT VALID;
    """)
    return db


def said(plan: Plan) -> str:
    assert codes(plan)[FAILS] is Level.BLOCKED
    return "; ".join(r.evidence for r in step(plan).verdict.reasons if r.code == FAILS)


def test_a_domain_that_no_table_uses_is_no_more_than_a_catalog_change(make_db: MakeDb) -> None:
    bare = {"name": "public.code", "type": "text", "not_null": True}

    plan = judged(make_db("CREATE DOMAIN code AS text"), {"op": "alterDomain", "to": bare})

    assert codes(plan) == {"changes_metadata": Level.SAFE}


@pytest.mark.parametrize("of", ["code", "short_code"])
def test_a_value_that_a_domains_new_rule_does_not_take_stops_it(of: str, make_db: MakeDb) -> None:
    long = judged(flying(make_db, of, "'longer than nine'"), VALIDATE)
    null = judged(flying(make_db, of, "NULL"), FORBID)

    assert said(long) == "1 rows of public.flights break code_short of public.code"
    assert said(null) == "1 rows of public.flights hold NULL where public.code will forbid it"


@pytest.mark.parametrize(
    ("of", "value"), [("code", "{}"), ("short_code", "{}"), ("code[]", "ARRAY['7', {}]")]
)
def test_so_does_one_that_the_domain_made_anew_does_not_take(
    of: str, value: str, make_db: MakeDb
) -> None:
    """In an array too, where ALTER DOMAIN does not look."""
    positive = {"name": "code_positive", "definition": "CHECK (VALUE > 0)"}
    number = {"name": "public.code", "type": "integer", "constraints": [positive]}

    def replaced(held: str, code: dict[str, Any]) -> Plan:
        over = {"domain": {"name": "public.short_code", "type": "public.code"}}
        to = [{"domain": code}, over]
        return judged(flying(make_db, of, value.format(held)), {"op": "replaceType", "to": to})

    assert said(replaced("'-1'", number)) == (
        "1 rows of public.flights break code_positive of public.code"
    )
    assert "invalid input syntax for type integer" in said(replaced("'LHR'", number))
    assert said(replaced("NULL", {**CODE, "not_null": True})) == (
        "1 rows of public.flights hold NULL where public.code will forbid it"
    )
    assert FAILS not in codes(replaced("'4'", number))


@pytest.mark.parametrize(
    ("schema", "operation", "read"),
    [(OF_DOMAIN, VALIDATE, 1000), (OF_DOMAIN, FORBID, 2000), (OF_ENUM, REPLACE, 1000)],
    ids=["validates", "forbids NULL and validates", "writes anew"],
)
def test_the_estimate_is_of_all_of_them(
    schema: str, operation: dict[str, Any], read: int, make_db: MakeDb
) -> None:
    plan = sized(make_db(schema), operation, airports=100 * MB, flights=900 * MB)
    found = step(plan).estimate

    assert found is not None
    assert found.read == read * MB


def test_of_a_table_that_was_not_measured_no_estimate_is_made(make_db: MakeDb) -> None:
    db = make_db(OF_ENUM)

    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        unknown = relation is not None and relation.name == "flights"
        return msgspec.structs.replace(facts, size=None) if unknown else facts

    plan = judged(db, REPLACE, given=given)

    assert step(plan).estimate is None
    assert step(plan).verdict.level is Level.HIGH


def test_a_shadows_rates_are_put_on_all_of_them_too(make_db: MakeDb) -> None:
    plan = sized(make_db(OF_ENUM), REPLACE, airports=100 * MB, flights=900 * MB)
    rates = Rates(rewrite=50 * MB, rehearsed=(WorkKind.REWRITE,))

    found = step(estimated(plan, rates)).estimate

    assert found is not None
    assert found.from_shadow
    assert found.read == 1000 * MB
