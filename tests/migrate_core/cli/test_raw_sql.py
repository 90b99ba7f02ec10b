"""Raw SQL by the command line: before it was seen, and after."""

from __future__ import annotations

import pytest

from tests.migrate_core.cli.conftest import DEMO, Shop, Zanith

pytestmark = pytest.mark.db

RAW = """
operations:
  - op: softDropColumn
    table: public.users
    column: legacy_uuid
  - op: rawSql
    sql: CREATE INDEX by_day ON public.users (created_at)
    down: DROP INDEX public.by_day
"""
WANTED = "ALTER TABLE users DROP legacy_uuid; CREATE INDEX by_day ON users (created_at);"


@pytest.fixture
def raw(shop: Shop) -> Shop:
    for file in (shop.folder / "declared").iterdir():
        file.unlink()
    text = (DEMO / "base.sql").read_text(encoding="utf-8")
    (shop.folder / "declared" / "all.sql").write_text(f"{text}\n{WANTED}", encoding="utf-8")
    shop.migration(RAW)
    return shop


def test_what_it_did_and_what_came_back_is_said_and_the_gates_go_by_it(
    raw: Shop, zanith: Zanith
) -> None:
    planned = zanith("migrate", "plan")
    verified = zanith("migrate", "verify", "--rows", "50", "--out", "seen.json")
    refused = zanith("migrate", "up", "--verified", "seen.json", "--max-risk", "35")
    applied = zanith("migrate", "up", "--verified", "seen.json")

    assert "undo at worst: definition restored (step 2)" in planned.out
    assert "squawk, line 1: require-concurrent-index-creation" in planned.out
    assert "step 2  raw SQL, judged by what it did" in verified.out
    assert "scans_under_blocking_lock: public.users; in the target 300 rows" in verified.out
    assert "public.users.legacy_uuid: restored, and equal: its definition and 50 rows" in (
        verified.out
    )
    assert refused.code == 3
    assert applied.code == 0, applied.err + applied.out
    shown = raw.db.execute(
        "SELECT reasons::text FROM _zanith_migration_steps WHERE step = 2"
    ).fetchone()
    assert shown is not None
    assert "scans_under_blocking_lock" in str(shown[0])


def test_rows_that_the_shadow_has_not_are_asked_for_and_refuse_the_run(
    shop: Shop, zanith: Zanith
) -> None:
    for file in (shop.folder / "declared").iterdir():
        file.unlink()
    text = (DEMO / "base.sql").read_text(encoding="utf-8")
    (shop.folder / "declared" / "all.sql").write_text(
        f"{text}\nALTER TABLE users ALTER legacy_uuid SET NOT NULL;", encoding="utf-8"
    )
    shop.db.execute("UPDATE users SET legacy_uuid = NULL WHERE email < 'user2'")
    count = shop.count("SELECT count(*) FROM users WHERE legacy_uuid IS NULL")
    shop.migration(
        "operations:\n  - op: rawSql\n"
        "    sql: ALTER TABLE public.users ALTER legacy_uuid SET NOT NULL\n"
    )

    verified = zanith("migrate", "verify", "--out", "seen.json")
    data = zanith("migrate", "verify", "--format", "json").data
    refused = zanith("migrate", "up", "--verified", "seen.json")

    said = f"{count} rows hold NULL in legacy_uuid"
    assert f"asked  the target: {said}, such as " in verified.out
    assert "observed: 1 operation, worst 95 (blocked, step 1)" in verified.out
    assert data["reports"][0]["deeds"][0]["answers"][0]["count"] == count
    assert (verified.code, refused.code) == (3, 3)
    assert "next:" not in verified.out
    assert said in refused.err
    for format in ("markdown", "github", "sarif", "junit"):
        told = zanith("migrate", "verify", "--format", format)
        assert (told.code, "rows hold NULL in" in told.out) == (3, True), told.out
    assert shop.count("SELECT count(*) FROM pg_class WHERE relname = '_zanith_runs'") == 0


def test_what_takes_a_superuser_is_not_said_to_have_been_observed(
    shop: Shop, zanith: Zanith
) -> None:
    shop.migration("operations: [{op: rawSql, sql: ALTER TABLE public.users DISABLE TRIGGER ALL}]")

    verified = zanith("migrate", "verify")

    assert verified.code == 5
    assert "step 1  raw SQL, not judged: it could not be observed" in verified.out
    assert "SQLSTATE 42501" in verified.out
    assert "  observed: " not in verified.out
