"""Databases on one server: made, loaded, copied, dumped and dropped.

Nothing here is the engine's: what judges it shares no code with it but the look for a
pg_dump of the server's major.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
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

OWNERS = """
SELECT DISTINCT refobjid::regrole::text FROM pg_shdepend
WHERE refclassid = 'pg_authid'::regclass AND deptype IN ('o', 'a')
  AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND refobjid >= 16384
"""
PUBLIC = """
REVOKE ALL ON SCHEMA public FROM PUBLIC, postgres;
GRANT USAGE ON SCHEMA public TO PUBLIC;
COMMENT ON SCHEMA public IS 'standard public schema';
"""
# Whatever is in no catalog that this counts has an entry in pg_depend or pg_shdepend.
LEFT_OVER = """
SELECT (SELECT count(*) FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_')
  + (SELECT count(*) FROM pg_class WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_depend WHERE objid >= 16384 OR refobjid >= 16384)
  + (SELECT count(*) FROM pg_shdepend WHERE objid >= 16384
       AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  + (SELECT count(*) FROM pg_type WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_proc WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_extension WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_event_trigger)
  + (SELECT count(*) FROM pg_publication)
  + (SELECT count(*) FROM pg_default_acl)
  + (SELECT count(*) FROM pg_largeobject_metadata)
  + (SELECT count(*) FROM pg_db_role_setting
       WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
  + (SELECT count(*) FROM pg_namespace WHERE nspname = 'public'
       AND (nspowner <> 'pg_database_owner'::regrole
         OR obj_description(oid, 'pg_namespace') IS DISTINCT FROM 'standard public schema'
         OR nspacl::text <> '{pg_database_owner=UC/pg_database_owner,=U/pg_database_owner}'))
  + (SELECT abs(1 - count(*)) FROM pg_namespace WHERE nspname = 'public')
"""


class LoadError(Exception):
    """A schema of the case does not load."""


class Workbench:
    """The databases of one case after another, on one server.

    Making a database takes longer than all else that a case needs, so one that can be
    emptied is used again; one that does not end up as template0 made it is dropped.
    """

    def __init__(self, url: str) -> None:
        self.admin = psycopg.connect(url, autocommit=True)
        self.role = f"case_{secrets.token_hex(4)}"
        self.password = secrets.token_hex(16)
        statement = sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD {}")
        self.admin.execute(statement.format(sql.Identifier(self.role), self.password))
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        self.url = parts._replace(netloc=f"{self.role}:{self.password}@{place}").geturl()
        self.used: list[str] = []
        self.empty: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for name in self.used + self.empty:
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._administer("DROP ROLE {}", self.role)
        self.admin.close()

    @cached_property
    def major(self) -> int:
        return self.admin.info.server_version // 10_000

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
        """A database that holds the DDL and nothing else: its name.

        Roles that it speaks of are made as PostgreSQL misses them: some suites take them for
        granted.

        Raises:
            LoadError: psql stopped at another error.
        """
        missed: set[str] = set()
        while True:
            name = self._fresh()
            said = self._loaded_at_once(name, ddl)
            if not said:
                return name
            role = MISSING_ROLE.search(said)
            if role is None or role[1] in missed:
                break
            missed.add(role[1])
            self.make_roles([role[1]])
        name = self._fresh()
        if said := self.psql(name, ddl):
            raise LoadError(said)
        return name

    def _loaded_at_once(self, name: str, ddl: str) -> str:
        """In one transaction, which is fast; what PostgreSQL says where it does not work."""
        with self.session(name) as conn:
            try:
                conn.execute(ddl.encode())
            except psycopg.Error as error:
                return str(error)
        return ""

    def psql(self, name: str, ddl: str) -> str:
        """Statement by statement; what psql says where it stops at an error.

        Not every package brings one; any version's runs a script.
        """
        own = Path(self.pg_dump).with_name("psql")
        program = str(own) if own.exists() else shutil.which("psql")
        if program is None:
            raise LookupError("there is no psql on this machine")
        done = subprocess.run(
            [
                *(program, "-X", "-q", "-w"),
                *("-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", self._public_url(name)),
            ],
            input=ddl.encode(),
            env=self._environment(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return done.stderr.decode(errors="replace").strip() if done.returncode else ""

    def _fresh(self) -> str:
        if self.empty:
            name = self.empty.pop()
        else:
            name = f"c_{secrets.token_hex(6)}"
            self._administer("CREATE DATABASE {} TEMPLATE template0", name)
        self.used.append(name)
        return name

    def clear(self) -> None:
        """Ends a case: its databases are emptied, or dropped."""
        for name in self.used:
            if self._emptied(name):
                self.empty.append(name)
            else:
                self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self.used.clear()

    def _emptied(self, name: str) -> bool:
        """Whether it is again as template0 made it."""
        try:
            with self.session(name) as conn:
                roles = [row[0] for row in conn.execute(OWNERS).fetchall()]
                for role in roles:
                    conn.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
                conn.execute(PUBLIC)
                return conn.execute(LEFT_OVER).fetchone() == (0,)
        except psycopg.Error:
            return False

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
        self.admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _public_url(self, name: str) -> str:
        """Without the password: arguments are seen by everyone on the machine."""
        words = conninfo_to_dict(self.url, dbname=name)
        return make_conninfo("", **{key: word for key, word in words.items() if key != "password"})

    def _environment(self) -> dict[str, str]:
        path = os.environ.get("PATH", os.defpath)
        return {"PATH": path, "LC_ALL": "C", "PGPASSWORD": self.password}
