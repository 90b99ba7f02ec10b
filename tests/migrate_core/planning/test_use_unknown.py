"""What goes, and of which nobody has counted for a day who relies on it, counts as used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from psycopg import Connection, errors

from migrate_core.introspection.graph import read_graph
from migrate_core.pg import codec
from migrate_core.planning.plan import Plan
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity
from migrate_core.schema.refs import ObjectKind, Ref
from tests import runs
from tests.migrate_core.planning.test_used_now import (
    DAY,
    DEFAULT,
    GOES,
    NIGHTLY,
    OF_WRITERS,
    ORDERS,
    REVOKE,
    STAYS,
    TRIGGER,
    UNIQUE,
    VIEW,
    T,
    judged,
)
from tests.migrate_core.risk.test_circumstances import codes
from tests.migrate_core.risk.test_circumstances import judged as measured

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
CODE = "use_unknown"
KEPT = {"a table", "an archived table", "a column", "an archived column"}
NEVER = Activity()
AN_HOUR = Activity(reads=3, writes=0, counted_seconds=3600.0)
A_DAY = Activity(reads=3, writes=0, counted_seconds=DAY)
ONLY_WRITES = Activity(writes=0, counted_seconds=30 * DAY)


def said(plan: Plan) -> list[str]:
    return [r.evidence for step in plan.steps for r in step.verdict.reasons if r.code == CODE]


@pytest.mark.parametrize("what", GOES)
def test_what_nobody_has_counted_is_missed_unless_it_is_kept(what: str, make_db: MakeDb) -> None:
    db, level = make_db(ORDERS), None if what in KEPT else Level.HIGH

    assert codes(judged(db, NEVER, GOES[what])).get(CODE) is level
    assert codes(judged(db, AN_HOUR, GOES[what])).get(CODE) is level
    assert CODE not in codes(judged(db, A_DAY, GOES[what]))
    assert CODE not in codes(judged(db, NIGHTLY, GOES[what]))


@pytest.mark.parametrize("what", sorted(GOES.keys() - KEPT))
def test_of_a_rule_of_writes_only_writes_have_to_be_counted(what: str, make_db: MakeDb) -> None:
    found = codes(judged(make_db(ORDERS), ONLY_WRITES, GOES[what]))

    assert (CODE in found) is (what not in OF_WRITERS)


@pytest.mark.parametrize("what", STAYS)
def test_what_is_there_in_the_end_is_not_missed(what: str, make_db: MakeDb) -> None:
    assert CODE not in codes(judged(make_db(ORDERS), NEVER, STAYS[what]))


def test_the_evidence_says_for_how_long_it_was_counted(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    rule = "ON CONFLICT (code), and no value twice"

    assert said(judged(db, NEVER, (UNIQUE,))) == [f"{rule}; not counted"]
    assert said(judged(db, AN_HOUR, (UNIQUE,))) == [f"{rule}; counted for 60 min"]
    assert said(judged(db, AN_HOUR, (VIEW,))) == ["view public.shown; counted for 60 min"]


@pytest.mark.parametrize("what", [UNIQUE, TRIGGER, DEFAULT, VIEW], ids=lambda one: one["op"])
def test_a_table_without_rows_holds_nobody_to_anything(
    what: dict[str, Any], make_db: MakeDb
) -> None:
    db = make_db(ORDERS)
    db.execute("DELETE FROM orders")

    assert CODE not in codes(judged(db, NEVER, (what,)))


def test_what_the_same_plan_makes_is_relied_on_by_nobody(make_db: MakeDb) -> None:
    made = {
        "op": "createTable",
        "definition": {"name": "public.more", "columns": [{"name": "id", "type": "integer"}]},
    }
    right = {"object": "table", "schema": "public", "name": "more", "privileges": ["SELECT"]}
    grants = [{"op": kind, **right, "grantee": "public"} for kind in ("grant", "revoke")]

    assert CODE not in codes(measured(make_db(ORDERS), made, *grants))


def test_nobody_misses_at_once_that_others_may_no_longer_make_objects(make_db: MakeDb) -> None:
    db = make_db("GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC")
    right = {"op": "revoke", "object": "schema", "schema": "public", "grantee": "public"}
    usage = {**right, "privileges": ["USAGE"]}
    make = {**right, "privileges": ["CREATE"]}

    assert codes(measured(db, usage))[CODE] is Level.HIGH
    assert CODE not in codes(measured(db, make))


# Routines ---------------------------------------------------------------------------------------

ROUTINES = f"""{ORDERS}
CREATE FUNCTION gross(amount integer) RETURNS integer LANGUAGE sql AS 'SELECT amount * 2';
CREATE FUNCTION idle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
"""
DROP = {"op": "dropRoutine", "name": "public.gross(integer)"}
WIDER = {
    "op": "createRoutine",
    "definition": {
        "name": "public.gross(bigint)",
        "schema": "public",
        "definition": "CREATE OR REPLACE FUNCTION public.gross(amount bigint)\n RETURNS bigint\n"
        " LANGUAGE sql\nAS $function$SELECT amount * 2$function$\n",
        "result": "bigint",
        "arguments": [{"name": "amount", "type": "bigint"}],
        "language": "sql",
    },
}


def test_calls_of_a_function_are_counted_nowhere(make_db: MakeDb) -> None:
    db = make_db(ROUTINES)

    assert said(measured(db, DROP)) == ["function public.gross(integer); not counted"]
    assert said(measured(db, WIDER, DROP)) == []
    assert said(measured(db, DROP, WIDER)) == []
    db.execute("DROP FUNCTION gross(integer)")
    with pytest.raises(errors.UndefinedFunction):
        db.execute("SELECT gross(1)")


def test_a_function_that_only_triggers_call_is_called_by_nobody_else(make_db: MakeDb) -> None:
    db = make_db(ROUTINES)

    assert said(measured(db, {"op": "dropRoutine", "name": "public.idle()"})) == []
    with pytest.raises(errors.FeatureNotSupported):
        db.execute("SELECT idle()")


# Unique indexes ---------------------------------------------------------------------------------

INDEXES = f"{ORDERS} CREATE UNIQUE INDEX whole ON orders (state);"


@pytest.mark.parametrize(
    ("name", "column", "unique", "where", "told"),
    [
        ("whole", "state", False, "", True),
        ("whole", "state", True, " WHERE (id > 5)", True),
        ("whole", "state", True, "", False),
        ("orders_note", "note", False, " WHERE (note <> ''::text)", True),
        ("orders_note", "note", True, "", False),
        ("orders_note", "note", True, " WHERE (note <> '-'::text)", False),
    ],
)
def test_a_unique_index_that_is_built_anew(
    name: str, column: str, unique: bool, where: str, told: bool, make_db: MakeDb
) -> None:
    index = {
        "name": name,
        "columns": [column],
        "unique": unique,
        "definition": f"USING btree ({column}) INCLUDE (id){where}",
    }

    plan = measured(make_db(INDEXES), {"op": "replaceIndex", "table": T, "to": index})

    gone = [f"ON CONFLICT ({column}), and no value twice"] if told else []
    assert [one.partition(";")[0] for one in said(plan)] == gone


@pytest.mark.parametrize(
    ("columns", "told"), [(["state", "note"], True), (["note", "state"], True), (["state"], False)]
)
def test_a_key_of_other_columns_lets_in_what_the_old_one_refused(
    columns: list[str], told: bool, make_db: MakeDb
) -> None:
    db = make_db(f"{ORDERS} ALTER TABLE orders ADD CONSTRAINT one_state UNIQUE (state);")
    key = {"name": "one_state", "type": "unique", "columns": columns}
    definition = f"UNIQUE ({', '.join(columns)})" + ("" if told else " INCLUDE (id)")

    plan = measured(db, {"op": "replaceKey", "table": T, "to": {**key, "definition": definition}})

    gone = ["ON CONFLICT (state), and no value twice"] if told else []
    assert [one.partition(";")[0] for one in said(plan)] == gone


# Partitions -------------------------------------------------------------------------------------

DAYS = """
CREATE TABLE days (day date) PARTITION BY RANGE (day);
CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE again (day date);
INSERT INTO days VALUES ('2026-01-05');
"""
DETACH = {"op": "detachPartition", "table": "public.days_1", "parent": "public.days"}
ATTACH = {
    "op": "attachPartition",
    "table": "public.again",
    "parent": "public.days",
    "bound": "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
}


def test_rows_of_a_partition_that_goes(make_db: MakeDb) -> None:
    db = make_db(DAYS)
    empty = {**DETACH, "table": "public.days_2"}

    plan = measured(db, DETACH)
    assert [one.partition(";")[0] for one in said(plan)] == [
        "the rows of public.days_1 in public.days, and room for more"
    ]
    assert said(measured(db, empty)) == []
    assert said(measured(db, DETACH, ATTACH)) == []
    db.execute("ALTER TABLE days DETACH PARTITION days_1")
    assert db.execute("SELECT count(*) FROM days").fetchall() == [(0,)]
    with pytest.raises(errors.CheckViolation):
        db.execute("INSERT INTO days VALUES ('2026-01-06')")


# Views that read as the one who asks ------------------------------------------------------------


def invoker(db: Connection[Any]) -> dict[str, Any]:
    """The view as it is, but for that."""
    found = next(view for view in read_graph(db).views if view.name.name == "shown")
    view = {**codec.to_builtins(found), "options": ["security_invoker=true"]}
    return {"op": "replaceView", "definition": view}


REVOKED = f"{ORDERS} REVOKE SELECT ON orders FROM PUBLIC;"


@pytest.mark.parametrize(
    ("given", "whom"),
    [
        ("", []),
        ("GRANT SELECT ON shown TO PUBLIC", ["everybody"]),
        ("GRANT SELECT (id) ON shown TO pg_monitor", ["pg_monitor"]),
        ("GRANT SELECT ON shown TO pg_monitor; GRANT SELECT ON orders TO pg_monitor", []),
        ("GRANT SELECT ON shown TO pg_monitor; GRANT SELECT ON orders TO PUBLIC", []),
        (
            "GRANT SELECT, INSERT ON shown TO pg_monitor; GRANT SELECT ON orders TO PUBLIC",
            ["pg_monitor"],
        ),
        ("GRANT ALL ON shown TO pg_monitor; GRANT ALL ON orders TO pg_monitor", []),
        ("GRANT TRIGGER ON shown TO pg_monitor", []),
    ],
)
def test_a_view_that_reads_as_the_one_who_asks(
    given: str, whom: list[str], make_db: MakeDb
) -> None:
    db = make_db(f"{REVOKED} {given};")

    gone = [f"view public.shown for {one}: no right to what it reads" for one in whom]
    assert [one.partition(";")[0] for one in said(judged(db, NEVER, (invoker(db),)))] == gone


def test_postgresql_refuses_whoever_may_only_read_the_view(make_db: MakeDb) -> None:
    db = make_db(f"{REVOKED} GRANT SELECT ON shown TO PUBLIC;")
    with closing(runs.another(db)) as other:
        other.execute("SET ROLE pg_monitor")
        other.execute("SELECT * FROM shown")
        db.execute("ALTER VIEW shown SET (security_invoker = on)")
        with pytest.raises(errors.InsufficientPrivilege):
            other.execute("SELECT * FROM shown")


def test_of_a_view_beneath_the_right_to_read_that_is_enough(make_db: MakeDb) -> None:
    outer = "CREATE VIEW again AS SELECT id, state FROM shown; ALTER VIEW shown RENAME TO inside;"
    named = "ALTER VIEW again RENAME TO shown; GRANT SELECT ON shown, inside TO PUBLIC;"
    db = make_db(f"{REVOKED} {outer} {named}")

    assert said(judged(db, NEVER, (invoker(db),))) == []
    db.execute("ALTER VIEW shown SET (security_invoker = on)")
    with closing(runs.another(db)) as other:
        other.execute("SET ROLE pg_monitor")
        other.execute("SELECT * FROM shown")
    db.execute("ALTER VIEW shown RESET (security_invoker)")
    db.execute("ALTER VIEW inside SET (security_invoker = on)")
    assert len(said(judged(db, NEVER, (invoker(db),)))) == 1


# Rights -----------------------------------------------------------------------------------------


def test_a_right_on_a_view_is_used_as_the_tables_beneath_are(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS} GRANT SELECT ON shown TO PUBLIC;")
    revoke = {**REVOKE, "object": "view", "name": "shown"}

    assert codes(judged(db, NEVER, (revoke,)))[CODE] is Level.HIGH
    assert CODE not in codes(judged(db, NIGHTLY, (revoke,)))


# Foreign keys (18) ------------------------------------------------------------------------------

ENFORCED = f"""{ORDERS}
CREATE TABLE items (order_id integer CONSTRAINT k REFERENCES orders);
INSERT INTO items VALUES (1);
"""


@pytest.mark.since(18)
def test_a_foreign_key_that_is_not_enforced_is_told_as_one_that_goes(
    major: int, make_db_on: MakeDb
) -> None:
    db = make_db_on(major, ENFORCED)
    key = read_graph(db).get(Ref(ObjectKind.CONSTRAINT, "public", "items", "k"))
    to = codec.to_builtins(key)
    to["definition"] += " NOT ENFORCED"

    found = codes(measured(db, {"op": "alterConstraint", "table": "public.items", "to": to}))

    assert found["drops_foreign_key"] is Level.HIGH
    assert CODE not in found
    db.execute("ALTER TABLE items ALTER CONSTRAINT k NOT ENFORCED")
    db.execute("INSERT INTO items VALUES (2)")
