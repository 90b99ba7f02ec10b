"""Databases on one server: made, loaded, copied, dumped and dropped.

Nothing here is the engine's: what judges it shares no code with it but the look for a
pg_dump of the server's major.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import LiteralString, Self
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from migrate_core.verify import pg_dump

SECONDS = 60
MISSING_ROLE = re.compile(r'role "([^"]+)" does not exist')
# What a dump says that is no schema: its own headings, settings of the session that loads it.
NOISE = re.compile(
    r"""
    \s*$ | --$ | --\ (?:Name|TOC\ entry|Dependencies|Dumped|Data\ for|PostgreSQL\ database\ dump)
    | SET\ \w+\ =\ .*;$ | SELECT\ pg_catalog\.set_config\( | \\(?:un)?restrict\b
    """,
    re.VERBOSE,
)


class LoadError(Exception):
    """A schema of the case does not load."""


class Workbench:
    """One connection to one server as its superuser, and the databases of one case."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.conn = psycopg.connect(url, autocommit=True)
        self.made: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.conn.close()

    @cached_property
    def major(self) -> int:
        return self.conn.info.server_version // 10_000

    @cached_property
    def pg_dump(self) -> str:
        found = pg_dump.find(self.major)
        if found is None:
            raise LookupError(f"there is no pg_dump of PostgreSQL {self.major}")
        return found

    def url_of(self, name: str) -> str:
        """As a URL, because that is what every engine takes."""
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def make_roles(self, names: Iterable[str]) -> None:
        """Roles belong to the server; another case, or another process, may have made them."""
        for name in names:
            with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                self._administer("CREATE ROLE {}", name)

    def load(self, ddl: str) -> str:
        """A database made from template0 that holds the DDL: its name.

        Roles that it speaks of are made as PostgreSQL misses them: some suites take them for
        granted.

        Raises:
            LoadError: psql stopped at another error.
        """
        missed: set[str] = set()
        while True:
            name = self.copy("template0")
            said = self._psql(name, ddl)
            if not said:
                return name
            role = MISSING_ROLE.search(said)
            if role is None or role[1] in missed:
                raise LoadError(said)
            missed.add(role[1])
            self.make_roles([role[1]])

    def _psql(self, name: str, ddl: str) -> str:
        """What psql says where it stops at an error."""
        done = subprocess.run(
            [
                *(str(Path(self.pg_dump).with_name("psql")), "-X", "-q", "-w"),
                *("-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", self._public_url(name)),
            ],
            input=ddl.encode(),
            env=self._environment(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return done.stderr.decode(errors="replace").strip() if done.returncode else ""

    def copy(self, template: str) -> str:
        """Copied file by file, which is the fastest where nothing is flushed."""
        name = f"c_{secrets.token_hex(6)}"
        strategy: LiteralString = " STRATEGY file_copy" if self.major >= 15 else ""
        self._administer("CREATE DATABASE {} TEMPLATE {}" + strategy, name, template)
        self.made.append(name)
        return name

    def drop_all(self) -> None:
        for name in self.made:
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self.made.clear()

    @contextmanager
    def session(self, name: str) -> Iterator[psycopg.Connection]:
        """As psql would open one: the default search_path, each statement by itself."""
        options = f"-c statement_timeout={SECONDS}s -c lock_timeout=10s"
        url = make_conninfo(self.url, dbname=name, options=options)
        with psycopg.connect(url, autocommit=True) as conn:
            yield conn

    def dump(self, name: str) -> tuple[str, ...]:
        """`pg_dump --schema-only`, line by line, sorted.

        The order of lines, and so of columns, is no difference; nor is the comma that comes
        of it.
        """
        done = subprocess.run(
            [self.pg_dump, "--schema-only", "-w", "-d", self._public_url(name)],
            env=self._environment(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        lines = done.stdout.decode(errors="replace").splitlines()
        return tuple(sorted(line.rstrip().rstrip(",") for line in lines if not NOISE.match(line)))

    def _administer(self, statement: LiteralString, *names: str) -> None:
        self.conn.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _public_url(self, name: str) -> str:
        """Without the password: arguments are seen by everyone on the machine."""
        words = conninfo_to_dict(self.url, dbname=name)
        return make_conninfo("", **{key: word for key, word in words.items() if key != "password"})

    def _environment(self) -> dict[str, str]:
        password = self.conn.info.password
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            **({"PGPASSWORD": password} if password else {}),
        }
