from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from migrate_core.declared import commands
from migrate_core.declared.commands import environment, run_build, run_command, url_of
from migrate_core.declared.schema import DeclaredSchema, read_declared
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import BuildSource, CommandSource
from migrate_core.errors import DeclaredError
from migrate_core.pg.connect import Endpoint

ROOT = Path(__file__).resolve().parents[3]
PYTHON = sys.executable
Read = Callable[[CommandSource | BuildSource], DeclaredSchema]


@pytest.fixture
def read(shadow: ShadowServer) -> Read:
    return lambda source: read_declared(source, shadow, major=shadow.version)


def names(declared: DeclaredSchema) -> set[str]:
    return {table.name.name for table in declared.graph.tables}


def python(code: str, cwd: Path) -> CommandSource:
    return CommandSource((PYTHON, "-c", code), str(cwd))


@pytest.mark.db
def test_what_a_command_writes_is_the_schema(read: Read, tmp_path: Path) -> None:
    (tmp_path / "schema.txt").write_text("CREATE TABLE t (a int);")

    declared = read(CommandSource(("cat", "schema.txt"), str(tmp_path)))

    assert names(declared) == {"t"}
    assert declared.files == (("output of cat schema.txt", "CREATE TABLE t (a int);"),)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; print('half'); sys.exit('it broke')", "failed with exit code 1"),
        ("pass", "wrote no schema"),
        ("print('-- x' * 2_000_000)", "is larger than 5 MB"),
    ],
)
def test_a_command_that_gives_no_whole_schema_is_refused(
    tmp_path: Path, code: str, says: str
) -> None:
    with pytest.raises(DeclaredError, match=says):
        run_command(python(code, tmp_path))


def test_what_a_failed_command_said_last_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclaredError) as refused:
        run_command(python("import sys; sys.exit('it broke')", tmp_path))

    assert refused.value.detail == "it broke"


@pytest.mark.parametrize("cwd", ["", "nowhere"])
def test_a_command_that_does_not_exist_is_named(tmp_path: Path, cwd: str) -> None:
    with pytest.raises(DeclaredError, match="no-such-program could not be started"):
        run_command(CommandSource(("no-such-program",), str(tmp_path / cwd)))


def test_a_command_that_never_ends_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        'forever = \'import signal; pipe = open("pipe", "w"); signal.pause()\'\n'
        "subprocess.Popen([sys.executable, '-c', forever]).wait()"
    )
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(DeclaredError, match=r"took longer than 2 seconds"):
        run_command(python(code, tmp_path), seconds=2)

    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # comes when the last process that could write is gone
    os.close(reader)


def test_credentials_of_real_databases_are_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "ZANITH_TARGET_URL",
        "SHADOW_URL",
        "DATABASE_URL",
        "PGPASSWORD",
        "ZANITH_SECRET_KEY",
    ):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("HARMLESS", "kept")

    given = environment((("ADDED", "1"),))

    assert "canary" not in given.values()
    assert (given["HARMLESS"], given["ADDED"]) == ("kept", "1")


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint(dbname="d b", host="/tmp/a b", user="u@x", password="p/:?#", port=5433),
        Endpoint(dbname="d", host="db.example", user="u", password="p", sslmode="require"),
    ],
)
def test_the_url_means_what_the_endpoint_says(endpoint: Endpoint) -> None:
    said: dict[str, Any] = conninfo_to_dict(url_of(endpoint))

    for name in ("dbname", "host", "user", "password", "sslmode"):
        assert said.get(name, "") == getattr(endpoint, name)
    assert int(said["port"]) == endpoint.port


@pytest.mark.db
def test_a_build_command_finds_its_database_in_three_ways(read: Read, tmp_path: Path) -> None:
    code = (
        "import os, sys, psycopg\n"
        "for n, where in enumerate([sys.argv[1], os.environ['DATABASE_URL'], '']):\n"
        "    with psycopg.connect(where) as conn:\n"
        "        conn.execute(f'CREATE TABLE t{n} (a int)')\n"
    )

    declared = read(BuildSource((PYTHON, "-c", code, "{url}"), str(tmp_path)))

    assert names(declared) == {"t0", "t1", "t2"}


@pytest.mark.db
def test_a_failed_build_says_why_without_the_password(shadow: ShadowServer, tmp_path: Path) -> None:
    code = "import os, sys; sys.exit('cannot reach ' + os.environ['DATABASE_URL'])"
    source = BuildSource((PYTHON, "-c", code, "{url}"), str(tmp_path))
    with shadow.database() as scratch:
        with pytest.raises(DeclaredError, match="failed with exit code 1") as refused:
            run_build(source, scratch.endpoint)
        assert scratch.endpoint.password not in str(refused.value)

    assert "cannot reach postgresql://" in refused.value.detail


@pytest.mark.db
def test_djangos_migrate_is_a_build_command(read: Read, tmp_path: Path) -> None:
    """Of this very project, with the settings it has, against the scratch database."""
    kept = {k: v for k, v in os.environ.items() if k.startswith(("ZANITH_", "REDIS_"))}
    manage = str(ROOT / "manage.py")
    source = BuildSource(
        (PYTHON, manage, "migrate", "--verbosity=0"), str(ROOT), tuple(kept.items())
    )

    declared = read(source)

    assert {"auth_user", "auth_group", "django_migrations"} <= names(declared)
    assert read(source).graph == declared.graph


@pytest.mark.db
def test_alembics_upgrade_head_is_a_build_command(read: Read, tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").write_text(
        "import os\n"
        "from alembic import context\n"
        "from sqlalchemy import create_engine\n"
        "url = os.environ['DATABASE_URL'].replace('postgresql://', 'postgresql+psycopg://')\n"
        "with create_engine(url).connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n"
        "        context.run_migrations()\n"
    )
    (versions / "0001_first.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision, down_revision = '0001', None\n"
        "def upgrade():\n"
        "    op.create_table('account', sa.Column('id', sa.Integer, primary_key=True),\n"
        "                    sa.Column('email', sa.String(80), nullable=False, unique=True))\n"
    )

    declared = read(BuildSource((PYTHON, "-m", "alembic", "upgrade", "head"), str(tmp_path)))

    assert names(declared) == {"account", "alembic_version"}


def test_the_time_a_command_has_is_bounded() -> None:
    assert commands.COMMAND_SECONDS <= 120


@pytest.mark.db
def test_a_build_command_cannot_reach_more_than_its_own_database(
    shadow: ShadowServer, tmp_path: Path
) -> None:
    code = (
        "import os, psycopg\n"
        "with psycopg.connect(os.environ['DATABASE_URL']) as conn:\n"
        "    conn.execute('CREATE ROLE eve')"
    )
    with (
        shadow.database() as scratch,
        pytest.raises(DeclaredError, match="failed with exit code") as refused,
    ):
        run_build(BuildSource((PYTHON, "-c", code), str(tmp_path)), scratch.endpoint)

    assert "permission denied to create role" in refused.value.detail
