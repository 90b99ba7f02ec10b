"""Bringing an artifact back, and destroying one: as plans, run and recorded by the runner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection

from migrate_core.errors import InvalidNameError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.rows import ArtifactRow, StepRow
from migrate_core.operations.base import Operation, Origin
from migrate_core.operations.park import ArtifactKind
from migrate_core.operations.registry import from_builtins, make
from migrate_core.operations.swap import left_behind
from migrate_core.pg import codec
from migrate_core.pg.names import HIDDEN, QualifiedName, check_name
from migrate_core.planning.past import Ask
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.recovery.artifacts import ArtifactGoneError, find, is_column
from migrate_core.recovery.matching import column_of, live_table, rows_without_value
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.removal import ColumnParts, TableParts
from migrate_core.states import StepState


def plan_restore(
    conn: Connection[Any],
    id: UUID,
    *,
    under: str | None = None,
    ask: Ask = no_facts,
    schemas: tuple[str, ...] | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> Plan:
    """The recorded inverse of the step that parked it, against the schema as it is now.

    A column that was NOT NULL comes back nullable where rows hold no value for it. `under`:
    another name than it had, beside whatever has that one by now.

    Raises:
        ArtifactGoneError: it is not kept any more.
        UnboundOperationError: its name is taken, or its table is gone.
        InvalidNameError: `under` is no name.
    """
    artifact = kept(conn, id, schema)
    if under is not None:
        under = _other_name(artifact, under)
    operation = _inverse(conn, artifact, schema, under)
    if is_column(artifact) and rows_without_value(conn, artifact):
        operation = msgspec.structs.replace(operation, nullable=True)
    return planned(conn, operation, restore_id(id), ask, read_graph(conn, schemas))


def restore_id(id: UUID) -> str:
    """What the plan of an artifact's restore is called."""
    return f"restore_{str(id)[:8]}"


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


def _inverse(
    conn: Connection[Any], artifact: ArtifactRow, schema: str, under: str | None
) -> Operation:
    row = _parked_by(conn, artifact, schema)
    if row.inverse is None or artifact.kind == ArtifactKind.REBUILD_TABLE:
        return _beside_its_successor(artifact, row, under)
    back = from_builtins(row.inverse)
    return msgspec.structs.replace(back, under=under) if under else back


def _other_name(artifact: ArtifactRow, under: str) -> str | None:
    """None where it is the one it had."""
    check_name(under)
    if under.startswith(HIDDEN):
        raise InvalidNameError(
            f"{under} would be hidden: names that begin with {HIDDEN} are of what is parked",
            hint="Choose another name.",
        )
    own = column_of(artifact) if is_column(artifact) else live_table(artifact).name
    return None if under == own else under


def _parked_by(conn: Connection[Any], artifact: ArtifactRow, schema: str) -> StepRow:
    for row in ledger.steps(conn, artifact.run_id, schema=schema):
        if row.status is StepState.DONE and row.step == artifact.step:
            return row
    raise ArtifactGoneError(
        f"the ledger does not say how {artifact.source} is brought back",
        detail=f"Step {artifact.step} of run {artifact.run_id} is not done.",
        hint="Resume that run first; the export works meanwhile.",
    )


def _beside_its_successor(artifact: ArtifactRow, row: StepRow, under: str | None) -> Operation:
    """What a rebuild or a contract left never takes its own name back: what was written since is
    in its successor alone."""
    if under is None:
        what = "column" if is_column(artifact) else "table"
        raise ArtifactGoneError(
            f"a new {what} has taken the place of {artifact.source}",
            detail="What was written since is in that one alone, so nothing puts this one back.",
            hint="Export it, or restore it under another name, beside the new one.",
        )
    origin = Origin(
        migration_id=row.migration_id or "",
        step=row.step,
        cycle=row.cycle,
        down=row.direction == "down",
    )
    if not is_column(artifact):
        table = left_behind(codec.convert(artifact.definition, TableParts))
        return make("restoreTable", was=table, parked=origin, under=under)
    column = codec.convert(artifact.definition, ColumnParts).column
    bare = msgspec.structs.replace(column, not_null=False, default=None, identity=None)
    return make(
        "restoreColumn",
        table=live_table(artifact),
        was=ColumnParts(column=bare),
        parked=origin,
        under=under,
    )
