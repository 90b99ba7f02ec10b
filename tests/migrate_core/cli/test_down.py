"""Undoing: everything is known of all migrations before the first one is undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrate_core.cli.conftest import Shop, Zanith

pytestmark = pytest.mark.db

SECOND = "20260102_000000_second"
ADD = (
    "operations:\n  - {op: addColumn, table: public.users, column: {name: n, type: integer}}\n"
    "  - {op: backfill, table: public.users, column: n, expression: int4up(length(email))}\n"
)
PARK = (
    "operations:\n  - {op: softDropColumn, table: public.users, column: legacy_uuid}\n"
    "  - {op: archiveTable, name: public.old_orders}\n"
)
ONE_WAY = "operations:\n  - {op: rawSql, sql: UPDATE public.users SET email = lower(email)}\n"


@pytest.fixture
def bare(shop: Shop) -> Shop:
    """No policy, and a table to archive."""
    (shop.folder / "zanith.toml").write_text("")
    shop.db.execute("CREATE TABLE old_orders AS SELECT i AS id, 'o' || i AS what"
                    " FROM generate_series(1, 50) AS i;"
                    "CREATE UNIQUE INDEX ON old_orders (id)")  # fmt: skip
    shop.db.execute("CREATE TABLE kept_users AS SELECT id, legacy_uuid FROM users;"
                    "CREATE TABLE kept_orders AS TABLE old_orders;"
                    "CREATE SCHEMA judge; ALTER TABLE kept_users SET SCHEMA judge;"
                    "ALTER TABLE kept_orders SET SCHEMA judge")  # fmt: skip
    return shop


def migrated(shop: Shop, zanith: Zanith, *texts: str) -> list[str]:
    ids = []
    for number, text in enumerate(texts, start=1):
        id = f"2026010{number}_000000_m{number}"
        (Path(shop.migration(text)).rename(shop.folder / "migrations" / f"{id}.yaml"))
        assert zanith("migrate", "up").code == 0
        ids.append(id)
    return ids


def reverted(shop: Shop) -> int:
    return shop.count("SELECT count(*) FROM _zanith_migrations WHERE reverted_at IS NOT NULL")


def runs_of(shop: Shop) -> int:
    return shop.count("SELECT count(*) FROM _zanith_runs WHERE direction = 'down'")


def test_several_are_told_then_undone_and_what_was_parked_is_equal(
    bare: Shop, zanith: Zanith
) -> None:
    first, second = migrated(bare, zanith, PARK, ADD)

    told = zanith("migrate", "down", "--steps", "2", "--dry-run")
    refused = zanith("migrate", "down", "--steps", "2")
    untouched = runs_of(bare)
    done = zanith("migrate", "down", "--steps", "2", "--allow-destructive")

    assert (told.code, refused.code, untouched, done.code) == (0, 3, 0, 0)
    assert told.out.index(second) < told.out.index(first)
    for text in ("lost for good: public.users.n", "comes back: public.users.legacy_uuid",
                 "comes back: public.old_orders (archive of a table, 50 rows)"):  # fmt: skip
        assert text in told.out
    assert "gate 2" in refused.err
    assert reverted(bare) == 2
    for live, kept in (("users", "kept_users"), ("old_orders", "kept_orders")):
        columns = "id, legacy_uuid" if live == "users" else "*"
        for one, other in ((live, f"judge.{kept}"), (f"judge.{kept}", live)):
            rows = f"SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other}"
            assert bare.count(f"SELECT count(*) FROM ({rows}) AS d") == 0


def test_one_that_nothing_undoes_stops_all_of_them_before_any_runs(
    bare: Shop, zanith: Zanith
) -> None:
    migrated(bare, zanith, ONE_WAY, ADD)

    refused = zanith("migrate", "down", "--steps", "2", "--allow-destructive")
    too_many = zanith("migrate", "down", "--steps", "3", "--allow-destructive")
    last = zanith("migrate", "down", "--allow-destructive")

    assert (refused.code, too_many.code, last.code) == (3, 2, 0)
    assert "cannot be undone: nothing undoes step 1 (rawSql" in refused.out
    assert "none of them was run" in refused.err
    assert (runs_of(bare), reverted(bare)) == (1, 1)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("purge", "public.old_orders was purged by dee"),
        ("tamper", "is not what its checksum says"),
        ("drop", "is not there any more"),
        ("take the name", "table public.old_orders is there again"),
    ],
)
def test_what_was_parked_and_cannot_come_back_is_said_first(
    how: str, why: str, bare: Shop, zanith: Zanith
) -> None:
    migrated(bare, zanith, PARK, ADD)
    parked = bare.db.execute("SELECT physical_name FROM _zanith_migration_artifacts"
                             " WHERE kind = 'archive_table'").fetchone()  # fmt: skip
    assert parked is not None
    if how == "purge":
        name = "public.old_orders"
        assert zanith("recover", "purge", name, "--confirm", name).code == 0
    elif how == "tamper":
        bare.db.execute(f"UPDATE {parked[0]} SET what = 'x' WHERE id = 7".encode())
    elif how == "drop":
        bare.db.execute(f"DROP TABLE {parked[0]}".encode())
    else:
        bare.db.execute("CREATE TABLE old_orders (id int)")
        zanith("migrate", "adopt")

    refused = zanith("migrate", "down", "--steps", "2", "--allow-destructive")

    assert refused.code == 3
    assert why in refused.err
    assert runs_of(bare) == 0


def test_what_would_be_lost_is_parked_on_request_and_can_be_restored(
    bare: Shop, zanith: Zanith
) -> None:
    migrated(bare, zanith, ADD)
    before = bare.db.execute("SELECT id, n FROM users ORDER BY id").fetchall()

    done = zanith("migrate", "down", "--drops", "soft")
    gone = bare.count("SELECT count(*) FROM information_schema.columns WHERE column_name = 'n'")
    back = zanith("recover", "restore-column", "public.users.n")

    assert (done.code, gone, back.code) == (0, 0, 0)
    assert "parked, not dropped: public.users.n" in done.out
    assert bare.db.execute("SELECT id, n FROM users ORDER BY id").fetchall() == before
    assert zanith("audit", "verify").code == 0


def test_a_run_that_stopped_half_way_is_undone_and_closed(bare: Shop, zanith: Zanith) -> None:
    bad = ADD.replace("length(email)", "1 / (length(email) - 17)")
    bare.migration(bad)
    assert zanith("migrate", "up").code == 1

    undone = zanith("migrate", "down", "--allow-destructive")
    states = bare.db.execute("SELECT direction, state FROM _zanith_runs ORDER BY started_at")

    assert undone.code == 0
    assert states.fetchall() == [("up", "closed"), ("down", "done")]
    assert zanith("migrate", "drift").code == 0


def test_one_that_another_needs_is_not_undone_before_it(bare: Shop, zanith: Zanith) -> None:
    first, _second = migrated(bare, zanith, ADD, f"needs: 20260101_000000_m1\n{PARK}")

    both = zanith("migrate", "down", "--steps", "2", "--allow-destructive", "--dry-run")

    assert (both.code, "needs it" in both.out) == (0, False)
    assert first in both.out
