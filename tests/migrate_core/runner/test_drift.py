from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.runner.drift import unexplained
from tests import runs

MakeDb = Callable[..., Connection[Any]]
RAW = {"op": "rawSql", "sql": "CREATE VIEW public.v AS SELECT 1 AS a"}


def test_what_the_steps_did_explains_itself(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    base = read_graph(db)
    plan = runs.plan_for(db)
    runs.run(db, plan)

    assert unexplained(base, read_graph(db), plan.steps) == ()
    assert unexplained(base, read_graph(db), plan.steps[:2]) == ("column public.users.legacy_uuid",)


def test_the_step_under_way_may_be_anywhere_but_only_it(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    base = read_graph(db)
    plan = runs.plan_for(db)
    db.execute("ALTER TABLE users ADD COLUMN last_login timestamptz")
    db.execute("CREATE INDEX users_last_login ON users (email)")  # another of that name
    live = read_graph(db)

    add, build = plan.steps[:2]
    assert unexplained(base, live, (add,), under_way=build) == ()
    assert unexplained(base, live, (add,)) == ("index public.users.users_last_login",)
    db.execute("ALTER TABLE users ALTER COLUMN email TYPE varchar(90)")
    assert unexplained(base, read_graph(db), (add,), under_way=build) == (
        "column public.users.email",
    )


def test_after_raw_sql_only_what_was_seen_counts(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    base = read_graph(db)
    plan = runs.plan_for(db, (RAW,))
    db.execute("CREATE VIEW v AS SELECT 1 AS a")
    seen = read_graph(db)

    assert unexplained(base, seen, plan.steps) == ()
    assert unexplained(base, seen, plan.steps, seen={1: seen}) == ()
    db.execute("CREATE TABLE other (a int)")
    assert unexplained(base, read_graph(db), plan.steps, seen={1: seen}) == ("table public.other",)
