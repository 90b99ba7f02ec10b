"""What is refused, with which exit code, and that nothing was written then."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from migrate_core import api
from migrate_core.ledger import advisory
from migrate_core.pg.connect import Endpoint
from tests.migrate_core.cli.conftest import DEMO, Shop, Zanith

pytestmark = pytest.mark.db

ADD_NOTE = """\
operations:
  - op: addColumn
    table: public.orders
    column: {name: note, type: text}
"""


def has_ledger(shop: Shop) -> bool:
    return bool(shop.count("SELECT count(*) FROM pg_class WHERE relname = '_zanith_migrations'"))


def test_a_step_over_the_budget_is_refused_with_3_and_nothing_is_written(
    shop: Shop, zanith: Zanith
) -> None:
    zanith("migrate", "generate", "--name", "drop", "--drops", "plain")

    planned = zanith("migrate", "plan")
    applied = zanith("migrate", "up")
    data = zanith("migrate", "plan", "--format", "json").data["plans"][0]

    assert (planned.code, applied.code) == (3, 3)
    assert "OVER BUDGET: 80 of 60" in planned.out
    assert "Make it a soft drop" in planned.out
    assert "gate 2 (Destructive consent)" in applied.err
    assert [g["number"] for g in data["gates"] if not g["passes"]] == [1, 2]
    assert not has_ledger(shop)


def test_consent_and_a_higher_budget_let_the_same_step_through(shop: Shop, zanith: Zanith) -> None:
    zanith("migrate", "generate", "--name", "drop", "--drops", "plain")

    without = zanith("migrate", "up", "--max-risk", "80")
    applied = zanith("migrate", "up", "--max-risk", "80", "--allow-destructive")

    assert (without.code, applied.code) == (3, 0)
    assert zanith("recover", "list").out == "Nothing is kept.\n"


def test_a_reason_that_is_refused_by_name_is_refused_whatever_it_scores(
    shop: Shop, zanith: Zanith
) -> None:
    shop.migration(ADD_NOTE)

    named = zanith("migrate", "plan", "--fail-on", "adds_nullable_column")
    unknown = zanith("migrate", "plan", "--fail-on", "adds_nullable_colum")

    assert (named.code, unknown.code) == (3, 2)


def test_a_required_column_without_a_value_for_existing_rows_is_blocked(
    shop: Shop, zanith: Zanith
) -> None:
    shop.declare("20_people.sql", ("last_login timestamptz,", "last_login timestamptz NOT NULL,"))

    generated = zanith("migrate", "generate", "--name", "login")
    refused = zanith("migrate", "up", "--max-risk", "100")
    (path,) = (shop.folder / "migrations").glob("*.yaml")
    path.unlink()
    again = zanith("migrate", "generate", "--name", "login", "--backfill", "users.last_login=now()")
    applied = zanith("migrate", "up")

    assert "needed: --backfill public.users.last_login=EXPRESSION" in generated.err
    assert "needed" not in again.err
    assert (refused.code, applied.code) == (3, 0)
    assert shop.count("SELECT count(*) FROM users WHERE last_login IS NOT NULL") == 300


def test_rows_that_break_a_rule_are_counted_before_anything_is_written(
    shop: Shop, zanith: Zanith
) -> None:
    shop.migration(
        "operations:\n  - op: alterColumnNullable\n    table: public.users\n"
        "    column: legacy_uuid\n    nullable: false\n"
    )
    shop.db.execute("UPDATE users SET legacy_uuid = NULL WHERE email LIKE 'user1_@%'")

    planned = zanith("migrate", "plan", "--max-risk", "100")

    assert planned.code == 3
    assert "10 " in planned.out
    assert "BLOCKED" in planned.out


def test_a_rehearsal_that_does_not_end_as_declared_is_5(shop: Shop, zanith: Zanith) -> None:
    shop.migration(ADD_NOTE)

    verified = zanith("migrate", "verify", "--out", "evidence.json")
    applied = zanith("migrate", "up")
    claimed = zanith("migrate", "up", "--verified", "evidence.json")

    assert (verified.code, applied.code, claimed.code) == (5, 5, 3)
    assert "public.orders.note" in verified.out
    assert not has_ledger(shop)


def test_evidence_of_another_plan_is_no_evidence(shop: Shop, zanith: Zanith) -> None:
    (shop.folder / "declared").rename(shop.folder / "other")
    (shop.folder / "zanith.toml").write_text("")
    shop.migration(ADD_NOTE)
    zanith("migrate", "verify", "--out", "evidence.json")
    shop.migration(ADD_NOTE.replace("text", "bytea"))

    other = zanith("migrate", "up", "--verified", "evidence.json")
    broken = zanith("migrate", "up", "--verified", str(shop.folder / "other" / "10_types.sql"))

    assert other.code == 0
    assert "rehearsed in" in other.err, "it was rehearsed anew"
    assert broken.code == 2


def test_a_change_by_hand_is_drift_with_4_until_it_is_adopted(shop: Shop, zanith: Zanith) -> None:
    fresh = zanith("migrate", "drift")
    zanith("migrate", "adopt")
    shop.db.execute("CREATE INDEX by_hand ON users (created_at)")
    shop.migration(ADD_NOTE)

    drift = zanith("migrate", "drift", "--format", "json")
    applied = zanith("migrate", "up")
    adopted = zanith("migrate", "adopt")
    clean = zanith("migrate", "drift")

    assert (fresh.code, drift.code, applied.code, adopted.code, clean.code) == (0, 4, 4, 0, 0)
    assert drift.data["changed"] == ["table public.users"]
    assert "table public.users" in applied.err
    assert shop.count("SELECT count(*) FROM _zanith_migrations") == 0


def test_a_lock_that_another_runner_holds_is_6(shop: Shop, zanith: Zanith) -> None:
    zanith("migrate", "generate", "--name", "x")
    assert advisory.try_lock(shop.db, advisory.key(shop.db))

    applied = zanith("migrate", "up")

    assert applied.code == 6, applied.err
    assert f"Backend {shop.db.info.backend_pid}" in applied.err
    assert not has_ledger(shop)


def test_a_target_of_a_studio_is_refused_unless_glass_is_broken(shop: Shop, zanith: Zanith) -> None:
    endpoint = Endpoint.from_url(shop.url)
    api.manage(endpoint, keeper="studio.example", actor="admin")
    zanith("migrate", "generate", "--name", "x")

    refused = [zanith("migrate", *words) for words in (("up",), ("down",), ("adopt",))]
    planned = zanith("migrate", "plan")
    applied = zanith("migrate", "up", "--break-glass", "the studio is down")

    assert [result.code for result in refused] == [2, 2, 2]
    assert "studio.example" in refused[0].err
    assert (planned.code, applied.code) == (0, 0)
    assert "dee (broke the glass: the studio is down)" in zanith("migrate", "history").out


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("type: text", "type: 5", "column.type: expected text, got a number"),
        ("addColumn", "addColunm", "Did you mean addColumn"),
        ("public.orders", "public.ordres", "by_hand.yaml:2: operation 1: "),
        ("type: text", 'type: "te\\0xt"', "NUL byte"),
        ("name: note", "name: " + "n" * 64, "64 bytes"),
        ("name: note", "name: &a note", "anchor &a"),
        ("text}", "text}\n" + "#" * (2 << 20), "1,048,577 bytes"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_nothing_is_written(
    shop: Shop, zanith: Zanith, was: str, becomes: str, says: str
) -> None:
    shop.migration(ADD_NOTE.replace(was, becomes))

    for command in ("plan", "verify", "up"):
        result = zanith("migrate", command)

        assert result.code == 1
        assert says in result.err
        assert "20260101_000000_by_hand.yaml" in result.err
    assert not has_ledger(shop)


def test_an_unknown_column_is_named_with_file_and_line(shop: Shop, zanith: Zanith) -> None:
    path = shop.migration(
        ADD_NOTE + "  - op: softDropColumn\n    table: public.users\n    column: legacy\n"
    )

    planned = zanith("migrate", "plan")

    assert planned.code == 1
    assert f"{path.relative_to(shop.folder)}:5: operation 2: softDropColumn: " in planned.err
    assert "public.users.legacy does not exist" in planned.err


def test_a_file_edited_after_its_run_began_does_not_go_on(shop: Shop, zanith: Zanith) -> None:
    text = (
        "operations:\n  - {op: addColumn, table: public.users, column: {name: n, type: integer}}\n"
        "  - {op: backfill, table: public.users, column: n,"
        " expression: int4up(1 / (length(email) - 17))}\n"
    )
    path = shop.migration(text)
    (shop.folder / "zanith.toml").write_text("")
    failed = zanith("migrate", "up")
    path.write_text(text.replace("- 17", "+ 1"))

    edited = zanith("migrate", "up")
    status = zanith("migrate", "status")
    undone = zanith("migrate", "down", "--allow-destructive")
    applied = zanith("migrate", "up")

    assert (failed.code, edited.code, undone.code, applied.code) == (1, 1, 0, 0)
    assert "was edited after its run began" in edited.err
    assert "file edited since" in status.out
    assert shop.count("SELECT count(*) FROM users WHERE n IS NOT NULL") == 300


def test_a_run_that_is_given_up_is_closed_on_the_record(shop: Shop, zanith: Zanith) -> None:
    shop.migration(
        "operations:\n  - {op: addColumn, table: public.users, column: {name: n, type: integer}}\n"
        "  - {op: backfill, table: public.users, column: n,"
        " expression: int4up(1 / (length(email) - 17))}\n"
    )
    (shop.folder / "zanith.toml").write_text("")
    zanith("migrate", "up")

    adopted = zanith("migrate", "adopt")
    closed = zanith("migrate", "close", "--reason", "another way was found")
    twice = zanith("migrate", "close", "--reason", "again")
    drift = zanith("migrate", "drift")

    assert (adopted.code, closed.code, twice.code, drift.code) == (1, 0, 2, 0)
    assert "closed" in zanith("migrate", "history").out


# Ctrl-C ---------------------------------------------------------------------------------------


def test_ctrl_c_stops_on_the_record_and_the_next_up_goes_on(
    shop: Shop,
    zanith: Zanith,
    command: Callable[..., subprocess.Popen[str]],
) -> None:
    shop.migration(ADD_NOTE)
    (shop.folder / "zanith.toml").write_text("[policy]\nverify = false\n")
    with psycopg.connect(shop.url) as reader:
        reader.execute("SELECT count(*) FROM public.orders")  # its lock stays until the end
        process = command("migrate", "up")
        assert process.stderr is not None
        waits = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    status = zanith("migrate", "status", "--format", "json").data["migrations"][0]
    resumed = zanith("migrate", "up")

    assert "waits for a lock" in waits
    assert process.returncode == 1
    assert "STILL TRUE: 0 of 1 step done, the lock is released" in err
    assert ("addColumn  public.orders.note" in out, status["state"]) == (True, "cancelled")
    assert resumed.code == 0
    assert shop.count("SELECT count(*) FROM _zanith_migrations") == 1


def test_the_module_runs_by_itself_and_says_its_help() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "migrate_core.cli", "--help"],
        cwd=Path(DEMO).parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert "Exit codes: 0 fine" in done.stdout


def test_a_restore_that_was_stopped_goes_on_by_the_same_command(
    shop: Shop, zanith: Zanith, command: Callable[..., subprocess.Popen[str]]
) -> None:
    zanith("migrate", "generate", "--name", "x")
    zanith("migrate", "up")
    with psycopg.connect(shop.url) as reader:
        reader.execute("SELECT count(*) FROM public.users")
        process = command("recover", "restore-column", "users.legacy_uuid")
        assert process.stderr is not None
        waits = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    up = zanith("migrate", "up")
    restored = zanith("recover", "restore-column", "users.legacy_uuid")

    assert "waits for a lock" in waits
    assert (process.returncode, up.code, restored.code) == (1, 1, 0)
    assert "a restore of an artifact stopped half-way" in up.err
    assert shop.count("SELECT count(*) FROM users WHERE legacy_uuid IS NOT NULL") == 300
