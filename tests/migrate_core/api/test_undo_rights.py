"""What an undo makes anew belongs to whom it belonged to, and whoever could use it can."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import api
from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.pg import codec
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.schema.graph import SchemaGraph
from tests import runs

pytestmark = pytest.mark.db

MakeDb = Callable[..., Connection[Any]]
READER, MONITOR = "pg_read_all_data", "pg_monitor"  # roles that every server has
LIVE = f"""
{runs.USERS}
CREATE VIEW public.mails AS SELECT id, email FROM public.users;
CREATE MATERIALIZED VIEW public.days AS SELECT created_at::date AS day FROM public.users;
CREATE FUNCTION public.half(a integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 / 2';
CREATE SEQUENCE public.numbers;
CREATE TYPE public.mood AS ENUM ('glad');
CREATE TABLE public.kept (id bigint GENERATED ALWAYS AS IDENTITY, secret text);
CREATE TABLE public.old (id serial);
GRANT USAGE ON SEQUENCE public.old_id_seq TO {READER};
GRANT SELECT, INSERT ON public.mails TO {READER};
GRANT SELECT (email) ON public.mails TO {MONITOR};
GRANT SELECT ON public.days TO {READER};
REVOKE EXECUTE ON FUNCTION public.half FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.half TO {READER} WITH GRANT OPTION;
GRANT USAGE ON SEQUENCE public.numbers TO {READER};
REVOKE USAGE ON TYPE public.mood FROM PUBLIC;
GRANT SELECT ON public.kept TO {READER};
GRANT UPDATE (secret) ON public.kept TO {MONITOR};
ALTER VIEW public.mails OWNER TO {MONITOR};
"""
HALF = "LANGUAGE sql AS 'SELECT $1 / 2'"
CHANGES = {
    "a view goes": "DROP VIEW mails",
    "a view shows more": "CREATE OR REPLACE VIEW mails AS SELECT id, email, created_at FROM users",
    "a column below a view": "DROP VIEW mails; ALTER TABLE users ALTER email TYPE varchar(90);"
    f"CREATE VIEW mails AS SELECT id, email FROM users; GRANT SELECT ON mails TO {READER}",
    "a materialized view goes": "DROP MATERIALIZED VIEW days",
    "a function goes": "DROP FUNCTION half",
    "a function names no argument": f"DROP FUNCTION half;"
    f"CREATE FUNCTION half(integer) RETURNS integer {HALF}",
    "a function has a default": f"CREATE OR REPLACE FUNCTION half(a integer = 0)"
    f" RETURNS integer {HALF}",
    "a sequence goes": "DROP SEQUENCE numbers",
    "a serial becomes an identity": "ALTER TABLE old ALTER id DROP DEFAULT;"
    "DROP SEQUENCE old_id_seq; ALTER TABLE old ALTER id ADD GENERATED ALWAYS AS IDENTITY;"
    f"GRANT USAGE ON SEQUENCE old_id_seq TO {READER}",
    "a type goes": "DROP TYPE mood",
    "a table goes": "DROP TABLE kept",
    "a column goes": "ALTER TABLE kept DROP COLUMN secret",
}


PARKED = ("a table goes", "a column goes")


@pytest.mark.parametrize(
    ("what", "drops"),
    [*((what, DropMode.PLAIN) for what in CHANGES), *((what, DropMode.SOFT) for what in PARKED)],
)
def test_who_could_use_it_can_once_it_is_undone(
    what: str, drops: DropMode, make_db: MakeDb
) -> None:
    db, wanted = make_db(LIVE), make_db(LIVE + CHANGES[what])
    before = read_graph(db)
    operations = diff(before, read_graph(wanted), Answers(drops=drops))
    runs.run(db, runs.plan_for(db, [codec.to_builtins(one) for one in operations]))

    assert rights(read_graph(db)) == rights(read_graph(wanted))

    (told,) = api.undos(runs.endpoint_of(db))
    assert told.plan is not None
    runs.run(db, told.plan)

    assert rights(read_graph(db)) == rights(before)


def test_a_role_that_is_gone_gets_nothing_back(make_db: MakeDb) -> None:
    gone, owner = (f"t_{secrets.token_hex(6)}" for _ in range(2))
    db = make_db(
        f"CREATE VIEW public.v AS SELECT 1 AS a; CREATE ROLE {gone}; CREATE ROLE {owner};"
        f"ALTER VIEW public.v OWNER TO {owner}; GRANT SELECT ON public.v TO {gone}, {READER}"
    )
    runs.run(db, runs.plan_for(db, [{"op": "dropView", "name": "public.v"}]))
    db.execute(f"DROP ROLE {gone}; DROP ROLE {owner}".encode())

    plan = api.down(runs.endpoint_of(db))
    runs.run(db, plan)

    assert [step.kind for step in plan.steps] == ["createView", "grant"]
    assert {p.grantee for p in read_graph(db).privileges} == {READER}


def test_a_revoke_that_changed_nothing_takes_away_nothing_later(make_db: MakeDb) -> None:
    db = make_db("CREATE TABLE public.t (id int)")
    revoke = {"op": "revoke", "object": "table", "schema": "public", "name": "t"}
    runs.run(db, runs.plan_for(db, [{**revoke, "privileges": ["SELECT"], "grantee": READER}]))
    db.execute(f"GRANT SELECT ON public.t TO {READER}".encode())

    (told,) = api.undos(runs.endpoint_of(db))

    assert told.plan is None
    assert "nothing undoes step 1" in told.stuck[0]


def rights(graph: SchemaGraph) -> Any:
    found = graph.normal()
    return codec.to_builtins((found.owners, found.privileges))
