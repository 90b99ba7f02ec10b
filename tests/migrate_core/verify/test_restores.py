"""A restore that will go through goes through on the shadow, too: no false alarm before a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import api, recovery
from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import DriftError
from migrate_core.pg.connect import Endpoint
from migrate_core.planning.plan import Plan
from migrate_core.schema.delta import Answers
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.verify import pg_dump
from migrate_core.verify.report import VerifyReport
from tests import runs
from tests.migrate_core.recovery import test_dependants, test_restore, test_restore_under
from tests.migrate_core.recovery.test_restore import WAYS, dropped
from tests.migrate_core.recovery.test_restore_under import make_another, under_of
from tests.migrate_core.runner.test_expansion import expand, plan_of

MakeDb = Callable[..., Connection[Any]]


def rehearsed(db: Connection[Any], plan: Plan, shadow: ShadowServer) -> VerifyReport:
    return api.verify_restore(runs.endpoint_of(db), plan, shadow=shadow)


def told(report: VerifyReport) -> str:
    lines = [f"{s.name} {s.ok}: {' / '.join(s.notes)}" for s in report.stages]
    return "\n".join([report.says, report.detail, *lines])


@pytest.mark.parametrize("way", WAYS)
def test_whatever_was_dropped_is_brought_back_there(
    make_db: MakeDb, shadow: ShadowServer, way: str
) -> None:
    db = make_db(test_restore.SHOP)
    artifact = dropped(db, WAYS[way])

    report = rehearsed(db, recovery.plan_restore(db, artifact.id), shadow)

    assert report.ok, told(report)
    assert report.locks


@pytest.mark.parametrize("way", WAYS)
def test_beside_what_has_its_name_as_well(make_db: MakeDb, shadow: ShadowServer, way: str) -> None:
    db = make_db(test_restore.SHOP)
    artifact = dropped(db, WAYS[way])
    make_another(db, way)

    report = rehearsed(db, recovery.plan_restore(db, artifact.id, under=under_of(way)), shadow)

    assert report.ok, told(report)


def test_the_old_table_of_a_rebuild_and_the_old_column_of_a_contract_too(
    make_db: MakeDb, shadow: ShadowServer
) -> None:
    rebuilt = make_db(test_restore_under.REBUILT)
    operation = {"op": "rebuildTable", "table": "public.things"}
    old = dropped(rebuilt, operation)
    contracted = make_db(f"{SCORED}; INSERT INTO users SELECT i, i FROM generate_series(1, 9) AS i")
    ref = Ref(ObjectKind.COLUMN, "public", "users", "score")
    after = SCORED.replace("score integer", "score bigint")
    for number, part in enumerate(expand(contracted, make_db, after, Answers(expand=(ref,)))):
        runs.run(contracted, plan_of(contracted, part, f"part_{number}"))
    (column,) = recovery.artifacts(contracted, kept_only=True)

    for db, artifact in ((rebuilt, old), (contracted, column)):
        plan = recovery.plan_restore(db, artifact.id, under="before")
        report = rehearsed(db, plan, shadow)
        assert report.ok, told(report)


@pytest.mark.parametrize("way", test_dependants.WAYS)
def test_with_all_that_leans_on_it(make_db: MakeDb, shadow: ShadowServer, way: str) -> None:
    db = make_db(test_dependants.SHOP)
    artifact = dropped(db, test_dependants.WAYS[way])

    report = rehearsed(db, recovery.plan_restore(db, artifact.id), shadow)

    assert report.ok, told(report)
    assert "about owners" in told(report)


SCORED = "CREATE TABLE users (id integer PRIMARY KEY, score integer NOT NULL DEFAULT 3)"
COUNTING = """
CREATE TABLE public.a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial, x text);
CREATE TABLE public.b (id integer PRIMARY KEY, a_id bigint REFERENCES public.a);
INSERT INTO public.a (x) SELECT 'x' || i FROM generate_series(1, 50) AS i;
CREATE TABLE public.parts (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE public.parts_1 PARTITION OF public.parts
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE public.parts DETACH PARTITION public.parts_1;
"""
COLUMN = {"op": "softDropColumn", "table": "public.a"}
MORE = {
    "identity": {**COLUMN, "column": "id"},
    "serial": {**COLUMN, "column": "n"},
    "table": {"op": "softDropTable", "name": "public.a"},
    "archived table": {"op": "archiveTable", "name": "public.a"},
    "archived serial": {"op": "archiveColumn", "table": "public.a", "column": "n"},
    "detached": {"op": "softDropTable", "name": "public.parts_1"},
}


@pytest.mark.parametrize("way", MORE)
def test_what_counts_and_what_is_divided_too(
    make_db: MakeDb, shadow: ShadowServer, way: str
) -> None:
    db = make_db(COUNTING)
    artifact = dropped(db, MORE[way])

    report = rehearsed(db, recovery.plan_restore(db, artifact.id), shadow)

    assert report.ok, told(report)


def test_without_pg_dump_it_is_said_that_it_could_not_be_held(
    make_db: MakeDb, shadow: ShadowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is parked is in no schema that is read, so the baseline would be without it."""
    monkeypatch.setattr(pg_dump, "find", lambda major: None)
    db = make_db(test_restore.SHOP)
    artifact = dropped(db, WAYS["soft_drop_table"])

    report = rehearsed(db, recovery.plan_restore(db, artifact.id), shadow)

    assert not report.ok
    assert not report.was_held
    assert "lacks what is given back: public._zanith_dropped_goods" in report.says


GRANTED = """
GRANT SELECT, UPDATE (x) ON public.a TO PUBLIC;
GRANT USAGE ON SEQUENCE public.a_n_seq TO rehearsed_role WITH GRANT OPTION;
GRANT SELECT (n) ON public.a TO rehearsed_role;
"""


@pytest.mark.parametrize("way", ["serial", "table", "archived table", "archived serial"])
def test_rights_on_what_is_parked_are_there_too(
    make_db: MakeDb, shadow: ShadowServer, way: str
) -> None:
    db = make_db(COUNTING)
    make_role = (
        "DO $$ BEGIN CREATE ROLE rehearsed_role; EXCEPTION WHEN duplicate_object THEN END $$"
    )
    db.execute(make_role)
    db.execute(GRANTED.encode())
    artifact = dropped(db, MORE[way])

    report = rehearsed(db, recovery.plan_restore(db, artifact.id), shadow)

    assert report.ok, told(report)


def test_what_changed_since_it_was_planned_is_not_rehearsed(
    make_db: MakeDb, shadow: ShadowServer
) -> None:
    db = make_db(test_restore.SHOP)
    plan = recovery.plan_restore(db, dropped(db, WAYS["soft_drop_table"]).id)
    db.execute("ALTER TABLE public.parents ADD name text")

    with pytest.raises(DriftError, match="the live schema changed since planning"):
        rehearsed(db, plan, shadow)


@pytest.mark.parametrize("way", ["soft_drop_column", "archive_table"])
def test_on_every_major(
    make_db_on: MakeDb, url_on: Callable[[int], str], major: int, way: str
) -> None:
    db = make_db_on(major, test_dependants.SHOP)
    artifact = dropped(db, test_dependants.WAYS[way])
    shadow = ShadowServer(Endpoint.from_url(url_on(major)))

    report = rehearsed(db, recovery.plan_restore(db, artifact.id), shadow)

    assert report.ok, told(report)
