"""What goes along with a parked column is what leans on it by then; the rest is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.errors import UnboundOperationError
from migrate_core.states import RunState
from tests import runs

MakeDb = Callable[..., Connection[Any]]
DROP = {"op": "softDropColumn", "table": "public.users", "column": "code"}
REFUSED = {
    "CREATE TABLE users (id int, code text) PARTITION BY LIST (code)":
        "the partition key LIST (code)",
    "CREATE TABLE people (code text); CREATE TABLE users (id int) INHERITS (people)":
        "public.people, which it is inherited from",
    "CREATE TABLE people (code text) PARTITION BY LIST (code);"
    "CREATE TABLE users PARTITION OF people FOR VALUES IN ('a')":
        "public.people, of which it is a partition",
    "CREATE TABLE users (id int, code text) PARTITION BY LIST (id);"
    "CREATE TABLE people PARTITION OF users FOR VALUES IN (1);"
    "CREATE INDEX users_code ON users (code)":
        "index public.people.people_code_idx",
    "CREATE TABLE users (id int, code text NOT NULL UNIQUE);"
    "ALTER TABLE users REPLICA IDENTITY USING INDEX users_code_key":
        "the replica identity users_code_key",
    "CREATE TABLE users (id int, code text);"
    "CREATE FUNCTION first() RETURNS text LANGUAGE sql RETURN (SELECT min(code) FROM users);"
    "CREATE TABLE badges (code text DEFAULT first())":
        "default of column public.badges.code",
    "CREATE TABLE users (id int, code serial);"
    "CREATE TABLE badges (code int DEFAULT nextval('users_code_seq'))":
        "default of column public.badges.code",
    "CREATE TABLE users (id int, code text);"
    "CREATE VIEW coded AS SELECT code FROM users;"
    "CREATE TABLE badges (user_row coded)":
        "column public.badges.user_row",
}  # fmt: skip


@pytest.mark.parametrize("ddl", REFUSED)
def test_what_cannot_be_carried_is_refused_by_name(make_db: MakeDb, ddl: str) -> None:
    db = make_db(ddl)

    with pytest.raises(UnboundOperationError) as refusal:
        runs.plan_for(db, (DROP,))

    assert REFUSED[ddl] in refusal.value.message


def test_a_view_that_the_same_migration_made_goes_along(make_db: MakeDb) -> None:
    db = make_db("CREATE TABLE users (id integer PRIMARY KEY, code text)")
    view = {
        "name": "public.coded",
        "definition": " SELECT users.code FROM public.users",
        "outputs": [{"name": "code", "type": "text"}],
    }
    made = {"op": "createView", "definition": view}

    plan = runs.plan_for(db, (made, DROP))

    assert "DROP VIEW public.coded" in plan.steps[1].sql


READS = """
CREATE TABLE users (id integer PRIMARY KEY, code text, age integer);
CREATE VIEW coded AS SELECT id, code AS what FROM users;
CREATE VIEW plain AS SELECT id, age FROM users;
CREATE POLICY own ON users USING (code = current_user);
CREATE POLICY old ON users USING (age > 17);
"""
CHANGES: dict[str, dict[str, Any]] = {
    "coded": {"op": "replaceView", "definition": {
        "name": "public.coded",
        "definition": " SELECT id,\n    age::text AS what\n   FROM public.users",
        "outputs": [{"name": "id", "type": "integer"}, {"name": "what", "type": "text"}]}},
    "plain": {"op": "replaceView", "definition": {
        "name": "public.plain",
        "definition": " SELECT id,\n    length(code) AS age\n   FROM public.users",
        "outputs": [{"name": "id", "type": "integer"}, {"name": "age", "type": "integer"}]}},
    "own": {"op": "alterPolicy", "table": "public.users",
            "name": "own", "using": "(age > 1)"},
    "old": {"op": "alterPolicy", "table": "public.users",
            "name": "old", "using": "(code > 'a')"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("coded", {"policy public.users.own"}),
        ("plain", {"policy public.users.own", "view public.coded", "view public.plain"}),
        ("own", {"view public.coded"}),
        ("old", {"policy public.users.old", "policy public.users.own", "view public.coded"}),
    ],
)
def test_what_the_same_migration_changed_counts_as_it_is_by_then(
    make_db: MakeDb, change: str, expected: set[str]
) -> None:
    db = make_db(READS)

    plan = runs.plan_for(db, (CHANGES[change], DROP))

    operation: Any = plan.steps[1].operation
    assert set(operation.was.along.in_words()) == expected
    assert runs.run(db, plan).state is RunState.DONE
