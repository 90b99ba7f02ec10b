"""Triggers that copy a row by position into a table that does not get its new column."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from psycopg import errors

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
FAILS = "trigger_fails"
TABLES = """
CREATE SCHEMA kept;
CREATE TABLE t (id integer PRIMARY KEY, v text);
CREATE TABLE kept.gone (LIKE t);
CREATE TABLE dated (LIKE t, at timestamptz);
INSERT INTO t VALUES (1, 'a');
"""
WIDER = "ALTER TABLE t ADD w integer"


def function(body: str) -> str:
    body = f"BEGIN {body}; RETURN OLD; END"
    return f"""
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ {body} $f$;
    CREATE TRIGGER x BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();"""


@pytest.mark.parametrize(
    ("body", "fails"),
    [
        ("INSERT INTO kept.gone SELECT OLD.*", True),
        ("INSERT INTO gone SELECT (OLD).*", True),
        ("INSERT INTO kept.gone VALUES (OLD.*)", True),
        ("INSERT INTO dated SELECT OLD.*, now() FROM kept.gone RIGHT JOIN t ON true LIMIT 1", True),
        ("INSERT INTO dated VALUES (OLD.*, coalesce(now(), now()))", True),
        ("INSERT INTO kept.gone (id, v) VALUES (OLD.id, OLD.v)", False),
        ("INSERT INTO kept.gone SELECT OLD.id, OLD.v", False),
        ("INSERT INTO kept.gone SELECT t.* FROM kept.gone AS t", False),
        ("INSERT INTO kept.gone SELECT t.id, 'OLD.*' FROM t", False),
    ],
)
def test_a_copy_into_a_table_that_is_narrower(body: str, fails: bool, make_db: MakeDb) -> None:
    if "INTO gone" in body:
        body = f"SET LOCAL search_path = kept, public; {body}"
    db, plan = changed(make_db, TABLES + function(body), WIDER)

    assert codes(plan).get(FAILS) is (Level.HIGH if fails else None)
    with pytest.raises(errors.SyntaxError) if fails else nullcontext():
        db.execute("DELETE FROM t")


@pytest.mark.parametrize("change", ["ALTER TABLE kept.gone ADD w integer", "DROP TRIGGER x ON t"])
def test_a_copy_that_fits_again_in_the_end(change: str, make_db: MakeDb) -> None:
    body = function("INSERT INTO kept.gone SELECT OLD.*")
    db, plan = changed(make_db, TABLES + body, f"{WIDER}; {change}")

    assert FAILS not in codes(plan)
    db.execute("DELETE FROM t")


def test_a_trigger_whose_copy_does_not_fit(make_db: MakeDb) -> None:
    body = function("INSERT INTO kept.gone SELECT OLD.*")
    db, plan = changed(make_db, f"{TABLES} {WIDER};", body)

    assert evidence(plan, FAILS) == [
        "trigger x of public.t: public.f() puts 3 values into kept.gone, which has 2 columns"
    ]
    with pytest.raises(errors.SyntaxError):
        db.execute("DELETE FROM t")


def test_a_copy_that_failed_before_is_no_news(make_db: MakeDb) -> None:
    body = function("INSERT INTO kept.gone SELECT OLD.*")
    _db, plan = changed(make_db, f"{TABLES} {WIDER}; {body}", "ALTER TABLE t ADD x integer")

    assert FAILS not in codes(plan)
