"""Finding what leans on a table or a column, and what leans on that in turn.

pg_depend tells most of it; foreign keys are in the values. What an earlier operation of the
same plan made has no entry there yet: then its text is looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate_core.pg.lexer import mentions
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.dependants import Dependants, piece_of
from migrate_core.schema.families import descendants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import PART_KINDS, ref_of
from migrate_core.schema.objects import Column, Constraint, Index, Table, TablePart
from migrate_core.schema.refs import PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref
from migrate_core.schema.removal import owned_sequences
from migrate_core.schema.routines import bare_name

# What its own kinds can drop and make again in a transaction, with nothing lost.
_CARRIED = frozenset(
    {
        ObjectKind.VIEW,
        ObjectKind.MATERIALIZED_VIEW,
        ObjectKind.ROUTINE,
        ObjectKind.STATISTICS,
        ObjectKind.PUBLICATION,
        ObjectKind.POLICY,
        ObjectKind.TRIGGER,
        ObjectKind.RULE,
        ObjectKind.COLUMN,  # a generated one
    }
)


class Leaning(NamedTuple):
    along: Dependants | None
    in_the_way: tuple[str, ...]  # what leans on it and cannot be carried, in words


def leaning(graph: SchemaGraph, table: Table, column: str | None = None) -> Leaning:
    """What leans on the table, or on one column of it, and is no part of it."""
    found = _Search(graph, table, column)
    refs = found.run()
    along = None
    if refs:
        along = Dependants(refs=refs, piece=piece_of(graph, refs, table.name))
    return Leaning(along, (*found.in_the_way, *_others(graph, table, column)))


class _Search:
    def __init__(self, graph: SchemaGraph, table: Table, column: str | None) -> None:
        self.graph, self.table, self.column = graph, table, column
        self.in_the_way: list[str] = []
        self.parked = frozenset(self._parked())

    def run(self) -> tuple[Ref, ...]:
        found: set[Ref] = set()
        todo = sorted(self.parked)
        while todo:
            for ref in self._on(todo.pop()):
                if ref in found or ref in self.parked:
                    continue
                if not self._goes_along(ref):
                    self.in_the_way.append(_obstacle(ref))
                    continue
                found.add(ref)
                todo.append(ref)
                over = tuple(_over(self.graph, ref))
                found.update(over)
                todo += over
        relations = {ref.relation for ref in found if ref.kind in RELATIONS}
        within = (r for r in found if r.kind in PARTS_OF_RELATIONS and r.relation in relations)
        return tuple(sorted(found - set(within)))

    def _parked(self) -> Iterator[Ref]:
        """The object itself, and what goes with it without being asked."""
        graph, table, column = self.graph, self.table, self.column
        for sequence in owned_sequences(graph, table.name, column):
            yield ref_of(sequence)
        for one in table.columns:
            if one.identity and column in (None, one.name):
                yield Ref.of(ObjectKind.SEQUENCE, one.identity.sequence)
        if column is None:
            yield ref_of(table)
            for part in table.parts():
                yield Ref.of(PART_KINDS[type(part)], table.name, part.name)
            return
        for name in (table.name, *descendants(graph, table.name)):
            ref = Ref.of(ObjectKind.COLUMN, name, column)
            yield ref
            yield from _over(graph, ref)

    def _on(self, ref: Ref) -> Iterator[Ref]:
        """What leans on it directly, and still stands."""
        known = (one for one in self.graph.dependents.get(ref, ()) if self._still(one, ref))
        for one in (*known, *self._by_text(ref)):
            whole = self._whole(one)
            if whole is not None and not self._is_of_the_parked(whole):
                yield whole
        if ref.kind in (ObjectKind.TABLE, ObjectKind.COLUMN):
            yield from self._foreign_keys(ref)

    def _whole(self, ref: Ref) -> Ref | None:
        """A generated column for what it computes; None for what is not there any more."""
        found = self.graph.get(ref)
        if ref.kind is ObjectKind.DEFAULT and isinstance(found, Column) and found.generated:
            return ref._replace(kind=ObjectKind.COLUMN)
        return ref if found is not None else None

    def _is_of_the_parked(self, ref: Ref) -> bool:
        if ref.kind not in PARTS_OF_RELATIONS:
            return False
        if self.column is None:
            return ref.relation == self.table.name
        own = (ObjectKind.COLUMN, ObjectKind.DEFAULT)
        below = descendants(self.graph, self.table.name)
        # A partition's column, its default and what it computes follow those of its parent.
        if ref.kind in own and ref.relation in below:
            return self.graph.get(ref._replace(name=self.table.name.name)) is not None
        return ref.kind in own and (ref.relation, ref.part) == (self.table.name, self.column)

    def _goes_along(self, ref: Ref) -> bool:
        found = self.graph.get(ref)
        if isinstance(found, Constraint):
            return found.type in ("foreign key", "check") and found.parent is None
        if isinstance(found, Column):
            return found.generated is not None
        return ref.kind in _CARRIED

    def _foreign_keys(self, ref: Ref) -> Iterator[Ref]:
        for other, key in self.graph.foreign_keys_to(ref.relation):
            named = not ref.part or ref.part in key.ref_columns
            own = self.column is None and other.name == self.table.name
            if named and key.parent is None and not own:
                yield Ref.of(ObjectKind.CONSTRAINT, other.name, key.name)

    def _still(self, one: Ref, needed: Ref) -> bool:
        if one.kind is ObjectKind.TABLE and self._has_left(one, needed):
            return False
        return self._is_as_read(one) or mentions(_text(self.graph.get(one)), _bare(needed))

    def _has_left(self, child: Ref, parent: Ref) -> bool:
        was, now = self.graph.root.table(child.relation), self.graph.table(child.relation)
        name = parent.relation
        return bool(was and now and name in was.parents and name not in now.parents)

    def _is_as_read(self, ref: Ref) -> bool:
        """Whether nothing of this very plan has changed what it says."""
        was = self.graph.root.get(ref)
        return was is not None and _text(was) == _text(self.graph.get(ref))

    def _by_text(self, ref: Ref) -> Iterator[Ref]:
        """What pg_depend does not know, because this very plan made it as it is."""
        graph, table, column = self.graph, self.table, self.column
        if ref.relation != table.name or ref.part != (column or ""):
            return
        for view in (*graph.views, *graph.materialized_views):
            known = ref_of(view) in graph.needs_of and self._is_as_read(ref_of(view))
            if not known and _names(view.definition, table.name, column):
                yield ref_of(view)
        parts: tuple[TablePart, ...] = (*table.columns, *table.policies, *table.triggers)
        for part in parts if column else ():
            one = Ref.of(PART_KINDS[type(part)], table.name, part.name)
            known = one in graph.needs_of or _default(one) in graph.needs_of
            if not (known and self._is_as_read(one)) and column and mentions(_text(part), column):
                yield _default(one) if one.kind is ObjectKind.COLUMN else one


def _over(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """Constraints and indexes over a column: they go with it."""
    table = graph.table(ref.relation) if ref.kind is ObjectKind.COLUMN else None
    parts: tuple[Constraint | Index, ...] = (*table.constraints, *table.indexes) if table else ()
    for part in parts:
        if ref.part in part.columns:
            yield Ref.of(PART_KINDS[type(part)], ref.relation, part.name)


def _names(text: str, table: QualifiedName, column: str | None) -> bool:
    return str(table) in text and (column is None or mentions(text, column))


def _default(ref: Ref) -> Ref:
    return ref._replace(kind=ObjectKind.DEFAULT)


def _text(thing: object) -> str:
    """What an object says that may name another."""
    generated = thing.generated if isinstance(thing, Column) else None
    said = [generated.expression if generated else "", *getattr(thing, "then", ())]
    said += [getattr(thing, f, None) or "" for f in ("using", "check", "definition", "create")]
    return " ".join(said)


def _bare(ref: Ref) -> str:
    """The name that a text would have for it."""
    if ref.kind is ObjectKind.ROUTINE:
        return bare_name(ref).rpartition(".")[2]
    return ref.part or ref.name


def _obstacle(ref: Ref) -> str:
    word = "default of column" if ref.kind is ObjectKind.DEFAULT else ref.kind
    return f"{word} {ref}"


def _others(graph: SchemaGraph, table: Table, column: str | None) -> Iterator[str]:
    """Objects that no kind covers, whose text names it."""
    for other in graph.others:
        about = str(table.name) in other.definition or str(table.name) in other.name
        if about and (column is None or mentions(other.definition, column)):
            yield f"{other.kind} {other.name}"
