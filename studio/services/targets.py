"""Targets: adding them, asking how they are, and taking their baseline."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import psycopg
from django.conf import settings
from django.utils import timezone

from migrate_core import api
from migrate_core.errors import ConnectionFailedError, MigrateError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.pg import version
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value
from studio import credentials
from studio.models import Target
from studio.permissions import Action
from studio.services import addresses, audit
from studio.services.addresses import AddressRefusedError
from studio.services.changes import require

APPLICATION = "zanith/studio"
KEEPER = "zanith-studio"


class Connection(StrEnum):
    """All that a test of a connection ever says: nothing that would help to map a network."""

    FINE = "It answers, and the role may sign in."
    UNREACHABLE = "Nothing answers at that host and port."
    REFUSED = "The server refused the role or its password."
    TLS = "The TLS connection could not be made as asked."
    UNUSABLE = "The server has no such database, or is not one that can be managed."


class Status(Value, frozen=True, kw_only=True):
    """What a look at a target found."""

    major: int
    server: str
    fingerprint: str
    tables: int
    has_ledger: bool
    applied: int
    recorded: bool  # whether the ledger knows a schema at all
    changed: tuple[str, ...] = ()  # what drifted: live differs from what the ledger says


def endpoint(target: Target) -> Endpoint:
    """Typed fields only, and an address that was checked.

    Raises:
        CredentialError, AddressRefusedError
    """
    return Endpoint(
        host=target.host,
        hostaddr=addresses.checked(target.host),
        port=target.port,
        dbname=target.dbname,
        user=target.user,
        password=credentials.unseal(target),
        sslmode="" if target.host.startswith("/") else target.sslmode,
        sslrootcert=target.sslrootcert,
    )


def try_connection(target: Target, password: str = "") -> Connection:
    """One of five sentences, whatever libpq says; without a password, with the stored one."""
    try:
        if password:
            credentials.seal(target, password)
        with plan_session(endpoint(target), APPLICATION):
            return Connection.FINE
    except AddressRefusedError:
        return Connection.UNREACHABLE
    except ConnectionFailedError as error:
        return _classified(error.detail.lower())
    except MigrateError:
        return Connection.UNUSABLE


_SIGNS: tuple[tuple[Connection, tuple[str, ...]], ...] = (
    (Connection.REFUSED, ("password", "authentication", "role ", "pg_hba")),
    (Connection.TLS, ("ssl", "certificate", "tls")),
    (Connection.UNUSABLE, ("database ", "read-only", "not a standby")),
)


def _classified(said: str) -> Connection:
    for answer, signs in _SIGNS:
        if any(sign in said for sign in signs):
            return answer
    return Connection.UNREACHABLE


def add(target: Target, password: str, user: Any) -> Target:
    """A new target, with its password sealed and one look at it."""
    with audit.attempt(user, "add target", target):
        require(user, Action.ADMINISTER, target.environment)
        credentials.seal(target, password)
        target.save()
    look(target)
    return target


def change_connection(target: Target, password: str, user: Any) -> None:
    """A changed address asks for the password again: an old one stays with the old address."""
    with audit.attempt(user, "change target", target):
        require(user, Action.ADMINISTER, target)
        if password:
            credentials.seal(target, password)
        target.save()
    look(target)


def look(target: Target) -> Status | None:
    """Reads the live schema and remembers what was found; None where it cannot be reached."""
    try:
        with plan_session(endpoint(target), APPLICATION) as conn:
            graph = read_graph(conn, target.wanted_schemas)
            status = _status(conn, graph)
    except (MigrateError, psycopg.Error) as error:
        message = error.message if isinstance(error, MigrateError) else type(error).__name__
        remember(target, state=Target.State.UNREACHABLE, problem=message[:300])
        return None
    remember(
        target,
        state=Target.State.READY,
        problem="",
        major=status.major,
        live_fingerprint=status.fingerprint,
    )
    return status


def remember(target: Target, **found: Any) -> None:
    """Only these columns: a form may be saving the others."""
    found["checked_at"] = timezone.now()
    Target.objects.filter(pk=target.pk).update(**found)
    for name, value in found.items():
        setattr(target, name, value)


def adopt(target: Target, user: Any) -> None:
    """The baseline snapshot of a database that was there before us."""
    with audit.attempt(user, "adopt", target):
        require(user, Action.ADMINISTER, target)
        api.adopt(
            endpoint(target),
            schemas=target.wanted_schemas,
            actor=user.get_username(),
            mac_key=evidence_key(),
        )
        keep(target, user.get_username())
    look(target)


def keep(target: Target, actor: str) -> None:
    """Marks a target whose ledger there is as kept by a studio: the command line then asks why."""
    if api.managed_by(endpoint(target)) is None:
        api.manage(endpoint(target), keeper=KEEPER, actor=actor, mac_key=evidence_key())


def evidence_key() -> bytes | None:
    """What the ledger's rows are chained with; kept here, never in a target."""
    return settings.EVIDENCE_KEY.encode() or None


def _status(conn: psycopg.Connection, graph: SchemaGraph) -> Status:
    applied = ledger.applied(conn)
    drift = api.drift_of(conn, graph)
    return Status(
        major=version.major(conn),
        server=str(conn.info.parameter_status("server_version")),
        fingerprint=drift.live,
        tables=len(graph.tables),
        has_ledger=ledger.exists(conn),
        applied=sum(row.reverted_at is None for row in applied),
        changed=drift.changed,
        recorded=drift.recorded is not None,
    )
