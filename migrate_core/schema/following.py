"""What becomes of a table when one changes that it inherits from or is a partition of.

PostgreSQL passes a change of a parent on to all its children. Here that is said once, of
values: what an operation predicts and what a diff leaves out come from the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.not_null import NAMED_SINCE, usual_name
from migrate_core.schema.objects import Column, Constraint, Index, NotNull, Table

# SET STORAGE and SET STATISTICS go down to children; SET COMPRESSION and SET (...) do not.
_PASSED_ON = (
    "type",
    "collation",
    "generated",
    "default",
    "storage",
    "type_storage",
    "statistics",
)


def follow(
    child: Table, old: Table, new: Table, others: Sequence[Table] = (), *, major: int = 0
) -> Table:
    """`child` after its parent `old` became `new`; `others` are its parents beside that one."""
    if old.columns != new.columns:
        had = child
        child = _columns(child, old, new, others)
        if major >= NAMED_SINCE:
            child = _not_nulls(child, had, new)
    if old.constraints != new.constraints:
        child = _checks(child, old, new, others)
    if child.partition_of and (old.constraints, old.indexes) != (new.constraints, new.indexes):
        child = _attached(child, old, new)
    return child


def _not_nulls(child: Table, had: Table, parent: Table) -> Table:
    """What a parent forbids in its children is called there as it is called above."""
    for column in child.columns:
        was, above = had.column(column.name), parent.column(column.name)
        if not column.not_null and column.not_null_rule:
            child = child.change_column(column.name, not_null_rule=None)
        elif column.not_null and above and above.not_null and not (was and was.not_null):
            given = above.not_null_rule and above.not_null_rule.name
            name = given or usual_name(parent.name.name, column.name)
            usual = usual_name(child.name.name, column.name)
            rule = NotNull(name=name) if name and usual and name != usual else None
            child = child.change_column(column.name, not_null_rule=rule)
    return child


def structure(table: Table) -> Table:
    """Columns, inline constraints and indexes: all else comes by operations of its own."""
    return table.change(
        constraints=tuple(c for c in table.constraints if c.inline),
        policies=(),
        triggers=(),
        rules=(),
        row_security=False,
        force_row_security=False,
        replica_identity=None,
        replica_index=None,
        clustered_on=None,
    )


def detached(child: Table) -> Table:
    """A partition as a table of its own: its keys and indexes are no longer attached."""
    return child.change(
        partition_of=None,
        constraints=tuple(_alone(c) for c in child.constraints),
        indexes=tuple(_alone(i) for i in child.indexes),
    )


def attached(child: Table, parent: Table, bound: Any) -> Table:
    """A table as a partition: keys and indexes that are as its parent's are attached to them.

    A foreign key that only the parent has comes along.
    """
    child = child.change(partition_of=bound)
    parts: tuple[Any, ...] = (*parent.constraints, *parent.indexes)
    for part in parts:
        twin = _twin(child, part)
        if twin is not None:
            child = child.with_part(msgspec.structs.replace(twin, parent=part.name))
        elif _is_foreign(part):
            child = _cloned(child, part)
    return child


def disinherited(child: Table, parent: QualifiedName, others: Sequence[Table]) -> Table:
    """A table without one of its parents: what no other gives it is its own."""
    columns = (
        c if any(o.column(c.name) for o in others) else msgspec.structs.replace(c, local=True)
        for c in child.columns
    )
    checks = (
        c if any(_check(o, c.name) for o in others) else msgspec.structs.replace(c, local=True)
        for c in child.constraints
    )
    left = tuple(name for name in child.inherits if name != parent)
    return child.change(inherits=left, columns=tuple(columns), constraints=tuple(checks))


def without_own_column(table: Table, column: str) -> Table:
    """A table without a column and what is over it."""
    gone = {c.name for c in table.constraints if column in c.columns}
    gone |= {i.name for i in table.indexes if column in i.columns}
    return table.without_marks(gone).change(
        columns=tuple(c for c in table.columns if c.name != column),
        constraints=tuple(c for c in table.constraints if column not in c.columns),
        indexes=tuple(i for i in table.indexes if column not in i.columns),
    )


def inherited_checks(table: Table) -> Iterator[Constraint]:
    """The checks that a table's children have too."""
    return (constraint for constraint in table.constraints if is_passed_on(constraint))


def is_passed_on(part: Constraint | Index) -> bool:
    """Whether it is a check that children have too."""
    if isinstance(part, Index) or part.type != "check":
        return False
    return not part.definition.endswith(" NO INHERIT")


def _alone(part: Any) -> Any:
    return msgspec.structs.replace(part, parent=None)


def _check(table: Table, name: str) -> Constraint | None:
    return next((c for c in inherited_checks(table) if c.name == name), None)


def _columns(child: Table, old: Table, new: Table, others: Sequence[Table]) -> Table:
    had, has = ({c.name: c for c in table.columns} for table in (old, new))
    for name in had.keys() - has.keys():
        column = child.column(name)
        own = column is None or (child.partition_of is None and column.local)
        if not own and not any(other.column(name) for other in others):
            child = without_own_column(child, name)
    for name, now in has.items():
        if had.get(name) != now:
            child = _column(child, had.get(name), now, others)
    return child


