"""alterComposite: a composite type gets, loses or changes attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.outdated import short_rows
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Attribute, Composite
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_changes import is_alterable, replaced_types
from migrate_core.schema.type_clauses import attribute_clause, comment_on_attribute


class AlterComposite(Operation, frozen=True, kw_only=True):
    """Change the attributes of a composite type.

    New ones stand at the end; rows that are stored have NULL there, and none is written. An
    attribute changes its type only where no column is of the composite: replaceType else.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    to: Composite
    was: Composite | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.COMPOSITE, self.to.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        anew = replaced_types(delta)
        for old, new in delta.changed(Composite):
            if (
                old.attributes != new.attributes
                and is_alterable(delta.before, old, new)
                and ref_of(new) not in anew
            ):
                yield cls(to=msgspec.structs.replace(new, comment=old.comment), was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Composite, self.to.name)
        if was is None:
            raise unbound(self, f"composite type {self.label} does not exist")
        to = msgspec.structs.replace(self.to, comment=was.comment)
        bound: Self = replaced(self, to=to, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        found = graph.find(Composite, self.to.name)
        if found is None:
            return graph
        return graph.put(msgspec.structs.replace(self.to, comment=found.comment))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._statements()),)

    def _statements(self) -> Iterator[Statement]:
        actions = list(self._actions())
        if actions:
            yield Statement(
                sql=ddl(
                    "ALTER TYPE {name} {actions}",
                    name=self.to.name,
                    actions=raw(", ".join(actions)),
                )
            )
        had = _by_name(self.was)
        for attribute in self.to.attributes:
            old = had.get(attribute.name)
            if attribute.comment != (old.comment if old else None):
                yield comment_on_attribute(self.to.name, attribute)

    def _actions(self) -> Iterator[str]:
        had, has = _by_name(self.was), _by_name(self.to)
        for name in had:
            if name not in has:
                yield ddl("DROP ATTRIBUTE {name}", name=name)
        for name, new in has.items():
            old = had.get(name)
            if old is None:
                yield f"ADD ATTRIBUTE {attribute_clause(new)}"
            elif (old.type, old.collation) != (new.type, new.collation):
                yield f"ALTER ATTRIBUTE {attribute_clause(new, verb='TYPE ')}"

    def inverse(self, place: Place) -> Operation | None:
        """A dropped attribute that was not the last one cannot come back to its place."""
        if self.was is None or not is_alterable(SchemaGraph(), self.to, self.was):
            return None
        return AlterComposite(to=self.was, was=self.to)

    def disturbs(self) -> frozenset[Ref]:
        """An attribute more disturbs nobody."""
        had, has = _by_name(self.was), _by_name(self.to)
        kept = all(name in has and _same(old, has[name]) for name, old in had.items())
        return frozenset() if kept else frozenset({self.subject})

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        had, has = _by_name(self.was), _by_name(self.to)
        gone = [name for name in had if name not in has]
        if gone:
            yield why.DROPS_COLUMN_WITH_DATA.because(f"attributes {', '.join(gone)}")
        else:
            yield why.CHANGES_METADATA.because(f"attributes of {self.to.name}")
        if self.was is None or not is_alterable(SchemaGraph(), self.to, self.was):
            yield why.NO_INVERSE.because("an attribute cannot come back to its place")

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        yield from short_rows(graph, self.was, self.to) if self.was else ()


def _by_name(composite: Composite | None) -> dict[str, Attribute]:
    return {a.name: a for a in composite.attributes} if composite else {}


def _same(old: Attribute, new: Attribute) -> bool:
    return (old.type, old.collation) == (new.type, new.collation)
