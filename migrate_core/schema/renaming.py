"""What a rename does to all that names the object: PostgreSQL's deparse, predicted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from migrate_core.pg.lexer import rename, rename_relation, rename_source
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.definitions import Composite, Domain, Routine
from migrate_core.schema.families import descendants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import (
    Column,
    ColumnRef,
    Constraint,
    Enum,
    Index,
    Policy,
    Sequence,
    Table,
    Thing,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.routines import bare_name
from migrate_core.schema.texts import everywhere, rewritten
from migrate_core.schema.views import MaterializedView, Query, View

_REFERENCES = " REFERENCES "


def rename_column(graph: SchemaGraph, table: QualifiedName, old: str, new: str) -> SchemaGraph:
    """A column under another name, in all that inherits it too."""
    for name in (table, *descendants(graph, table)):
        graph = _rename_own(graph, name, old, new)
    return graph


def _rename_own(graph: SchemaGraph, table: QualifiedName, old: str, new: str) -> SchemaGraph:
    def own(found: Table) -> Table:
        key = found.partition_key
        return found.change(
            columns=tuple(_column(c, old, new) for c in found.columns),
            constraints=tuple(_constraint(c, old, new) for c in found.constraints),
            indexes=tuple(_index(i, old, new) for i in found.indexes),
            policies=tuple(_policy(p, old, new) for p in found.policies),
            partition_key=key and rename(key, old, new),
        )

    def others(found: Table) -> Table:
        keys = (referring(c, table, old, new) for c in found.constraints)
        return found.change(constraints=tuple(keys))

    ref = Ref.of(ObjectKind.COLUMN, table, old)
    graph = graph.renaming(ref, ref._replace(part=new))  # first, or its rights would go with it
    graph = graph.edit_only(table, own).edit_all(others)
    return own_sequences(graph, ColumnRef(table=table, column=old), table, new)


def own_sequences(
    graph: SchemaGraph, old: ColumnRef, table: QualifiedName, column: str
) -> SchemaGraph:
    for sequence in graph.sequences:
        if sequence.owned_by == old:
            owner = ColumnRef(table=table, column=column)
            graph = graph.put(msgspec.structs.replace(sequence, owned_by=owner))
    return graph


def _column(column: Column, old: str, new: str) -> Column:
    generated = column.generated and msgspec.structs.replace(
        column.generated, expression=rename(column.generated.expression, old, new)
    )
    name = new if column.name == old else column.name
    return msgspec.structs.replace(column, name=name, generated=generated)


def _names(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in names)


def _constraint(constraint: Constraint, old: str, new: str) -> Constraint:
    if old not in constraint.columns:
        return constraint
    ours, arrow, theirs = constraint.definition.partition(_REFERENCES)
    columns = _names(constraint.columns, old, new)
    return msgspec.structs.replace(
        constraint,
        definition=rename(ours, old, new) + arrow + theirs,
        columns=tuple(sorted(columns)) if constraint.type == "check" else columns,
    )


def referring(constraint: Constraint, table: QualifiedName, old: str, new: str) -> Constraint:
    if constraint.references != table or old not in constraint.ref_columns:
        return constraint
    ours, arrow, theirs = constraint.definition.partition(_REFERENCES)
    return msgspec.structs.replace(
        constraint,
        definition=ours + arrow + rename(theirs, old, new),
        ref_columns=_names(constraint.ref_columns, old, new),
    )


def _index(index: Index, old: str, new: str) -> Index:
    if old not in index.columns:
        return index
    return msgspec.structs.replace(
        index,
        definition=rename(index.definition, old, new),
        columns=_names(index.columns, old, new),
    )


def _policy(policy: Policy, old: str, new: str) -> Policy:
    return msgspec.structs.replace(
        policy,
        using=policy.using and rename(policy.using, old, new),
        check=policy.check and rename(policy.check, old, new),
    )


def rename_table(graph: SchemaGraph, old: QualifiedName, new: str) -> SchemaGraph:
    return _renamed_table(graph, old, old.renamed(new))


def move_table(graph: SchemaGraph, old: QualifiedName, new: QualifiedName) -> SchemaGraph:
    """Into another schema; the sequences that its columns own go along."""
    graph = _renamed_table(graph, old, new)
    for sequence in graph.sequences:
        if sequence.owned_by and sequence.owned_by.table == new:
            name = QualifiedName(new.schema, sequence.name.name)
            graph = rename_object(graph, sequence, name)
    return graph


def _renamed_table(graph: SchemaGraph, old: QualifiedName, name: QualifiedName) -> SchemaGraph:
    table = graph.table(old)
    if table is None:
        return graph
    graph = graph.rename(table, table.change(name=name))
    graph = _in_queries(graph.edit_all(lambda found: _retarget(found, old, name)), old, name)
    for sequence in graph.sequences:
        if sequence.owned_by and sequence.owned_by.table == old:
            graph = own_sequences(graph, sequence.owned_by, name, sequence.owned_by.column)
    return graph


def _retarget(table: Table, old: QualifiedName, new: QualifiedName) -> Table:
    pair = (old.schema, old.name), (new.schema, new.name)

    def constraint(found: Constraint) -> Constraint:
        if found.references != old:
            return found
        definition = rename_relation(found.definition, *pair)
        return msgspec.structs.replace(found, references=new, definition=definition)

    def policy(found: Policy) -> Policy:
        return msgspec.structs.replace(
            found,
            using=found.using and rename_relation(found.using, *pair),
            check=found.check and rename_relation(found.check, *pair),
        )

    partition = table.partition_of
    if partition and partition.parent == old:
        partition = msgspec.structs.replace(partition, parent=new)
    return table.change(
        constraints=tuple(map(constraint, table.constraints)),
        policies=tuple(map(policy, table.policies)),
        partition_of=partition,
        inherits=tuple(new if parent == old else parent for parent in table.inherits),
    )


def _in_queries(graph: SchemaGraph, old: QualifiedName, new: QualifiedName) -> SchemaGraph:
    """Views, triggers and rules that name a renamed table."""
    pair = (old.schema, old.name), (new.schema, new.name)

    def rewritten(part: Any) -> Any:
        return msgspec.structs.replace(part, definition=rename_relation(part.definition, *pair))

    for relation in (*graph.tables, *graph.views, *graph.materialized_views):
        changed = relation.change(
            triggers=tuple(map(rewritten, relation.triggers)),
            rules=tuple(map(rewritten, relation.rules)),
        )
        if isinstance(changed, Query):
            definition = rename_source(changed.definition, *pair)
            changed = changed.change(definition=definition)
        if changed != relation:
            graph = graph.put(changed)
    return graph


def rename_sequence(graph: SchemaGraph, old: QualifiedName, new: str) -> SchemaGraph:
    """A sequence under another name, in the defaults that call it too."""
    sequence = graph.find(Sequence, old)
    if sequence is None:
        return graph
    pair = (old.schema, old.name), (old.schema, new)

    def retarget(table: Table) -> Table:
        columns = (
            msgspec.structs.replace(c, default=c.default and rename_relation(c.default, *pair))
            for c in table.columns
        )
        return table.change(columns=tuple(columns))

    renamed = msgspec.structs.replace(sequence, name=old.renamed(new))
    return graph.rename(sequence, renamed).edit_all(retarget)


def rename_object(graph: SchemaGraph, old: Thing, name: QualifiedName) -> SchemaGraph:
    """A type, a view or a sequence under another name, in whatever is written down of others."""
    graph = graph.rename(old, msgspec.structs.replace(old, name=name))
    pair = (old.name.schema, old.name.name), (name.schema, name.name)
    if isinstance(old, Query):
        graph = _in_queries(graph, old.name, name)
    return everywhere(graph, lambda text: renamed_in(text, *pair))


def rename_routine(graph: SchemaGraph, old: Routine, name: str) -> SchemaGraph:
    """Under another name; a body that is a string goes on calling the old one."""
    return everywhere(graph, _routine_change(old, name))


def routine_under(routine: Routine, name: str) -> Routine:
    made: Routine = rewritten(routine, _routine_change(routine, name))
    return made


def _routine_change(routine: Routine, name: str) -> Callable[[str], str]:
    pair = (routine.schema, routine_name(routine)), (routine.schema, name)
    return lambda text: renamed_in(text, *pair)


def renamed_in(text: str, old: tuple[str, str], new: tuple[str, str]) -> str:
    return rename_relation(text, old, new) if old[1] in text else text


def renamed_signature(routine: Routine, name: str) -> str:
    return _routine_change(routine, name)(routine.name)


def named(graph: SchemaGraph, name: QualifiedName) -> Iterator[Ref]:
    """What has a name, tables apart, that a rename may be about."""
    for kind in (Enum, Domain, Composite, Sequence, View, MaterializedView):
        if (thing := graph.find(kind, name)) is not None:
            yield ref_of(thing)
    for routine in graph.routines:
        if routine.schema == name.schema and routine_name(routine) == name.name:
            yield ref_of(routine)


def namesakes(graph: SchemaGraph, routine: Routine) -> list[Routine]:
    """Others of its schema and name, with other arguments."""
    whole = bare_name(ref_of(routine))
    others = (other for other in graph.routines if other.name != routine.name)
    return [other for other in others if bare_name(ref_of(other)) == whole]


def routine_name(routine: Routine) -> str:
    """Without its schema and arguments."""
    return QualifiedName.parse(bare_name(ref_of(routine))).name
