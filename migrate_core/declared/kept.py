"""Scratch databases that a person asked to keep: marked, locked, listed, and dropped on request.

The mark is a comment on the login, which the login itself may not write. Nobody knows the
password any more; whoever may provision gives a new one to look at what was kept.
"""

from __future__ import annotations

from typing import Any

import psycopg

from migrate_core.declared import removal
from migrate_core.declared.commands import url_of
from migrate_core.declared.removal import OpenAsLogin
from migrate_core.pg.connect import Endpoint
from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.queries import query
from migrate_core.schema.objects import Value

DROP_COMMAND = "zanith migrate verify --drop-kept"


class Kept(Value, frozen=True, kw_only=True):
    """What a rehearsal left standing, and how to get in and rid of it."""

    name: str
    url: str  # without a password: there is none
    enter: str  # SQL for the shadow's provisioner that lets a person in
    drop: str  # SQL for the shadow's provisioner
    drop_all: str = DROP_COMMAND
    since: str = ""


def keep(conn: psycopg.Connection[Any], name: str, endpoint: Endpoint) -> Kept:
    """Instead of removing it: its sessions end, its password goes, the mark stays."""
    removal.terminate(conn, name)
    conn.execute(ddl("ALTER ROLE {name} PASSWORD NULL VALID UNTIL 'infinity'", name=name))
    conn.execute(ddl("COMMENT ON ROLE {name} IS {mark}", name=name, mark=literal(removal.KEPT)))
    return _kept(name, endpoint)


def find(conn: psycopg.Connection[Any], endpoint: Endpoint) -> tuple[Kept, ...]:
    """Oldest first."""
    asked = {"prefix": removal.PREFIX, "mark": removal.KEPT}
    rows = conn.execute(query(__package__, "kept"), asked).fetchall()
    return tuple(_kept(name, endpoint, since) for name, since in rows)


def drop(
    conn: psycopg.Connection[Any], endpoint: Endpoint, as_login: OpenAsLogin
) -> tuple[str, ...]:
    """All of them; the roles that were lent to them go with the last."""
    names = tuple(one.name for one in find(conn, endpoint))
    for name in names:
        removal.remove(conn, name, as_login)
    return names


def _kept(name: str, endpoint: Endpoint, since: str = "") -> Kept:
    return Kept(
        name=name,
        url=url_of(endpoint_of(name, endpoint)),
        enter=ddl("ALTER ROLE {name} PASSWORD '...';", name=name),
        drop=ddl("DROP DATABASE {name} WITH (FORCE); DROP ROLE {name};", name=name),
        since=since,
    )


def endpoint_of(name: str, provisioner: Endpoint, password: str = "") -> Endpoint:
    """A scratch database as its own login sees it."""
    return Endpoint(
        dbname=name,
        user=name,
        password=password,
        host=provisioner.host,
        hostaddr=provisioner.hostaddr,
        port=provisioner.port,
        sslmode=provisioner.sslmode,
        sslrootcert=provisioner.sslrootcert,
        require_auth=provisioner.require_auth,
    )
