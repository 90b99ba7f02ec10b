from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.ledger.ledger import LedgerError
from migrate_core.schema.graph import SchemaGraph
from tests import runs

MakeDb = Callable[..., Connection[Any]]
KEPT_FOR_EVER = (
    "fence",
    "runs",
    "migrations",
    "migration_steps",
    "graphs",
    "schema_snapshots",
    "migration_artifacts",
    "migration_checkpoints",
    "events",
)


@pytest.fixture
def applied(make_db: MakeDb) -> Connection[Any]:
    db = make_db(runs.USERS)
    runs.run(db, runs.plan_for(db))
    return db


def test_it_is_made_once_and_left_alone_after_that(make_db_on: MakeDb, major: int) -> None:
    db = make_db_on(major)

    ledger.ensure(db)
    before = db.execute("SELECT max(oid) FROM pg_class").fetchone()
    ledger.ensure(db)

    assert ledger.version(db) == ledger.VERSION
    assert db.execute("SELECT max(oid) FROM pg_class").fetchone() == before


def test_it_is_invisible(make_db: MakeDb) -> None:
    db = make_db()

    ledger.ensure(db)

    assert read_graph(db).tables == ()
    assert read_graph(db).others == ()
    assert read_graph(db) == read_graph(make_db())
    assert isinstance(read_graph(db), SchemaGraph)


def test_readers_find_nothing_where_there_is_no_ledger(make_db: MakeDb) -> None:
    db = make_db()

    for read in (ledger.applied, ledger.steps, ledger.runs, ledger.artifacts):
        assert read(db) == ()
    assert ledger.events_after(db, 0) == ()
    assert ledger.managed_by(db) is None
    assert ledger.next_cycle(db, "x") == 1


def test_a_newer_ledger_is_refused(make_db: MakeDb) -> None:
    db = make_db()
    ledger.ensure(db)
    db.execute("UPDATE _zanith_fence SET version = 99")

    with pytest.raises(LedgerError, match="version 99"):
        ledger.ensure(db)


def test_a_role_that_may_not_make_it_is_told_what_to_grant(make_db: MakeDb) -> None:
    db = make_db("CREATE ROLE ledger_less NOLOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;")
    db.execute("SET ROLE ledger_less")
    try:
        with pytest.raises(LedgerError) as refused:
            ledger.ensure(db)
    finally:
        db.execute("RESET ROLE; DROP ROLE ledger_less")

    assert refused.value.sqlstate == "42501"
    assert "GRANT CREATE" in refused.value.hint


@pytest.mark.parametrize("table", KEPT_FOR_EVER)
def test_no_row_is_ever_deleted(applied: Connection[Any], table: str) -> None:
    for statement in (f"DELETE FROM _zanith_{table}", f"TRUNCATE _zanith_{table} CASCADE"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            applied.execute(statement.encode())


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE _zanith_events SET actor = 'eve'",
        "UPDATE _zanith_graphs SET graph = '{}'",
        "UPDATE _zanith_schema_snapshots SET taken_at = now()",
        "UPDATE _zanith_migration_steps SET status = 'pending' WHERE step = 1",
        "UPDATE _zanith_migration_steps SET status = 'failed' WHERE step = 1",
        "UPDATE _zanith_migration_steps SET elapsed_ms = 0 WHERE step = 1",
        "UPDATE _zanith_migration_steps SET sql = '' WHERE step = 1",
        "UPDATE _zanith_migrations SET applied_by = 'eve'",
        "UPDATE _zanith_migrations SET checksum = ''",
        "UPDATE _zanith_runs SET state = 'running'",
        "UPDATE _zanith_runs SET plan_hash = ''",
        "UPDATE _zanith_migration_checkpoints SET status = 'running'",
        "UPDATE _zanith_migration_artifacts SET checksum = ''",
        "UPDATE _zanith_migration_artifacts SET status = 'kept', row_count = 0",
    ],
)
def test_a_row_only_moves_forward(applied: Connection[Any], edit: str) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        applied.execute(edit.encode())


def test_an_artifact_released_does_not_come_back(applied: Connection[Any]) -> None:
    applied.execute("UPDATE _zanith_migration_artifacts SET status = 'restored'")

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        applied.execute("UPDATE _zanith_migration_artifacts SET status = 'kept'")


def test_a_second_done_of_one_step_is_impossible(applied: Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        applied.execute(
            "INSERT INTO _zanith_migration_steps (run_id, step, attempt, migration_id, cycle,"
            " direction, kind, subject, status, stages, sql, level, score, reasons, operation,"
            " actor) SELECT run_id, step, 2, migration_id, cycle, direction, kind, subject,"
            " status, stages, sql, level, score, reasons, operation, actor"
            " FROM _zanith_migration_steps WHERE step = 1"
        )


def test_a_migration_is_marked_as_reverted_once(applied: Connection[Any]) -> None:
    applied.execute("UPDATE _zanith_migrations SET reverted_at = now(), reverted_by = 'bo'")

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        applied.execute("UPDATE _zanith_migrations SET reverted_by = 'eve'")


def test_events_are_read_from_where_a_reader_stopped(applied: Connection[Any]) -> None:
    every = ledger.events_after(applied, 0)
    run_id = ledger.runs(applied)[0].run_id

    assert ledger.events_after(applied, every[4].seq) == every[5:]
    assert ledger.events_after(applied, 0, limit=3) == every[:3]
    assert ledger.events_after(applied, 0, run_id=run_id) == every


def test_steps_say_what_they_did(applied: Connection[Any]) -> None:
    add, build, park, fill = ledger.steps(applied, migration_id=runs.MIGRATION)

    assert add.lock == "ACCESS EXCLUSIVE"
    assert build.lock == "SHARE UPDATE EXCLUSIVE"
    assert build.sql.startswith("CREATE INDEX CONCURRENTLY users_last_login")
    assert park.inverse is not None
    assert park.inverse["op"] == "restoreColumn"
    assert fill.rows == 2500
    assert all(s.elapsed_ms is not None and s.reasons for s in (add, build, park, fill))
