"""Indexes that a table names: the one it is clustered on, and its replica identity."""

from __future__ import annotations

from typing import Any, TypeVar

from migrate_core.schema.concurrent import replaces
from migrate_core.schema.constraint_changes import redefined
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.objects import Constraint, Index, Relation, Table
from migrate_core.schema.refs import ObjectKind, Ref

R = TypeVar("R", bound=Relation)


def with_marks(was: R, now: R, old: str, new: str) -> R:
    """`now` naming the index `new` wherever `was` named it `old`: a rename loses no mark."""
    if was.clustered_on == old:
        now = now.change(clustered_on=new)
    if isinstance(was, Table) and was.replica_index == old:
        now = now.change(replica_identity="index", replica_index=new)
    return now


def index_ref(relation: Relation, name: str) -> Ref:
    """The index, or the constraint that owns it."""
    owned = relation.constraint(name) is not None
    kind = ObjectKind.CONSTRAINT if owned else ObjectKind.INDEX
    return Ref.of(kind, relation.name, name)


def left(delta: SchemaDelta, old: Relation, new: Relation, name: str | None) -> str | None:
    """What a marked index is called after every other change; None where its mark is lost."""
    if name is None or index_ref(old, name) in delta.rebuilt:
        return None
    renamed: list[tuple[Any, Any, Any]] = [
        *delta.renamed_parts(Index),
        *delta.renamed_parts(Constraint),
    ]
    for relation, was, becomes in renamed:
        if relation.name == new.name and was.name == name:
            return str(becomes.name)
    index, rule = (old.index(name), new.index(name)), (old.constraint(name), new.constraint(name))
    if index[0] is not None and index[1] is not None:
        return None if replaces(index[0], index[1]) else name
    if rule[0] is not None and rule[1] is not None:
        return None if redefined(rule[0], rule[1]) else name
    return None
