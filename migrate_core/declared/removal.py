"""Ending scratch databases, those of processes that died included.

What a login did to its own database may stand in the way: it can make it a template, leave
a prepared transaction in it, or take the provisioner's membership away.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, LiteralString

import psycopg

from migrate_core.declared import roles
from migrate_core.errors import MigrateError
from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.queries import query
from migrate_core.pg.version import major

PREFIX = "zanith_shadow_"
KEPT = "zanith: kept on request"  # the comment of a login whose database is not to be removed
LEFTOVER_SECONDS = 3600  # far above what any rehearsal is allowed to take

OpenAsLogin = Callable[[str, str], AbstractContextManager[psycopg.Connection]]


def sweep(conn: psycopg.Connection[Any], now: int, as_login: OpenAsLogin) -> None:
    """Remove what a process left that was killed; another sweep may be faster."""
    asked = {"prefix": PREFIX, "now": now, "seconds": LEFTOVER_SECONDS, "kept": KEPT}
    for (name,) in conn.execute(query(__package__, "leftovers"), asked).fetchall():
        with suppress(psycopg.Error, MigrateError):
            remove(conn, name, as_login)


def remove(conn: psycopg.Connection[Any], name: str, as_login: OpenAsLogin) -> None:
    """Drop a scratch database and its login; does nothing where they are gone already."""
    if _exists(conn, "SELECT FROM pg_catalog.pg_database WHERE datname = %s", name):
        take_over(conn, name)
        conn.execute(ddl("ALTER DATABASE {name} IS_TEMPLATE false", name=name))
        try:
            drop(conn, name)
        except psycopg.errors.ObjectInUse:
            _roll_back_prepared(conn, name, as_login)
            drop(conn, name)
    _drop_login(conn, name)
    roles.collect(conn)


def drop(conn: psycopg.Connection[Any], name: str) -> None:
    """Drop a database with the sessions in it, as any role that owns both may."""
    try:
        conn.execute(ddl("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name))
    except psycopg.errors.InsufficientPrivilege:
        # An autovacuum worker is in it: FORCE may not end that one, a plain DROP does.
        terminate(conn, name)
        conn.execute(ddl("DROP DATABASE IF EXISTS {name}", name=name))


def terminate(conn: psycopg.Connection[Any], name: str) -> None:
    conn.execute(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
        " WHERE datname = %s AND usesysid IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()",
        [name],
    )


def take_over(conn: psycopg.Connection[Any], name: str) -> None:
    """Membership in the login, which owning and dropping its database asks for."""
    template: LiteralString = "GRANT {name} TO CURRENT_USER"
    if major(conn) >= 16:
        template += " WITH INHERIT TRUE, SET TRUE"
    if _exists(conn, "SELECT FROM pg_catalog.pg_roles WHERE rolname = %s", name):
        conn.execute(ddl(template, name=name))


def _exists(conn: psycopg.Connection[Any], select: LiteralString, name: str) -> bool:
    return conn.execute(select, [name]).fetchone() is not None


def _roll_back_prepared(conn: psycopg.Connection[Any], name: str, as_login: OpenAsLogin) -> None:
    """Prepared transactions belong to the login, and can be ended only inside the database."""
    password = secrets.token_urlsafe(24)
    conn.execute(
        ddl("ALTER ROLE {name} PASSWORD {password}", name=name, password=literal(password)),
    )
    conn.execute(ddl("ALTER DATABASE {name} ALLOW_CONNECTIONS true CONNECTION LIMIT -1", name=name))
    found = conn.execute(
        "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = %s", [name]
    ).fetchall()
    with as_login(name, password) as inside:
        for (gid,) in found:
            inside.execute(ddl("ROLLBACK PREPARED {gid}", gid=literal(gid)))


def _drop_login(conn: psycopg.Connection[Any], name: str) -> None:
    """A login that owns something elsewhere cannot go; it is locked out instead."""
    try:
        conn.execute(ddl("DROP ROLE IF EXISTS {name}", name=name))
    except psycopg.errors.DependentObjectsStillExist:
        conn.execute(ddl("ALTER ROLE {name} NOLOGIN PASSWORD NULL", name=name))
