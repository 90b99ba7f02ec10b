"""Opening sessions: where to, as whom, and with which settings.

A target is eight plain fields; every other keyword of libpq is fixed here, because one of
them writes files of the caller's choosing and another bypasses a check of the host.
No message here ever shows a connection URL: libpq's own do, passwords included.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import quote

import psycopg
from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict

from migrate_core.errors import ConnectionFailedError, MisuseError, PoolerError
from migrate_core.pg.queries import query
from migrate_core.pg.version import check_version

CONNECT_SECONDS = 10
POOLER_TRIES = 3
HIDDEN = "********"

TRANSPORT: Mapping[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "client_encoding": "UTF8",
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class Session(StrEnum):
    """What a session is for, which is what its settings follow from."""

    PLAN = "plan"  # reads catalogs and asks probes; cannot write
    APPLY = "apply"  # runs the DDL and holds the advisory lock
    SIDE = "side"  # writes beside W: watcher, shadow, scratch databases


COMMON: Mapping[str, str] = {
    "search_path": "",
    "TimeZone": "UTC",
    "default_transaction_isolation": "read committed",
    "default_transaction_deferrable": "off",
    # A query that policies would give fewer rows fails, rather than count or copy those alone.
    "row_security": "off",
    "idle_in_transaction_session_timeout": "60s",
}
SETTINGS: Mapping[Session, Mapping[str, str]] = {
    Session.PLAN: {
        **COMMON,
        "default_transaction_read_only": "on",
        "statement_timeout": "60s",
        "lock_timeout": "1s",
    },
    Session.APPLY: {
        **COMMON,
        "default_transaction_read_only": "off",
        "statement_timeout": "0",
        "lock_timeout": "100ms",
        # A body may name what comes later; it was looked through when it was declared.
        "check_function_bodies": "off",
        # The server notices a killed client, and a client that no longer says anything.
        "client_connection_check_interval": "1s",
        "idle_session_timeout": "10s",  # five heartbeats of 2 s
        "idle_in_transaction_session_timeout": "10s",
    },
    Session.SIDE: {
        **COMMON,
        "default_transaction_read_only": "off",
        "client_connection_check_interval": "1s",
    },
}


class Endpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a database is. Several hosts, joined by commas, share one port."""

    dbname: str
    host: str = ""  # a path is a folder of sockets; empty: libpq's default one
    hostaddr: str = ""  # a resolved and checked address to use instead of asking DNS again
    port: int = 5432
    user: str = ""
    password: str = ""
    sslmode: str = ""
    sslrootcert: str = ""
    require_auth: str = ""

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read `postgresql://user:password@host:port/dbname?sslmode=...`.

        Raises:
            MisuseError: it is no such URL, or sets something that is ours to set.
        """
        fields = _keywords(url)
        unknown = sorted(fields.keys() - set(cls.__struct_fields__))
        if unknown:
            raise MisuseError(
                f"the connection URL sets {', '.join(unknown)}",
                hint=f"Use only {', '.join(sorted(cls.__struct_fields__))}.",
            )
        port = fields.pop("port", "") or "5432"
        if not port.isascii() or not port.isdigit():
            raise MisuseError("the connection URL's port is not one number", hint="Give one port.")
        if not fields.get("dbname"):
            raise MisuseError("the connection URL names no database", hint="End it in /DATABASE.")
        return cls(port=int(port), **fields)

    def __repr__(self) -> str:
        return f"Endpoint({self})"

    def __str__(self) -> str:
        """For people and logs: without the password."""
        user = f" as {self.user}" if self.user else ""
        return f"database {self.dbname} on {self.host or 'the local socket'}:{self.port}{user}"

    @property
    def is_local(self) -> bool:
        """A socket or a loopback address: nothing on the way to encrypt for."""
        return all(_is_local(host) for host in (self.hostaddr or self.host).split(","))

    def keywords(self) -> dict[str, Any]:
        """As libpq takes them: certificates are checked and passwords never sent in the clear."""
        named = {name: getattr(self, name) for name in self.__struct_fields__}
        given = {name: value for name, value in named.items() if value}
        if self.is_local:
            return {"sslmode": "prefer", **given}
        authority = {} if self.sslmode else {"sslrootcert": "system"}
        auth = {"require_auth": "scram-sha-256"} if self.password else {}
        return {"sslmode": "verify-full", **authority, **auth, **given}


def connect(
    target: Endpoint | str,
    *,
    role: Session | str,
    application_name: str,
    settings: Mapping[str, str] | None = None,
) -> psycopg.Connection:
    """An autocommit session with the settings of its role; `settings` go on top.

    Raises:
        ConnectionFailedError: no session; says host, port, database and user, no password.
        PoolerError: an apply session would run behind a pooler.
        UnsupportedVersionError: the server is not one of 14 to 18.
    """
    endpoint = Endpoint.from_url(target) if isinstance(target, str) else target
    session = Session(role)
    writes = session is not Session.PLAN
    conn = _open(endpoint, application_name, "primary" if writes else "any")
    try:
        check_version(conn)
        if session is Session.APPLY:
            refuse_pooler(conn)
        configure(conn, {**SETTINGS[session], **(settings or {})})
        if session is Session.APPLY:
            conn.execute(_WAITS_FOR_THE_DISK, prepare=False)
    except BaseException:
        conn.close()
        raise
    return conn


# What is told as done has to survive a crash. Whether replicas are waited for stays as it is.
_WAITS_FOR_THE_DISK = """
SELECT pg_catalog.set_config('synchronous_commit', 'local', false)
 WHERE pg_catalog.current_setting('synchronous_commit') = 'off'
