"""What was dropped comes back beside what has its name by now, under another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.errors import MigrateError
from migrate_core.introspection.graph import read_graph
from migrate_core.recovery.artifacts import ArtifactGoneError
from migrate_core.schema.delta import Answers
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.states import RunState
from tests import runs
from tests.migrate_core.recovery.test_restore import SHOP, WAYS, dropped
from tests.migrate_core.runner.test_expansion import expand, plan_of

MakeDbOn = Callable[..., Connection[Any]]
MakeDb = Callable[..., Connection[Any]]
LEANING = "CREATE VIEW public.coded AS SELECT code FROM public.goods"
ANOTHER = {
    "column": """
ALTER TABLE goods ADD code integer;
UPDATE goods SET code = id;
ALTER TABLE goods ADD CONSTRAINT goods_code_key UNIQUE (code);
""",
    "table": """
CREATE TABLE goods (id integer PRIMARY KEY, code text UNIQUE, amount numeric CHECK (amount > 0));
CREATE INDEX goods_amount ON goods (amount);
INSERT INTO goods VALUES (1, 'new', 1);
""",
}
SAME = {
    "column": "SELECT count(*) FROM goods AS g JOIN kept_aside AS k USING (id)"
    " WHERE g.code_old = k.code",
    "table": "SELECT count(*) FROM (SELECT * FROM goods_old INTERSECT ALL"
    " SELECT * FROM kept_aside) AS same",
}


def what_of(way: str) -> str:
    return way.rpartition("_")[2]


def under_of(way: str) -> str:
    return "code_old" if what_of(way) == "column" else "goods_old"


def make_another(db: Connection[Any], way: str) -> None:
    db.execute(ANOTHER[what_of(way)].encode())


@pytest.mark.parametrize("way", WAYS)
def test_it_comes_back_beside_what_has_its_name(make_db_on: MakeDbOn, major: int, way: str) -> None:
    db = make_db_on(major, SHOP)
    artifact = dropped(db, WAYS[way])
    make_another(db, way)
    there = db.execute("SELECT * FROM goods ORDER BY id").fetchall()
    columns = len(there[0])

    assert not recovery.preview(db, artifact.id).possible
    plan = recovery.plan_restore(db, artifact.id, under=under_of(way))
    result = runs.run(db, plan)

    assert result.state is RunState.DONE
    assert db.execute(SAME[what_of(way)].encode()).fetchall() == [(500,)]
    now = db.execute("SELECT * FROM goods ORDER BY id").fetchall()
    assert [row[:columns] for row in now] == there  # of the other one nothing is touched
    assert recovery.find(db, artifact.id).status == "restored"


@pytest.mark.parametrize("way", WAYS)
def test_it_is_parked_again_and_comes_back_once_more(make_db: MakeDb, way: str) -> None:
    """What came back under another name is an object like any other: its undo parks it whole."""
    db = make_db(SHOP)
    artifact = dropped(db, WAYS[way])
    make_another(db, way)
    plan = recovery.plan_restore(db, artifact.id, under=under_of(way))
    runs.run(db, plan)
    stood = fingerprint(read_graph(db))
    fields = (
        {"table": "public.goods", "column": "code_old"}
        if what_of(way) == "column"
        else {"name": "public.goods_old"}
    )
    undo = {"op": plan.steps[0].undo, **fields}
    runs.run(db, runs.plan_for(db, (undo,), migration_id="20260102_000000_again"))
    (second,) = recovery.artifacts(db, kept_only=True)
    runs.run(db, recovery.plan_restore(db, second.id))

    assert fingerprint(read_graph(db)) == stood
    assert db.execute(SAME[what_of(way)].encode()).fetchall() == [(500,)]


def test_what_leaned_on_it_is_said_to_stay_away(make_db: MakeDb) -> None:
    db = make_db(f"{SHOP}; {LEANING}")
    artifact = dropped(db, WAYS["soft_drop_column"])

    usual = recovery.preview(db, artifact.id)
    under = recovery.preview(db, artifact.id, under="code_old")
    runs.run(db, recovery.plan_restore(db, artifact.id, under="code_old"))

    assert any("coded" in words for words in usual.returns)
    assert usual.stays_away == ()
    assert under.possible
    assert not any("coded" in words for words in under.returns)
    assert any("coded" in words for words in under.stays_away)
    assert db.execute("SELECT to_regclass('public.coded')").fetchall() == [(None,)]


@pytest.mark.parametrize("under", ["goods", "kept_aside", "_zanith_mine", "", "x" * 64, "nul\0"])
def test_a_name_that_cannot_be_is_refused_before_anything_runs(make_db: MakeDb, under: str) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["soft_drop_table"])
    make_another(db, "soft_drop_table")
    stood = fingerprint(read_graph(db))

    shown = recovery.preview(db, artifact.id, under=under)
    with pytest.raises(MigrateError):
        recovery.plan_restore(db, artifact.id, under=under)

    assert not shown.possible
    assert fingerprint(read_graph(db)) == stood


def test_a_rule_of_its_name_is_said_before_and_not_found_out_half_way(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, {"op": "softDropColumn", "table": "public.goods", "column": "amount"})
    db.execute("ALTER TABLE goods ADD CONSTRAINT goods_amount_check CHECK (id > 0)")

    shown = recovery.preview(db, artifact.id)

    assert shown.blockers
    assert "goods_amount_check" in shown.blockers[0]


REBUILT = """
CREATE TABLE public.teams (id integer PRIMARY KEY);
CREATE TABLE public.things (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    n serial,
    team integer REFERENCES public.teams
);
CREATE INDEX things_n ON public.things (n);
CREATE FUNCTION public.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER noted BEFORE UPDATE ON public.things FOR EACH ROW EXECUTE FUNCTION public.noted();
GRANT SELECT ON public.things TO pg_monitor;
INSERT INTO public.things (code) SELECT 'c' || i FROM generate_series(1, 300) AS i;
"""


def test_the_old_table_of_a_rebuild_comes_back_beside_the_new(
    make_db_on: MakeDbOn, major: int
) -> None:
    db = make_db_on(major, REBUILT)
    runs.run(db, runs.plan_for(db, ({"op": "rebuildTable", "table": "public.things"},)))
    db.execute("UPDATE things SET code = 'changed' WHERE id = 1")
    (artifact,) = recovery.artifacts(db, kept_only=True)

    with pytest.raises(ArtifactGoneError, match="taken the place"):
        recovery.plan_restore(db, artifact.id)
    result = runs.run(db, recovery.plan_restore(db, artifact.id, under="things_before"))

    assert result.state is RunState.DONE
    found = db.execute(
        "SELECT (SELECT code FROM things_before WHERE id = 1), count(*),"
        " has_table_privilege('pg_monitor', 'things_before', 'SELECT')"
        " FROM things AS t JOIN things_before AS b USING (id, code)"
    ).fetchall()
    assert found == [("c1", 299, True)]


def test_the_old_column_of_a_contract_comes_back_beside_the_new(make_db: MakeDb) -> None:
    before = "CREATE TABLE users (id integer PRIMARY KEY, score integer NOT NULL DEFAULT 3)"
    db = make_db(before)
    db.execute("INSERT INTO users SELECT i, i FROM generate_series(1, 300) AS i")
    ref = Ref(ObjectKind.COLUMN, "public", "users", "score")
    after = before.replace("score integer", "score bigint")
    for number, operations in enumerate(expand(db, make_db, after, Answers(expand=(ref,)))):
        runs.run(db, plan_of(db, operations, f"part_{number}"))
    (artifact,) = recovery.artifacts(db, kept_only=True)

    with pytest.raises(ArtifactGoneError, match="taken the place"):
        recovery.plan_restore(db, artifact.id)
    result = runs.run(db, recovery.plan_restore(db, artifact.id, under="score_before"))

    assert result.state is RunState.DONE
    found = db.execute(
        "SELECT count(*), min(pg_typeof(score_before)::text) FROM users WHERE score_before = score"
    ).fetchall()
    assert found == [(300, "integer")]
