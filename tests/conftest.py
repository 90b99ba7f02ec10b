"""Fixtures of every test: databases, the studio's processes, a browser."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from studio.embedded import Postgres
from studio.server import temporary_folder
from tests import chromium, plugin
from tests.processes import StudioProcess, celery_worker, reconciler, web_server


@pytest.fixture(scope="session")
def server_url() -> str:
    """The main server, as its superuser: where databases are made."""
    return os.environ["ZANITH_TEST_SERVER_URL"]


@pytest.fixture(scope="session")
def shadow_url() -> str:
    """The shadow server, as the provisioner: CREATEDB CREATEROLE, no superuser."""
    return os.environ["SHADOW_URL"]


@pytest.fixture(scope="session")
def shadow_admin_url() -> str:
    """The shadow server, as its superuser."""
    return os.environ["ZANITH_TEST_SHADOW_ADMIN_URL"]


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Where everything random starts; `--seed` repeats it."""
    return int(request.config.option.seed)


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the larger sizes were asked for."""
    return bool(request.config.option.full)


# Databases ----------------------------------------------------------------------------------


class Administration:
    """A session on one server that makes databases there and drops those that are done with.

    They are dropped when the next one is made: their sessions are gone by then, and nobody
    waits for them to go.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._conn: psycopg.Connection | None = None
        self._left: list[str] = []

    def make(self) -> str:
        self.sweep()
        name = f"t_{secrets.token_hex(6)}"
        self._execute("CREATE DATABASE {} TEMPLATE template0", name)
        return name

    def leave(self, name: str) -> None:
        self._left.append(name)

    def sweep(self) -> None:
        for name in list(self._left):
            with suppress(psycopg.errors.ObjectInUse):  # somebody is slow to go: next time
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
                self._left.remove(name)

    def _execute(self, statement: LiteralString, name: str) -> None:
        whole = sql.SQL(statement).format(sql.Identifier(name))
        if self._conn is not None:
            with suppress(psycopg.OperationalError):  # a test may have ended it
                self._conn.execute(whole)
                return
        self._conn = psycopg.connect(self.url, autocommit=True)
        self._conn.execute(whole)


_ADMINISTRATIONS: dict[str, Administration] = {}


@pytest.fixture(scope="session", autouse=True)
def swept() -> Iterator[None]:
    """A server of the user's own is left as it was."""
    yield
    for administration in _ADMINISTRATIONS.values():
        with suppress(psycopg.OperationalError):  # a server of ours is gone already
            administration.sweep()


class Databases:
    """Fresh databases on one server, done with together."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._administration = _ADMINISTRATIONS.setdefault(url, Administration(url))
        self._stack = ExitStack()

    def make(self, ddl: str = "") -> psycopg.Connection:
        """A connection in autocommit to a new database that holds the DDL."""
        name = self._administration.make()
        self._stack.callback(self._administration.leave, name)
        conn = psycopg.connect(make_conninfo(self.url, dbname=name), autocommit=True)
        self._stack.callback(conn.close)
        if ddl:
            conn.execute(ddl.encode())
        return conn

    def drop(self) -> None:
        self._stack.close()


@pytest.fixture
def make_db(server_url: str) -> Iterator[Callable[..., psycopg.Connection]]:
    """make_db(ddl="") -> a connection to a fresh database on the main server."""
    databases = Databases(server_url)
    yield databases.make
    databases.drop()


@pytest.fixture(scope="session")
def url_on(server_url: str) -> Iterator[Callable[[int], str]]:
    """url_on(major) -> the superuser's URL of a server of that major, started on first use."""
    started: dict[int, Postgres] = {}
    folder = temporary_folder()

    def url(major: int) -> str:
        if major == int(os.environ["ZANITH_TEST_MAJOR"]):
            return server_url
        if major not in started:
            server = Postgres(
                folder / str(major),
                name=f"postgres{major}",
                bin_folder=plugin.bin_folders()[major],
                durable=False,
                settings=plugin.SETTINGS,
            )
            started[major] = server.start()
        return started[major].url()

    yield url
    for server in started.values():
        server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def make_db_on(url_on: Callable[[int], str]) -> Iterator[Callable[..., psycopg.Connection]]:
    """make_db_on(major, ddl="") -> as make_db, on a server of that major.

    A test that takes `major` as well runs once for every major of the session.
    """
    with ExitStack() as stack:

        def make(major: int, ddl: str = "") -> psycopg.Connection:
            databases = Databases(url_on(major))
            stack.callback(databases.drop)
            return databases.make(ddl)

        yield make


# The studio's processes ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def process_environment(django_db_setup: None) -> dict[str, str]:
    """What the studio's own processes get: ours, on Django's test database."""
    url = os.environ["DATABASE_URL"].replace("/studio?", f"/{connection.settings_dict['NAME']}?")
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}
    del environment["DJANGO_ALLOW_ASYNC_UNSAFE"]  # they must prove that they do without
    return environment


@pytest.fixture(scope="session")
def _web(
    process_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StudioProcess]:
    server = web_server(process_environment, tmp_path_factory.mktemp("web"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def studio_server(_web: StudioProcess, transactional_db: None) -> str:
    """The address of a uvicorn process on the test database, one for the session."""
    if not _web.is_running():
        _web.start()
    return _web.address


@pytest.fixture
def studio_web(_web: StudioProcess, studio_server: str) -> StudioProcess:
    """The same process, to be killed and started by a test."""
    return _web


@pytest.fixture
def studio_worker(
    process_environment: dict[str, str], transactional_db: None, tmp_path: Path
) -> Iterator[StudioProcess]:
    """A Celery worker on the queues `apply` and `light`: .kill(), .start(), .stop(), .log."""
    worker = celery_worker(process_environment, tmp_path)
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture
def studio_reconciler(
    process_environment: dict[str, str], transactional_db: None, tmp_path: Path
) -> Iterator[StudioProcess]:
    """`manage.py reconcile`, as the supervisor runs it."""
    process = reconciler(process_environment, tmp_path)
    process.start()
    yield process
    process.stop()


# The browser --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def base_url() -> None:
    """Tests use whole addresses; the plugin's own fixture is a method, which pytest 9 warns of."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": chromium.find(),
        "args": chromium.launch_arguments(),
    }
