"""The seed's own story by the command line, every exit code checked."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.migrate_core.cli.conftest import DEMO, Shop, Zanith

pytestmark = pytest.mark.db

GENERATE = ("migrate", "generate", "--name", "add_last_login")
BACKFILL = ("--backfill", "users.last_login=created_at")
STEPS = ["addColumn", "addIndex", "softDropColumn", "backfill"]


def test_generate_plan_verify_up_status_history_and_drift_all_end_with_0(
    shop: Shop, zanith: Zanith
) -> None:
    generated = zanith(*GENERATE, *BACKFILL)
    planned = zanith("migrate", "plan", "--format", "json")
    verified = zanith("migrate", "verify", "--out", "evidence.json")
    applied = zanith("migrate", "up", "--verified", "evidence.json")
    again = zanith("migrate", "up")
    status = zanith("migrate", "status", "--format", "json")
    history = zanith("migrate", "history", "--verbose")
    drift = zanith("migrate", "drift")
    next_one = zanith(*GENERATE)

    (plan,) = planned.data["plans"]
    assert [step["kind"] for step in plan["steps"]] == STEPS
    assert (plan["level"], plan["score"], plan["total"]) == ("medium", 35, 90)
    results = (generated, planned, verified, applied, again, history, drift)
    assert [result.code for result in results] == [0] * 7
    assert applied.steps == [(kind, "done") for kind in STEPS]
    assert status.data["migrations"][0]["state"] == "applied"
    assert status.data["migrations"][0]["applied"]["plan_hash"] == plan["plan_hash"]
    assert status.data["migrations"][0]["applied"]["applied_by"] == "dee"
    assert "Nothing is pending" in again.out
    assert "300 rows" in history.out
    assert "Nothing to generate" in next_one.out
    assert shop.count("SELECT count(*) FROM users WHERE last_login = created_at") == 300


def test_the_files_of_the_demo_are_what_generate_writes(shop: Shop, zanith: Zanith) -> None:
    found = zanith(*GENERATE, *BACKFILL, "--dry-run")
    (golden,) = (DEMO / "migrations").glob("*.yaml")
    head, _, body = golden.read_text(encoding="utf-8").partition("\n")

    assert head == "# yaml-language-server: $schema=../../docs/migration.schema.json"
    assert found.out.partition("\n")[2] == body
    assert not (shop.folder / "migrations").exists()


def test_a_step_that_fails_is_resumed_where_it_failed(shop: Shop, zanith: Zanith) -> None:
    """The story of the third step: one old identifier holds a day that does not exist."""
    shop.db.execute("UPDATE users SET legacy_uuid = '20230230-0000-4000-8000-000000000000'"
                    " WHERE email = 'user7@example.com'")  # fmt: skip
    zanith(
        *GENERATE,
        "--backfill",
        "users.last_login=date_larger(left(legacy_uuid::text, 8)::date, '2000-01-01')",
    )

    failed = zanith("migrate", "up")
    status = zanith("migrate", "status", "--format", "json").data["migrations"][0]
    still = zanith("migrate", "up")
    shop.db.execute("UPDATE users SET legacy_uuid = '20230228-0000-4000-8000-000000000000'"
                    " WHERE email = 'user7@example.com'")  # fmt: skip
    resumed = zanith("migrate", "up")

    assert (failed.code, still.code, resumed.code) == (1, 1, 0)
    assert failed.steps == [
        ("addColumn", "done"),
        ("addIndex", "done"),
        ("backfill", "FAILED"),
        ("softDropColumn", "pending"),
    ]
    assert "SQLSTATE: 22008" in failed.err
    assert "2 of 4 steps done, the lock is released, resume starts at step 3." in failed.err
    assert (status["state"], status["steps_done"]) == ("failed", 2)
    assert resumed.steps == [
        ("addColumn", "done before"),
        ("addIndex", "done before"),
        ("backfill", "done"),
        ("softDropColumn", "done"),
    ]
    assert shop.count("SELECT count(*) FROM users WHERE last_login IS NOT NULL") == 300
    assert zanith("migrate", "drift").code == 0


def test_down_brings_the_dropped_column_back_and_up_applies_it_again(
    shop: Shop, zanith: Zanith
) -> None:
    before = shop.db.execute("SELECT id, legacy_uuid FROM users ORDER BY id").fetchall()
    zanith(*GENERATE, *BACKFILL)
    zanith("migrate", "up")

    refused = zanith("migrate", "down")
    dry = zanith("migrate", "down", "--dry-run", "--allow-destructive", "--max-risk", "80")
    undone = zanith("migrate", "down", "--allow-destructive", "--max-risk", "80")
    rows = shop.db.execute("SELECT id, legacy_uuid FROM users ORDER BY id").fetchall()
    status = zanith("migrate", "status", "--format", "json").data["migrations"][0]
    again = zanith("migrate", "up")

    assert (refused.code, dry.code, undone.code, again.code) == (3, 0, 0, 0)
    assert rows == before
    assert status["state"] == "reverted"
    assert zanith("migrate", "drift").code == 0


def test_what_was_parked_is_listed_exported_restored_and_purged(
    shop: Shop, zanith: Zanith, tmp_path: Path
) -> None:
    before = shop.db.execute("SELECT id, legacy_uuid FROM users ORDER BY id").fetchall()
    zanith(*GENERATE, *BACKFILL)
    zanith("migrate", "up")
    (artifact,) = zanith("recover", "list", "--format", "json").data
    short = artifact["id"][:8]

    inspected = zanith("recover", "inspect", short, "--format", "json")
    exported = zanith("recover", "export", "users.legacy_uuid", "--out", "kept.csv")
    wrong = zanith("recover", "restore-table", short)
    looked = zanith("recover", "restore-column", short, "--dry-run", "--format", "json")
    restored = zanith("recover", "restore-column", short)
    twice = zanith("recover", "restore-column", short)

    assert inspected.data["rows_now"] == 300
    assert len((tmp_path / "kept.csv").read_text().splitlines()) == 301
    assert (inspected.code, exported.code, wrong.code, looked.code) == (0, 0, 2, 0)
    assert looked.data["rows_matched"] == 300
    assert (restored.code, twice.code) == (0, 1)
    assert shop.db.execute("SELECT id, legacy_uuid FROM users ORDER BY id").fetchall() == before
    every = zanith("recover", "list", "--all", "--format", "json").data
    assert [row["status"] for row in every] == ["restored"]


def test_purge_wants_the_name_typed_out(shop: Shop, zanith: Zanith) -> None:
    zanith(*GENERATE, *BACKFILL)
    zanith("migrate", "up")

    unnamed = zanith("recover", "purge", "users.legacy_uuid")
    misnamed = zanith("recover", "purge", "users.legacy_uuid", "--confirm", "legacy_uuid")
    kept = zanith("recover", "list", "--format", "json").data
    short = kept[0]["id"][:8]
    purged = zanith("recover", "purge", short, "--confirm", "public.users.legacy_uuid")

    assert (unnamed.code, misnamed.code, purged.code) == (2, 2, 0)
    assert len(kept) == 1
    assert "Nothing was destroyed" in misnamed.err
    assert zanith("recover", "list", "--format", "json").data == []
    assert (
        shop.count(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass"
            " AND attname LIKE '%legacy%' AND NOT attisdropped"
        )
        == 0
    )


def test_the_whole_demo_runs_on_its_full_data(
    shop: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.db.execute("TRUNCATE users CASCADE")
    shop.db.execute((DEMO / "data.sql").read_bytes())
    monkeypatch.chdir(DEMO)

    applied = zanith("migrate", "up")

    assert applied.code == 0
    assert "20,000 rows" in applied.out
    assert shop.count("SELECT count(*) FROM users WHERE last_login = created_at") == 20_000


def test_the_live_schema_ends_as_the_declared_one(shop: Shop, zanith: Zanith) -> None:
    zanith(*GENERATE, *BACKFILL)
    applied = zanith("migrate", "up")

    found = zanith("diff", shop.url, "declared", "--format", "sql")

    assert applied.code == 0, applied.err
    assert (found.code, found.out) == (0, "")


TWO = ("20260101_000000_first", "20260102_000000_second")


def two_pending(shop: Shop) -> None:
    """The second builds on what the first makes; together they are what is declared."""
    column = "{name: last_login, type: timestamp with time zone}"
    index = "name: users_last_login_idx, definition: USING btree (last_login)"
    shop.migration(
        f"operations:\n  - {{op: addColumn, table: public.users, column: {column}}}\n", id=TWO[0]
    )
    shop.migration(
        "operations:\n  - op: addIndex\n    table: public.users\n"
        f"    index: {{{index}, columns: [last_login]}}\n"
        "  - {op: softDropColumn, table: public.users, column: legacy_uuid}\n",
        id=TWO[1],
    )


def test_pending_migrations_are_judged_each_on_what_those_before_it_leave(
    shop: Shop, zanith: Zanith
) -> None:
    two_pending(shop)

    plans = zanith("migrate", "plan", "--format", "json").data["plans"]
    only = zanith("migrate", "plan", "--to", TWO[0], "--format", "json").data["plans"]
    reports = zanith("migrate", "verify", "--format", "json", "--out", "evidence.json").data
    first = zanith("migrate", "up", "--steps", "1", "--verified", "evidence.json")
    second = zanith("migrate", "up", "--verified", "evidence.json", "--format", "json")

    assert [plan["migration_id"] for plan in plans] == list(TWO)
    assert [plan["migration_id"] for plan in only] == [TWO[0]]
    assert reports["ok"]
    assert (first.code, second.code) == (0, 0)
    assert "rehearsed" not in first.err + second.err
    assert [one["plan_hash"] for one in second.data["migrations"]] == [plans[1]["plan_hash"]]
    assert zanith("diff", shop.url, "declared", "--format", "sql").out == ""


def test_an_id_that_is_not_pending_is_misuse(shop: Shop, zanith: Zanith) -> None:
    two_pending(shop)

    found = zanith("migrate", "up", "--to", "20260103_000000_third")

    assert found.code == 2
    assert ", ".join(TWO) in found.err


def test_a_rehearsal_can_be_kept_is_listed_and_dropped_on_request(
    shop: Shop, zanith: Zanith
) -> None:
    zanith(*GENERATE, *BACKFILL)

    kept = zanith("migrate", "verify", "--keep", "--format", "json")
    (report,) = kept.data["reports"]
    assert report["kept"]["url"].startswith("postgresql://zanith_shadow_")
    assert ":" not in report["kept"]["url"].removeprefix("postgresql://").partition("@")[0]

    listed = zanith("migrate", "verify")
    assert report["kept"]["name"] in listed.err
    assert "owners and privileges" in listed.out
    dropped = zanith("migrate", "verify", "--drop-kept")
    assert dropped.out == f"dropped {report['kept']['name']}\n"
    assert zanith("migrate", "verify", "--drop-kept").out == "Nothing was kept.\n"


def test_a_login_that_may_make_no_database_rehearses_in_a_schema_unless_it_is_production(
    shop: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = shop.db.info.dbname
    shop.db.execute(f"CREATE ROLE weak_{name} LOGIN PASSWORD 'weak'".encode())
    shop.db.execute(f"GRANT CREATE ON DATABASE {name} TO weak_{name}".encode())
    info = shop.db.info
    weak = (
        f"postgresql://weak_{name}:weak@/{name}?host={quote(info.host, safe='')}&port={info.port}"
    )
    monkeypatch.setenv("SHADOW_URL", weak)
    try:
        generated = zanith(*GENERATE, *BACKFILL)
        verified = zanith("migrate", "verify", "--rows", "5")
        with Path("zanith.toml").open("a") as file:
            file.write("\n[shadow]\non_production = false\n")
        text = Path("zanith.toml").read_text()
        Path("zanith.toml").write_text(text.replace("[target]", "[target]\nproduction = true"))
        refused = zanith("migrate", "verify")
    finally:
        shop.db.execute(f"DROP OWNED BY weak_{name}; DROP ROLE weak_{name}".encode())

    assert (generated.code, verified.code) == (0, 0), verified.out + verified.err
    assert "ephemeral schema in the target's own database" in verified.out
    assert "no rows were copied" in verified.out
    assert refused.code == 5
    assert "marked production" in refused.err


def test_a_plan_says_what_pending_migrations_before_it_mean_to_its_steps(
    shop: Shop, zanith: Zanith
) -> None:
    email = "{name: users_email_x, definition: USING btree (email), columns: [email]}"
    shop.migration(
        f"operations:\n  - {{op: addIndex, table: public.users, index: {email}}}\n", id=TWO[0]
    )
    shop.migration(
        "operations:\n  - {op: alterColumnType, table: public.users, column: email,"
        " to: {type: character varying(200)}}\n",
        id=TWO[1],
    )

    shown = zanith("migrate", "plan")
    first, second = zanith("migrate", "plan", "--format", "json").data["plans"]
    markdown = zanith("migrate", "plan", "--format", "markdown").out
    applied = zanith("migrate", "up", "--steps", "2")

    anew = f"writes_index_anew: built by step 1 of the pending {TWO[0]}"
    assert f"after {TWO[0]}: judged as if that had run, and it has not" in shown.out
    assert anew in shown.out
    assert "built by step 1 of the pending" in markdown
    assert (first["after"], second["after"]) == ([], [TWO[0]])
    codes = {reason["code"]: reason for reason in second["steps"][0]["reasons"]}
    assert codes["touched_by_pending"]["evidence"] == f"public.users, by {TWO[0]}"
    (gate,) = (one for one in second["gates"] if one["name"] == "Drift")
    assert (gate["state"], gate["says"]) == ("waiting", f"planned before {TWO[0]} ran")
    assert shown.code == 0
    assert f"{TWO[1]}, step 1: {anew}" in applied.err
