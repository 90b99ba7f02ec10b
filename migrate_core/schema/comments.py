"""Comments of objects: where they are kept, and which of them differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from migrate_core.schema.concurrent import replaces
from migrate_core.schema.constraint_changes import redefined
from migrate_core.schema.definitions import Definition, remade
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS, PART_KINDS, ref_of
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Extension,
    Index,
    Relation,
    Rule,
    Table,
    Trigger,
    Value,
)
from migrate_core.schema.policies import made_anew
from migrate_core.schema.refs import PARTS_OF_RELATIONS, ObjectKind, Ref
from migrate_core.schema.views import MaterializedView, Output, Query, View

Change = tuple[Ref, str | None, str | None]  # object, comment before, comment after


class Found(Value, frozen=True, kw_only=True):
    comment: str | None


# Those whose comments are part of their values; an extension's comes with its version.
_TOPS: tuple[Any, ...] = tuple(kind for kind in FIELDS if kind is not Extension)


def commented(delta: SchemaDelta) -> Iterator[Change]:
    """Kept objects whose comments differ; what is made anew brings its comment along."""
    for top in _TOPS:
        for old, new in delta.changed(top):
            if old.comment != new.comment and not _is_remade(old, new):
                yield _as_commented(new), old.comment, new.comment
    for query in (View, MaterializedView):
        for old, new in delta.changed(query):
            yield from _of_outputs(old, new)
    for kind, table, before, after in _kept_parts(delta):
        yield from _of_a_part(kind, table, before, after)


def _of_a_part(kind: ObjectKind, table: Relation, before: Any, after: Any) -> Iterator[Change]:
    if before.comment != after.comment:
        yield Ref.of(kind, table.name, after.name), before.comment, after.comment
    if isinstance(after, Constraint) and before.index_comment != after.index_comment:
        ref = Ref.of(ObjectKind.INDEX, table.name, after.name)
        yield ref, before.index_comment, after.index_comment


def _of_outputs(old: Query, new: Query) -> Iterator[Change]:
    for output in new.outputs:
        was = old.output(output.name)
        comment = was.comment if was else None
        if comment != output.comment:
            yield Ref.of(ObjectKind.COLUMN, new.name, output.name), comment, output.comment


def _as_commented(thing: Any) -> Ref:
    ref = ref_of(thing)
    foreign = isinstance(thing, Table) and thing.foreign is not None
    return ref._replace(kind=ObjectKind.FOREIGN_TABLE) if foreign else ref


def _is_remade(old: Any, new: Any) -> bool:
    return isinstance(old, Definition) and remade(old, new)


def _kept_parts(delta: SchemaDelta) -> Iterator[tuple[ObjectKind, Relation, Any, Any]]:
    """Parts that stay what they are, under their name or under another."""
    for part, kind in PART_KINDS.items():
        for relation, old, new in delta.changed_parts(part):
            if not _ANEW[kind](old, new):
                yield kind, relation, old, new
    for relation, was, becomes in delta.renamed_parts(Constraint):
        yield ObjectKind.CONSTRAINT, relation, was, becomes
    for relation, old_index, new_index in delta.renamed_parts(Index):
        yield ObjectKind.INDEX, relation, old_index, new_index


def _redefined(old: Trigger | Rule, new: Trigger | Rule) -> bool:
    return old.definition != new.definition


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
    ObjectKind.TRIGGER: _redefined,
    ObjectKind.RULE: _redefined,
}


def _key_of(graph: SchemaGraph, ref: Ref) -> Constraint | None:
    """The constraint that owns an index: its comment is kept there."""
    if ref.kind is not ObjectKind.INDEX:
        return None
    found = graph.get(ref._replace(kind=ObjectKind.CONSTRAINT))
    return found if isinstance(found, Constraint) else None


def comment_of(graph: SchemaGraph, ref: Ref) -> Found | None:
    """The object's comment, or None where there is no such object."""
    thing = graph.get(ref)
    if thing is not None:
        return Found(comment=thing.comment)
    key = _key_of(graph, ref)
    return None if key is None else Found(comment=key.index_comment)


def with_comment(graph: SchemaGraph, ref: Ref, comment: str | None) -> SchemaGraph:
    thing = graph.get(ref)
    if isinstance(thing, Output):
        return graph.edit(ref.relation, lambda q: q.change_output(ref.part, comment=comment))
    if thing is not None:
        changed = msgspec.structs.replace(thing, comment=comment)
    elif (key := _key_of(graph, ref)) is not None:
        changed = msgspec.structs.replace(key, index_comment=comment)
    else:
        return graph
    if ref.kind in PARTS_OF_RELATIONS:
        return graph.edit(ref.relation, lambda relation: relation.with_part(changed))
    return graph.put(changed)
