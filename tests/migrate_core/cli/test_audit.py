"""What the record answers, and whether it still says what it said."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from migrate_core.ledger.audit import QUESTIONS
from tests.migrate_core.cli.conftest import Shop, Zanith

pytestmark = pytest.mark.db

NAMES = [question.name for question in QUESTIONS]
BAD_DAY = "20230230-0000-4000-8000-000000000000"
GOOD_DAY = "20230228-0000-4000-8000-000000000000"
KEY = "ZANITH_EVIDENCE_KEY"


def give_user_7(shop: Shop, legacy: str) -> None:
    text = "UPDATE users SET legacy_uuid = %s WHERE email = 'user7@example.com'"
    shop.db.execute(text, [legacy])


@pytest.fixture
def failed(shop: Shop, zanith: Zanith) -> Shop:
    """The story's migration, stopped at its backfill: one old identifier holds no day."""
    give_user_7(shop, BAD_DAY)
    fill = "users.last_login=date_larger(left(legacy_uuid::text, 8)::date, '2000-01-01')"
    zanith("migrate", "generate", "--name", "add_last_login", "--backfill", fill)
    assert zanith("migrate", "up").code == 1
    return shop


@pytest.fixture
def worked(failed: Shop, zanith: Zanith) -> Shop:
    """The same, resumed and done."""
    give_user_7(failed, GOOD_DAY)
    assert zanith("migrate", "up").code == 0
    return failed


def asked(zanith: Zanith, name: str, *argv: str) -> list[dict[str, object]]:
    found = zanith("audit", name, "--format", "json", *argv)
    assert found.code == 0
    rows: list[dict[str, object]] = found.data
    return rows


def test_before_anything_ran_there_is_nothing(shop: Shop, zanith: Zanith) -> None:
    said = [zanith("audit", name) for name in NAMES]
    record, schema = zanith("audit", "verify"), zanith("audit", "schema", "--at", "2026-01-01")

    assert [one.out.strip() for one in said] == ["Nothing on the record."] * len(NAMES)
    assert (record.code, "0 events, unbroken" in record.out) == (0, True)
    assert (schema.code, "Nothing ran yet" in schema.err) == (2, True)


def test_its_sql_run_by_hand_answers_the_same(worked: Shop, zanith: Zanith) -> None:
    texts = {name: zanith("audit", name, "--format", "sql").out for name in NAMES}

    rows = {name: len(worked.db.execute(text.encode()).fetchall()) for name, text in texts.items()}

    assert all(rows.values())
    assert {name: len(asked(zanith, name)) for name in NAMES} == rows
    assert {name: len(zanith("audit", name).out.splitlines()) - 1 for name in NAMES} == rows
    assert not any(asked(zanith, name, "--since", "0m") for name in NAMES)


def test_what_broke_and_what_became_of_it(failed: Shop, zanith: Zanith) -> None:
    (opened,) = asked(zanith, "failures")
    give_user_7(failed, GOOD_DAY)
    zanith("migrate", "up")
    (after,) = asked(zanith, "failures")

    assert (opened["kind"], opened["sqlstate"], opened["since"]) == ("backfill", "22008", "open")
    assert after == {**opened, "since": "done later"}


def test_a_run_that_was_given_up_says_so(failed: Shop, zanith: Zanith) -> None:
    zanith("migrate", "close", "--reason", "not today")

    assert [row["since"] for row in asked(zanith, "failures")] == ["given up"]


def test_slow_kinds_risk_and_people(worked: Shop, zanith: Zanith) -> None:
    slow, (risk,), (applied,) = (asked(zanith, name) for name in ("slowest", "risk", "applied"))

    steps = worked.db.execute(
        "SELECT kind, elapsed_ms FROM _zanith_migration_steps WHERE status = 'done'"
        " ORDER BY elapsed_ms DESC, kind"
    ).fetchall()
    assert sorted((row["kind"], row["total_ms"]) for row in slow) == sorted(steps)
    assert (risk["level"], risk["score"], risk["total"], risk["steps"]) == ("medium", 35, 90, 4)
    assert risk["reasons"] == sorted(set(risk["reasons"]))  # type: ignore[call-overload]
    assert (applied["applied_by"], applied.get("reverted_at")) == ("dee", None)


