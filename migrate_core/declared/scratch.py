"""Throw-away databases on the shadow server, each with a login of its own.

The provisioner makes everything that needs rights before any of the user's SQL runs, and
afterwards never opens that database again: its functions and views would run as whoever
reads them. From the outside it ends sessions and drops.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg
from msgspec import Struct

from migrate_core.declared import ephemeral, kept, mirror, removal, roles
from migrate_core.declared.ephemeral import Room, Shape
from migrate_core.declared.extensions import ALLOWED, Installed, install
from migrate_core.declared.kept import Kept
from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.mirror import Mirrored, Original
from migrate_core.errors import MigrateError, ShadowError
from migrate_core.pg import connect
from migrate_core.pg.connect import Endpoint, Session
from migrate_core.pg.ddl import ddl, literal, raw
from migrate_core.pg.queries import query
from migrate_core.pg.version import major

APPLICATION = "zanith/shadow"
LOGIN_CONNECTIONS = 20
LOGIN_LIFE = "2 hours"  # a login that is left over can do nothing after that


class Scratch(Struct, frozen=True, kw_only=True):
    """An empty database and the login that owns it."""

    name: str
    endpoint: Endpoint
    major: int
    installed: Installed = Installed()
    lent: frozenset[str] = frozenset()  # roles the login is a member of
    mirrored: tuple[Mirrored, ...] = ()  # of the database it stands for
    room: Room | None = None  # where it is a schema of a database that is not its own
    backends: set[int] = set()  # sessions that were opened in such a schema

    def session(self) -> psycopg.Connection:
        """Autocommit, as the fresh login, which may write."""
        conn = connect.connect(
            self.endpoint, role=Session.SIDE, application_name=f"{APPLICATION}/load"
        )
        self.backends.add(conn.info.backend_pid)
        return conn

    @property
    def scope(self) -> tuple[str, ...] | None:
        """The schemas that belong to it; None: all of its database."""
        return (self.room.name,) if self.room else None

    def there(self, sql: str) -> str:
        """SQL as it has to read in here."""
        return self.room.spelling.there(sql) if self.room else sql

    def back(self, text: str) -> str:
        """What was read in here, as it reads in the database it stands for."""
        return self.room.spelling.back(text) if self.room else text

    def reader(self) -> psycopg.Connection:
        """A read-only session, as the fresh login."""
        return connect.plan_session(self.endpoint, f"{APPLICATION}/read")


class _Rights(Struct, frozen=True):
    superuser: bool
    databases: bool
    roles: bool
    name: str
    now: int


class ShadowServer:
    """A server on which scratch databases are made; `endpoint` is the provisioner's."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        more_extensions: Sequence[str] = (),
        shape: Shape = Shape.DATABASE,
        schemas: Sequence[str] | None = None,
    ) -> None:
        """`schemas`: what is compared, which an ephemeral schema has to know."""
        self.endpoint, self.shape, self.schemas = endpoint, shape, schemas
        self.allowed = ALLOWED | set(more_extensions)
        self._major: int | None = None
        self._backends: dict[str, set[int]] = {}  # of each ephemeral schema

    @property
    def version(self) -> int:
        """The server's major version."""
        if self._major is None:
            with self._provisioner():
                pass
        assert self._major is not None
        return self._major

    def require(self, wanted: int) -> None:
        """Raises ShadowError where the server is another major than the target."""
        if self.version != wanted:
            raise ShadowError(
                f"the shadow runs PostgreSQL {self.version}, the target runs {wanted}",
                detail="What one major does says nothing sure about another.",
                hint=f"Name a shadow server of PostgreSQL {wanted} for this target.",
            )

    @property
    def stands_for(self) -> str | None:
        """The one schema that an ephemeral schema stands for; None: databases are made here.

        Raises:
            ShadowError: it is not one.
        """
        if self.shape is Shape.AUTO:
            with self._provisioner() as conn:
                self.shape = Shape.DATABASE if _may_make_databases(conn) else Shape.SCHEMA
        return ephemeral.one_schema(self.schemas) if self.shape is Shape.SCHEMA else None

    def refuse_inside(self, target: Endpoint) -> None:
        """Raises ShadowError where a rehearsal would lie in a production target's own database."""
        if not self.stands_for:
            return
        with self._provisioner() as conn, connect.plan_session(target, APPLICATION) as there:
            same = _identity(conn) == _identity(there)
        if same:
            raise ShadowError(
                "the target is marked production, and the rehearsal would lie in its database",
                hint="Name another shadow, or allow it: [shadow] on_production = true.",
            )

    @contextmanager
    def _schema(
        self,
        real: str,
        wanted_roles: Sequence[str],
        extensions: Sequence[WantedExtension],
        like: Original | None,
        keep: Callable[[Kept], None] | None,
    ) -> Iterator[Scratch]:
        room: Room | None = None
        backends: set[int] = set()
        try:
            try:
                with self._provisioner() as conn:
                    room = ephemeral.make(conn, real, wanted_roles, extensions, like)
            except psycopg.Error as error:
                raise _refusal(error, "the shadow could not make a scratch schema") from error
            self._backends[room.name] = backends
            yield Scratch(
                name=room.name,
                endpoint=self.endpoint,
                major=self.version,
                installed=room.installed,
                mirrored=room.mirrored,
                room=room,
                backends=backends,
            )
        finally:
            if room is not None:
                self._leave(room.name, keep)

    def _leave(self, name: str, keep: Callable[[Kept], None] | None) -> None:
        self.terminate(name)
        del self._backends[name]
        try:
            with self._provisioner() as conn:
                if keep:
                    keep(ephemeral.keep(conn, name, self.endpoint))
                else:
                    ephemeral.remove(conn, name)
        except psycopg.Error as error:
            raise _refusal(error, f'the schema "{name}" could not be dropped') from error

    @contextmanager
    def database(
        self,
        *,
        wanted_roles: Sequence[str] = (),
        extensions: Sequence[WantedExtension] = (),
        like: Original | None = None,
        keep: Callable[[Kept], None] | None = None,
    ) -> Iterator[Scratch]:
        """A fresh database that ends with the block, however the block ends.

        Roles that the server lacks are made (NOLOGIN) and lent to the login; extensions
        are installed if the allow-list has them. `like` is the database it stands for.
        With `keep` it stays, once it was handed out, and `keep` is told where it is.

        Raises:
            ShadowError: the server or the provisioner cannot do it; says what is missing.
        """
        if real := self.stands_for:
            with self._schema(real, wanted_roles, extensions, like, keep) as made:
                yield made
            return
        name, used = "", False
        try:
            with self._provisioner() as conn:
                now = _check_rights(conn)
                removal.sweep(conn, now, self._as_login)
                name = f"{removal.PREFIX}{now:010d}_{secrets.token_hex(6)}"
                scratch = self._make(conn, name, wanted_roles, like)
            installed = self._install(name, extensions, like) if extensions else Installed()
            used = True
            yield msgspec.structs.replace(
                scratch, installed=installed, mirrored=scratch.mirrored + installed.mirrored
            )
        finally:
            if name and keep and used:
                keep(self._keep(name))
            elif name:
                self._remove(name)

    def kept(self) -> tuple[Kept, ...]:
        """What earlier rehearsals were asked to leave here."""
        with self._provisioner() as conn:
            if self.stands_for:
                return ephemeral.kept(conn, self.endpoint)
            return kept.find(conn, self.endpoint)

    def drop_kept(self) -> tuple[str, ...]:
        """Removes all of it; gives the names."""
        try:
            with self._provisioner() as conn:
                if self.stands_for:
                    return ephemeral.drop_kept(conn)
                return kept.drop(conn, self.endpoint, self._as_login)
        except psycopg.Error as error:
            raise _refusal(error, "what was kept could not be dropped") from error

    def terminate(self, name: str) -> None:
        """End every session in a scratch database: what a cancelled statement could survive."""
        with self._provisioner() as conn:
            if name not in self._backends:
                removal.terminate(conn, name)
                return
            for pid in self._backends[name] - {conn.info.backend_pid}:
                conn.execute(
                    "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
                    " WHERE pid = %s AND usename = current_user",
                    [pid],
                )

    def _make(
        self,
        conn: psycopg.Connection[Any],
        name: str,
        wanted_roles: Sequence[str],
        like: Original | None,
    ) -> Scratch:
        password = secrets.token_urlsafe(24)
        try:
            _create_login(conn, name, password)
            mirrored = mirror.create_database(conn, name, like)
            lent = roles.lend(conn, name, wanted_roles)
        except psycopg.Error as error:
            raise _refusal(error, "the shadow could not make a scratch database") from error
        return Scratch(
            name=name,
            endpoint=kept.endpoint_of(name, self.endpoint, password),
            major=major(conn),
            lent=lent.roles,
            mirrored=mirrored + mirror.of_roles(lent.wanted, lent.made, lent.roles),
        )

    def _keep(self, name: str) -> Kept:
        try:
            with self._provisioner() as conn:
                return kept.keep(conn, name, self.endpoint)
        except psycopg.Error as error:
            raise _refusal(error, f'the scratch database "{name}" could not be kept') from error

    def _install(
        self, name: str, extensions: Sequence[WantedExtension], like: Original | None
    ) -> Installed:
        """By the provisioner, in a database that nobody has used yet."""
        inside = msgspec.structs.replace(self.endpoint, dbname=name)
        try:
            with connect.connect(inside, role=Session.SIDE, application_name=APPLICATION) as conn:
                return install(
                    conn,
                    extensions,
                    owner=name,
                    allowed=self.allowed,
                    versions=like.extensions if like else {},
                )
        except psycopg.Error as error:
            raise _refusal(error, "the shadow could not install an extension") from error

    def _remove(self, name: str) -> None:
        try:
            with self._provisioner() as conn:
                removal.remove(conn, name, self._as_login)
        except psycopg.Error as error:
            raise _refusal(error, f'the scratch database "{name}" could not be dropped') from error

    @contextmanager
    def _as_login(self, name: str, password: str) -> Iterator[psycopg.Connection]:
        login = kept.endpoint_of(name, self.endpoint, password)
        with connect.connect(login, role=Session.SIDE, application_name=APPLICATION) as conn:
            yield conn

    @contextmanager
    def _provisioner(self) -> Iterator[psycopg.Connection]:
        try:
            conn = connect.connect(self.endpoint, role=Session.SIDE, application_name=APPLICATION)
        except MigrateError as error:
            raise ShadowError(
                "the shadow server cannot be used",
                detail=f"{error.message}. {error.detail}".strip(),
                hint=error.hint,
            ) from error
        with conn:
            self._major = major(conn)
            yield conn


