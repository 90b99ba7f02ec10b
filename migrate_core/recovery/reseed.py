"""Putting kept values back into what is live, and what that would do before it does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection

from migrate_core.errors import ConflictError, MigrateError, MisuseError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.operations.base import Operation
from migrate_core.operations.park import ArtifactKind
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.past import Ask
from migrate_core.planning.plan import Plan, no_facts
from migrate_core.recovery.artifacts import Inspection, find, inspect, is_column
from migrate_core.recovery.matching import (
    Matching,
    UncomparableError,
    column_of,
    key_of,
    live_table,
)
from migrate_core.recovery.restore import kept, planned
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.keeping import is_free, is_missing
from migrate_core.schema.objects import Column, Table, Value
from migrate_core.schema.removal import ColumnParts, TableParts


class ReseedPreview(Value, frozen=True, kw_only=True):
    """Counts are None where there is nothing to compare."""

    artifact_id: UUID
    kind: str = "reseed"
    sql: str = ""  # exactly what would run, batch by batch
    table: str = ""
    columns: tuple[str, ...] = ()  # that get values
    left_out: tuple[str, ...] = ()  # kept, and without a place in the live table
    overwrite: bool = False
    rows_kept: int | None = None
    rows_now: int | None = None  # in the artifact
    rows_matched: int | None = None
    rows_filled: int | None = None  # matched, and without a value that was kept
    rows_conflicting: int | None = None  # matched, and with another value: left, or overwritten
    rows_missing: int | None = None  # kept, and gone from the live table
    rows_returning: int | None = None  # of the missing ones those that come back whole
    rows_refused: int | None = None  # and those that would break a rule of the live table
    rows_written_since: int | None = None
    missing_keys: tuple[str, ...] = ()
    conflicting_keys: tuple[str, ...] = ()
    intact: bool | None = None
    blockers: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        return not self.blockers

    @property
    def rows_written(self) -> int:
        """How many rows it would write."""
        overwritten = self.rows_conflicting or 0 if self.overwrite else 0
        return (self.rows_filled or 0) + (self.rows_returning or 0) + overwritten


def plan_reseed(
    conn: Connection[Any],
    id: UUID,
    *,
    column: str | None = None,
    overwrite: bool = False,
    ask: Ask = no_facts,
    schemas: tuple[str, ...] | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> Plan:
    """Values that live rows lack, and rows that are missing; of a table `column` alone if given.

    Raises:
        ArtifactGoneError: it is not kept any more.
        ConflictError: the live table has not what the values were kept for.
        MisuseError: nothing was kept of that column.
        UnboundOperationError: table or column is not live, or has no key.
    """
    artifact = kept(conn, id, schema)
    graph = read_graph(conn, schemas)
    operation = _operation(conn, artifact, graph, column, overwrite=overwrite)
    words = ("reseed", str(id)[:8], *([column] if column else ()), *(["over"] if overwrite else ()))
    return planned(conn, operation, "_".join(words), ask, graph)


def preview_reseed(
    conn: Connection[Any],
    id: UUID,
    *,
    column: str | None = None,
    overwrite: bool = False,
    schemas: tuple[str, ...] | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> ReseedPreview:
    """Changes nothing. Reads what is kept and the live table once each.

    Raises:
        MisuseError: nothing was kept of that column.
    """
    artifact = find(conn, id, schema=schema)
    seen = inspect(conn, id, schema=schema)
    facts: dict[str, Any] = {
        "artifact_id": id,
        "table": str(live_table(artifact)),
        "overwrite": overwrite,
        "rows_kept": artifact.row_count,
        "rows_now": seen.rows_now,
        "intact": seen.intact,
    }
    blockers = _blockers(seen)
    try:
        plan = plan_reseed(
            conn, id, column=column, overwrite=overwrite, schemas=schemas, schema=schema
        )
    except MisuseError:
        raise
    except MigrateError as error:
        return ReseedPreview(**facts, blockers=(error.message, *blockers))
    if seen.exists:
        try:
            facts |= _counted(conn, artifact, plan.steps[0].operation, column)
        except UncomparableError as error:
            blockers.append(f"{error.message}: {error.detail}")
    facts |= {"sql": plan.steps[0].sql, "left_out": tuple(_left_out(artifact, plan, column))}
    return ReseedPreview(**facts, blockers=tuple(blockers))


def _blockers(seen: Inspection) -> list[str]:
    found = [] if seen.exists else [f"{seen.artifact.physical_name} is not there"]
    if seen.intact is False:
        found.append("the archive is not what its checksum says")
    return found


def _counted(
    conn: Connection[Any], artifact: ArtifactRow, operation: Any, column: str | None
) -> dict[str, Any]:
    matching = Matching.of(conn, artifact, column)
    if matching is None:
        return {}
    refused = _refused(conn, operation) if operation.rows and matching.missing else 0
    return {
        "columns": operation.columns,
        "rows_matched": matching.matched,
        "rows_filled": matching.lacking,
        "rows_conflicting": matching.conflicting,
        "rows_missing": matching.missing,
        "rows_returning": matching.missing - refused if operation.rows else None,
        "rows_refused": refused if operation.rows else None,
        "rows_written_since": matching.written_since,
        "missing_keys": matching.missing_keys,
        "conflicting_keys": matching.conflicting_keys,
    }


def _refused(conn: Connection[Any], operation: Any) -> int:
    """Missing rows that break a unique rule or refer to what is gone. One that refers to its own
    table may find there what comes back with it."""
    others = [one for one in operation.references if one[1] != operation.table]
    free = is_free(operation.table, "a", unique=operation.unique, references=others)
    text = ddl(
        "SELECT count(*) FROM ONLY {source} AS a WHERE {missing} AND NOT ({free})",
        source=operation.source,
        missing=raw(is_missing(operation.table, "a", operation.key)),
        free=raw(free),
    )
    row = conn.execute(text.encode()).fetchone()
    assert row is not None  # an aggregate always answers
    return int(row[0])


def _operation(
    conn: Connection[Any],
    artifact: ArtifactRow,
    graph: SchemaGraph,
    column: str | None,
    *,
    overwrite: bool,
) -> Operation:
    live = live_table(artifact)
    fields: dict[str, Any] = {
        "table": live,
        "source": QualifiedName.parse(artifact.physical_name),
        "overwrite": overwrite,
    }
    table = graph.table(live)
    if is_column(artifact):
        own = column_of(artifact)
        if column not in (None, own):
            raise MisuseError(f"{own} is kept, not {column}", hint="Leave the column out.")
        columns = [codec.convert(artifact.definition, ColumnParts).column]
    else:
        columns = _wanted(codec.convert(artifact.definition, TableParts).table, table, column)
        fields["rows"] = column is None
    if artifact.kind == ArtifactKind.SOFT_DROP_COLUMN:
        fields["parked_column"] = artifact.physical_column
    elif table is not None:
        _refuse_another_key(conn, live, fields["source"])
    if table is not None:
        _refuse_another_type(columns, table)
    return make("reseed", columns=tuple(c.name for c in columns), **fields)


def _wanted(was: Table, table: Table | None, column: str | None) -> list[Column]:
    """Of a kept table: what the live one has a place for, its key apart."""
    key = was.primary_key.columns if was.primary_key else ()
    if column is not None:
        found = [c for c in was.columns if c.name == column]
        if not found or column in key:
            problem = "is what rows are matched by" if found else "was not kept"
            raise MisuseError(f"{column} {problem}", hint="Name one of its other columns.")
        return found
    there = {c.name: c for c in table.columns} if table else {}
    return [
        c for c in was.columns if c.name in there and c.name not in key
        and there[c.name].generated is None
    ]  # fmt: skip


def _refuse_another_key(conn: Connection[Any], live: QualifiedName, source: QualifiedName) -> None:
    """Rows that were told apart by one key cannot be found by another."""
    now, then = key_of(conn, live), key_of(conn, source)
    if now and dict(now) != dict(then):
        raise ConflictError(
            f"rows of {live} are told apart by ({_words(now)}), what is kept by ({_words(then)})",
            still_true="Nothing was changed; it is still kept.",
            hint="Export it, and put the rows back by hand.",
        )


def _words(key: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{name} {type_text}" for name, type_text in key)


def _refuse_another_type(columns: list[Column], table: Table) -> None:
    for column in columns:
        live = table.column(column.name)
        if live is not None and live.type != column.type:
            raise ConflictError(
                f"{table.name}.{column.name} is {live.type} now and was {column.type}",
                detail="Kept values are put back as they are, never converted.",
                still_true="Nothing was changed; it is still kept.",
                hint="Name the other columns one by one with --column, or export it.",
            )


def _left_out(artifact: ArtifactRow, plan: Plan, column: str | None) -> Iterator[str]:
    if is_column(artifact) or column is not None:
        return
    operation: Any = plan.steps[0].operation
    for was in codec.convert(artifact.definition, TableParts).table.columns:
        if was.name not in operation.written:
            yield was.name