"""


def plan_session(target: Endpoint | str, application_name: str) -> psycopg.Connection:
    return connect(target, role=Session.PLAN, application_name=application_name)


def apply_session(target: Endpoint | str, application_name: str) -> psycopg.Connection:
    return connect(target, role=Session.APPLY, application_name=application_name)


def configure(conn: psycopg.Connection[Any], settings: Mapping[str, str]) -> None:
    """Settings for the rest of the session.

    Raises:
        ConnectionFailedError: the server refuses one of them.
    """
    pairs = {"names": list(settings), "values": list(settings.values())}
    try:
        conn.execute(query(__package__, "configure"), pairs, prepare=False)
    except psycopg.Error as error:
        raise ConnectionFailedError(
            "the server refused a setting of our session",
            detail=error.diag.message_primary or "It gave no reason.",
            sqlstate=error.sqlstate or "",
        ) from error


def refuse_pooler(conn: psycopg.Connection[Any]) -> None:
    """Raises PoolerError where the backend is not the one we were told, or changes.

    Session settings and advisory locks are lost, or leak to strangers, behind a pooler
    that gives every transaction another backend.
    """
    seen = {conn.info.backend_pid}
    for _ in range(POOLER_TRIES):
        found = conn.execute("SELECT pg_catalog.pg_backend_pid()", prepare=False).fetchone()
        seen.update(found or ())
    if len(seen) > 1:
        raise PoolerError(
            "a connection pooler stands between us and the server",
            detail=f"{POOLER_TRIES} transactions were run by {len(seen) - 1} other backends"
            " than the one that answered the connection.",
            hint="Give the server's own address and port, not the pooler's.",
        )


def redact(text: str, password: str) -> str:
    """`text` with the password hidden, as it stands and as a URL spells it."""
    for spelling in sorted({password, quote(password), quote(password, safe="")}, key=len):
        text = text.replace(spelling, HIDDEN) if spelling else text
    return text


def _open(endpoint: Endpoint, application_name: str, attributes: str) -> psycopg.Connection:
    try:
        conn = psycopg.connect(
            **endpoint.keywords(),
            **TRANSPORT,
            application_name=application_name,
            target_session_attrs=attributes,
            autocommit=True,
        )
    except (psycopg.Error, UnicodeError, ValueError) as error:
        failed = redact(str(error), endpoint.password)
    else:
        conn.prepare_threshold = None
        return conn
    # Outside the handler, so that no traceback carries libpq's own text.
    raise ConnectionFailedError(
        f"could not connect to {endpoint}",
        detail=failed.strip(),
        hint="Check the address, the role and its password, and that the server accepts them.",
    )


def _keywords(url: str) -> dict[str, str]:
    found: dict[str, Any] | None = None
    if url.startswith(("postgresql://", "postgres://")) and "\0" not in url:
        try:
            found = conninfo_to_dict(url)
        except psycopg.Error:
            found = None  # its text quotes the URL
    if found is None:
        raise MisuseError(
            "the connection URL cannot be read",
            hint="Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and special"
            " characters in it as %XX.",
        )
    return {name: str(value) for name, value in found.items() if value is not None}


def _is_local(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