def _check_rights(conn: psycopg.Connection[Any]) -> int:
    """The server's clock, once it is sure that this role may do what is needed."""
    row = conn.execute(query(__package__, "provisioner")).fetchone()
    assert row is not None  # a session always has a role
    rights = _Rights(*row)
    lacking = [
        word
        for word, held in (("CREATEDB", rights.databases), ("CREATEROLE", rights.roles))
        if not held
    ]
    if lacking:
        raise ShadowError(
            f"the shadow's provisioner lacks {' and '.join(lacking)}",
            detail=f'It connects as "{rights.name}".',
            hint=ddl(
                "ALTER ROLE {name} {rights};", name=rights.name, rights=raw(" ".join(lacking))
            ),
        )
    return rights.now


def _identity(conn: psycopg.Connection[Any]) -> tuple[Any, ...]:
    """Of a database, whatever its address: a host has many names."""
    row = conn.execute(query(__package__, "identity")).fetchone()
    assert row is not None  # a session is always in a database
    return tuple(row)


def _may_make_databases(conn: psycopg.Connection[Any]) -> bool:
    row = conn.execute(query(__package__, "provisioner")).fetchone()
    assert row is not None  # a session always has a role
    return _Rights(*row).databases


def _create_login(conn: psycopg.Connection[Any], name: str, password: str) -> None:
    """A login that can do nothing but own its database."""
    template = (
        "CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        " INHERIT CONNECTION LIMIT {limit} PASSWORD {password} VALID UNTIL {until}"
    )
    until = conn.execute("SELECT (now() + %s::interval)::text", [LOGIN_LIFE]).fetchone()
    assert until is not None
    conn.execute(
        ddl(
            template,
            name=name,
            limit=raw(str(LOGIN_CONNECTIONS)),
            password=literal(password),
            until=literal(until[0]),
        ),
    )
    removal.take_over(conn, name)


def _refusal(error: psycopg.Error, message: str) -> ShadowError:
    return ShadowError(
        message,
        detail=error.diag.message_primary or "The connection was lost.",
        hint=error.diag.message_hint or "",
        sqlstate=error.sqlstate or "",
    )
