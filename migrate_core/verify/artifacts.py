"""Artifacts, tested: what the plan parked on the shadow is restored there, and compared.

It is the last thing that happens in the rehearsal's database. The recorded inverse is run by
the real runner, newest first; then the object's definition has to be what it was, and its
rows, where some were copied, by checksum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
from msgspec import Struct

from migrate_core.errors import MigrateError
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.park import ArtifactKind
from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.verified import ArtifactTrial
from migrate_core.recovery import artifacts as kept
from migrate_core.recovery import plan_restore
from migrate_core.recovery.checksums import take_checksum
from migrate_core.schema.checksum import checksum_query
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import ColumnParts, TableParts, column_parts, table_parts
from migrate_core.verify.rows import without_values

Connection = psycopg.Connection[Any]
Schemas = tuple[str, ...] | None
# What has taken the place of these holds all that they held; nothing puts them back.
_REPLACED = (ArtifactKind.REBUILD_TABLE,)


class Remembered(Struct, frozen=True, kw_only=True):
    """The objects that the plan will park, as they are before it."""

    graph: SchemaGraph
    checksums: Mapping[Ref, str]


def parking(plan: Plan) -> list[Step]:
    """Steps whose artifact their own inverse brings back."""
    return [s for s in plan.steps if s.park and s.undo and s.park.kind not in _REPLACED]


def remember(conn: Connection, plan: Plan, schemas: Schemas) -> Remembered:
    graph = read_graph(conn, schemas)
    sources = [step.park.source for step in parking(plan) if step.park]
    sums = {ref: _checksum(conn, graph, ref) for ref in sources}
    return Remembered(graph=graph, checksums={ref: said for ref, said in sums.items() if said})


def restored(
    open_session: Callable[[], Connection],
    plan: Plan,
    before: Remembered,
    run: Callable[[Plan], object],
    schemas: Schemas,
    *,
    quiet: bool,
) -> tuple[ArtifactTrial, ...]:
    """Each artifact of the plan: put back, and whether it is what it was.

    `quiet`: rows of the target are there, and no message may quote one.
    """
    failed: dict[int, str] = {}
    for step in reversed(parking(plan)):
        try:
            run(_plan_of(open_session, plan, step, schemas))
        except MigrateError as error:
            failed[step.number] = without_values(error) if quiet else error.message
    with open_session() as conn:
        after = read_graph(conn, schemas)
        return tuple(_tested(conn, step, before, after, failed) for step in parking(plan))


def _plan_of(
    open_session: Callable[[], Connection], plan: Plan, step: Step, schemas: Schemas
) -> Plan:
    with open_session() as conn:
        for one in kept(conn, kept_only=True):
            if (one.migration_id, one.step) == (plan.migration_id, step.number):
                return plan_restore(conn, one.id, schemas=schemas)
    raise MigrateError(f"step {step.number} left no artifact")


def _tested(
    conn: Connection,
    step: Step,
    before: Remembered,
    after: SchemaGraph,
    failed: Mapping[int, str],
) -> ArtifactTrial:
    assert step.park is not None  # as parking() says
    ref = step.park.source
    if step.number in failed:
        said = f"not restored: {failed[step.number]}"
        return ArtifactTrial(step=step.number, source=str(ref), says=said)
    was, now = _parts(before.graph, ref), _parts(after, ref)
    if was is None:
        said = "restored; not compared: it has this name only since an earlier step"
        return ArtifactTrial(step=step.number, source=str(ref), restored=True, says=said)
    sums = before.checksums.get(ref, ""), _checksum(conn, after, ref)
    rows = _rows(sums[0])
    problems = list(_differences(was == now, sums))
    said = f"restored, and equal: its definition{f' and {rows:,} rows' if rows else ''}"
    return ArtifactTrial(
        step=step.number,
        source=str(ref),
        restored=True,
        compared=True,
        equal=not problems,
        rows=rows,
        says=f"restored, and not equal: {', '.join(problems)}" if problems else said,
    )


def _differences(same: bool, sums: tuple[str, str]) -> Iterator[str]:
    if not same:
        yield "its definition differs"
    if sums[0] != sums[1]:
        yield f"its rows differ ({sums[0]} before, {sums[1]} now)"


def _rows(checksum: str) -> int:
    """`algorithm:count:sum:sum`."""
    found = checksum.split(":")[1:2]
    return int(found[0]) if found else 0


def _parts(graph: SchemaGraph, ref: Ref) -> object:
    """A value that is equal where the object and all that hangs on it are."""
    table = graph.table(ref.relation)
    if table is None:
        return None
    if ref.kind is ObjectKind.TABLE:
        return _of_table(table_parts(graph, table))
    column = table.column(ref.part)
    return _of_column(column_parts(graph, table, column)) if column else None


def _of_table(parts: TableParts) -> object:
    return (parts.table.normal, frozenset(parts.sequences))


def _of_column(parts: ColumnParts) -> object:
    return (
        parts.column,
        frozenset(parts.constraints),
        frozenset(parts.indexes),
        frozenset(parts.sequences),
    )


def _checksum(conn: Connection, graph: SchemaGraph, ref: Ref) -> str:
    """Of its rows with their key; "" where it has none of its own."""
    table = graph.table(ref.relation)
    if table is None or table.partition_key is not None or table.foreign is not None:
        return ""
    columns = _columns(table, ref)
    return (take_checksum(conn, checksum_query(table.name, columns)) or "") if columns else ""


def _columns(table: Table, ref: Ref) -> list[tuple[str, str]]:
    if ref.kind is ObjectKind.TABLE:
        return sorted((column.name, column.type) for column in table.columns)
    key = table.primary_key.columns if table.primary_key else ()
    return [(c.name, c.type) for c in table.columns if c.name == ref.part or c.name in key]
