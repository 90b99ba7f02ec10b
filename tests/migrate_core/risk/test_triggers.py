"""Triggers whose function fails for each row, or makes nothing of it."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from psycopg import errors

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes, judged

pytestmark = pytest.mark.db
FAILS, SWALLOWS = "trigger_fails", "swallows_writes"
TABLES = """
CREATE TABLE t (id integer PRIMARY KEY, v text, "Odd one" text);
CREATE TABLE other (id integer, touched timestamptz);
CREATE TABLE names (id integer, v text, "Odd one" text);
CREATE FUNCTION keep(id integer) RETURNS void LANGUAGE sql AS 'INSERT INTO other VALUES (id)';
INSERT INTO t VALUES (1, 'a');
"""
TRIGGER = "CREATE TRIGGER x {} ON t {}EXECUTE FUNCTION f()"
ROW = "FOR EACH ROW "


def function(body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ {body} $f$;"


KEEPS = function("BEGIN RETURN NEW; END")
MISSING = [
    "BEGIN NEW.touched := now(); RETURN NEW; END",
    'BEGIN new."Odd" = 1; RETURN NEW; END',
    "BEGIN IF OLD.state <> NEW.v THEN RETURN NEW; END IF; RETURN OLD; END",
    "BEGIN NEW.v := 'NEW.v' || /* as NEW.v */ lower(NEW.name); RETURN NEW; END",
    "BEGIN PERFORM old.touched FROM other AS old; RETURN NEW; END",
    "DECLARE n text; BEGIN SELECT NEW.nick INTO n; RETURN NEW; END",
]
FITTING = [
    "BEGIN NEW.v := 'x'; RETURN NEW; END",
    'BEGIN NEW."Odd one" := OLD.V; RETURN NEW; END',
    "BEGIN NEW.v := 'NEW.touched'; RETURN NEW; -- NEW.touched\nEND",
    "BEGIN NEW.v := NEW.tableoid::text; RETURN NEW; END",
    "BEGIN INSERT INTO names SELECT NEW.*; RETURN NEW; END",
    "BEGIN IF TG_TABLE_NAME = 'other' THEN NEW.touched := now(); END IF; RETURN NEW; END",
    "BEGIN NEW.touched := now(); RETURN NEW; EXCEPTION WHEN undefined_column THEN RETURN NEW; END",
]
UPDATE = "UPDATE t SET v = 'b' WHERE id = 1 RETURNING v"
UNKNOWN = (errors.UndefinedColumn, errors.UndefinedFunction)


@pytest.mark.parametrize("body", [*MISSING, *FITTING])
@pytest.mark.parametrize("replaced", [False, True])
def test_a_function_of_a_column_that_is_not_there(
    replaced: bool, body: str, make_db: MakeDb
) -> None:
    trigger = TRIGGER.format("BEFORE UPDATE", ROW)
    if replaced:
        db, plan = changed(make_db, f"{TABLES} {KEEPS} {trigger}", function(body))
    else:
        db, plan = changed(make_db, f"{TABLES} {function(body)}", trigger)

    fails = body in MISSING
    assert codes(plan).get(FAILS) is (Level.HIGH if fails else None)
    assert SWALLOWS not in codes(plan)
    with pytest.raises(UNKNOWN) if fails else nullcontext():
        db.execute(UPDATE)


def test_a_column_that_comes_in_the_same_plan_is_there(make_db: MakeDb) -> None:
    before = f"{TABLES} {function(MISSING[0])}"
    trigger = TRIGGER.format("BEFORE UPDATE", ROW)
    db, plan = changed(make_db, before, f"ALTER TABLE t ADD touched timestamptz; {trigger}")

    assert FAILS not in codes(plan)
    assert db.execute(UPDATE).fetchone() == ("b",)


def test_what_failed_before_is_no_news(make_db: MakeDb) -> None:
    before = f"{TABLES} {function(MISSING[0])} {TRIGGER.format('BEFORE UPDATE', ROW)}"
    _db, plan = changed(make_db, before, function(MISSING[0].replace("now()", "clock_timestamp()")))

    assert "changes_routine" in codes(plan)
    assert FAILS not in codes(plan)


def test_a_trigger_that_is_off_fails_nowhere_until_it_is_on(make_db: MakeDb) -> None:
    before = f"{TABLES} {KEEPS} {TRIGGER.format('BEFORE UPDATE', ROW)};"
    off = "ALTER TABLE t DISABLE TRIGGER x;"
    _db, plan = changed(make_db, before + off, function(MISSING[0]))
    assert FAILS not in codes(plan)

    bad = before + off + function(MISSING[0])
    db, plan = changed(make_db, bad, "ALTER TABLE t ENABLE TRIGGER x")
    assert codes(plan)[FAILS] is Level.HIGH
    assert evidence(plan, FAILS) == ["trigger x of public.t: there is no column for NEW.touched"]
    with pytest.raises(UNKNOWN):
        db.execute(UPDATE)


# Nothing comes of it ----------------------------------------------------------------------------

NOTHING = "BEGIN NEW.v := 'c'; RETURN NULL; END"
MOVED = "BEGIN INSERT INTO other VALUES (NEW.id, now()); RETURN NULL; END"
TELLING = "BEGIN PERFORM pg_notify('t', NEW.v), pg_sleep(0); RETURN NULL; END"
LOOKING = "BEGIN PERFORM 1 FROM other WHERE id = NEW.id; RETURN NULL; END"
CALLING = "BEGIN PERFORM keep(NEW.id); RETURN NULL; END"
SOMETIMES = "BEGIN IF NEW.v IS NULL THEN RETURN NULL; END IF; RETURN NEW; END"


@pytest.mark.parametrize(
    ("body", "when", "swallows"),
    [
        (NOTHING, "BEFORE UPDATE", True),
        (NOTHING.replace("NEW.v := 'c';", ""), "BEFORE INSERT OR UPDATE", True),
        (NOTHING, "AFTER UPDATE", False),
        (TELLING, "BEFORE UPDATE", True),
        (LOOKING, "BEFORE UPDATE", True),
        (MOVED, "BEFORE UPDATE", False),
        (CALLING, "BEFORE UPDATE", False),
        (SOMETIMES, "BEFORE UPDATE", False),
    ],
)
@pytest.mark.parametrize("replaced", [False, True])
def test_a_function_that_returns_null_before_a_row_is_written(
    replaced: bool, body: str, when: str, swallows: bool, make_db: MakeDb
) -> None:
    trigger = TRIGGER.format(when, ROW)
    if replaced:
        db, plan = changed(make_db, f"{TABLES} {KEEPS} {trigger}", function(body))
    else:
        db, plan = changed(make_db, f"{TABLES} {function(body)}", trigger)

    assert codes(plan).get(SWALLOWS) is (Level.HIGH if swallows else None)
    assert FAILS not in codes(plan)
    written = db.execute(UPDATE).fetchone()
    assert written == (None if swallows or body in (MOVED, CALLING) else ("b",))


GONE = "BEGIN INSERT INTO other VALUES (OLD.id); RETURN NEW; END"


@pytest.mark.parametrize(
    ("body", "when", "swallows"),
    [
        ("BEGIN RAISE LOG 'gone: %', OLD.id; RETURN NEW; END", "BEFORE DELETE", True),
        ("BEGIN RETURN NEW; END", "BEFORE UPDATE OR DELETE", True),
        (GONE, "BEFORE DELETE", True),
        ("BEGIN RETURN NEW; END", "AFTER DELETE", False),
        ("BEGIN RETURN NEW; END", "BEFORE UPDATE", False),
        ("BEGIN RETURN OLD; END", "BEFORE DELETE", False),
        ("BEGIN RETURN coalesce(NEW, OLD); END", "BEFORE DELETE", False),
        ("BEGIN NEW := OLD; RETURN NEW; END", "BEFORE DELETE", False),
        ("BEGIN SELECT OLD.* INTO NEW; RETURN NEW; END", "BEFORE DELETE", False),
        ("BEGIN NEW.id := OLD.id; RETURN NEW; END", "BEFORE DELETE", False),
        (
            "BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END",
            "BEFORE UPDATE OR DELETE",
            False,
        ),
    ],
)
def test_a_function_that_returns_new_where_a_row_is_deleted(
    body: str, when: str, swallows: bool, make_db: MakeDb
) -> None:
    trigger = TRIGGER.format(when, ROW)
    db, plan = changed(make_db, f"{TABLES} {function(body)}", trigger)

    assert codes(plan).get(SWALLOWS) is (Level.HIGH if swallows else None)
    gone = db.execute("DELETE FROM t WHERE id = 1").rowcount
    assert gone == (0 if swallows else 1)


def test_who_updates_a_row_instead_means_to_keep_it(make_db: MakeDb) -> None:
    body = "BEGIN UPDATE t SET v = 'gone' WHERE id = OLD.id; RETURN NEW; END"
    trigger = TRIGGER.format("BEFORE DELETE", ROW)
    _db, plan = changed(make_db, f"{TABLES} {function(body)}", trigger)

    assert SWALLOWS not in codes(plan)


def test_a_statement_is_written_whatever_its_trigger_returns(make_db: MakeDb) -> None:
    body = "BEGIN RETURN NULL; END"
    db, plan = changed(
        make_db,
        f"{TABLES} {function(body)}",
        TRIGGER.format("BEFORE UPDATE", "FOR EACH STATEMENT "),
    )

    assert SWALLOWS not in codes(plan)
    assert db.execute(UPDATE).fetchone() == ("b",)


# It is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "how", "refused"),
    [
        ("BEGIN RAISE EXCEPTION 'frozen'; END", ROW, True),
        ("BEGIN RAISE 'frozen'; RETURN NEW; END", ROW, True),
        ("BEGIN RAISE EXCEPTION 'frozen'; END", "", True),
        ("BEGIN RAISE NOTICE 'so'; RETURN NEW; END", ROW, False),
        ("BEGIN RAISE 'x'; EXCEPTION WHEN OTHERS THEN RETURN NEW; END", ROW, False),
        ("BEGIN IF NEW.v IS NULL THEN RAISE 'v'; END IF; RETURN NEW; END", ROW, False),
        ("BEGIN RAISE EXCEPTION 'kept'; END", f"{ROW}WHEN (OLD.v = 'z') ", False),
    ],
)
def test_a_function_that_does_nothing_but_refuse(
    body: str, how: str, refused: bool, make_db: MakeDb
) -> None:
    trigger = TRIGGER.format("BEFORE UPDATE", how)
    db, plan = changed(make_db, TABLES, f"{function(body)} {trigger}")

    assert codes(plan).get(FAILS) is (Level.HIGH if refused else None)
    with pytest.raises(errors.RaiseException) if refused else nullcontext():
        db.execute(UPDATE)


@pytest.mark.parametrize("when", ["BEFORE UPDATE", "AFTER UPDATE"])
@pytest.mark.parametrize("how", [ROW, ""])
def test_a_function_that_ends_without_a_result(how: str, when: str, make_db: MakeDb) -> None:
    body = "BEGIN PERFORM pg_notify('t', 'RETURN'); -- RETURN NULL\nEND"
    db, plan = changed(make_db, TABLES, f"{function(body)} {TRIGGER.format(when, how)}")

    assert codes(plan)[FAILS] is Level.HIGH
    assert evidence(plan, FAILS) == ["trigger x of public.t: public.f() ends without RETURN"]
    with pytest.raises(errors.FunctionExecutedNoReturnStatement):
        db.execute(UPDATE)


def test_who_empties_a_table_may_be_refused(make_db: MakeDb) -> None:
    trigger = TRIGGER.format("BEFORE TRUNCATE", "")
    _db, plan = changed(
        make_db, TABLES, f"{function('BEGIN RAISE EXCEPTION $x$kept$x$; END')} {trigger}"
    )

    assert FAILS not in codes(plan)


REFUSED = "refused_by_trigger"
RAISES = function("BEGIN RAISE EXCEPTION 'no'; END")
NOTHING = function("BEGIN RETURN NULL; END")


@pytest.mark.parametrize(
    ("made", "trigger", "refused"),
    [
        (RAISES, TRIGGER.format("BEFORE UPDATE", ROW), True),
        (RAISES, TRIGGER.format("AFTER INSERT OR UPDATE", ""), True),
        (RAISES, TRIGGER.format("BEFORE UPDATE OF v, id", ROW), True),
        (NOTHING, TRIGGER.format("BEFORE UPDATE OR DELETE", ROW), True),
        (RAISES, TRIGGER.format('BEFORE UPDATE OF "Odd one", id', ROW), False),
        (RAISES, TRIGGER.format("BEFORE INSERT OR DELETE", ROW), False),
        (RAISES, TRIGGER.format("BEFORE UPDATE", f"{ROW} WHEN (OLD.v IS NOT NULL) "), False),
        (NOTHING, TRIGGER.format("AFTER UPDATE", ROW), False),
        (KEEPS, TRIGGER.format("BEFORE UPDATE", ROW), False),
        (RAISES, TRIGGER.format("BEFORE UPDATE", ROW) + "; ALTER TABLE t DISABLE TRIGGER x", False),
    ],
)
def test_a_backfill_below_a_trigger(
    made: str, trigger: str, refused: bool, make_db: MakeDb
) -> None:
    db = make_db(f"{TABLES} INSERT INTO t VALUES (2); {made} {trigger};")
    plan = judged(
        db, {"op": "backfill", "table": "public.t", "column": "v", "expression": "'none'"}
    )

    assert codes(plan).get(REFUSED) is (Level.HIGH if refused else None)
    fails = refused and made == RAISES
    with pytest.raises(errors.RaiseException) if fails else nullcontext():
        db.execute("UPDATE t SET v = 'none' WHERE v IS NULL")
        left = db.execute("SELECT count(*) FROM t WHERE v IS NULL").fetchone()
        assert left == (1 if refused else 0,)
