"""What was parked: listed, looked into, exported, brought back or destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from migrate_core import recovery
from migrate_core.api.plans import Measuring
from migrate_core.api.schemas import Schemas
from migrate_core.errors import MigrateError
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.pg.connect import Endpoint, Session, connect
from migrate_core.planning.plan import Plan
from migrate_core.recovery import Expiry, Inspection, ReseedPreview, RestorePreview
from migrate_core.recovery.expiry import GRACE

APPLICATION = "zanith/recover"


class UnreadableError(MigrateError):
    """PostgreSQL refused to read what is kept, or what is live."""

    code = "unreadable"


def artifacts(endpoint: Endpoint, *, kept_only: bool = False) -> tuple[ArtifactRow, ...]:
    """Newest first."""
    with _reading(endpoint) as conn:
        return recovery.artifacts(conn, kept_only=kept_only)


def expiry(
    endpoint: Endpoint, *, grace: timedelta = GRACE, older_than: timedelta = timedelta()
) -> Expiry:
    """What has expired, what is in its days of grace, and what expires within 7 days."""
    with _reading(endpoint) as conn:
        return recovery.expiry(conn, grace=grace, older_than=older_than)


def inspect(endpoint: Endpoint, id: UUID) -> Inspection:
    with _reading(endpoint) as conn:
        return recovery.inspect(conn, id)


def export(endpoint: Endpoint, id: UUID, format: str) -> Iterator[bytes]:
    """Streamed: the session lasts as long as the caller reads."""
    with _reading(endpoint) as conn:
        yield from recovery.export(conn, id, format)


def preview(
    endpoint: Endpoint, id: UUID, *, under: str | None = None, schemas: Schemas = None
) -> RestorePreview:
    """`under`: another name than it had."""
    with _reading(endpoint) as conn:
        return recovery.preview(conn, id, under=under, schemas=_tuple(schemas))


def plan_restore(
    endpoint: Endpoint, id: UUID, *, under: str | None = None, schemas: Schemas = None
) -> Plan:
    """To be run by apply(). `under`: another name than it had."""
    with _reading(endpoint) as conn:
        ask = Measuring(conn)
        return recovery.plan_restore(conn, id, under=under, ask=ask, schemas=_tuple(schemas))


def preview_reseed(
    endpoint: Endpoint,
    id: UUID,
    *,
    column: str | None = None,
    overwrite: bool = False,
    schemas: Schemas = None,
) -> ReseedPreview:
    with _reading(endpoint) as conn:
        return recovery.preview_reseed(
            conn, id, column=column, overwrite=overwrite, schemas=_tuple(schemas)
        )


def plan_reseed(
    endpoint: Endpoint,
    id: UUID,
    *,
    column: str | None = None,
    overwrite: bool = False,
    schemas: Schemas = None,
) -> Plan:
    """To be run by apply(); with `overwrite`, with consent to its one step."""
    with _reading(endpoint) as conn:
        return recovery.plan_reseed(
            conn,
            id,
            column=column,
            overwrite=overwrite,
            ask=Measuring(conn),
            schemas=_tuple(schemas),
        )


def plan_purge(endpoint: Endpoint, id: UUID, *, schemas: Schemas = None) -> Plan:
    """To be run by apply(), with consent to its one step."""
    with _reading(endpoint) as conn:
        ask = Measuring(conn)
        return recovery.plan_purge(conn, id, ask=ask, schemas=_tuple(schemas))


@contextmanager
def _reading(endpoint: Endpoint) -> Iterator[Connection[Any]]:
    """Reading a large archive takes longer than a plan may; it still cannot write.

    Raises:
        UnreadableError: PostgreSQL refused a query.
    """
    settings = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "10min"}
    conn = connect(endpoint, role=Session.PLAN, application_name=APPLICATION, settings=settings)
    with closing(conn):
        try:
            yield conn
        except psycopg.Error as error:
            raise UnreadableError(
                "what is kept cannot be read",
                detail=error.diag.message_primary or str(error).strip(),
                sqlstate=error.sqlstate or "",
                still_true="Nothing was changed; what is kept stays kept.",
                hint="Look at the rights of the login that reads the target.",
            ) from error


def _tuple(schemas: Schemas) -> tuple[str, ...] | None:
    return None if schemas is None else tuple(schemas)