def _column(child: Table, was: Column | None, now: Column, others: Sequence[Table]) -> Table:
    column = child.column(now.name)
    if column is None:
        local = child.partition_of is not None
        # No parent's comment, identity or place among a foreign table's columns is passed on.
        return child.with_part(
            Column(
                name=now.name,
                type=now.type,
                not_null=now.not_null,
                default=now.default,
                collation=now.collation,
                generated=now.generated,
                storage=now.storage,
                type_storage=now.type_storage,
                statistics=now.statistics,
                local=local,
            )
        )
    if was is None:
        return child
    changes = {
        field: getattr(now, field)
        for field in _PASSED_ON
        if getattr(was, field) != getattr(now, field)
    }
    if was.not_null != now.not_null:
        asked = (other.column(now.name) for other in others)
        changes["not_null"] = now.not_null or any(c is not None and c.not_null for c in asked)
    return child.change_column(now.name, **changes)


def _checks(child: Table, old: Table, new: Table, others: Sequence[Table]) -> Table:
    had, has = ({c.name: c for c in inherited_checks(table)} for table in (old, new))
    for was, now in _renamed(had, has):
        del had[was], has[now]
        own = child.constraint(was)
        if own is not None:
            child = child.without_part(Constraint, was)
            child = child.with_part(msgspec.structs.replace(own, name=now))
    for name, check in had.items():
        if not _same_rule(has.get(name), check) and not _keeps_check(child, name, others):
            child = child.without_part(Constraint, name)
    for name, check in has.items():
        was_valid = name in had and had[name].validated
        child = _with_check(child, check, validates=check.validated and not was_valid)
    return child


def _keeps_check(child: Table, name: str, others: Sequence[Table]) -> bool:
    own = child.constraint(name)
    if own is None or (child.partition_of is None and own.local):
        return True
    return any(_check(other, name) for other in others)


def _with_check(child: Table, check: Constraint, *, validates: bool) -> Table:
    own = child.constraint(check.name)
    if own is None:
        local = child.partition_of is not None
        return child.with_part(msgspec.structs.replace(check, comment=None, local=local))
    return child.with_part(msgspec.structs.replace(own, validated=True)) if validates else child


def _attached(child: Table, old: Table, new: Table) -> Table:
    """What a partition has attached to its parent's keys, foreign keys and indexes."""
    for foreign in (True, False):
        had, has = _keys(old, foreign=foreign), _keys(new, foreign=foreign)
        moved = dict(_renamed(had, has))
        parts: tuple[Any, ...] = (*child.constraints, *child.indexes)
        for part in parts:
            if _is_foreign(part) is foreign and part.parent in had:
                kept = moved.get(part.parent, part.parent)
                stays = kept in has and _same_rule(has[kept], had[part.parent])
                child = child.without_part(type(part), part.name)
                child = child.with_part(_followed(part, kept, has[kept])) if stays else child
        for name, key in has.items() if foreign else ():
            same = name in had and _same_rule(key, had[name])
            if not same and name not in moved.values():
                child = _with_foreign_key(child, key)
    return child


def _followed(part: Any, parent: str, now: Any) -> Any:
    if isinstance(part, Constraint) and part.references and now.validated:
        return msgspec.structs.replace(part, parent=parent, validated=True)
    return msgspec.structs.replace(part, parent=parent)


def _with_foreign_key(child: Table, key: Constraint) -> Table:
    twin = _twin(child, key)
    if twin is None:
        return _cloned(child, key)
    return child.with_part(msgspec.structs.replace(twin, parent=key.name))


def _cloned(child: Table, key: Constraint) -> Table:
    name = key.name
    if child.constraint(name):
        name = "_".join((child.name.name, *key.columns, "fkey"))
    return child.with_part(msgspec.structs.replace(key, name=name, parent=key.name, comment=None))


def _twin(child: Table, part: Constraint | Index) -> Any:
    """The first of a table's own parts that PostgreSQL would attach to `part`."""
    if isinstance(part, Constraint):
        if part.type == "check":
            return None
        found: Any = (c for c in child.constraints if c.definition == part.definition)
    else:
        keys = (c for c in child.constraints if c.type in ("primary key", "unique"))
        rule = (part.definition, part.unique)
        found = (
            *(i for i in child.indexes if (i.definition, i.unique) == rule),
            *(c for c in keys if part.unique and index_of(c) == part.definition),
        )
    return next((one for one in found if one.parent is None), None)


def merged_keys(child: Table, parent: Table) -> Iterator[Constraint]:
    """The foreign keys of a partitioned table that one of a table's own would be attached to."""
    return (c for c in parent.constraints if _is_foreign(c) and _twin(child, c) is not None)


def index_of(key: Constraint) -> str:
    """The definition of the index behind a simple key, from USING on."""
    return "USING btree " + key.definition[key.definition.index("(") :]


def _keys(table: Table, *, foreign: bool) -> dict[str, Any]:
    own = (c for c in table.constraints if c.type != "check" and _is_foreign(c) is foreign)
    found: dict[str, Any] = {c.name: c for c in own}
    return found if foreign else found | {i.name: i for i in table.indexes}


def _is_foreign(part: Any) -> bool:
    return isinstance(part, Constraint) and part.references is not None


def _same_rule(one: Any, other: Any) -> bool:
    """Whether two are equal in all but comment, validity and what they are attached to."""
    if type(one) is not type(other) or one.definition != other.definition:
        return False
    return not isinstance(one, Index) or one.unique == other.unique


def _renamed(had: dict[str, Any], has: dict[str, Any]) -> list[tuple[str, str]]:
    """(old name, new name) of what differs in nothing but its name."""
    found = []
    gone = [part for name, part in had.items() if name not in has]
    for name, part in has.items():
        twin = next((g for g in gone if name not in had and _same_rule(g, part)), None)
        if twin is not None:
            gone.remove(twin)
            found.append((twin.name, name))
    return found