def test_what_is_recoverable_leaves_the_list_when_it_is_restored(
    worked: Shop, zanith: Zanith
) -> None:
    (kept,) = asked(zanith, "recoverable")
    zanith("recover", "restore-column", str(kept["id"]))

    assert (kept["source"], kept["is_expired"]) == ("public.users.legacy_uuid", False)
    assert asked(zanith, "recoverable") == []


def test_the_schema_of_a_moment_and_what_differs_from_it(worked: Shop, zanith: Zanith) -> None:
    row = worked.db.execute("SELECT min(taken_at) FROM _zanith_schema_snapshots").fetchone()
    assert row is not None
    before = row[0].isoformat()

    then = zanith("audit", "schema", "--at", before)
    ddl = zanith("audit", "schema", "--at", before, "--format", "sql")
    changed = zanith("audit", "schema", "--at", before, "--against", "live")
    nothing = zanith("audit", "schema", "--at", "live", "--against", "live")
    early = zanith("audit", "schema", "--at", "2001-01-01")

    assert "last_login" not in then.out
    assert "legacy_uuid uuid" in ddl.out
    assert "table public.users" in changed.out
    assert "The two are the same" in nothing.err
    assert (early.code, "The first one is of" in early.err) == (2, True)


def test_an_untouched_record_holds_and_keeps_its_head(
    failed: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = zanith("audit", "verify").out.split()[-1]
    give_user_7(failed, GOOD_DAY)
    zanith("migrate", "up")

    assert zanith("audit", "verify", "--head", head).code == 0
    other = zanith("audit", "verify", "--head", "0" * 64)
    assert (other.code, "none of theirs" in other.out) == (1, True)
    monkeypatch.setenv(KEY, "another")
    assert zanith("audit", "verify").code == 1


def tampered(db: psycopg.Connection, statement: str) -> None:
    """As a superuser could: past the triggers that keep the record append-only."""
    db.execute("SET session_replication_role = replica")
    db.execute(statement.encode())


TAMPERED = {  # what is done to the record -> the event that breaks it, 0 for the last one
    "UPDATE _zanith_events SET actor = 'eve' WHERE seq = 3": 3,
    "DELETE FROM _zanith_events WHERE seq = 3": 3,
    "DELETE FROM _zanith_events WHERE seq = (SELECT max(seq) FROM _zanith_events)": 0,
}
PUT_BACK = "DELETE FROM _zanith_events; INSERT INTO _zanith_events SELECT * FROM kept"


def test_a_record_that_was_changed_is_broken(
    shop: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "kept elsewhere")
    zanith("migrate", "generate", "--name", "x", "--backfill", "users.last_login=created_at")
    assert zanith("migrate", "up").code == 0
    shop.db.execute("CREATE TEMP TABLE kept AS TABLE _zanith_events")
    whole = zanith("audit", "verify", "--format", "json")

    for statement, broken in TAMPERED.items():
        tampered(shop.db, statement)
        found = zanith("audit", "verify", "--format", "json")
        assert found.code == 1
        assert found.data["broken"] == (broken or whole.data["events"])

        tampered(shop.db, PUT_BACK)
        again = zanith("audit", "verify", "--format", "json")
        assert (again.code, again.data) == (0, whole.data)
    assert whole.data["keyed"]


def test_a_head_that_was_written_to_a_file_is_compared_with(
    failed: Shop, zanith: Zanith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "head.txt"
    assert zanith("audit", "verify", "--head-out", str(file)).code == 0
    give_user_7(failed, GOOD_DAY)
    zanith("migrate", "up")
    after = zanith("audit", "verify", "--head", str(file))
    tampered(failed.db, "UPDATE _zanith_runs SET actor = 'eve'")
    row = zanith("audit", "verify", "--head-out", str(tmp_path / "never"))

    assert "seq: " in file.read_text()
    assert (after.code, "rows, unbroken" in after.out) == (0, True)
    assert (row.code, "1 row not as written" in row.out, "edited: run " in row.out) == (
        1,
        True,
        True,
    )
    assert not (tmp_path / "never").exists()
