"""Roles that a declared schema speaks of and the shadow server lacks.

They are made NOLOGIN under one mutex, marked, and lent to the scratch login, so that what
belongs to them can be made; a role that the server has of its own is never lent.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from msgspec import Struct

from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.queries import query

MARK = "zanith: stands in for a role of a target during rehearsals"
LOGINS = "zanith_shadow_"
MUTEX = 0x7A616E697468  # "zanith"
_STAYS = (psycopg.errors.InsufficientPrivilege, psycopg.errors.DependentObjectsStillExist)
_LOCK = "SELECT pg_catalog.pg_advisory_xact_lock(%s)"


class Lent(Struct, frozen=True):
    """What became of the roles that were asked for."""

    wanted: tuple[str, ...] = ()
    made: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()  # the login is a member of these


def lend(conn: psycopg.Connection[Any], login: str, names: Sequence[str]) -> Lent:
    """Make those that are missing and make the login a member."""
    wanted = [name for name in names if not name.startswith("pg_")]
    if not wanted:
        return Lent()
    lent: set[str] = set()
    with conn.transaction():
        conn.execute(_LOCK, [MUTEX])
        asked = {"names": wanted, "mark": MARK}
        found = dict(conn.execute(query(__package__, "lent_roles"), asked).fetchall())
        for name in wanted:
            if name not in found:
                conn.execute(ddl("CREATE ROLE {name} NOLOGIN", name=name))
                conn.execute(ddl("COMMENT ON ROLE {name} IS {mark}", name=name, mark=literal(MARK)))
            if found.get(name, True) and _grant(conn, name, login):
                lent.add(name)
    made = frozenset(name for name in wanted if name not in found)
    return Lent(tuple(wanted), made, frozenset(lent))


def collect(conn: psycopg.Connection[Any]) -> None:
    """Drop the ones that no rehearsal uses any more; one that is still referred to stays."""
    asked = {"mark": MARK, "prefix": LOGINS}
    idle = query(__package__, "idle_roles")
    if not conn.execute(idle, asked).fetchall():
        return
    with conn.transaction():
        conn.execute(_LOCK, [MUTEX])
        for (name,) in conn.execute(idle, asked).fetchall():
            with suppress(*_STAYS), conn.transaction():
                conn.execute(ddl("DROP ROLE IF EXISTS {name}", name=name))


def _grant(conn: psycopg.Connection[Any], name: str, login: str) -> bool:
    """Refused where another provisioner made the role: then it is there, but not lent."""
    try:
        with conn.transaction():
            conn.execute(ddl("GRANT {name} TO {login}", name=name, login=login))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True
