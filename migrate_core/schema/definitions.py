"""Objects that PostgreSQL writes down whole: what we hold of them is its own text."""

from __future__ import annotations

from typing import Literal

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Thing, Value, share_defaults
from migrate_core.schema.refs import ObjectKind


class DomainCheck(Value, frozen=True, kw_only=True):
    """`definition` is pg_get_constraintdef() without a trailing NOT VALID."""

    name: str
    definition: str
    validated: bool = True
    comment: str | None = None


class Domain(Thing, frozen=True, kw_only=True):
    name: QualifiedName
    type: str  # as format_type() prints it
    collation: str | None = None  # quoted and qualified; None where it is the type's own
    not_null: bool = False
    not_null_name: str | None = None  # of its NOT NULL (17), where it is not the usual one
    default: str | None = None
    constraints: tuple[DomainCheck, ...] = ()  # in name order
    comment: str | None = None


class Attribute(Value, frozen=True, kw_only=True):
    name: str
    type: str
    collation: str | None = None
    comment: str | None = None


class Composite(Thing, frozen=True, kw_only=True):
    name: QualifiedName
    attributes: tuple[Attribute, ...] = ()  # in attnum order
    comment: str | None = None


class Argument(Value, frozen=True, kw_only=True):
    """Of a routine; `optional` where it has a default."""

    name: str = ""
    type: str
    mode: Literal["in", "out", "inout", "variadic", "table"] = "in"
    optional: bool = False

    def __post_init__(self) -> None:
        share_defaults(self)

    @property
    def is_input(self) -> bool:
        return self.mode in ("in", "inout", "variadic")


class Routine(Thing, frozen=True, kw_only=True):
    """A function, procedure or aggregate; `name` is its signature: `public.f(integer)`.

    `definition` is pg_get_functiondef(), for an aggregate the CREATE OR REPLACE AGGREGATE
    that pg_dump would write. `parsed`: its body is no string but BEGIN ATOMIC or RETURN, so
    that PostgreSQL knows what it leans on.
    """

    name: str
    schema: str
    kind: Literal["function", "procedure", "aggregate", "window"] = "function"
    definition: str
    result: str = ""  # as pg_get_function_result() prints it
    arguments: tuple[Argument, ...] = ()
    language: str = ""
    parsed: bool = False
    comment: str | None = None

    def __post_init__(self) -> None:
        share_defaults(self)


# What an ALTER says of them is changed in place: rows, replication or plans hang on them.
ALTERED_IN_PLACE = frozenset(
    {
        ObjectKind.STATISTICS,
        ObjectKind.FOREIGN_DATA_WRAPPER,
        ObjectKind.SERVER,
        ObjectKind.USER_MAPPING,
        ObjectKind.PUBLICATION,
        ObjectKind.OPERATOR_FAMILY,
        ObjectKind.TEXT_SEARCH_CONFIGURATION,
        ObjectKind.EVENT_TRIGGER,
    }
)


class Definition(Thing, frozen=True, kw_only=True):
    """An object of one of the rarer kinds; two are equal where their texts are.

    `create` and `then` are statements without their semicolons: the object, and what only
    an ALTER can say of it.
    """

    kind: ObjectKind
    name: str  # as PostgreSQL writes it in DROP and COMMENT ON
    schema: str = ""  # none for what lives in no schema
    create: str
    then: tuple[str, ...] = ()
    comment: str | None = None

    def __post_init__(self) -> None:
        share_defaults(self)

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind.value, self.name)


def remade(old: Definition, new: Definition) -> bool:
    """Whether an object of the same name has to be dropped and made again."""
    if old.kind in ALTERED_IN_PLACE:
        return old.create != new.create
    return (old.create, old.then) != (new.create, new.then)
