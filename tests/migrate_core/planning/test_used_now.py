"""What goes is missed as much as it was used: counted, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from psycopg import Connection, errors

from migrate_core.introspection.graph import read_graph
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity
from tests.migrate_core.risk import test_circumstances
from tests.migrate_core.risk.test_circumstances import codes

MakeDb = Callable[..., Connection[Any]]
Ops = tuple[dict[str, Any], ...]
pytestmark = pytest.mark.db
DAY = 86_400.0
BUSY = Activity(reads=9_000_000, writes=400_000, counted_seconds=DAY)
READ_ONLY = Activity(reads=9_000_000, writes=0, counted_seconds=DAY)
NIGHTLY = Activity(reads=40, writes=0, counted_seconds=30 * DAY)
ORDERS = """
CREATE TABLE orders (
    id integer PRIMARY KEY, state text NOT NULL DEFAULT 'new', note text DEFAULT 'x', code text,
    found text GENERATED ALWAYS AS (lower(code)) STORED
);
ALTER TABLE orders ADD CONSTRAINT orders_code UNIQUE (code);
CREATE UNIQUE INDEX orders_note ON orders (note) WHERE note <> '';
CREATE TABLE states (state text PRIMARY KEY); INSERT INTO states VALUES ('new');
ALTER TABLE orders ADD CONSTRAINT orders_state_fkey FOREIGN KEY (state) REFERENCES states;
ALTER TABLE orders ADD CONSTRAINT orders_once EXCLUDE (id WITH =, note WITH =);
CREATE RULE keep AS ON DELETE TO orders WHERE id < 0 DO INSTEAD NOTHING;
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER audit AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION audit();
CREATE VIEW shown AS SELECT id, state FROM orders;
GRANT SELECT ON orders TO PUBLIC;
INSERT INTO orders (id, state, note, code) VALUES (1, 'new', 'x', 'a');
"""
T = "public.orders"
RIGHT = {"object": "table", "schema": "public", "name": "orders", "privileges": ["SELECT"]}
PARK = {"op": "softDropTable", "name": T}
COLUMN = {"op": "softDropColumn", "table": T, "column": "note"}
DEFAULT = {"op": "alterColumnDefault", "table": T, "column": "state"}
UNIQUE = {"op": "dropUnique", "table": T, "name": "orders_code"}
INDEX = {"op": "dropIndex", "table": T, "name": "orders_note"}
TRIGGER = {"op": "dropTrigger", "table": T, "name": "audit"}
VIEW = {"op": "dropView", "name": "public.shown"}
REVOKE = {"op": "revoke", **RIGHT, "grantee": "public"}
KEY = {"op": "dropForeignKey", "table": T, "name": "orders_state_fkey"}
PLAIN = {"op": "alterGenerated", "table": T, "column": "found"}
LATER = {
    "op": "addUnique",
    "table": T,
    "constraint": {
        "name": "orders_code_later",
        "type": "unique",
        "definition": "UNIQUE (code) DEFERRABLE",
    },
}
GOES: dict[str, Ops] = {
    "a table": (PARK,),
    "an archived table": ({"op": "archiveTable", "name": T},),
    "a column": (COLUMN,),
    "an archived column": ({"op": "archiveColumn", "table": T, "column": "note"},),
    "a required column's default": (DEFAULT,),
    "a unique constraint": (UNIQUE,),
    "a unique index": (INDEX,),
    "a trigger": (TRIGGER,),
    "a view": (VIEW,),
    "a right of everybody": (REVOKE,),
    "a foreign key": (KEY,),
    "an exclusion": ({"op": "dropUnique", "table": T, "name": "orders_once"},),
    "a rule": ({"op": "dropRule", "table": T, "name": "keep"},),
    "what a column was computed by": (PLAIN,),
    "a unique constraint for one that can be deferred": (LATER, UNIQUE),
}
OF_WRITERS = {
    "a foreign key",
    "an exclusion",
    "a rule",
    "a required column's default",
    "a unique constraint",
    "a unique index",
    "a trigger",
    "what a column was computed by",
    "a unique constraint for one that can be deferred",
}
STAYS: dict[str, Ops] = {
    "a table whose name a view takes": (
        PARK,
        {
            "op": "createView",
            "definition": {
                "name": T,
                "definition": " SELECT 1 AS id",
                "outputs": [{"name": "id", "type": "integer"}],
            },
        },
    ),
    "a default of what may be NULL": ({**DEFAULT, "column": "note"},),
    "a default that comes back": (DEFAULT, {**DEFAULT, "default": "'draft'::text"}),
    "a constraint beside another of the same columns": (
        {
            "op": "addIndex",
            "table": T,
            "index": {
                "name": "orders_code_again",
                "unique": True,
                "columns": ["code"],
                "definition": "USING btree (code)",
            },
        },
        UNIQUE,
    ),
    "what a column was computed by, with a default": (
        PLAIN,
        {"op": "alterColumnDefault", "table": T, "column": "found", "default": "'-'::text"},
    ),
    "a foreign key that another stands for": (
        {
            "op": "addForeignKey",
            "table": T,
            "constraint": {
                "name": "orders_state",
                "type": "foreign key",
                "definition": "FOREIGN KEY (state) REFERENCES public.states(state)",
            },
        },
        KEY,
    ),
    "a foreign key to what goes as well": (
        KEY,
        {"op": "softDropTable", "name": "public.states"},
    ),
    "a right that is granted again": (REVOKE, {"op": "grant", **RIGHT, "grantee": "public"}),
    "a view that is there again": (
        VIEW,
        {
            "op": "createView",
            "definition": {
                "name": "public.shown",
                "definition": " SELECT id,\n    state,\n    code\n   FROM public.orders",
                "outputs": [{"name": n, "type": "text"} for n in ("id", "state", "code")],
            },
        },
    ),
}


def judged(db: Connection[Any], activity: Activity, operations: Ops) -> Plan:
    """As if the table were used so."""

    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        used = activity if relation and str(relation) == T else facts.activity
        return msgspec.structs.replace(facts, activity=used)

    return test_circumstances.judged(db, *operations, given=given)


@pytest.mark.parametrize("what", GOES)
def test_what_is_used_is_missed(what: str, make_db: MakeDb) -> None:
    db = make_db(ORDERS)

    assert codes(judged(db, BUSY, GOES[what])).get("used_now") is Level.HIGH
    assert "used_now" not in codes(judged(db, NIGHTLY, GOES[what]))
    assert "used_now" not in codes(judged(db, Activity(), GOES[what]))


@pytest.mark.parametrize("what", GOES)
def test_who_only_reads_misses_no_rule_of_writes(what: str, make_db: MakeDb) -> None:
    found = codes(judged(make_db(ORDERS), READ_ONLY, GOES[what]))

    assert ("used_now" in found) is (what not in OF_WRITERS)


@pytest.mark.parametrize("what", STAYS)
def test_what_is_there_in_the_end_is_not_missed(what: str, make_db: MakeDb) -> None:
    assert "used_now" not in codes(judged(make_db(ORDERS), BUSY, STAYS[what]))


def test_a_trigger_that_is_switched_off_is_missed(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    (trigger,) = read_graph(db).tables[0].triggers
    off = {**msgspec.to_builtins(trigger), "enabled": "disabled"}

    found = codes(judged(db, BUSY, ({"op": "alterTrigger", "table": T, "trigger": off},)))

    assert found["used_now"] is Level.HIGH


def test_a_view_that_loses_a_column_names_it(make_db: MakeDb) -> None:
    narrower = {
        "name": "public.shown",
        "definition": " SELECT id\n   FROM public.orders",
        "outputs": [{"name": "id", "type": "integer"}],
    }
    operations = (VIEW, {"op": "createView", "definition": narrower})

    first, _second = judged(make_db(ORDERS), BUSY, operations).steps

    (said,) = (r.evidence for r in first.verdict.reasons if r.code == "used_now")
    assert said == (
        "state of view public.shown; public.orders beneath it has about 109 reads and writes"
        " a second"
    )


def test_a_required_column_without_default_is_medium_where_little_is_counted(
    make_db: MakeDb,
) -> None:
    (step,) = judged(make_db(ORDERS), NIGHTLY, (DEFAULT,)).steps

    assert step.verdict.level is Level.MEDIUM
    assert set(step.verdict.codes) == {"changes_default"}


def test_a_key_that_is_deferrable_serves_no_upsert(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    upsert = "INSERT INTO orders (id, code) VALUES (2, 'a') ON CONFLICT (code) DO NOTHING"
    db.execute(upsert)
    later = "ADD CONSTRAINT later UNIQUE (code) DEFERRABLE"
    db.execute(f"ALTER TABLE orders DROP CONSTRAINT orders_code, {later}".encode())

    with pytest.raises(errors.ObjectNotInPrerequisiteState, match="deferrable"):
        db.execute(upsert)


def test_rows_that_a_parent_shows_are_missed_there(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS} CREATE TABLE old (id integer NOT NULL); ALTER TABLE orders INHERIT old")
    leaves = {"op": "dropInheritance", "table": T, "parent": "public.old"}

    assert codes(judged(db, BUSY, (leaves,)))["used_now"] is Level.HIGH
    assert codes(judged(db, Activity(), (leaves,)))["use_unknown"] is Level.HIGH
    gone = (leaves, {"op": "softDropTable", "name": "public.old"})
    (step, _drop) = judged(db, BUSY, gone).steps
    assert "used_now" not in step.verdict.codes


def test_what_is_read_more_often_than_by_a_dump_every_night_is_used(make_db: MakeDb) -> None:
    monthly = Activity(reads=412, writes=0, counted_seconds=182 * DAY)

    (step,) = judged(make_db(ORDERS), monthly, (PARK,)).steps

    (said,) = (r.evidence for r in step.verdict.reasons if r.code == "used_now")
    assert "2 reads and writes a day" in said
