"""Database objects as values: what pg_catalog says, nothing inferred.

Every expression is PostgreSQL's own deparse under an empty search_path, so two equal
objects read equal on two servers, and a name inside them is always qualified.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import cached_property
from typing import Any, Literal, Self, TypeVar

import msgspec
from msgspec import Struct

from migrate_core.pg.names import QualifiedName


class Value(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """A frozen value; fields that hold their default are left out of JSON and YAML.

    No value holds itself, so the garbage collector need not look through the hundred
    thousands of a large schema; only what has a dict of lookups is tracked.
    """


def share_defaults(value: Struct) -> None:
    """Lets every field that equals its default be that very object.

    msgspec leaves a field out where it is its default, not where it equals it: a text read
    from JSON never is. Without this, equal values would have different checksums.
    """
    defaults = value.__struct_defaults__
    for field, default in zip(value.__struct_fields__[-len(defaults) :], defaults, strict=True):
        found = getattr(value, field)
        if found is not default and found == default:
            msgspec.structs.force_setattr(value, field, default)


class Thing(Value, frozen=True, kw_only=True):
    """An object of its own: a schema, a type, a relation; `key` tells it from its kin."""

    name: Any

    @property
    def key(self) -> Any:
        return self.name


class Schema(Thing, frozen=True, kw_only=True):
    name: str
    comment: str | None = None


class Extension(Thing, frozen=True, kw_only=True):
    """Versions are not part of it: two servers rarely have the same, and it is no drift."""

    name: str
    schema: str


class Enum(Thing, frozen=True, kw_only=True):
    name: QualifiedName
    values: tuple[str, ...] = ()
    comment: str | None = None


class SequenceOptions(Value, frozen=True, kw_only=True):
    type: str = "bigint"
    start: int = 1
    increment: int = 1
    min: int = 1
    max: int = 9223372036854775807
    cache: int = 1
    cycle: bool = False

    def __post_init__(self) -> None:
        share_defaults(self)


class ColumnRef(Value, frozen=True, kw_only=True):
    table: QualifiedName
    column: str


class Sequence(Thing, frozen=True, kw_only=True):
    """A sequence of its own; one behind an identity column belongs to the column."""

    name: QualifiedName
    options: SequenceOptions = SequenceOptions()
    owned_by: ColumnRef | None = None
    unlogged: bool = False
    comment: str | None = None

    def __post_init__(self) -> None:
        share_defaults(self)


class Identity(Value, frozen=True, kw_only=True):
    always: bool
    sequence: QualifiedName
    options: SequenceOptions = SequenceOptions()

    def __post_init__(self) -> None:
        share_defaults(self)


class Generated(Value, frozen=True, kw_only=True):
    expression: str
    stored: bool = True  # False: VIRTUAL (18)


Storage = Literal["plain", "external", "main", "extended"]


class NotNull(Value, frozen=True, kw_only=True):
    """What is unusual of a column's NOT NULL, which 18 keeps as a constraint.

    `name` is none where it is the usual one: <table>_<column>_not_null.
    """

    name: str | None = None
    inherited: bool = True  # False: NO INHERIT
    validated: bool = True

    def __post_init__(self) -> None:
        share_defaults(self)


class Column(Value, frozen=True, kw_only=True):
    name: str
    type: str  # as format_type() prints it: "numeric(10,2)"
    not_null: bool = False
    not_null_rule: NotNull | None = None
    default: str | None = None  # as pg_get_expr() prints it
    collation: str | None = None  # quoted and qualified; None where it is the type's own
    identity: Identity | None = None
    generated: Generated | None = None
    storage: Storage | None = None  # None: the type's own
    type_storage: Storage | None = None  # the type's own, where the column's differs
    compression: Literal["pglz", "lz4"] | None = None  # None: what the server's setting says
    statistics: int | None = None  # None: default_statistics_target
    options: tuple[str, ...] = ()  # "n_distinct=-0.5"
    local: bool = True  # False: a parent's alone (INHERITS); a partition's are its own
    foreign_options: tuple[str, ...] = ()  # "column_name 'x'", in name order
    comment: str | None = None


ConstraintType = Literal["primary key", "unique", "check", "foreign key", "exclude"]


class Constraint(Value, frozen=True, kw_only=True):
    """`definition` is pg_get_constraintdef() without a trailing NOT VALID.

    `parent` is the partitioned table's key, or index, that this one of a partition is
    attached to; a check has none: it is its parent's by its name.
    """

    name: str
    type: ConstraintType
    definition: str
    columns: tuple[str, ...] = ()  # key order; name order for a check
    references: QualifiedName | None = None  # foreign key: the other table
    ref_columns: tuple[str, ...] = ()
    validated: bool = True
    options: tuple[str, ...] = ()  # of a key's index: "fillfactor=70", in order
    local: bool = True  # False: a check that is a parent's alone (INHERITS)
    parent: str | None = None
    comment: str | None = None
    index_comment: str | None = None  # of the index that it owns

    @property
    def inline(self) -> bool:
        """Whether CREATE TABLE holds it: foreign keys come once every table stands."""
        return self.type != "foreign key" and self.validated


class Index(Value, frozen=True, kw_only=True):
    """An index that no constraint owns.

    `definition` is pg_get_indexdef() from its USING on. `columns` are those it depends on
    anywhere: key, INCLUDE, expression or predicate; in key order, then by name. `parent` is
    the partitioned table's index that this one of a partition is attached to.
    """

    name: str
    definition: str
    unique: bool = False
    columns: tuple[str, ...] = ()
    valid: bool = True
    statistics: tuple[tuple[int, int], ...] = ()  # (number of the column, target), in order
    parent: str | None = None
    comment: str | None = None


class Policy(Value, frozen=True, kw_only=True):
    name: str
    permissive: bool = True
    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    roles: tuple[str, ...] = ("public",)  # in name order
    using: str | None = None
    check: str | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        share_defaults(self)


Enabled = Literal["origin", "disabled", "replica", "always"]


class Trigger(Value, frozen=True, kw_only=True):
    """`definition` is pg_get_triggerdef(): the whole CREATE TRIGGER statement.

    An inherited one is a partition's copy of its parent's, enabled otherwise than that.
    """

    name: str
    definition: str
    enabled: Enabled = "origin"
    constraint: bool = False
    inherited: bool = False
    comment: str | None = None

    def __post_init__(self) -> None:
        share_defaults(self)


class Rule(Value, frozen=True, kw_only=True):
    """`definition` is pg_get_ruledef() without its semicolon: the whole CREATE RULE."""

    name: str
    definition: str
    enabled: Enabled = "origin"
    comment: str | None = None

    def __post_init__(self) -> None:
        share_defaults(self)


class Relation(Thing, frozen=True, kw_only=True, dict=True, gc=True):
    """What has rows. Columns stand in attnum order; all else in name order."""

    name: QualifiedName
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    policies: tuple[Policy, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    clustered_on: str | None = None  # an index
    comment: str | None = None

    @cached_property
    def normal(self) -> Self:
        """Itself with columns in name order: the order of columns is no difference."""
        return msgspec.structs.replace(self, columns=_sorted(self.columns))

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    def constraint(self, name: str) -> Constraint | None:
        return next((c for c in self.constraints if c.name == name), None)

    def index(self, name: str) -> Index | None:
        return next((i for i in self.indexes if i.name == name), None)

    def policy(self, name: str) -> Policy | None:
        return next((p for p in self.policies if p.name == name), None)

    def trigger(self, name: str) -> Trigger | None:
        return next((t for t in self.triggers if t.name == name), None)

    def rule(self, name: str) -> Rule | None:
        return next((r for r in self.rules if r.name == name), None)

    @property
    def primary_key(self) -> Constraint | None:
        return next((c for c in self.constraints if c.type == "primary key"), None)

    def change(self, **changes: Any) -> Self:
        return msgspec.structs.replace(self, **changes)

    def with_part(self, part: TablePart) -> Self:
        """A copy with the part added, or put in the place of its namesake."""
        field = PARTS[type(part)]
        found: tuple[TablePart, ...] = getattr(self, field)
        if any(p.name == part.name for p in found):
            changed = tuple(part if p.name == part.name else p for p in found)
        else:
            changed = (*found, part)
        return self.change(**{field: changed if field == "columns" else _sorted(changed)})

    def without_part(self, kind: type[TablePart], name: str) -> Self:
        field = PARTS[kind]
        kept = self.without_marks({name}) if kind in (Constraint, Index) else self
        return kept.change(**{field: tuple(p for p in getattr(self, field) if p.name != name)})

    def without_marks(self, indexes: Set[str]) -> Self:
        """A copy that no longer names indexes which go."""
        return self.change(clustered_on=None) if self.clustered_on in indexes else self

    def change_column(self, name: str, **changes: Any) -> Self:
        """A copy in which one column, as it is now, has `changes` made to it."""
        columns = (
            msgspec.structs.replace(c, **changes) if c.name == name else c for c in self.columns
        )
        return self.change(columns=tuple(columns))

    def parts(self) -> Iterator[TablePart]:
        yield from self.columns
        yield from self.constraints
        yield from self.indexes
        yield from self.policies
        yield from self.triggers
        yield from self.rules


class Partition(Value, frozen=True, kw_only=True):
    """Of what a table is a partition; `bound` is "FOR VALUES ..." or "DEFAULT"."""

    parent: QualifiedName
    bound: str
    detaching: bool = False  # a DETACH CONCURRENTLY that was cut off

    @property
    def is_default(self) -> bool:
        return self.bound == "DEFAULT"


class Foreign(Value, frozen=True, kw_only=True):
    """Where a foreign table's rows are; of an option that may be a secret, a digest stands."""

    server: str
    options: tuple[str, ...] = ()  # "table_name 'x'", in name order


