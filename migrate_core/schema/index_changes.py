"""Which changed indexes can be built anew while the old one still serves."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.schema.concurrent import replaces
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import is_alone
from migrate_core.schema.objects import Constraint, Index, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import index_key, index_of, read_key

Found = tuple[Table, Index, Index]  # table after, index before, index after


def in_place(delta: SchemaDelta) -> Iterator[Found]:
    """Of one name before and after, and with another definition.

    Not where ordering needs the old one gone first: a column of it changes, a foreign key
    leans on it, or the table names it as its own.
    """
    for table, old, new in _redefined(delta):
        if _can_stand_aside(delta, table, old, new):
            yield table, old, new


def anew(delta: SchemaDelta) -> Iterator[Found]:
    """The others: these are dropped, and then built."""
    for table, old, new in _redefined(delta):
        if not _can_stand_aside(delta, table, old, new):
            yield table, old, new


def promoted(delta: SchemaDelta) -> Iterator[tuple[Table, Index, Constraint]]:
    """Indexes of today that become those of new keys, as they are."""
    for old, new in delta.changed(Table):
        if new.partition_key is not None or old.partition_key is not None:
            continue
        taken: set[str] = set()
        for key in new.constraints:
            if key.type in ("primary key", "unique") and old.constraint(key.name) is None:
                found = next((i for i in old.indexes if _fits(delta, old, new, i, key)), None)
                if found is not None and found.name not in taken:
                    taken.add(found.name)
                    yield new, found, key


def _fits(delta: SchemaDelta, old: Table, new: Table, index: Index, key: Constraint) -> bool:
    """Whether a key can take an index that nothing else is said of."""
    if (
        new.index(index.name)
        or not (index.unique and index.valid)
        or read_key(key.definition).has_periods
    ):
        return False
    if index.parent or index.name in (old.clustered_on, old.replica_index):
        return False
    if Ref.of(ObjectKind.INDEX, old.name, index.name) in delta.rebuilt:
        return False
    columns = [old.column(name) for name in key.columns]
    if key.type == "primary key" and not all(c and c.not_null for c in columns):
        return False
    same = (index.definition, index.comment) == (index_of(key), key.index_comment)
    return same and not index.statistics


def _redefined(delta: SchemaDelta) -> Iterator[Found]:
    for table, old, new in delta.changed_parts(Index):
        if replaces(old, new):
            yield table, old, new


def _can_stand_aside(delta: SchemaDelta, table: Table, old: Index, new: Index) -> bool:
    before = delta.before.table(table.name)
    if before is None or not isinstance(table, Table):
        return False
    if not (is_alone(delta.before, before) and is_alone(delta.after, table)):
        return False
    for name in {*old.columns, *new.columns}:
        had, has = before.column(name), table.column(name)
        if had is None or has is None:
            return False
        if (had.type, had.collation, had.generated) != (has.type, has.collation, has.generated):
            return False
    marked = {before.clustered_on, before.replica_index, table.clustered_on, table.replica_index}
    return old.name not in marked and not _is_leaned_on(delta, table, old, new)


def _is_leaned_on(delta: SchemaDelta, table: Table, old: Index, new: Index) -> bool:
    keys = {frozenset(index_key(index)) for index in (old, new) if index.unique}
    return bool(keys) and any(
        frozenset(key.ref_columns) in keys
        for graph in (delta.before, delta.after)
        for _, key in graph.foreign_keys_to(table.name)
    )
