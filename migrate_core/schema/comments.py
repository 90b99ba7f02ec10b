"""Comments of objects: where they are kept, and which of them differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from migrate_core.schema.concurrent import replaces
from migrate_core.schema.constraint_changes import redefined
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    PARTS,
    Column,
    Constraint,
    Enum,
    Index,
    Policy,
    Schema,
    Sequence,
    Table,
    Value,
)
from migrate_core.schema.policies import made_anew
from migrate_core.schema.refs import ObjectKind, Ref

Change = tuple[Ref, str | None, str | None]  # object, comment before, comment after


class Found(Value, frozen=True, kw_only=True):
    comment: str | None


TOPS: dict[ObjectKind, Any] = {
    ObjectKind.ENUM: Enum,
    ObjectKind.SEQUENCE: Sequence,
    ObjectKind.TABLE: Table,
}
INSIDE: dict[ObjectKind, Any] = {
    ObjectKind.COLUMN: Column,
    ObjectKind.CONSTRAINT: Constraint,
    ObjectKind.INDEX: Index,
    ObjectKind.POLICY: Policy,
}


def commented(delta: SchemaDelta) -> Iterator[Change]:
    """Kept objects whose comments differ; what is made anew brings its comment along."""
    for old_schema, new_schema in delta.changed(Schema):
        if old_schema.comment != new_schema.comment:
            ref = Ref(ObjectKind.SCHEMA, name=new_schema.name)
            yield ref, old_schema.comment, new_schema.comment
    for kind, thing in TOPS.items():
        for old, new in delta.changed(thing):
            if old.comment != new.comment:
                yield Ref.of(kind, new.name), old.comment, new.comment
    for kind, table, before, after in _kept_parts(delta):
        if before.comment != after.comment:
            yield Ref.of(kind, table.name, after.name), before.comment, after.comment


def _kept_parts(delta: SchemaDelta) -> Iterator[tuple[ObjectKind, Table, Any, Any]]:
    """Parts that stay what they are, under their name or under another."""
    for kind, part in INSIDE.items():
        for table, old, new in delta.changed_parts(part):
            if not _ANEW[kind](old, new):
                yield kind, table, old, new
    for kind in (ObjectKind.CONSTRAINT, ObjectKind.INDEX):
        for table, old, new in delta.renamed_parts(INSIDE[kind]):
            yield kind, table, old, new


def _regenerated(old: Column, new: Column) -> bool:
    """A plain column that becomes generated, or a virtual one that becomes plain."""
    if new.generated:
        return old.generated is None
    return old.generated is not None and not old.generated.stored


# Whether the new form of a part is another object, which is created with its comment.
_ANEW: dict[ObjectKind, Callable[[Any, Any], bool]] = {
    ObjectKind.COLUMN: _regenerated,
    ObjectKind.CONSTRAINT: redefined,
    ObjectKind.INDEX: replaces,
    ObjectKind.POLICY: made_anew,
}


def comment_of(graph: SchemaGraph, ref: Ref) -> Found | None:
    """The object's comment, or None where there is no such object."""
    thing = _thing(graph, ref)
    return None if thing is None else Found(comment=thing.comment)


def _thing(graph: SchemaGraph, ref: Ref) -> Any:
    if ref.kind is ObjectKind.SCHEMA:
        return graph.find(Schema, ref.name)
    if ref.kind in TOPS:
        return graph.find(TOPS[ref.kind], ref.relation)
    table = graph.table(ref.relation)
    parts = getattr(table, PARTS[INSIDE[ref.kind]]) if table else ()
    return next((part for part in parts if part.name == ref.part), None)


def with_comment(graph: SchemaGraph, ref: Ref, comment: str | None) -> SchemaGraph:
    thing = _thing(graph, ref)
    if thing is None:
        return graph
    changed = msgspec.structs.replace(thing, comment=comment)
    if ref.kind in INSIDE:
        return graph.edit(ref.relation, lambda table: table.with_part(changed))
    return graph.put(changed)
