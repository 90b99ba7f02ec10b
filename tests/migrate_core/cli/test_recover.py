"""What is kept, on the command line: put back into what is live, and cleaned up once it expired."""

from __future__ import annotations

from typing import Any

import pytest

from tests.migrate_core.cli.conftest import Shop, Zanith

SOFT_DROP = """
operations:
- op: softDropColumn
  table: public.users
  column: legacy_uuid
"""
ARTIFACTS = "_zanith_migration_artifacts"


@pytest.fixture
def parked(shop: Shop, zanith: Zanith) -> Shop:
    """users.legacy_uuid is parked, and there is another one of that name."""
    shop.migration(SOFT_DROP)
    (shop.folder / "zanith.toml").write_text("[policy]\nverify = false\n")
    assert zanith("migrate", "up").code == 0
    shop.db.execute("ALTER TABLE users ADD legacy_uuid uuid")
    own = "UPDATE users SET legacy_uuid = gen_random_uuid() WHERE email = 'user{}@example.com'"
    for number in (1, 2):
        shop.db.execute(own.format(number).encode())
    return shop


def expire(shop: Shop, age: str) -> None:
    """Since so long; the ledger itself refuses to be told so."""
    shop.db.execute(f"ALTER TABLE {ARTIFACTS} DISABLE TRIGGER _zanith_forward".encode())
    shop.db.execute(f"UPDATE {ARTIFACTS} SET expires_at = now() - interval '{age}'".encode())
    shop.db.execute(f"ALTER TABLE {ARTIFACTS} ENABLE TRIGGER _zanith_forward".encode())


def adopted(zanith: Zanith) -> None:
    """A column made by hand is drift until it is said to be meant."""
    assert zanith("migrate", "adopt").code == 0


def test_a_restore_whose_name_is_taken_points_to_reseed(parked: Shop, zanith: Zanith) -> None:
    refused = zanith("recover", "restore-column", "users.legacy_uuid")

    assert refused.code == 1
    assert "zanith recover reseed" in refused.err


def test_reseed_says_what_it_will_do_and_fills_what_is_lacking(
    parked: Shop, zanith: Zanith
) -> None:
    adopted(zanith)
    looked = zanith("recover", "reseed", "users.legacy_uuid", "--dry-run", "--format", "json")
    before = parked.count("SELECT count(legacy_uuid) FROM users")
    done = zanith("recover", "reseed", "users.legacy_uuid")

    assert (looked.code, before) == (0, 2)
    assert (looked.data["rows_filled"], looked.data["rows_conflicting"]) == (298, 2)
    assert len(looked.data["conflicting_keys"]) == 2
    assert done.code == 0, done.err
    assert "rows with another value, left as they are" in done.out
    assert parked.count("SELECT count(legacy_uuid) FROM users") == 300
    (kept,) = zanith("recover", "list", "--format", "json").data
    assert kept["status"] == "kept"


def test_overwriting_wants_the_name_typed_out(parked: Shop, zanith: Zanith) -> None:
    adopted(zanith)
    (kept,) = zanith("recover", "list", "--format", "json").data
    differing = (
        f"SELECT count(*) FROM users WHERE legacy_uuid IS DISTINCT FROM {kept['physical_column']}"
    )
    reseed = ("recover", "reseed", "users.legacy_uuid", "--overwrite")

    unnamed = zanith(*reseed)
    misnamed = zanith(*reseed, "--confirm", "users")
    untouched = parked.count(differing)
    done = zanith(*reseed, "--confirm", "public.users.legacy_uuid")

    assert (unnamed.code, misnamed.code, untouched) == (2, 2, 300)
    assert done.code == 0, done.err
    assert parked.count(differing) == 0


def cleanup(zanith: Zanith, *options: str) -> Any:
    return zanith("recover", "cleanup", *options, "--format", "json")


def sources(rows: list[dict[str, Any]]) -> list[str]:
    return [row["source"] for row in rows]


def test_what_has_expired_stays_for_its_grace_and_goes_only_when_asked(
    parked: Shop, zanith: Zanith
) -> None:
    adopted(zanith)
    name = "public.users.legacy_uuid"
    fresh = cleanup(zanith)
    expire(parked, "6 days")
    in_grace = cleanup(zanith, "--confirm", "purge 1")
    listed = zanith("recover", "list")
    expire(parked, "8 days")
    dry = cleanup(zanith, "--dry-run")
    younger = cleanup(zanith, "--older-than", "1d", "--confirm", "purge 1")
    unasked = zanith("recover", "cleanup")
    wrong = zanith("recover", "cleanup", "--confirm", "purge 2")
    kept = parked.count(f"SELECT count(*) FROM {ARTIFACTS} WHERE status = 'kept'")
    done = cleanup(zanith, "--confirm", "purge 1")

    assert fresh.data == {"overdue": [], "in_grace": [], "expires_soon": [], "purged": []}
    assert (sources(in_grace.data["in_grace"]), in_grace.data["overdue"]) == ([name], [])
    assert "EXPIRED" in listed.out
    assert "zanith recover cleanup" in listed.err
    assert sources(dry.data["overdue"]) == [name]
    assert younger.data["overdue"] == []  # parked today
    assert (unasked.code, wrong.code, kept) == (2, 2, 1)
    assert name in unasked.out
    assert "Nothing was destroyed" in wrong.err
    assert done.code == 0, done.err
    assert [one["source"] for one in done.data["purged"]] == [name]
    assert parked.count(f"SELECT count(*) FROM {ARTIFACTS} WHERE status = 'purged'") == 1
    assert zanith("recover", "list", "--format", "json").data == []


