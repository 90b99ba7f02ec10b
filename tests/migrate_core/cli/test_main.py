from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

import psycopg
import pytest

from migrate_core import cli
from migrate_core.cli.console import failures
from migrate_core.errors import DriftError, MigrateError
from studio.management.commands.zanith import Command
from tests.migrate_core.cli.conftest import Zanith

DOCUMENTED = Path(__file__).parents[3] / "docs" / "cli.md"
COMMANDS = [" ".join(path) for path, _module in cli.commands()]


def test_the_commands_are_those_of_the_tree() -> None:
    audit = "applied estimates failures recoverable risk schema slowest verify"
    migrate = (
        "adopt close down drift generate history mark-done plan skip soften status steer up verify"
    )
    recover = "cleanup export inspect list purge reseed restore-column restore-table"

    assert [
        *(f"audit {name}" for name in audit.split()),
        "diff",
        "explain",
        *(f"migrate {name}" for name in migrate.split()),
        *(f"recover {name}" for name in recover.split()),
    ] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_its_help_and_is_documented(zanith: Zanith, command: str) -> None:
    found = zanith(*command.split(), "--help")
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", found.out)) - {"--help"}
    text = DOCUMENTED.read_text(encoding="utf-8")

    assert found.code == 0
    assert f"zanith {command}" in text
    assert options <= set(re.findall(r"--[a-z-]+", text))


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("migrate",),
        ("migrat",),
        ("migrate", "up", "--steps", "0"),
        ("migrate", "up", "--steps", "1", "--to", "x"),
        ("migrate", "plan", "--max-risk", "many"),
        ("migrate", "generate"),
        ("migrate", "generate", "--name", "x", "--rename", "a"),
        ("migrate", "history", "--since", "soon"),
        ("recover", "export", "x", "--format", "xml"),
    ],
)
def test_misuse_is_2_and_says_why(zanith: Zanith, argv: tuple[str, ...]) -> None:
    found = zanith(*argv)

    assert found.code == 2
    assert "error: " in found.err
    assert found.out == ""


def test_a_missing_setting_is_misuse_that_names_it(
    zanith: Zanith, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZANITH_TARGET_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://not/used")

    found = zanith("migrate", "status")

    assert found.code == 2
    assert "ZANITH_TARGET_URL" in found.err


def args(format: str = "text", *, debug: bool = False) -> Namespace:
    return Namespace(format=format, debug=debug, streams=False)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (DriftError("a", detail="B.", hint="C.", still_true="D."), 4, "ERROR: a\nDETAIL: B."),
        (psycopg.errors.DiskFull("full"), 1, "SQLSTATE: 53100"),
        (psycopg.OperationalError("server closed the connection"), 1, "connection to the database"),
        (FileExistsError(17, "File exists", "x.yaml"), 1, '"x.yaml": File exists'),
        (KeyboardInterrupt(), 1, "interrupted"),
        (ZeroDivisionError("oops"), 1, "inside zanith: ZeroDivisionError: oops"),
    ],
)
def test_every_failure_has_words_and_a_code_and_no_traceback(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, says: str
) -> None:
    def work() -> int:
        raise error

    found = failures.guard(args(), work)
    err = capsys.readouterr().err

    assert found == code
    assert says in err
    assert "Traceback" not in err


def test_debug_shows_where_it_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise MigrateError("x")

    failures.guard(args(debug=True), work)

    assert "Traceback" in capsys.readouterr().err


def test_json_says_the_error_as_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise DriftError("x", hint="Y.")

    failures.guard(args("json"), work)

    assert '"exit_code": 4' in capsys.readouterr().out


def test_manage_py_zanith_is_the_same_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        Command().run_from_argv(["manage.py", "zanith", "migrate", "up", "--steps", "0"])

    assert stop.value.code == 2
    assert "--steps" in capsys.readouterr().err
