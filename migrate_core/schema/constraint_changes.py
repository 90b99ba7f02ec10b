"""Which constraints of a delta are added, dropped or made anew, and what leans on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.concurrent import replaces
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import is_alone
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.index_changes import promoted
from migrate_core.schema.objects import Constraint, ConstraintType, Index, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import index_key, read_key

Found = tuple[Table, Constraint]
KeyColumns = tuple[QualifiedName, frozenset[str]]


_OF_A_FOREIGN_KEY = re.compile(
    r"^(?P<rule>.*?)(?P<timing> DEFERRABLE(?: INITIALLY DEFERRED)?)?(?P<enforced> NOT ENFORCED)?$",
    re.DOTALL,
)


def redefined(old: Constraint, new: Constraint) -> bool:
    """Whether two constraints of one name differ in more than ALTER and VALIDATE can change."""
    if old == new:
        return False
    if old.type == new.type == "foreign key" and not _is_enforced_again(old, new):
        old, new = (_without_timing(constraint) for constraint in (old, new))
    return old != msgspec.structs.replace(
        new,
        comment=old.comment,
        index_comment=old.index_comment,
        validated=old.validated,
        options=old.options,
    )


def altered(old: Constraint, new: Constraint) -> bool:
    """Whether ALTER CONSTRAINT, or ALTER INDEX of its index, is what changes it."""
    return not redefined(old, new) and (
        old.definition != new.definition or old.options != new.options
    )


def timing(definition: str) -> tuple[str, bool]:
    """When a foreign key is checked, as it is written, and whether it is enforced."""
    match = _OF_A_FOREIGN_KEY.match(definition)
    return (match["timing"] or "", not match["enforced"]) if match else ("", True)


def _is_enforced_again(old: Constraint, new: Constraint) -> bool:
    """ALTER would read every row under the lock; made anew it is validated online."""
    return not timing(old.definition)[1] and timing(new.definition)[1]


def _without_timing(constraint: Constraint) -> Constraint:
    match = _OF_A_FOREIGN_KEY.match(constraint.definition)
    rule = match["rule"] if match else constraint.definition
    return msgspec.structs.replace(constraint, definition=rule)


def swapped(delta: SchemaDelta) -> Iterator[tuple[Table, Constraint, Constraint]]:
    """Keys of one name that can be built anew while the old one serves.

    Not where a column of theirs changes, something leans on the old one, or the table names
    its index: those are dropped, and then added.
    """
    for old_table, table in delta.changed(Table):
        if not (is_alone(delta.before, old_table) and is_alone(delta.after, table)):
            continue
        for new in table.constraints:
            old = old_table.constraint(new.name)
            if old and redefined(old, new) and _can_swap(delta, old_table, old, new):
                yield table, old, new


def _can_swap(delta: SchemaDelta, table: Table, old: Constraint, new: Constraint) -> bool:
    if not (_is_simple_key(old) and _is_simple_key(new)):
        return False
    if old.name in (table.clustered_on, table.replica_index):
        return False
    if Ref.of(ObjectKind.CONSTRAINT, table.name, old.name) in delta.rebuilt:
        return False
    columns = {*old.columns, *new.columns}
    if not all(_stays(delta, table, name) for name in columns):
        return False
    return not any(
        frozenset(found.ref_columns) == frozenset(old.columns)
        for graph in (delta.before, delta.after)
        for _, found in graph.foreign_keys_to(table.name)
    )


def _stays(delta: SchemaDelta, table: Table, name: str) -> bool:
    """Whether a column is before any other change as it is after all of them."""
    ref = Ref.of(ObjectKind.COLUMN, table.name, name)
    was, becomes = delta.before.get(ref), delta.after.get(ref)
    if was is None or becomes is None:
        return False
    fields = ("type", "collation", "not_null")
    return all(getattr(was, field) == getattr(becomes, field) for field in fields)


def _is_simple_key(key: Constraint) -> bool:
    return key.type in ("primary key", "unique") and not read_key(key.definition).has_periods


def added(delta: SchemaDelta, *types: ConstraintType) -> Iterator[Found]:
    """Constraints to add: new ones (not old ones renamed), and the new form of changed ones."""
    renamed = {(table.name, new.name) for table, _, new in delta.renamed_parts(Constraint)}
    for table, new in delta.added_parts(Constraint):
        if new.type in types and (table.name, new.name) not in renamed:
            yield table, new
    for table, _old, new in _redefined(delta):
        if new.type in types:
            yield table, new


def dropped(delta: SchemaDelta, *types: ConstraintType) -> Iterator[Found]:
    """Constraints to drop from kept tables: gone ones, and the old form of changed ones."""
    renamed = {(table.name, old.name) for table, old, _ in delta.renamed_parts(Constraint)}
    for table, old in delta.dropped_parts(Constraint):
        if old.type in types and (table.name, old.name) not in renamed:
            yield table, old
    for table, old, _new in _redefined(delta):
        if old.type in types:
            yield table, old


def _redefined(delta: SchemaDelta) -> Iterator[tuple[Table, Constraint, Constraint]]:
    """Those that are dropped and added."""
    found: list[tuple[Table, Constraint, Constraint]] | None = delta.memo.get("redefined")
    if found is None:
        apart = {(table.name, new.name) for table, _, new in swapped(delta)}
        found = delta.memo["redefined"] = [
            (table, old, new)
            for table, old, new in delta.changed_parts(Constraint)
            if redefined(old, new) and (table.name, new.name) not in apart
        ]
    yield from found


def leaning(delta: SchemaDelta) -> Iterator[Found]:
    """Foreign keys that stay as they are, but whose key on the other table is made anew.

    PostgreSQL will not drop a key that a foreign key was made for. Which of several keys
    over the same columns that was, no definition tells: each of them counts.
    """
    going = set(_keys_going(delta))
    if not going:
        return
    for table in delta.before.tables:
        after = delta.after.table(table.name)
        for key in table.constraints:
            stays = after.constraint(key.name) if after else None
            if key.parent is not None or stays is None or redefined(key, stays):
                continue
            if key.references is None:
                continue
            if (key.references, frozenset(key.ref_columns)) in going:
                yield table, stays


def _keys_going(delta: SchemaDelta) -> Iterator[KeyColumns]:
    for table, old in dropped(delta, "primary key", "unique"):
        yield table.name, frozenset(old.columns)
    kept = {(table.name, old.name) for table, old, _ in delta.renamed_parts(Index)}
    kept |= {(table.name, index.name) for table, index, _ in promoted(delta)}
    for table, gone in delta.dropped_parts(Index):
        if gone.unique and (table.name, gone.name) not in kept:
            yield table.name, frozenset(index_key(gone))
    for table, was, becomes in delta.changed_parts(Index):
        if was.unique and replaces(was, becomes):
            yield table.name, frozenset(index_key(was))


def foreign_keys_on(graph: SchemaGraph, table: Table, key: Constraint) -> tuple[str, ...]:
    """Names of the foreign keys that lean on `key`; it cannot be dropped before them."""
    return tuple(f"{name}.{found.name}" for name, found in leaning_on(graph, table, key))


def leaning_on(
    graph: SchemaGraph, table: Table, key: Constraint
) -> tuple[tuple[QualifiedName, Constraint], ...]:
    """(table, foreign key) of those that can only have been made for `key`."""
    columns = frozenset(key.columns)
    others = [
        frozenset(c.columns)
        for c in table.constraints
        if c.type in ("primary key", "unique") and c.name != key.name
    ]
    others += [frozenset(index_key(index)) for index in table.indexes if index.unique]
    if columns in others:
        return ()
    return tuple(
        (found.name, c)
        for found, c in graph.foreign_keys_to(table.name)
        if frozenset(c.ref_columns) == columns
    )
