"""Bringing an artifact back, and destroying one: as plans, run and recorded by the runner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.operations.base import ArtifactKind, Operation
from migrate_core.operations.registry import from_builtins, make
from migrate_core.pg import codec
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.past import Ask
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.recovery.artifacts import ArtifactGoneError, find, is_column
from migrate_core.recovery.matching import rows_without_value
from migrate_core.schema.graph import SchemaGraph
from migrate_core.states import StepState


def plan_restore(
    conn: Connection[Any],
    id: UUID,
    *,
    ask: Ask = no_facts,
    schemas: tuple[str, ...] | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> Plan:
    """The recorded inverse of the step that parked it, against the schema as it is now.

    A column that was NOT NULL comes back nullable where rows hold no value for it.

    Raises:
        ArtifactGoneError: it is not kept any more.
        UnboundOperationError: its name is taken, or its table is gone.
    """
    artifact = kept(conn, id, schema)
    operation = _inverse(conn, artifact, schema)
    if is_column(artifact) and rows_without_value(conn, artifact):
        operation = msgspec.structs.replace(operation, nullable=True)
    return planned(conn, operation, f"restore_{str(id)[:8]}", ask, read_graph(conn, schemas))


def plan_purge(
    conn: Connection[Any],
    id: UUID,
    *,
    ask: Ask = no_facts,
    schemas: tuple[str, ...] | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> Plan:
    """Raises ArtifactGoneError where it is not kept any more."""
    artifact = kept(conn, id, schema)
    operation = make(
        "purgeArtifact",
        physical_name=QualifiedName.parse(artifact.physical_name),
        physical_column=artifact.physical_column,
        source=artifact.source,
    )
    return planned(conn, operation, f"purge_{str(id)[:8]}", ask, read_graph(conn, schemas))


def planned(
    conn: Connection[Any], operation: Operation, name: str, ask: Ask, graph: SchemaGraph
) -> Plan:
    """One step against the schema as it is now, to be run on the record."""
    return build(
        [operation],
        graph,
        migration_id=name,
        checksum=codec.digest(operation),
        major=conn.info.server_version // 10000,
        ask=ask,
        direction="restore",
    )


def kept(conn: Connection[Any], id: UUID, schema: str) -> ArtifactRow:
    """Raises ArtifactGoneError where it is restored or purged already."""
    artifact = find(conn, id, schema=schema)
    if artifact.status != "kept":
        raise ArtifactGoneError(
            f"{artifact.source} is {artifact.status} already",
            detail=f"By {artifact.released_by} at {artifact.released_at:%Y-%m-%d %H:%M} UTC.",
            hint="List the artifacts again.",
        )
    return artifact


def _inverse(conn: Connection[Any], artifact: ArtifactRow, schema: str) -> Operation:
    if artifact.kind == ArtifactKind.REBUILD_TABLE:
        raise ArtifactGoneError(
            f"a new table has taken the place of {artifact.source}",
            detail="It holds all that this one held, and what was written since besides.",
            hint=f"Export it, or give it a name beside it: {'; '.join(artifact.recovery_sql)}",
        )
    rows = ledger.steps(conn, artifact.run_id, schema=schema)
    for row in rows:
        done = row.status is StepState.DONE
        if not done or row.step != artifact.step:
            continue
        if row.inverse is not None:
            return from_builtins(row.inverse)
        raise ArtifactGoneError(
            f"another column has taken the place of {artifact.source}",
            detail="What was written since is in that one alone, so nothing puts this one back.",
            hint=f"Export it, or give it a name beside it: {'; '.join(artifact.recovery_sql)}",
        )
    raise ArtifactGoneError(
        f"the ledger does not say how {artifact.source} is brought back",
        detail=f"Step {artifact.step} of run {artifact.run_id} is not done.",
        hint="Resume that run first; the export works meanwhile.",
    )
