"""Rename questions: a drop that pairs with an add of a like object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from migrate_core.schema.definitions import Composite, Domain, Routine
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Enum,
    Sequence,
    Table,
    Value,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import namesakes, routine_name, routine_under
from migrate_core.schema.statistics import ColumnStatistics
from migrate_core.schema.views import MaterializedView, View


class RenameQuestion(Value, frozen=True, kw_only=True):
    """Is `new` the old object under another name? Unanswered, `old` is dropped softly."""

    old: Ref
    new: str
    why: str  # what makes them alike


def questions(
    before: SchemaGraph, after: SchemaGraph, answers: Answers | None = None
) -> tuple[RenameQuestion, ...]:
    """Every pair worth asking about, in name order; each object may be in several."""
    delta = SchemaDelta(before, after, answers or Answers())
    return (
        *_tables(delta),
        *_columns(delta),
        *_enum_values(delta),
        *_things(delta),
        *_routines(delta),
    )


def weighed(
    asked: Iterable[RenameQuestion], wanted: SchemaGraph, known: Mapping[Ref, ColumnStatistics]
) -> tuple[RenameQuestion, ...]:
    """The same questions, the likelier ones first, with what the values of columns speak against.

    A declared column has no values; but what it forbids, those of the old one must not be.
    """
    told = [_told(question, wanted, known.get(question.old)) for question in asked]
    return tuple(question for question, _ in sorted(told, key=lambda one: one[1]))


def _told(
    question: RenameQuestion, wanted: SchemaGraph, seen: ColumnStatistics | None
) -> tuple[RenameQuestion, int]:
    """The question with what the statistics say, and how many rules of the new one they break."""
    table = wanted.table(question.old.relation) if seen else None
    new = table.column(question.new) if table else None
    if seen is None or table is None or new is None:
        return question, 0
    against = []
    if new.not_null and seen.nulls:
        against.append(f"{_percent(seen.nulls)} of its rows are NULL and the new one is NOT NULL")
    if seen.repeats and any(key.columns == (new.name,) for key in _keys(table)):
        against.append("its values repeat and the new one is unique")
    why = f"{question.why}, but {', and '.join(against)}" if against else question.why
    return msgspec.structs.replace(question, why=why), len(against)


def _keys(table: Table) -> Iterator[Constraint]:
    return (c for c in table.constraints if c.type in ("primary key", "unique"))


def _percent(part: float) -> str:
    return f"{part:.0%}" if part >= 0.01 else "less than 1%"


def _tables(delta: SchemaDelta) -> Iterator[RenameQuestion]:
    added = list(delta.added(Table))
    for old in delta.dropped(Table):
        for new in added:
            alike = _shared(old, new)
            if old.name.schema == new.name.schema and alike * 2 >= len(old.columns):
                why = f"{alike} of {len(old.columns)} columns are the same"
                yield RenameQuestion(
                    old=Ref.of(ObjectKind.TABLE, old.name), new=new.name.name, why=why
                )


def _columns(delta: SchemaDelta) -> Iterator[RenameQuestion]:
    for old, new in delta.changed(Table):
        had, has = ({c.name for c in table.columns} for table in (old, new))
        gone = [c for c in old.columns if c.name not in has]
        come = [c for c in new.columns if c.name not in had]
        for column in gone:
            for other in come:
                if column.type == other.type and not other.generated:
                    yield RenameQuestion(
                        old=Ref.of(ObjectKind.COLUMN, old.name, column.name),
                        new=other.name,
                        why=f"both are {column.type}",
                    )


def _enum_values(delta: SchemaDelta) -> Iterator[RenameQuestion]:
    """One that goes from where another comes."""
    for old, new in delta.changed(Enum):
        if len(old.values) != len(new.values):
            continue
        for gone, come in zip(old.values, new.values, strict=True):
            if gone not in new.values and come not in old.values:
                yield RenameQuestion(
                    old=Ref.of(ObjectKind.ENUM, new.name, gone),
                    new=come,
                    why="both stand at the same place",
                )


def _things(delta: SchemaDelta) -> Iterator[RenameQuestion]:
    """Types, views and sequences that are the same but for their names."""
    for kind, why in _SAME.items():
        added = list(delta.added(kind))
        for old in delta.dropped(kind):
            for new in added:
                if old.name.schema == new.name.schema and _alike(old, new):
                    yield RenameQuestion(old=ref_of(old), new=new.name.name, why=why)


def _alike(old: Any, new: Any) -> bool:
    """Equal but for names, comments and what is named after them."""
    if isinstance(old, Sequence) and (old.owned_by or new.owned_by):
        return False  # one that a column owns goes with it
    if isinstance(old, Domain):
        checks = [sorted(check.definition for check in d.constraints) for d in (old, new)]
        unnamed = {"constraints": new.constraints, "not_null_name": new.not_null_name}
        return checks[0] == checks[1] and _under(old, new, **unnamed) == new
    return bool(_under(old, new) == new)


def _under(old: Any, new: Any, **also: Any) -> Any:
    return msgspec.structs.replace(old, name=new.name, comment=new.comment, **also)


def _routines(delta: SchemaDelta) -> Iterator[RenameQuestion]:
    added = list(delta.added(Routine))
    for old in delta.dropped(Routine):
        if namesakes(delta.before, old):
            continue
        for new in added:
            name = routine_name(new)
            if new.schema == old.schema and _under(routine_under(old, name), new) == new:
                why = "the two are the same, bodies included"
                yield RenameQuestion(old=ref_of(old), new=name, why=why)


_SAME: Mapping[type[Any], str] = {
    Enum: "both have the same values",
    Domain: "both have the same type and rules",
    Composite: "both have the same attributes",
    Sequence: "both count alike",
    View: "both are the same query",
    MaterializedView: "both are the same query",
}


def _shared(old: Table, new: Table) -> int:
    def key(column: Column) -> tuple[str, str]:
        return (column.name, column.type)

    return len(set(map(key, old.columns)) & set(map(key, new.columns)))
