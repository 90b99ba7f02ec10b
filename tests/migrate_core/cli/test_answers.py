"""Questions that two schemas cannot answer: by option, on a terminal, or left open."""

from __future__ import annotations

import io
import sys

import pytest

from tests.migrate_core.cli.conftest import Shop, Zanith

pytestmark = pytest.mark.db

RENAMED = ("    phone varchar(32),\n", "    telephone varchar(32),\n")
GENERATE = ("migrate", "generate", "--name", "x", "--format", "json")


def kinds(data: dict[str, list[dict[str, str]]]) -> list[str]:
    return [operation["op"] for operation in data["operations"]]


@pytest.fixture
def renamed(shop: Shop) -> Shop:
    """Only a column of customers has another name; users is declared as it is."""
    shop.declare("20_people.sql", RENAMED)
    shop.declare(
        "20_people.sql",
        ("    last_login timestamptz,\n", "    legacy_uuid uuid,\n"),
        ("CREATE INDEX users_last_login_idx ON public.users (last_login);\n", ""),
    )
    return shop


def test_an_unanswered_rename_is_listed_and_is_a_soft_drop(renamed: Shop, zanith: Zanith) -> None:
    found = zanith(*GENERATE)

    assert kinds(found.data) == ["addColumn", "softDropColumn"]
    assert "--rename public.customers.phone=telephone" in found.err
    assert [q["new"] for q in found.data["questions"]] == ["telephone"]


@pytest.mark.parametrize("old", ["customers.phone", "public.customers.phone"])
def test_a_rename_by_option_is_a_rename(renamed: Shop, zanith: Zanith, old: str) -> None:
    found = zanith(*GENERATE, "--rename", f"{old}=telephone")

    assert kinds(found.data) == ["renameColumn"]
    assert found.data["questions"] == []


def test_a_comment_in_the_declared_sql_answers_once_and_for_all(
    renamed: Shop, zanith: Zanith
) -> None:
    said = (RENAMED[1], RENAMED[1].rstrip("\n") + " -- renamed from: phone\n")
    renamed.declare("20_people.sql", said)

    found = zanith(*GENERATE)

    assert kinds(found.data) == ["renameColumn"]
    assert found.data["questions"] == []


def test_zanith_toml_answers_too(renamed: Shop, zanith: Zanith) -> None:
    toml = renamed.folder / "zanith.toml"
    toml.write_text(f'{toml.read_text()}\n[renames]\n"public.customers.telephone" = "phone"\n')

    assert kinds(zanith(*GENERATE).data) == ["renameColumn"]


def test_a_table_is_renamed_by_option_too(shop: Shop, zanith: Zanith) -> None:
    path = shop.folder / "declared" / "50_staff.sql"
    path.write_text(path.read_text().replace("audit_notes", "staff_notes"))

    found = zanith(*GENERATE, "--rename", "audit_notes=staff_notes")

    assert "renameTable" in kinds(found.data)
    assert not {"softDropTable", "createTable"} & set(kinds(found.data))


@pytest.mark.parametrize(
    "option",
    [
        ("--rename", "customers.fax=telephone"),
        ("--rename", "nowhere.phone=telephone"),
        ("--rename", "audit_notes=nowhere"),
        ("--backfill", "users.nothing=1"),
        ("--backfill", "nothing.at.all.x=1"),
    ],
)
def test_an_answer_to_what_nobody_asked_is_misuse(
    renamed: Shop, zanith: Zanith, option: tuple[str, str]
) -> None:
    found = zanith(*GENERATE, *option)

    assert found.code == 2
    assert found.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("y\n", ["renameColumn"]), ("n\n\n", ["addColumn", "softDropColumn"])],
)
def test_on_a_terminal_the_question_is_asked(
    renamed: Shop,
    zanith: Zanith,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    wanted: list[str],
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", screen)

    found = zanith("migrate", "generate", "--name", "x")

    assert found.code == 0
    assert [line.split()[1] for line in found.out.splitlines() if line.startswith("  0")] == wanted
    assert "Is telephone the new name of public.customers.phone" in screen.getvalue()


def test_what_is_pending_counts_as_applied(renamed: Shop, zanith: Zanith) -> None:
    zanith("migrate", "generate", "--name", "first", "--rename", "customers.phone=telephone")

    found = zanith("migrate", "generate", "--name", "second")

    assert "pending already: " in found.err
    assert "Nothing to generate" in found.out


def test_a_new_migration_runs_after_those_whose_clock_was_ahead(
    renamed: Shop, zanith: Zanith
) -> None:
    shop = renamed
    shop.migration(
        "operations:\n  - {op: addColumn, table: public.users, column: {name: n, type: integer}}\n",
        id="20990101_000000_ahead",
    )

    found = zanith("migrate", "generate", "--name", "second")

    assert found.code == 0
    assert [p.name for p in sorted((shop.folder / "migrations").glob("*.yaml"))] == [
        "20990101_000000_ahead.yaml",
        "20990101_000001_second.yaml",
    ]