class Table(Relation, frozen=True, kw_only=True, dict=True, gc=True):
    """An ordinary, partitioned or foreign table; a partition is one too."""

    row_security: bool = False
    force_row_security: bool = False
    unlogged: bool = False
    options: tuple[str, ...] = ()  # storage parameters, "fillfactor=70"
    toast_options: tuple[str, ...] = ()
    replica_identity: Literal["full", "nothing", "index"] | None = None  # None: the primary key
    replica_index: str | None = None  # of the identity "index"
    partition_key: str | None = None  # as pg_get_partkeydef() prints it: "RANGE (day)"
    partition_of: Partition | None = None
    inherits: tuple[QualifiedName, ...] = ()  # in the order of the parents
    foreign: Foreign | None = None

    @property
    def parents(self) -> tuple[QualifiedName, ...]:
        """Whose columns and checks it has: its partitioned table's, or all it inherits from.

        None of a partition that is about to be detached: it follows nothing any more.
        """
        if self.partition_of is None:
            return self.inherits
        return () if self.partition_of.detaching else (self.partition_of.parent,)

    def without_marks(self, indexes: Set[str]) -> Self:
        kept = super().without_marks(indexes)
        if self.replica_index not in indexes:
            return kept
        # PostgreSQL leaves such a table with nothing to tell its rows by.
        return kept.change(replica_identity="nothing", replica_index=None)


class Other(Value, frozen=True, kw_only=True):
    """An object that no operation kind covers yet; a difference in it is never silent."""

    kind: str  # "view", "function", "trigger", ...
    name: str  # as a person would write it
    definition: str = ""


TablePart = Column | Constraint | Index | Policy | Trigger | Rule
PARTS: dict[type, str] = {
    Column: "columns",
    Constraint: "constraints",
    Index: "indexes",
    Policy: "policies",
    Trigger: "triggers",
    Rule: "rules",
}
_P = TypeVar("_P", bound=Any)


def _sorted(parts: tuple[_P, ...]) -> tuple[_P, ...]:
    return tuple(sorted(parts, key=lambda part: part.name))
