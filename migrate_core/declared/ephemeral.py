"""A scratch schema instead of a scratch database, where none may be made.

What keeps the rest of the database safe is PostgreSQL's own rights: the login has to be one
that owns nothing else and may write nothing else, and is refused by name where it is not.
Mapping names only makes the same statements land in the scratch schema.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any

import msgspec
import psycopg
from msgspec import Struct

from migrate_core.declared import removal
from migrate_core.declared.commands import url_of
from migrate_core.declared.extensions import Installed
from migrate_core.declared.kept import Kept
from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.mirror import Mirrored, Original, compared
from migrate_core.declared.skipping import USUAL_COMMENT
from migrate_core.declared.spelling import Spelling, spelling, visible
from migrate_core.errors import DeclaredError, ShadowError
from migrate_core.introspection.graph import read_graph
from migrate_core.pg.connect import Endpoint
from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.names import quote_ident
from migrate_core.pg.queries import query
from migrate_core.schema.access import PUBLIC, PUBLIC_SCHEMA, Privilege, in_order
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Extension

PREFIX = "_zanith_shadow_"  # invisible to every introspection of the same database
SHOWN = 5
DROP_WAIT = "30s"
_HINT = (
    "Give the shadow a login of its own: no attributes, no memberships, owner of nothing, with"
    " CREATE on the database; or one that may create databases. Up to PostgreSQL 14 everybody may"
    " create objects in schema public until REVOKE CREATE ON SCHEMA public FROM PUBLIC."
)


class Shape(StrEnum):
    AUTO = "auto"  # a database where the login may make one
    DATABASE = "database"
    SCHEMA = "schema"


class Room(Struct, frozen=True):
    """A scratch schema, empty, and what surrounds it."""

    spelling: Spelling
    path: str  # the search_path under which declared SQL is loaded
    installed: Installed
    extensions: tuple[Extension, ...]  # those that live in the real schema
    mirrored: tuple[Mirrored, ...] = ()

    @property
    def name(self) -> str:
        return self.spelling.scratch


def one_schema(schemas: Sequence[str] | None) -> str:
    """
    Raises:
        ShadowError: not exactly one schema is compared.
    """
    if schemas is None or len(schemas) != 1:
        raise ShadowError(
            "an ephemeral schema stands for exactly one schema",
            detail=f"Asked for: {', '.join(schemas)}." if schemas else "Asked for: all of them.",
            hint='Name it in zanith.toml, as [target] schemas = ["public"], or give the shadow'
            " a login that may create databases.",
        )
    return schemas[0]


def make(
    conn: psycopg.Connection[Any],
    real: str,
    wanted_roles: Sequence[str],
    extensions: Sequence[WantedExtension],
    like: Original | None,
) -> Room:
    """
    Raises:
        ShadowError: the login could change something else, or something is missing.
    """
    refuse_rights(conn)
    _refuse_missing_roles(conn, wanted_roles)
    sweep(conn)
    found = conn.execute(query(__package__, "ephemeral_extensions")).fetchall()
    installed = frozenset(name for name, _, _ in found)
    lacking = sorted({e.name for e in extensions} - installed - {"plpgsql"})
    if lacking:
        raise ShadowError(
            f'the extension "{lacking[0]}" is not in the database of the ephemeral schema',
            detail="An extension lies in no schema, so it is not made for a rehearsal.",
            hint="Let an administrator create it there.",
        )
    apart = frozenset(n for _, schema, names in found if schema == real for n in names)
    now = conn.execute("SELECT floor(extract(epoch FROM clock_timestamp()))::bigint").fetchone()
    assert now is not None
    name = f"{PREFIX}{now[0]:010d}_{secrets.token_hex(6)}"
    mapped = spelling(real, name, apart)
    _create(conn, name, real)
    beside = sorted({schema for _, schema, _ in found} - {"pg_catalog"})
    return Room(
        spelling=mapped,
        path=", ".join(quote_ident(schema) for schema in (name, *beside)),
        installed=Installed(installed, frozenset({name})),
        extensions=tuple(Extension(name=n, schema=s) for n, s, _ in found if s == real),
        mirrored=compared(conn, like) if like else (),
    )


def _create(conn: psycopg.Connection[Any], name: str, real: str) -> None:
    """Public comes with what initdb gives it."""
    conn.execute(ddl("CREATE SCHEMA {name}", name=name))
    if real == "public":
        text = literal(USUAL_COMMENT)
        conn.execute(ddl("COMMENT ON SCHEMA {name} IS {text}", name=name, text=text))
        conn.execute(ddl("GRANT USAGE ON SCHEMA {name} TO PUBLIC", name=name))


def refuse_rights(conn: psycopg.Connection[Any]) -> None:
    """Raises ShadowError where the login could change anything else, and says what."""
    rows = conn.execute(query(__package__, "ephemeral_rights"), {"prefix": PREFIX}).fetchall()
    if rows:
        said = "; ".join(text for _, text in rows[:SHOWN])
        more = f"; and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        raise ShadowError(
            "the shadow's login is not one that an ephemeral schema may be made as",
            detail=f'"{conn.info.user}": {said}{more}.',
            hint=_HINT,
        )


def _refuse_missing_roles(conn: psycopg.Connection[Any], wanted: Sequence[str]) -> None:
    rows = conn.execute("SELECT rolname::text FROM pg_catalog.pg_roles").fetchall()
    missing = sorted(set(wanted) - {name for (name,) in rows})
    if missing:
        raise ShadowError(
            f'the role "{missing[0]}" is not on the server of the ephemeral schema',
            detail="Its login may not create roles.",
            hint="Let an administrator create it there.",
        )


def remove(conn: psycopg.Connection[Any], name: str) -> None:
    """
    Raises:
        ShadowError: something was left outside the schema; says what.
    """
    _drop(conn, name)
    rows = conn.execute(query(__package__, "ephemeral_rights"), {"prefix": PREFIX}).fetchall()
    owned = [text for place, text in rows if place == 4]
    if owned:
        raise ShadowError(
            "the rehearsal left something outside its schema",
            detail="; ".join(owned[:SHOWN]) + ".",
            hint="Look at it and drop it by hand.",
        )


def sweep(conn: psycopg.Connection[Any]) -> None:
    """Drop the schemas of processes that died; never one that was kept."""
    for name, _, kept, old in _found(conn):
        if old and not kept:
            with suppress(psycopg.Error):
                _drop(conn, name)


def keep(conn: psycopg.Connection[Any], name: str, endpoint: Endpoint) -> Kept:
    mark = literal(removal.KEPT)
    conn.execute(ddl("COMMENT ON SCHEMA {name} IS {mark}", name=name, mark=mark))
    return _kept(name, endpoint)


def kept(conn: psycopg.Connection[Any], endpoint: Endpoint) -> tuple[Kept, ...]:
    return tuple(_kept(name, endpoint, since) for name, since, kept, _ in _found(conn) if kept)


def drop_kept(conn: psycopg.Connection[Any]) -> tuple[str, ...]:
    names = tuple(name for name, _, kept, _ in _found(conn) if kept)
    for name in names:
        _drop(conn, name)
    return names


def _drop(conn: psycopg.Connection[Any], name: str) -> None:
    """What a rehearsal prepared and never ended would hold its locks for ever."""
    prepared = conn.execute(
        "SELECT gid FROM pg_catalog.pg_prepared_xacts"
        " WHERE owner = current_user AND database = current_database()"
    ).fetchall()
    for (gid,) in prepared:
        conn.execute(ddl("ROLLBACK PREPARED {gid}", gid=literal(gid)))
    conn.execute(f"SET client_min_messages = error; SET lock_timeout = '{DROP_WAIT}'".encode())
    conn.execute(ddl("DROP SCHEMA IF EXISTS {name} CASCADE", name=name))


def _found(conn: psycopg.Connection[Any]) -> list[tuple[str, str, bool, bool]]:
    asked = {"prefix": PREFIX, "kept": removal.KEPT, "seconds": removal.LEFTOVER_SECONDS}
    return conn.execute(query(__package__, "ephemeral_leftovers"), asked).fetchall()


def _kept(name: str, endpoint: Endpoint, since: str = "") -> Kept:
    return Kept(
        name=name,
        url=url_of(msgspec.structs.replace(endpoint, password="")),
        enter=ddl("SET search_path = {name};", name=name),
        drop=ddl("DROP SCHEMA {name} CASCADE;", name=name),
        since=since,
    )


@contextmanager
def shown(conn: psycopg.Connection[Any], name: str) -> Iterator[str]:
    """The schema under a name that introspection reads, for as long as the block; rolled back."""
    other = visible(name)
    with conn.transaction():
        conn.execute(ddl("ALTER SCHEMA {name} RENAME TO {other}", name=name, other=other))
        yield other
        raise psycopg.Rollback


def introspect(conn: psycopg.Connection[Any], room: Room) -> SchemaGraph:
    """As if it stood in the real schema.

    Raises:
        DeclaredError: an object in it depends on something outside.
    """
    refuse_leaks(conn, room)
    with shown(conn, room.name) as other:
        graph = read_graph(conn, [other])
    found = room.spelling.value_back(graph)
    if room.spelling.real == "public":
        found = _as_public(found)
    there = {extension.name: extension for extension in (*found.extensions, *room.extensions)}
    return msgspec.structs.replace(found, extensions=tuple(there[name] for name in sorted(there)))


def _as_public(graph: SchemaGraph) -> SchemaGraph:
    """Everybody may use public, and what is told of it is that this was taken away."""
    usual = Privilege(object=PUBLIC_SCHEMA, grantee=PUBLIC, privilege="USAGE")
    told = {*graph.privileges} ^ {usual}
    if usual in told:
        told = told - {usual} | {msgspec.structs.replace(usual, state="revoked")}
    return msgspec.structs.replace(graph, privileges=in_order(told))


def refuse_leaks(conn: psycopg.Connection[Any], room: Room) -> None:
    """Raises DeclaredError where a name was not mapped, and something real was meant by it."""
    rows = conn.execute(query(__package__, "ephemeral_leaks"), {"schema": room.name}).fetchall()
    if rows:
        said = "; ".join(room.spelling.back(text) for (text,) in rows[:SHOWN])
        raise DeclaredError(
            "an object of the ephemeral schema depends on something outside it",
            detail=f"{said}.",
            hint=f"Declare what it names, or qualify the name with {room.spelling.real}.",
        )
