"""Kinds that only a person writes go the whole way: planned, rehearsed, applied, undone."""

from __future__ import annotations

import pytest

from tests.migrate_core.cli.conftest import DEMO, Shop, Zanith

MIGRATION = """
description: Names in parts
operations:
  - op: splitColumn
    table: public.users
    column: email
    into:
      - column: {name: mailbox, type: text, not_null: true}
        expression: split_part(email, '@', 1)
      - column: {name: domain, type: text}
        expression: split_part(email, '@', 2)
  - op: mergeColumns
    table: public.users
    columns: [mailbox, domain]
    into:
      column: {name: shown, type: text}
      expression: mailbox || ' at ' || domain
  - op: rebuildTable
    table: public.users
    columns: [id, created_at, mailbox, domain, shown, email, legacy_uuid]
    options: [fillfactor=90]
"""


@pytest.fixture
def by_hand(shop: Shop) -> Shop:
    for file in (shop.folder / "declared").iterdir():
        file.unlink()
    wanted = (
        "ALTER TABLE users ADD mailbox text NOT NULL, ADD domain text, ADD shown text,"
        " SET (fillfactor = 90);"
    )
    text = (DEMO / "base.sql").read_text(encoding="utf-8")
    (shop.folder / "declared" / "all.sql").write_text(f"{text}\n{wanted}", encoding="utf-8")
    shop.migration(MIGRATION)
    return shop


@pytest.mark.db
def test_columns_and_a_table_made_by_hand(by_hand: Shop, zanith: Zanith) -> None:
    options = ("--max-risk", "60")
    planned = zanith("migrate", "plan")
    verified = zanith("migrate", "verify")
    applied = zanith("migrate", "up", *options)
    drift = zanith("migrate", "drift")
    again = zanith("migrate", "generate", "--name", "again")

    assert planned.code == 0, planned.out + planned.err
    assert verified.code == 0, verified.out + verified.err
    assert applied.code == 0, applied.out + applied.err
    assert [kind for kind, _ in applied.steps] == ["splitColumn", "mergeColumns", "rebuildTable"]
    assert drift.code == 0, drift.out
    assert "Nothing to generate" in again.out
    shown = "SELECT count(*) FROM users WHERE shown = replace(email, '@', ' at ')"
    assert by_hand.count(shown) == 300

    refused = zanith("recover", "restore-table", "users", "--dry-run")
    assert "a new table has taken the place of public.users" in refused.out + refused.err
    exported = zanith("recover", "export", "users", "--format", "csv")
    assert exported.out.count("@example.com") >= 300

    undone = zanith("migrate", "down")
    assert undone.code == 0, undone.out + undone.err
    columns = (
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0"
        " AND NOT attisdropped AND attname !~ '^_zanith'"
    )
    assert by_hand.count(columns) == 4
    assert by_hand.count("SELECT count(*) FROM users") == 300
