"""Two lists of operations instead of one, for columns that people asked to expand.

The first leads to a schema in which everything is as wanted but these columns, and puts the
new ones beside them; the second lets those take over. Between the two an application may
move at its own pace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from migrate_core.diff.diff import diff
from migrate_core.errors import MisuseError
from migrate_core.operations.base import Operation
from migrate_core.operations.expansion import base_type, incoming, using_of, why_unfit
from migrate_core.operations.registry import make
from migrate_core.schema import types
from migrate_core.schema.delta import Answers
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Table, Value
from migrate_core.schema.parking import all_parts
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import ColumnParts, column_parts, owned_sequences
from migrate_core.schema.types import TypeChange

Operations = tuple[Operation, ...]


class Growing(Value, frozen=True, kw_only=True):
    """One column: as it is, with all that leans on it, and as it will be."""

    ref: Ref  # in the schema before
    was: ColumnParts
    to: ColumnParts
    table: Table  # as it is wanted


def expanded(
    before: SchemaGraph, after: SchemaGraph, answers: Answers
) -> tuple[Operations, Operations]:
    """What leads from one schema to the other, in two migrations.

    Raises:
        MisuseError: a column cannot be expanded; says why, and the way out.
        UncoveredChangeError: the graphs differ in a way that no kind covers.
    """
    found = [_growing(before, after, answers, ref) for ref in answers.expand]
    refuse_together([(one.ref, one.was, one.to) for one in found])
    kept = tuple(rename for rename in answers.renames if rename.old not in answers.expand)
    plain = msgspec.structs.replace(answers, expand=(), renames=kept)
    between = after
    for one in found:
        between = _with_old(between, before, one)
    first = list(diff(before, between, plain))
    for one in found:
        expand = _operation("expandColumn", one, between).bind(between)
        first.append(expand)
        between = expand.apply(between)
    second: list[Operation] = []
    for one in found:
        contract = _operation("contractColumn", one, between).bind(between)
        second.append(contract)
        between = contract.apply(between)
    rest = msgspec.structs.replace(plain, renames=(), backfills=())
    return tuple(first), (*second, *diff(between, after, rest))


def candidates(before: SchemaGraph, after: SchemaGraph, answers: Answers) -> Iterator[Ref]:
    """Columns whose change writes the table or breaks who uses the name, and that can be
    expanded instead."""
    renamed = {r.old: r.new for r in answers.renames if r.old.kind is ObjectKind.COLUMN}
    for table in before.tables:
        for column in table.columns if after.table(table.name) else ():
            ref = Ref.of(ObjectKind.COLUMN, table.name, column.name)
            wanted = after.table(table.name)
            new = wanted.column(renamed.get(ref, column.name)) if wanted else None
            if new is None or (ref not in renamed and not _rewrites(after, column, new)):
                continue
            try:
                _growing(before, after, answers, ref)
            except MisuseError:
                continue
            yield ref


def _growing(before: SchemaGraph, after: SchemaGraph, answers: Answers, ref: Ref) -> Growing:
    renames = {rename.old: rename.new for rename in answers.renames}
    table, wanted = before.table(ref.relation), after.table(ref.relation)
    if Ref.of(ObjectKind.TABLE, ref.relation) in renames:
        raise _refused(ref, "its table is renamed as well: rename that in a migration of its own")
    old = table.column(ref.part) if table else None
    new = wanted.column(renames.get(ref, ref.part)) if wanted else None
    if table is None or wanted is None or old is None:
        raise _refused(ref, "the target has no such column")
    if new is None:
        raise _refused(ref, "the declared schema has no such column; was it renamed?")
    if ref not in renames and not _rewrites(after, old, new):
        raise _refused(ref, "its change writes no row: leave the option out")
    was, to = column_parts(before, table, old), column_parts(after, wanted, new)
    pointing = tuple(incoming(before, ref.relation, ref.part))
    unfit = why_unfit(before, table, was, to, pointing)
    unfit = unfit or why_unfit(
        after, wanted, to, to, tuple(incoming(after, ref.relation, new.name))
    )
    if unfit:
        raise _refused(ref, unfit)
    return Growing(ref=ref, was=was, to=to, table=wanted)


def _rewrites(graph: SchemaGraph, old: Column, new: Column) -> bool:
    if old.type == new.type:
        return False
    one, other = base_type(graph, old.type), base_type(graph, new.type)
    return types.change(one, other) is not TypeChange.FREE


def _with_old(graph: SchemaGraph, before: SchemaGraph, one: Growing) -> SchemaGraph:
    """`graph` with the column, and what leans on it, as it is today; what its type does not
    touch (may it be NULL, its comment, its settings) is as wanted already."""
    old, new = one.was.column, one.to.column
    column = msgspec.structs.replace(
        old,
        not_null=new.not_null,
        not_null_rule=new.not_null_rule,
        comment=new.comment,
        statistics=new.statistics,
        options=new.options,
    )

    def change(table: Table) -> Table:
        gone = {part.name for part in all_parts(one.to)}
        columns = (*(c for c in table.columns if c.name not in (old.name, new.name)), column)
        there = {c.name for c in columns}
        table = table.change(
            columns=columns,
            constraints=tuple(c for c in table.constraints if c.name not in gone),
            indexes=tuple(i for i in table.indexes if i.name not in gone),
        )
        for part in all_parts(one.was):
            if there.issuperset(part.columns):
                table = table.with_part(part)
        return table

    graph = graph.edit(one.ref.relation, change)
    if new.name != old.name:
        graph = graph.edit_all(lambda table: _pointing_as(before, one, table))
    for sequence in owned_sequences(before, one.ref.relation, old.name):
        wanted = graph.find(type(sequence), sequence.name)
        owner = sequence.owned_by
        kept = msgspec.structs.replace(wanted, owned_by=owner) if wanted else sequence
        graph = graph.put(kept)
    return graph


def _pointing_as(before: SchemaGraph, one: Growing, table: Table) -> Table:
    """Foreign keys that will point at the new name, pointing at the old one."""
    had = before.table(table.name)
    for key in table.constraints:
        points = key.references == one.ref.relation and one.to.column.name in key.ref_columns
        was = had.constraint(key.name) if had and points else None
        if was is not None:
            table = table.with_part(was)
    return table


def _operation(kind: str, one: Growing, graph: SchemaGraph) -> Operation:
    table = graph.table(one.ref.relation) or one.table
    return make(
        kind,
        table=table.name,
        column=one.ref.part,
        to=msgspec.structs.replace(one.to, sequences=()),
        using=using_of(graph, one.was.column, one.to.column),
        was=column_parts(graph, table, one.was.column),
    )


def refuse_together(found: Sequence[tuple[Ref, ColumnParts | None, ColumnParts]]) -> None:
    """One index or constraint over two columns that move would have to be built twice.

    Raises:
        MisuseError: names it.
    """
    refs = {ref for ref, _was, _to in found}
    for ref, was, to in found:
        for part in (*(all_parts(was) if was else ()), *all_parts(to)):
            others = {Ref.of(ObjectKind.COLUMN, ref.relation, n) for n in part.columns}
            if isinstance(part, Constraint) and part.references:
                others |= {Ref.of(ObjectKind.COLUMN, part.references, n) for n in part.ref_columns}
            if both := sorted((others & refs) - {ref}):
                raise _refused(ref, f"{part.name} holds {both[0]} too: expand one after the other")


def _refused(ref: Ref, why: str) -> MisuseError:
    return MisuseError(
        f"column {ref} cannot be expanded: {why}",
        hint="Change it without expanding it, or as the sentence says.",
    )
