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