def test_the_days_of_grace_are_the_projects(parked: Shop, zanith: Zanith) -> None:
    adopted(zanith)
    expire(parked, "8 days")
    file = parked.folder / "zanith.toml"
    file.write_text("[recovery]\ngrace_days = 30\n")
    longer = cleanup(zanith, "--dry-run").data["overdue"]
    file.write_text("[recovery]\ngrace_days = -1\n")
    wrong = zanith("recover", "cleanup", "--dry-run")

    assert longer == []
    assert wrong.code == 2
    assert "recovery.grace_days" in wrong.err


# Nothing goes for good without consent by name ----------------------------------------------

LOSING = {
    "dropColumn": (
        "- op: dropColumn\n  table: public.users\n  column: legacy_uuid\n",
        "users.legacy_uuid",
    ),
    "dropTable": ("- op: dropTable\n  name: public.spare\n", "spare"),
    "rawSql": ("- op: rawSql\n  sql: DROP TABLE public.spare\n", "DROP TABLE public.spare"),
    "rawSql column": (
        "- op: rawSql\n  label: tidy up\n  sql: ALTER TABLE public.users DROP legacy_uuid\n",
        "tidy up",
    ),
    "rawSql delete": (
        "- op: rawSql\n  sql: DELETE FROM public.users\n",
        "DELETE FROM public.users",
    ),
}


@pytest.mark.parametrize("way", LOSING)
def test_what_keeps_nothing_is_refused_without_consent_by_name(
    shop: Shop, zanith: Zanith, way: str
) -> None:
    text, name = LOSING[way]
    shop.migration("operations:\n" + text)
    (shop.folder / "zanith.toml").write_text("[policy]\nverify = false\n")
    shop.db.execute("CREATE TABLE public.spare AS SELECT generate_series(1, 300) AS id")
    there = "SELECT least(count(legacy_uuid), (SELECT count(*) FROM spare)) FROM users"

    unasked = zanith("migrate", "up")
    misnamed = zanith("migrate", "up", "--allow-destructive=orders")
    kept = shop.count(there)
    planned = zanith("migrate", "plan", f"--allow-destructive={name}")
    done = zanith("migrate", "up", f"--allow-destructive={name}")

    assert (unasked.code, misnamed.code, kept) == (3, 3, 300)
    assert "loses data for good" in unasked.err
    assert "--allow-destructive=" in unasked.err
    assert planned.code == 0, planned.out
    assert done.code == 0, done.err


def test_a_down_that_drops_a_filled_column_is_refused_without_consent(
    shop: Shop, zanith: Zanith
) -> None:
    shop.migration(
        "operations:\n- op: addColumn\n  table: public.users\n"
        "  column: {name: note, type: text, default: '''x'''}\n"
    )
    (shop.folder / "zanith.toml").write_text("[policy]\nverify = false\n")
    assert zanith("migrate", "up").code == 0

    unasked = zanith("migrate", "down")
    misnamed = zanith("migrate", "down", "--allow-destructive=users")
    kept = shop.count("SELECT count(note) FROM users")
    done = zanith("migrate", "down", "--allow-destructive=users.note")

    assert (unasked.code, misnamed.code, kept) == (3, 3, 300)
    assert done.code == 0, done.err


def test_at_a_terminal_the_name_is_typed_even_where_all_was_allowed(
    shop: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.migration("operations:\n" + LOSING["dropColumn"][0])
    (shop.folder / "zanith.toml").write_text("[policy]\nverify = false\n")
    monkeypatch.setattr("migrate_core.cli.console.consent.is_terminal", lambda: True)
    typed = iter(["users\n", "users.legacy_uuid\n"])
    monkeypatch.setattr("sys.stdin.readline", lambda: next(typed), raising=False)

    refused = zanith("migrate", "up", "--allow-destructive")
    kept = shop.count("SELECT count(legacy_uuid) FROM users")
    done = zanith("migrate", "up", "--allow-destructive")

    assert (refused.code, kept) == (3, 300)
    assert "Type its name" in refused.err
    assert done.code == 0, done.err


def test_a_column_comes_back_beside_the_one_that_has_its_name(parked: Shop, zanith: Zanith) -> None:
    adopted(zanith)
    restore = ("recover", "restore-column", "users.legacy_uuid")

    refused = zanith(*restore)
    looked = zanith(*restore, "--as", "legacy_uuid_before", "--dry-run", "--format", "json")
    done = zanith(*restore, "--as", "legacy_uuid_before")

    assert refused.code == 1
    assert "--as NAME" in refused.err
    assert "blockers" not in looked.data
    assert done.code == 0, done.err
    assert parked.count("SELECT count(legacy_uuid_before) FROM users") == 300
    assert parked.count("SELECT count(legacy_uuid) FROM users") == 2
