"""What raw SQL did to the schema, in the words of operations."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.diff.diff import diff
from migrate_core.operations.base import Operation
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, DropMode, Rename
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import move_table
from migrate_core.schema.rules import constraint_ref
from migrate_core.verify.relations import Relation
from migrate_core.verify.scripts import Script


def changes(script: Script) -> tuple[Operation, ...]:
    """What it did to the schema, in the words of operations.

    Raises:
        UncoveredChangeError: there are none for it.
    """
    answers = Answers(drops=DropMode.PLAIN, renames=tuple(_renames(script)))
    return tuple(diff(moved(script.before.graph, script), script.after.graph, answers))


def moves(script: Script) -> tuple[tuple[QualifiedName, QualifiedName], ...]:
    """By number: tables that are in another schema, and are what they were."""
    pairs = _staying(script).values()
    return tuple((old.qualified, new.qualified) for old, new in pairs if old.schema != new.schema)


def moved(graph: SchemaGraph, script: Script) -> SchemaGraph:
    """For which there is no operation."""
    for old, new in moves(script):
        graph = move_table(graph, old, new)
    return graph


def _renames(script: Script) -> Iterator[Rename]:
    """By number: what has another name now, and is what it was."""
    tables = _staying(script)
    for old, new in tables.values():
        if old.name != new.name and old.schema == new.schema:
            yield Rename(old=Ref.of(ObjectKind.TABLE, old.qualified), new=new.name)
    for (oid, number), name in script.before.columns.items():
        now = script.after.columns.get((oid, number))
        if now is not None and now != name and oid in tables:
            old, new = tables[oid]
            table = old if old.schema == new.schema else new
            yield Rename(old=column_ref(table.qualified, name), new=now)


def _staying(script: Script) -> dict[int, tuple[Relation, Relation]]:
    """Tables before and after."""
    before, after = script.doings.before, script.doings.after
    there = {oid: one for oid, one in before.items() if one.kind in "rp" and not one.is_ours}
    return {oid: (one, after[oid]) for oid, one in there.items() if oid in after}


def kept_constraints(script: Script) -> frozenset[Ref]:
    """By number: those that are what they were, whatever they belong to now."""
    before, after = script.before.constraints, script.after.constraints
    same = (name for number, name in before.items() if after.get(number) == name)
    return frozenset(constraint_ref(QualifiedName(s, t), name) for s, t, name in same)
