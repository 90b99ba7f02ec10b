from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.locks.oracle import Connection, prepare
from tests.locks.table import Case, table

IN_PLACE = 15  # the first major that has tablespaces in its own folder
TABLESPACE = "other_space"  # in the table; here each has a name of its own


class Place:
    """One database for many cases: whatever a case makes belongs to a role, and goes with it."""

    def __init__(self, url: str, major: int) -> None:
        self.name, self.server, self.major = f"locks_{secrets.token_hex(6)}", url, major
        self._administer("CREATE ROLE {} SUPERUSER LOGIN")
        self._administer("CREATE DATABASE {} TEMPLATE template0")
        if major >= IN_PLACE:
            self._administer("CREATE TABLESPACE {} LOCATION ''")
        with self.connect() as conn:
            conn.execute("RESET SESSION AUTHORIZATION")
            conn.execute("CREATE SCHEMA marks; CREATE TABLE marks.scanned ()")
        self.db = self.connect()

    def connect(self) -> Connection:
        conn: Connection = psycopg.connect(
            make_conninfo(self.server, dbname=self.name), autocommit=True
        )
        conn.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(self.name)))
        return conn

    def prepare(self, case: Case) -> Case:
        """Sets it up, and gives it as it is run here."""
        if case.alone:
            prepare(self.db, self.connect, table().setup(case))
        else:
            self.db.execute(table().setup(case).encode())
        return case.run_as(case.sql.replace(TABLESPACE, self.name))

    def clear(self) -> None:
        self.db.rollback()
        self.db.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(self.name)))

    def close(self) -> None:
        self.db.close()
        self._administer("DROP DATABASE {} WITH (FORCE)")
        self._administer("DROP TABLESPACE IF EXISTS {}")
        self._administer("DROP ROLE {}")

    def _administer(self, statement: LiteralString) -> None:
        with psycopg.connect(self.server, autocommit=True) as conn:
            conn.execute("SET client_min_messages = error")
            if self.major >= IN_PLACE:
                conn.execute("SET allow_in_place_tablespaces = on")
            conn.execute(sql.SQL(statement).format(sql.Identifier(self.name)))


@pytest.fixture(scope="module")
def places(url_on: Callable[[int], str]) -> Iterator[Callable[[int], Place]]:
    """places(major) -> the module's database on a server of that major."""
    made: dict[int, Place] = {}
    with ExitStack() as stack:

        def place(major: int) -> Place:
            if major not in made:
                made[major] = Place(url_on(major), major)
                stack.callback(made[major].close)
            return made[major]

        yield place


@pytest.fixture
def place(places: Callable[[int], Place], major: int) -> Iterator[Place]:
    found: Any = places(major)
    yield found
    found.clear()
