"""Whoever may write anything changes the record past its guards: each change is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.errors import StepFailedError
from migrate_core.ledger import ledger
from migrate_core.ledger.chain import mac
from migrate_core.ledger.heads import Head
from migrate_core.ledger.verify import check_record, follow
from migrate_core.pg.connect import plan_session
from migrate_core.pg.ddl import ddl
from tests import runs
from tests.auditor import NAMED, audit
from tests.conftest import Databases

pytestmark = pytest.mark.db

KEY = b"kept elsewhere"
OPTIONS = msgspec.structs.replace(runs.QUICK, mac_key=KEY)
SECOND = "20260102_000000_second"
LEDGERS = [line.split()[1] for line in NAMED]
TABLES = [*(f"_zanith_{table}" for table in LEDGERS), "_zanith_events", "_zanith_fence"]
FAILING = {**runs.BACKFILL, "expression": "(created_at::text || broken)::timestamptz"}

EDITS = {
    "who ran a step": "UPDATE _zanith_migration_steps SET actor = 'eve' WHERE {first}",
    "the SQL of a step": "UPDATE _zanith_migration_steps SET sql = 'SELECT 1' WHERE {first}",
    "the SQL of a step to come": "UPDATE _zanith_migration_steps SET sql = '' WHERE {pending}",
    "what undoes a step": "UPDATE _zanith_migration_steps SET inverse = NULL WHERE {first}",
    "the score of a step": "UPDATE _zanith_migration_steps SET score = 5 WHERE {drop}",
    "why a step was risky": "UPDATE _zanith_migration_steps SET reasons = '[]' WHERE {drop}",
    "a failure explained away": "UPDATE _zanith_migration_steps SET status = 'interrupted',"
    " error = NULL WHERE {failed}",
    "a success made an error": "UPDATE _zanith_migration_steps SET status = 'failed' WHERE {first}",
    "a pending step made done": "UPDATE _zanith_migration_steps SET status = 'done'"
    " WHERE {pending}",
    "done moved to another step": "UPDATE _zanith_migration_steps SET step = 90 WHERE {first}",
    "the words of an error": "UPDATE _zanith_migration_steps SET error = 'fine' WHERE {failed}",
    "when a step ended": "UPDATE _zanith_migration_steps SET finished_at = finished_at - interval"
    " '1 day' WHERE {first}",
    "how many rows it wrote": "UPDATE _zanith_migration_steps SET rows = 1 WHERE {filled}",
    "a failed try taken out": "DELETE FROM _zanith_migration_steps WHERE {failed}",
    "a step taken out": "DELETE FROM _zanith_migration_steps WHERE {first}",
    "a step put in": "INSERT INTO _zanith_migration_steps SELECT (jsonb_populate_record(s,"
    " '{{\"step\": 77}}')).* FROM _zanith_migration_steps AS s WHERE {first}",
    "who applied it": "UPDATE _zanith_migrations SET applied_by = 'bo'",
    "what was applied": "UPDATE _zanith_migrations SET checksum = repeat('0', 64)",
    "when it was applied": "UPDATE _zanith_migrations SET applied_at = now() - interval '1 year'",
    "undone, says the row": "UPDATE _zanith_migrations SET reverted_at = now(), reverted_by = 'bo'",
    "a migration forged": "INSERT INTO _zanith_migrations SELECT (jsonb_populate_record(m,"
    ' \'{{"id": "20260103_000000_forged"}}\')).* FROM _zanith_migrations AS m',
    "a migration taken out": "DELETE FROM _zanith_migrations",
    "a run that failed made done": "UPDATE _zanith_runs SET state = 'done' WHERE state = 'failed'",
    "who began a run": "UPDATE _zanith_runs SET actor = 'eve' WHERE direction = 'up'",
    "the plan of a run": "UPDATE _zanith_runs SET plan = '{{}}' WHERE state = 'failed'",
    "a run taken out": "DELETE FROM _zanith_runs WHERE direction = 'restore'",
    "how many rows were kept": "UPDATE _zanith_migration_artifacts SET row_count = 1",
    "the checksum of what was kept": "UPDATE _zanith_migration_artifacts SET checksum = 'x'",
    "a restored one kept again": "UPDATE _zanith_migration_artifacts SET status = 'kept'",
    "an artifact taken out": "DELETE FROM _zanith_migration_artifacts",
    "until when it is kept": "UPDATE _zanith_migration_artifacts SET expires_at = now()",
    "how far a backfill got": "UPDATE _zanith_migration_checkpoints SET processed = 1",
    "a schema of before": "UPDATE _zanith_graphs SET graph = '{{}}'",
    "which schema was seen": "UPDATE _zanith_schema_snapshots SET fingerprint ="
    " (SELECT min(fingerprint) FROM _zanith_graphs)",
    "a snapshot taken out": "DELETE FROM _zanith_schema_snapshots WHERE phase = 'before'",
    "who keeps the target": "UPDATE _zanith_fence SET managed_by = 'another studio'",
    "an event edited": "UPDATE _zanith_events SET actor = 'eve' WHERE seq = 5",
    "the detail of an event": "UPDATE _zanith_events SET detail = detail - 'seals' WHERE seq = 1",
    "an event taken out": "DELETE FROM _zanith_events WHERE seq = 5",
    "two events exchanged": "UPDATE _zanith_events AS a SET kind = b.kind, detail = b.detail,"
    " mac = b.mac FROM _zanith_events AS b WHERE a.seq IN (5, 6) AND b.seq = 11 - a.seq",
    "the last event taken out": "DELETE FROM _zanith_events WHERE seq = {last}",
    "an event put in at the end": "INSERT INTO _zanith_events SELECT (jsonb_populate_record(e,"
    " jsonb_build_object('seq', {last} + 1, 'prev_mac', e.mac))).* FROM _zanith_events AS e"
    " WHERE seq = {last}",
}
PLACES = {
    "first": "step = 1 AND status = 'done' AND direction = 'up'",
    "drop": "kind = 'softDropColumn'",
    "failed": "status = 'failed' AND step = 4",
    "filled": "status = 'done' AND kind = 'backfill'",
    "pending": "status = 'pending'",
    "last": "(SELECT max(seq) FROM _zanith_events)",
}


@pytest.fixture(scope="module")
def record(server_url: str) -> Iterator[Connection[Any]]:
    """A run that failed and was done later, a restore, and one that stopped half-way."""
    databases = Databases(server_url)
    db = databases.make(runs.USERS + "ALTER TABLE users ADD broken text NOT NULL DEFAULT ''")
    db.execute("UPDATE users SET broken = 'x' WHERE id = 1700")
    story = runs.plan_for(db, [*runs.STORY[:3], FAILING])
    with pytest.raises(StepFailedError):
        runs.run(db, story, options=OPTIONS)
    db.execute("UPDATE users SET broken = ''")
    runs.run(db, story, options=OPTIONS)
    (kept,) = ledger.artifacts(db)
    runs.run(db, recovery.plan_restore(db, kept.id), options=OPTIONS)
    raw = [{"op": "rawSql", "sql": "SELECT 1 / 0", "down": "SELECT 1"}, runs.SOFT_DROP]
    with pytest.raises(StepFailedError):
        runs.run(db, runs.plan_for(db, raw, migration_id=SECOND), options=OPTIONS)
    db.execute("SET session_replication_role = replica")
    yield db
    databases.drop()


@contextmanager
def tampered(db: Connection[Any], *statements: str) -> Iterator[None]:
    """As a superuser could: past the triggers. Put right again afterwards."""
    for table in TABLES:
        db.execute(ddl("CREATE TABLE {copy} AS TABLE {table}", copy=f"copy{table}", table=table))
    try:
        for statement in statements:
            assert db.execute(statement.format(**PLACES).encode()).rowcount
        yield
    finally:
        for table in TABLES:
            parts = {"copy": f"copy{table}", "table": table}
            db.execute(ddl("DELETE FROM {table}", **parts))
            db.execute(
                ddl("INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {copy}", **parts).encode()
            )
            db.execute(ddl("DROP TABLE {copy}", **parts))


def checked(db: Connection[Any], **asked: Any) -> Any:
    with plan_session(runs.endpoint_of(db), "test") as conn:
        return check_record(conn, KEY, **asked)


def test_an_untouched_record_holds_row_by_row(record: Connection[Any]) -> None:
    found = checked(record)

    rows = sum(record.execute(f"SELECT count(*) FROM _zanith_{table}".encode()).fetchone()[0]  # type: ignore[index]
               for table in LEDGERS)  # fmt: skip
    assert (found.holds, found.rows, found.older_rows) == (True, rows, 0)
    assert audit(record, KEY) == []


@pytest.mark.parametrize("edit", EDITS)
def test_what_was_changed_past_the_guards_is_found(edit: str, record: Connection[Any]) -> None:
    with tampered(record, EDITS[edit]):
        found, theirs = checked(record), audit(record, KEY)

    assert not found.holds
    assert found.broken or found.wrong or found.keeper_changed
    assert theirs or edit == "who keeps the target"  # which is no part of the auditor's 60 lines
    assert checked(record).holds


def test_a_whole_end_cut_off_shows_against_a_head_that_was_kept(record: Connection[Any]) -> None:
    """With rows, events and fence as they were before: only what is elsewhere can tell."""
    last, mac = record.execute("SELECT last_seq, last_mac FROM _zanith_fence").fetchone()  # type: ignore[misc]
    begun = "(SELECT min(seq) FROM _zanith_events WHERE migration_id = '20260102_000000_second')"
    second = "(SELECT run_id FROM _zanith_runs WHERE migration_id = '20260102_000000_second')"
    cut = [
        f"UPDATE _zanith_fence SET last_seq = {begun} - 1, last_mac ="
        f" (SELECT mac FROM _zanith_events WHERE seq = {begun} - 1)",
        f"DELETE FROM _zanith_schema_snapshots WHERE run_id = {second}",
        f"DELETE FROM _zanith_migration_steps WHERE run_id = {second}",
        "DELETE FROM _zanith_runs WHERE migration_id = '20260102_000000_second'",
        "DELETE FROM _zanith_events WHERE seq > (SELECT last_seq FROM _zanith_fence)",
        "DELETE FROM _zanith_graphs WHERE fingerprint NOT IN"
        " (SELECT fingerprint FROM _zanith_schema_snapshots)",
    ]
    with tampered(record, *cut[:-1]), plan_session(runs.endpoint_of(record), "test") as conn:
        alone, against = checked(record), checked(record, head=mac)
        followed = follow(conn, KEY, Head(seq=last, mac=mac))

    assert alone.holds
    assert (against.holds, against.has_head) == (False, False)
    assert (followed.holds, followed.has_head) == (False, False)


def test_what_came_after_a_head_is_followed_from_there(record: Connection[Any]) -> None:
    row = record.execute("SELECT seq, mac FROM _zanith_events WHERE seq = 5").fetchone()
    assert row is not None
    known = Head(seq=row[0], mac=row[1])
    with plan_session(runs.endpoint_of(record), "test") as conn:
        found = follow(conn, KEY, known)
        with tampered(record, "UPDATE _zanith_events SET actor = 'eve' WHERE seq = 9"):
            broken = follow(conn, KEY, known)

    assert (found.holds, found.events) == (True, checked(record).events)
    assert (broken.holds, broken.broken, broken.events) == (False, 9, 8)


def test_rows_from_before_seals_are_counted_and_not_held_against_the_record(
    make_db: Any,
) -> None:
    """A record that an earlier version began: its events speak of no row."""
    db = make_db(runs.USERS)
    runs.run(db, runs.plan_for(db))
    db.execute("SET session_replication_role = replica")
    db.execute("UPDATE _zanith_events SET detail = detail - 'seals'")
    mend_chain(db)
    old = checked_without_key(db)
    runs.run(db, runs.plan_for(db, [runs.ADD_INDEX | OTHER], migration_id=SECOND))
    both = checked_without_key(db)
    db.execute("UPDATE _zanith_runs SET actor = 'eve' WHERE migration_id = %s", [SECOND])

    assert (old.holds, old.rows, old.older_rows > 0) == (True, 0, True)
    assert (both.holds, both.rows > 0, both.older_rows) == (True, True, old.older_rows)
    assert [str(row.wrong) for row in checked_without_key(db).wrong] == ["edited"]


OTHER = {
    "index": {
        "name": "users_email",
        "definition": "USING btree (email)",
        "columns": ["email"],
    }
}


def checked_without_key(db: Connection[Any]) -> Any:
    with plan_session(runs.endpoint_of(db), "test") as conn:
        return check_record(conn, None)


def mend_chain(db: Connection[Any]) -> None:
    """What whoever holds the key could do; here there is none."""
    head = ""
    for event in ledger.events_after(db, 0):
        made = mac(msgspec.structs.replace(event, prev_mac=head), None)
        db.execute(
            "UPDATE _zanith_events SET prev_mac = %s, mac = %s WHERE seq = %s",
            [head, made, event.seq],
        )
        head = made
    db.execute("UPDATE _zanith_fence SET last_mac = %s", [head])
